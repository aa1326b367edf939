"""Passwords: what a good one is, when it has had its day, and what is remembered of those before (PASS).

A *rule* is one requirement that a password can fail; each has its own code, and the refusal says which it was. A
password is brought to NFC before anything else and is never cut. *Common passwords* are the packed list beside this
file, `common_passwords.bin`; `common_passwords.md` says where it comes from and under which licence.

Sources: NIST SP 800-63B-4 section 3.1.1.2 (length, Unicode, blocklist), RFC 9106 (argon2).
"""
