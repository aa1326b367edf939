from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.audit.model import Checkpoint
from doorward.features.audit.rules import expiry
from doorward.kernel.events import Entry
from doorward.kernel.ids import AccountId, SessionId
from tests.worlds import NOON

BRAM = AccountId(UUID(int=11))
ENTRY = Entry(
    id=UUID(int=1), at=NOON, act="lockout.unlocked", outcome="done", result=None, code=None, actor_id=None,
    actor_name="system", target_id=BRAM, target_name="bram", reason="why", reference="r", address="192.0.2.7",
    user_agent="tests", session_id=None, door="api", node="node-1", details={"count": 3, "at": "x"},
)  # fmt: skip
SPELLED = (
    b'["00000000-0000-0000-0000-000000000001",1777896000000000,"lockout.unlocked","done",null,null,null,"system",'
    b'"00000000-0000-0000-0000-00000000000b","bram","why","r","192.0.2.7","tests",null,"api","node-1",'
    b'{"at":"x","count":3}]'
)


def entry(number: int) -> Entry:
    """Make an entry of so many minutes after noon."""
    return replace(ENTRY, id=UUID(int=number), at=NOON + timedelta(minutes=number))


@pytest.mark.parametrize(
    ("now", "days", "before"),
    [
        (NOON, 0, None),
        (NOON, 31, datetime(2026, 4, 3, tzinfo=UTC)),
        (datetime(2026, 5, 4, 0, 0, tzinfo=UTC), 31, datetime(2026, 4, 3, tzinfo=UTC)),
        (datetime(2026, 5, 3, 23, 59, 59, tzinfo=UTC), 31, datetime(2026, 4, 2, tzinfo=UTC)),
        (NOON, 36_500, datetime(1926, 5, 29, tzinfo=UTC)),
    ],
    ids=["for ever", "noon", "midnight", "a second before", "longest"],
)
def test_entries_expire_at_midnights(now: datetime, days: int, before: datetime | None) -> None:
    """As many whole days are kept as the setting says, besides today; 0 keeps everything (AUDIT-4)."""
    assert expiry.cut(now, days) == before


def test_first_run_links_to_nothing() -> None:
    """The first number is 1."""
    assert expiry.begun(entry(5), None, NOON) == Checkpoint(
        1, NOON, None, 0, UUID(int=5), entry(5).at, UUID(int=5), entry(5).at, bytes(32)
    )


def test_run_links_to_the_one_before() -> None:
    """So that all removals are one chain."""
    before = Checkpoint(6, NOON, NOON, 2, UUID(int=1), NOON, UUID(int=2), NOON, b"\x05" * 32)

    begun = expiry.begun(entry(5), before, NOON)

    assert (begun.number, begun.link) == (7, b"\x05" * 32)


def test_entry_is_spelled_as_json_in_the_order_of_the_api() -> None:
    """Anybody can compute a link from an export."""
    assert expiry.canonical(ENTRY) == SPELLED


def test_link_is_the_hash_over_what_came_before_and_the_entry() -> None:
    """Whatever the entry holds is in it."""
    assert expiry.linked(b"\x05" * 32, ENTRY) == sha256(b"\x05" * 32 + SPELLED).digest()


@pytest.mark.parametrize(
    "change",
    [
        {"at": NOON + timedelta(microseconds=1)}, {"act": "lockout.locked"}, {"outcome": "refused"},
        {"result": "right"}, {"code": "x.y"}, {"actor_id": BRAM}, {"actor_name": "x"}, {"target_id": None},
        {"target_name": None}, {"reason": "other"}, {"reference": "q"}, {"address": ""}, {"user_agent": ""},
        {"session_id": SessionId(UUID(int=3))}, {"door": "cli"}, {"node": "node-2"}, {"details": {}},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_every_field_moves_the_link(change: dict[str, object]) -> None:
    """Nothing of a removed entry can be told otherwise afterwards."""
    assert expiry.canonical(replace(ENTRY, **change)) != SPELLED  # type: ignore[arg-type]


@given(st.lists(st.integers(1, 50), min_size=1, max_size=12, unique=True), st.data())
def test_batches_come_to_the_same_as_one(numbers: list[int], data: st.DataObject) -> None:
    """However a run is cut into transactions, its checkpoint is the same."""
    removed = [entry(number) for number in sorted(numbers)]
    at = data.draw(st.integers(0, len(removed) - 1))
    begun = expiry.begun(removed[0], None, NOON)
    parts = [part for part in (removed[:at], removed[at:]) if part]

    batched = begun
    for part in parts:
        batched = expiry.extended(batched, part)

    assert batched == expiry.extended(begun, removed)
    assert (batched.count, batched.first_at, batched.last_at) == (len(removed), removed[0].at, removed[-1].at)


def test_order_moves_the_link() -> None:
    """What was removed cannot be told in another order."""
    begun = expiry.begun(entry(1), None, NOON)

    assert expiry.extended(begun, [entry(1), entry(2)]).link != expiry.extended(begun, [entry(2), entry(1)]).link


def test_run_is_told_with_its_figures() -> None:
    """The entry says how much, from when to when, and the link in hex."""
    run = Checkpoint(3, NOON, NOON, 12, UUID(int=1), NOON, UUID(int=9), NOON + timedelta(hours=1), b"\xab" * 32)

    assert expiry.told(run) == {
        "checkpoint": 3,
        "count": 12,
        "first_id": "00000000-0000-0000-0000-000000000001",
        "first_at": "2026-05-04T12:00:00Z",
        "last_id": "00000000-0000-0000-0000-000000000009",
        "last_at": "2026-05-04T13:00:00Z",
        "link": "ab" * 32,
    }
