"""Groups: named sets of accounts, for roles over a part of the house and for password rules of its own (RIGHT-3).

Words: a *group* has a name that is unique in its canonical form; a *member* is an account that was put into it. Groups
hold accounts alone, never other groups: who belongs is one look-up, not a walk.
"""
