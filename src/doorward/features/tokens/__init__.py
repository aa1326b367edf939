"""Hardware tokens: an inventory of devices that show one-time codes, filled from files, and who holds which (KEY-14).

A *token* here is such a device, never a session's token. Its *seed* is the secret inside. It is *in stock*, *assigned*
to one account, or *retired*, and then its seed is erased. A *container* is a file in PSKC format. What a token
remembers, its last step and its offset, it keeps from holder to holder, so that no code of it ever works twice.

Sources: RFC 4226 (HOTP), RFC 6238 (TOTP), RFC 6030 (PSKC), W3C XML Encryption 1.1.
"""
