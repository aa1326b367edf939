"""The gate: what every request passes before a door sees it, and the hot path from a token to its account.

Plain ASGI, without framework. It gives each request its reference, finds the client's address, bounds the body, adds
the headers that every answer carries, notes activity, and answers `GET /api/v1/session` and `GET /forward-auth` from
memory for 0.8 s (SESS-3).
"""
