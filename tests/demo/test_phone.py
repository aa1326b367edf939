import base64
from datetime import UTC, datetime

import pytest

from doorward.demo.phone import Phone, code_of, step_at

RFC_KEY = base64.b32encode(b"12345678901234567890").decode()
"""The key of the test values in RFC 6238 appendix B."""


@pytest.mark.parametrize(
    ("seconds", "digits"),
    [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ],
)
def test_codes_are_those_of_the_rfc(seconds: int, digits: str) -> None:
    """RFC 6238 appendix B, the SHA-1 column, cut to six digits."""
    step = step_at(datetime.fromtimestamp(seconds, UTC))

    assert code_of(RFC_KEY, step) == digits


def test_a_key_without_padding_is_read() -> None:
    """Servers show keys without the padding of RFC 4648 section 6."""
    assert code_of("GEZDGNBVGY3TQOJQGE", 1) == code_of("GEZDGNBVGY3TQOJQGE======", 1)


def test_the_next_free_code_follows_the_one_that_was_typed() -> None:
    """Whoever has typed the code of this step waits for the next."""
    now = datetime.fromtimestamp(59, UTC)
    phone = Phone(RFC_KEY)
    phone.type_code(1)

    assert phone.free_step(now) == 2


def test_the_present_code_is_free_until_it_is_typed() -> None:
    """A code that was not typed yet need not be waited for."""
    now = datetime.fromtimestamp(59, UTC)
    phone = Phone(RFC_KEY)
    phone.type_code(0)

    assert phone.free_step(now) == 1
