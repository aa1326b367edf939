import re

import segno

from doorward.doors.console.qr_code import shown_key
from doorward.features.second_factor.model import KeyShown
from doorward.kernel.ports import Secret

KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
URI = f"otpauth://totp/Example:bram?secret={KEY}&issuer=Example&algorithm=SHA1&digits=6&period=30"


def test_the_key_is_grouped_for_typing() -> None:
    """Four characters at a time."""
    shown = shown_key(KeyShown(Secret(KEY), Secret(URI), "Example"), "bram")

    assert shown["secret_key"] == "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP"
    assert (shown["issuer"], shown["account"]) == ("Example", "bram")


def test_the_picture_is_of_the_whole_address() -> None:
    """Dark squares where a QR code of the otpauth URI has them; nothing else stands in the picture."""
    shown = shown_key(KeyShown(Secret(KEY), Secret(URI), "Example"), "bram")
    path = re.findall(r'd="([^"]*)"', str(shown["qr"]))

    expected = re.findall(r'd="([^"]*)"', segno.make(URI, error="m").svg_inline(border=2, light="#fff", dark="#000"))
    assert path == expected
    assert "otpauth" not in str(shown["qr"])
