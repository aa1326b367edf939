"""The audit trail: append-only history; nothing changes without an entry.

Words: an *entry* says who (actor) did what (act) to whom (target), when, from where, why, and what came of it.
An *attempt* is an entry of a sign-in step: `checked` when something was compared with the secret, else `refused`.
An unknown name is kept as a keyed hash only, since people type passwords there.
"""
