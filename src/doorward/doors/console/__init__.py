"""The console: server-rendered pages for signing in, for one's own account, and for operators.

Pages work without JavaScript; every list, filter, tab and staged change has an address. A page parses, runs one act,
and renders its outcome; it decides nothing.
"""
