"""The secret key: making one, confirming it, accepting each of its codes once, replacing it (KEY).

A *step* is the number of a 30-second interval since 1970; a *code* is what a secret key says in one step. What is
remembered is the last step, not the last code: an earlier step that is still inside the window is refused too.
A *candidate* is a key that is being set up. An *offset* is by how many steps somebody's clock is wrong.

Sources: RFC 6238 (TOTP), RFC 4226 (HOTP), RFC 4648 section 6 (base32). HMAC-SHA-1 is what both RFCs ask for, and the
only hash that every app knows; keys of hardware tokens may have another parameters, and go by a counter.
"""
