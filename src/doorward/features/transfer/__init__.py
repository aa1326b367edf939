"""Transfer: people who come from another system, with their passwords and secret keys, from a file (PASS-4, PASS-6).

Words: a *person* is what one line of a file says of an account to be. A file is *judged* line by line before anything
is written, and *imported* whole or not at all. A *batch* is what an authenticator app exports as one QR code.

Sources: RFC 4180 (CSV), RFC 4226 section 4 R6 (how long a key must be), the `otpauth:` address of authenticator apps.
"""
