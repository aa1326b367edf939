import base64
import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from doorward.doors.gate.identity import identity
from doorward.features.applications.model import Visitor
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from tests.signer import SIGNER
from tests.worlds import NOON

BRAM = AccountId(UUID(int=1))
VISITOR = Visitor(
    BRAM, "bram", "bram@example.org", ("East", "North"), used_second_factor=True, own_page_only=False,
    session=Bearer(BRAM, b"s" * 32), due_to_touch=False,
)  # fmt: skip


def told(visitor: Visitor) -> dict[str, str]:
    """Make the headers for a host."""
    found = identity(visitor, "app.example.org", "https://login.example.org", SIGNER, NOON)
    assert found is not None
    return {name.decode(): value.decode() for name, value in found}


def claims(visitor: Visitor) -> Any:
    """Read what the assertion says."""
    body = told(visitor)["remote-assertion"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def test_an_upstream_is_told_who_is_there() -> None:
    """In four headers."""
    headers = told(VISITOR)

    assert (headers["remote-user"], headers["remote-email"], headers["remote-groups"]) == (
        "bram", "bram@example.org", "East,North",
    )  # fmt: skip


def test_the_assertion_says_the_same() -> None:
    """By whom, to whom, from when, for a minute."""
    assert claims(VISITOR) == {
        "sub": "00000000-0000-0000-0000-000000000001",
        "preferred_username": "bram",
        "used_second_factor": True,
        "email": "bram@example.org",
        "groups": ["East", "North"],
        "iss": "https://login.example.org",
        "aud": "app.example.org",
        "iat": 1777896000,
        "exp": 1777896060,
    }


def test_what_is_missing_is_sent_empty() -> None:
    """So that it overwrites what a visitor wrote; the assertion leaves it out."""
    nobody = replace(VISITOR, email=None, groups=())

    assert (told(nobody)["remote-email"], told(nobody)["remote-groups"]) == ("", "")
    assert "email" not in claims(nobody)
    assert claims(nobody)["groups"] == []


def test_a_comma_in_a_name_parts_nothing() -> None:
    """Whoever names groups cannot make members of another one."""
    visitor = replace(VISITOR, groups=("a,admins", "50%2C"))

    assert told(visitor)["remote-groups"] == "a%2Cadmins,50%252C"
    assert claims(visitor)["groups"] == ["a,admins", "50%2C"]


def test_a_name_of_any_letters_is_told() -> None:
    """In UTF-8."""
    assert told(replace(VISITOR, user_name="zoë"))["remote-user"] == "zoë"


@pytest.mark.parametrize(
    "visitor",
    [
        replace(VISITOR, user_name="bram\r\nRemote-Groups: admins"),
        replace(VISITOR, user_name=""),
        replace(VISITOR, email="a\x00"),
        replace(VISITOR, groups=("a\nb",)),
    ],
)
def test_what_no_header_can_carry_is_nobody(visitor: Visitor) -> None:
    """Unsure means no."""
    assert identity(visitor, "app.example.org", "https://login.example.org", SIGNER, NOON) is None


def test_very_many_groups_are_left_out() -> None:
    """Of header and assertion alike, which says so."""
    many = replace(VISITOR, groups=tuple(f"group {number:04}" for number in range(400)))
    fitting = replace(VISITOR, groups=("a" * 4_000,))

    assert told(many)["remote-groups"] == ""
    assert (claims(many).get("groups"), claims(many)["groups_left_out"]) == (None, True)
    assert told(fitting)["remote-groups"] == "a" * 4_000
