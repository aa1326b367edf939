import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.transfer.rules.keys import read_key
from doorward.kernel.outcome import Refused
from tests.features.transfer.batch import SECRET, batch, key

BASE32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The key of RFC 6238 appendix B."""
URI = f"otpauth://totp/Old%20system:ada?secret={BASE32}&issuer=Old%20system"
BOTH = batch(key("ada"), key("bob", b"b" * 20))


@pytest.mark.parametrize(
    "text",
    [
        BASE32,
        BASE32.lower(),
        "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ",
        "GEZD-GNBV-GY3T-QOJQ-GEZD-GNBV-GY3T-QOJQ",
        f"{BASE32}======",
        URI,
        f"{URI}&algorithm=SHA1&digits=6&period=30",
        f"{URI}&algorithm=sha1&image=https://example.org/logo.png",
        URI.replace("otpauth://totp", "OTPAUTH://TOTP").replace("secret=", "SECRET="),
        batch(key("whatever")),
        BOTH,
        batch(key("ADA"), key("bob", b"b" * 20)),
        batch(key("Old system:ada"), key("bob", b"b" * 20)),
        batch(key("Old system: ada@example.org"), key("bob", b"b" * 20)),
    ],
)
def test_a_key_is_read_as_others_write_it(text: str) -> None:
    """Base32 in groups or not, an address, or a batch in which its person is found by name."""
    assert read_key(text, ("ada", "ada@example.org")) == SECRET


NOT_BASE32, SHORT = "it is not base32", "it is shorter than 128 bits"
ADDRESS, NO_BATCH = "its address is malformed", "it is no batch of an authenticator app"
WHO = "its batch holds several keys, and not exactly one bears this user name or e-mail address"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0189", NOT_BASE32),
        ("é" * 32, NOT_BASE32),
        ("A" * 33, NOT_BASE32),
        ("A" * 5_000, NOT_BASE32),
        ("JBSWY3DPEHPK3PXP", SHORT),
        ("", SHORT),
        ("A" * 240, "it is longer than keys are"),
        (URI.replace("totp", "hotp"), "it goes by a counter; only keys that go by time are taken over"),
        (f"{URI}&algorithm=SHA256", "its algorithm is not SHA1"),
        (f"{URI}&digits=8", "its digits is not 6"),
        (f"{URI}&period=60", "its period is not 30"),
        (f"{URI}&digits=6&digits=8", ADDRESS),
        ("otpauth://totp/ada?issuer=x", ADDRESS),
        ("otpauth://[totp/ada", ADDRESS),
        (URI + "&a=1" * 30, ADDRESS),
        (URI + "x" * 5_000, ADDRESS),
        (URI.replace(BASE32, "JBSWY3DPEHPK3PXP"), SHORT),
        ("otpauth-migration://offline?data=AA", NO_BATCH),
        (batch(key("bob"), key("carl")), WHO),
        (batch(key("ada"), key("ADA")), WHO),
        (batch(key("ada", algorithm=2)), "it does not go by time, SHA1 and six digits"),
        (batch(key("ada", b"short")), SHORT),
    ],
)
def test_a_key_that_cannot_be_taken_over_is_told_with_its_reason(text: str, why: str) -> None:
    """Another algorithm, other digits, another period, a counter; or less than RFC 4226 section 4 asks (R6)."""
    assert read_key(text, ("ada", "")) == Refused("transfer.key", {"why": why})


@given(st.one_of(st.text(), st.text().map(lambda rest: f"otpauth://totp/a?secret={rest}")))
def test_any_text_is_a_key_or_refused(text: str) -> None:
    """Nothing else comes out of it."""
    found = read_key(text, ("ada",))

    assert isinstance(found, Refused) or 16 <= len(found) <= 128
