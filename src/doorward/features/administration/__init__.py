"""Administration: the operators' acts that join several features.

Adding, editing, enabling and disabling accounts, starting a password reset, the first administrator, and `rescue`.
"""
