"""Making a secret key, and spelling it for authenticator apps (KEY-2, KEY-14)."""

import base64
from datetime import timedelta
from urllib.parse import quote, urlencode

from doorward.features.otp.rules.codes import DIGITS, STEP_SECONDS
from doorward.kernel.ports import Entropy

SECRET_BYTES = 20
"""160 bits, as RFC 4226 section 4 (R6) recommends."""
CANDIDATE_LIFETIME = timedelta(minutes=10)
"""How long a regenerated key waits to be saved (KEY-2)."""


def new_secret(entropy: Entropy) -> bytes:
    """Draw a new secret key."""
    return entropy.bytes(SECRET_BYTES)


def base32(secret: bytes) -> str:
    """Spell a secret key in base32 without padding: RFC 4648 section 6, as apps expect it."""
    return base64.b32encode(secret).decode("ascii").rstrip("=")


def otpauth_uri(secret: bytes, issuer: str, account: str) -> str:
    """Write the address behind the QR code: plain SHA-1, six digits, 30 seconds, which every app can read (KEY-14).

    Apps split the label at its first colon, even at an encoded one; so the issuer loses its colons.
    """
    name = issuer.replace(":", " ")
    label = f"{quote(name, safe='')}:{quote(account, safe='')}"
    parameters = {
        "secret": base32(secret),
        "issuer": name,
        "algorithm": "SHA1",
        "digits": DIGITS,
        "period": STEP_SECONDS,
    }
    return f"otpauth://totp/{label}?{urlencode(parameters, quote_via=quote, safe='')}"
