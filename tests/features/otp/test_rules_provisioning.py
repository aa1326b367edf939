from urllib.parse import parse_qs, urlsplit

import pyotp
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.otp.rules import provisioning
from tests.chance import SeededEntropy
from tests.features.otp.keys import RFC_SECRET

NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)


def test_a_new_secret_has_160_bits_of_chance() -> None:
    """Twenty bytes are drawn, as RFC 4226 recommends."""
    assert provisioning.new_secret(SeededEntropy("a")) == SeededEntropy("a").bytes(20)


def test_the_uri_is_plain_and_percent_encoded() -> None:
    """Every app can read it: SHA-1, six digits, 30 seconds, issuer as label and as parameter (KEY-14)."""
    uri = provisioning.otpauth_uri(RFC_SECRET, "Münster & Co", "bram rossi@example.org")

    assert uri == (
        "otpauth://totp/M%C3%BCnster%20%26%20Co:bram%20rossi%40example.org"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=M%C3%BCnster%20%26%20Co&algorithm=SHA1&digits=6&period=30"
    )


@given(issuer=NAMES, account=NAMES)
def test_names_cannot_add_parameters_to_the_uri(issuer: str, account: str) -> None:
    """Whatever stands in the names, the address has its five parameters and the secret that it was made for."""
    parameters = parse_qs(urlsplit(provisioning.otpauth_uri(RFC_SECRET, issuer, account)).query, strict_parsing=True)

    assert list(parameters) == ["secret", "issuer", "algorithm", "digits", "period"]
    assert parameters["secret"] == ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"]


def test_pyotp_reads_the_uri_as_it_was_meant() -> None:
    """An independent reader finds the issuer, the account and the same codes."""
    read = pyotp.parse_uri(provisioning.otpauth_uri(RFC_SECRET, "Dept: A", "a:b@example.org"))

    assert isinstance(read, pyotp.TOTP)
    assert (read.issuer, read.name, read.at(59)) == ("Dept  A", "a:b@example.org", "287082")
