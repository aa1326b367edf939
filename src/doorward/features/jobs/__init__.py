"""Jobs: acts on many accounts, with progress and a per-account outcome (LOCK-12).

Words: a job's *items* are frozen when it starts; a *piece* of them is one transaction, in which each has its own entry
and notice. A job survives a closed browser and a restarted server; its owner's rights are asked again in each piece.
"""
