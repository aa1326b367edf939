"""One-time links: what they are good for, and for how long.

Words: a link's *token* is base64url of the account's id and 32 random bytes, stored as SHA-256 under the account.
Opening a link changes nothing; its form uses it up. A link gives a password or a set-up, never a session.
"""
