"""Applications behind web servers that ask Doorward who is there (`GET /forward-auth`).

Words: a *host* is registered by an administrator; a *ticket* carries a session over to it, once; a *host session* is
the session as that host knows it, by a token of its own. Law: nothing that a host is given opens anything elsewhere.
"""
