"""Sessions: being signed in, how fresh that is, ending it (SESS-1, SESS-3).

Words: a *token* is base64url of the account's id and 32 random bytes, and is stored as its SHA-256 under the account.
The *idle* limit runs from the last activity, written at most once a minute; the *absolute* limit from the opening.
One function mints sessions, and it alone asks again about lock, epoch, factor and enabling.
"""
