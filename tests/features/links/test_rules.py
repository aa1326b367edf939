from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from doorward.features.links import rules
from doorward.features.links.model import Link, LinkKind
from doorward.kernel.ids import AccountId
from tests.worlds import NOON

MOMENT = timedelta(microseconds=1)
SET, RESCUE, WELCOME = LinkKind.SET_PASSWORD, LinkKind.RESCUE, LinkKind.WELCOME
FORGOTTEN, NOT_ME = LinkKind.FORGOTTEN_PASSWORD, LinkKind.NOT_ME
LINK = Link(
    account=AccountId(UUID(int=11)),
    kind=SET,
    token_hash=b"1" * 32,
    epoch=3,
    made_at=NOON - timedelta(hours=1),
    made_by="grace",
    expires_at=NOON + timedelta(hours=1),
    used_at=None,
)


@pytest.mark.parametrize(
    ("changed", "asked_for", "epoch", "good"),
    [
        ({}, SET, 3, True),
        ({"kind": RESCUE}, RESCUE, 3, True),
        ({"kind": WELCOME, "epoch": 0}, WELCOME, None, True),
        ({}, RESCUE, 3, False),
        ({"kind": RESCUE}, SET, 3, False),
        ({"used_at": NOON - MOMENT}, SET, 3, False),
        ({"expires_at": NOON}, SET, 3, False),
        ({"expires_at": NOON + MOMENT}, SET, 3, True),
        ({}, SET, 4, False),
        ({}, SET, 2, False),
        ({}, SET, None, False),
        ({"kind": WELCOME, "epoch": 0}, WELCOME, 0, False),
        ({"kind": WELCOME, "epoch": 0}, WELCOME, 1, False),
        ({"kind": WELCOME, "epoch": 0}, SET, None, False),
        ({"kind": FORGOTTEN}, FORGOTTEN, 3, True),
        ({"kind": FORGOTTEN}, FORGOTTEN, 4, False),
        ({"kind": FORGOTTEN}, SET, 3, False),
        ({"kind": NOT_ME, "epoch": 0}, NOT_ME, 9, True),
        ({"kind": NOT_ME, "epoch": 0}, NOT_ME, None, False),
        ({"kind": NOT_ME, "used_at": NOON - MOMENT}, NOT_ME, 3, False),
    ],
)
def test_when_a_link_is_good(changed: dict[str, object], asked_for: LinkKind, epoch: int | None, *, good: bool) -> None:
    """Of its kind, unused, in time, of the account's epoch; the first administrator's while there is no account."""
    assert rules.good(replace(LINK, **changed), asked_for, epoch, NOON) is good  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "hours"), [(WELCOME, 24), (SET, 72), (RESCUE, 1), (FORGOTTEN, 0.5), (NOT_ME, 7 * 24)])
def test_lifetimes(kind: LinkKind, hours: float) -> None:
    """As long as the table of limits says."""
    assert kind.lifetime == timedelta(hours=hours)
