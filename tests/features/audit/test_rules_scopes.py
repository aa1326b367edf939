from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from doorward.features.audit.rules import scopes
from doorward.kernel.events import Entry
from doorward.kernel.outcome import Fact

ENTRY = Entry(
    id=UUID("01900000-0000-7000-8000-000000000001"), at=datetime(2026, 5, 4, 12, 0, tzinfo=UTC), act="rights.granted",
    outcome="done", result=None, code=None, actor_id=None, actor_name="olga", target_id=None, target_name="anna",
    reason=None, reference="", address="", user_agent="", session_id=None, door="api", node="node-1", details={},
)  # fmt: skip
Details = dict[str, Fact]


@pytest.mark.parametrize(
    ("act", "recorded", "told"),
    [
        ("groups.member_added", {"group": "North"}, {"group": "North"}),
        ("groups.member_added", {"group": "Merger"}, {"group": None}),
        ("rights.granted", {"role": "help-desk", "over": "Merger"}, {"role": "help-desk", "over": None}),
        ("rights.granted", {"over": "North", "group": "Merger"}, {"over": "North", "group": None}),
        ("accounts.added", {"groups": "Merger, North"}, {"groups": "North"}),
        ("accounts.added", {"groups": "Merger"}, {"groups": None}),
        ("groups.edited", {"group": "North", "name": "Merger → North"}, {"group": "North", "name": None}),
        ("groups.edited", {"group": "Merger", "description": "a → b"}, {"group": None, "description": None}),
        ("passkeys.added", {"name": "phone"}, {"name": "phone"}),
        ("jobs.started", {"search": "query=ann, group=Merger"}, {"search": None}),
        ("jobs.started", {"search": "query=ann", "total": 3}, {"search": None, "total": 3}),
        ("audit.exported", {"form": "csv", "actor": "otto"}, {"form": "csv", "actor": None}),
        ("groups.member_added", {"group": None, "count": 2}, {"group": None, "count": 2}),
        ("lockout.unlocked", {}, {}),
    ],
)
def test_no_group_out_of_reach_is_named(act: str, recorded: Details, told: Details) -> None:
    """Only North is within reach: of every other group stands None, and the rest is as it was (RIGHT-3)."""
    entry = replace(ENTRY, act=act, details=recorded)

    assert scopes.within(entry, {"North"}) == replace(entry, details=told)


def test_names_are_looked_for_in_all_entries() -> None:
    """Each once, whatever tells them."""
    recorded: list[Details] = [
        {"group": "North", "over": "South"},
        {"groups": "East, North"},
        {"role": "auditor"},
        {"group": None},
    ]

    assert scopes.named(replace(ENTRY, details=one) for one in recorded) == {"North", "South", "East"}
