"""A secret key as the set-up page shows it: a picture, and the text in groups."""

from typing import Any

import segno
from markupsafe import Markup

from doorward.features.second_factor.model import KeyShown

_GROUP = 4


def shown_key(key: KeyShown, user_name: str) -> dict[str, Any]:
    """Draw the QR code as SVG, and group the base32 text for typing."""
    picture = segno.make(key.otpauth_uri.reveal(), error="m", micro=False)
    text = key.secret_key.reveal()
    return {
        "secret_key": " ".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP)),
        # segno draws paths from its own numbers alone; nothing that anybody typed stands in them
        "qr": Markup(picture.svg_inline(border=2, omitsize=True, dark="#000", light="#fff")),  # noqa: S704
        "issuer": key.issuer,
        "account": user_name,
    }
