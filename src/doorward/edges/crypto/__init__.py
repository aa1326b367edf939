"""Cryptography: hashing passwords and sealing secrets; plugged in by `app` and `worker` alone."""
