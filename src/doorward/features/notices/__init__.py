"""Notices: what people are told; queued in the transaction of the act that causes it (DEV-5).

Words: the *outbox* holds mail that waits; a *body* is sealed, and erased as soon as it is delivered or expired.
Operators see recipient, kind, state and error, never a body: else they could read other people's codes.
"""
