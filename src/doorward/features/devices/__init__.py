"""Devices: codes by e-mail, codes issued by operators in their place, and browsers that are known (DEV, KEY-10).

An *e-mailed code* is six digits bound to the pending sign-in that asked for it; a *temporary access code* is twelve
base32 symbols, typed in the same field. Neither is a factor: each is permission to go on. The *allowance* is how many
mails an account may be sent in a while.

Sources: NIST SP 800-63B-4 section 3.1.3 and ASVS 6.3.6, both of which rule out e-mail as a factor.
"""
