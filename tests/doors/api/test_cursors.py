from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.doors.api.cursors import cursor_of, id_of

LAST = UUID("019df2dc-0a00-7ff7-b574-6adc41a2ea49")


def test_a_cursor_is_one_opaque_word() -> None:
    """Sixteen bytes as base64url, without padding."""
    assert cursor_of(LAST) == "AZ3y3AoAf_e1dGrcQaLqSQ"


@given(st.uuids())
def test_a_cursor_is_read_back(last: UUID) -> None:
    """What one page gives out, the next one takes."""
    assert id_of(str(cursor_of(last))) == last


def test_the_last_page_has_no_cursor() -> None:
    """There is nothing to go on to."""
    assert cursor_of(None) is None


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "AZ3y3AoAf_e1dGrcQaLqSR",
        "AZ3y3AoAf_e1dGrcQaLqSQ==",
        "AZ3y3AoAf/e1dGrcQaLqSQ",
        "é" * 22,
        "!" * 22,
        str(LAST),
    ],
)
def test_what_no_page_gave_out_is_refused(cursor: str) -> None:
    """Other spellings of the same bytes too: a cursor has one."""
    assert id_of(cursor) is None
