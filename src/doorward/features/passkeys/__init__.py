"""Passkeys and security keys: what a browser and an authenticator say, and what it proves (KEY-17, LOCK-15).

Words: a *passkey* is a key pair whose private half stays in an authenticator; a *security key* is one that verifies
nobody, so that it stands beside the password and never for it. A *challenge* is what must be signed: it is good for
five minutes, for one purpose, in one scope, and once. An *assertion* is the signed answer to it. The *relying party* is
this server, by the host name of its public address.

Source: W3C Web Authentication, Level 3; its sections 7.1 (registering) and 7.2 (verifying an assertion) are the rules.
"""
