"""Accounts: people and services, and the narrow state that changes at each sign-in.

Words: an *internal* account (staff) may operate the console, subject to rights; an *external* one only signs in.
The *canonical* form of a name (NFKC, case folded, trimmed: LOCK-16) decides whether two names are the same.
The *epoch* is a number that sessions, pending sign-ins, codes and links carry; when it has moved on, they are dead.
"""
