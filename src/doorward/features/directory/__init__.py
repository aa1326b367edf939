"""The directory: the joined, read-only lists that console and API search.

This store reads every feature's tables and writes none; a test holds it to SELECT.
"""
