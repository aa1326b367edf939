"""Policy: what administrators can set while the server runs.

Words: *password rules* are the one set of rules for passwords, locking, sessions and device authorization (`default`
serves everybody until named sets come); *two-factor settings* say who may set up a second factor, and for how long.
"""
