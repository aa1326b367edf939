from collections.abc import Mapping

import pytest

from doorward.edges.mail.letters import render
from doorward.kernel.outcome import Fact
from tests.edges.mail.test_letters import FACTS


@pytest.mark.parametrize(
    ("by", "first", "why"),
    [
        ({}, "in a browser that had not been used", "where its cookies were deleted, or in a private window. If"),
        ({"program": True}, "with a program that had not been used", "its address has changed, or it was updated. If"),
    ],
)
def test_a_browser_and_a_program_are_told_of_in_their_own_words(by: Mapping[str, Fact], first: str, why: str) -> None:
    """A program has neither cookies nor windows."""
    letter = render("new_browser", {**FACTS, **by})

    assert first in letter.text
    assert why in letter.text
