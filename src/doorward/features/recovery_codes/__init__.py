"""Recovery codes: ten single-use codes on paper, for the day the second factor is gone (KEY-1).

A *set* is the ten codes made at one set-up; making a set ends the one before. A code has 125 bits, so it is kept as a
keyed hash and needs no slow one.

Sources: NIST SP 800-63B-4 section 3.1.2 (look-up secrets), RFC 4648 section 6 (base32).
"""
