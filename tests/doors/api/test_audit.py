from dataclasses import replace
from uuid import UUID

import pytest

from doorward.doors.api.cursors import cursor_of
from doorward.features.audit.actions import remove_expired
from doorward.kernel.act import SYSTEM
from tests.doors.served import Served
from tests.worlds import NOON

FIELDS = [
    "id", "at", "act", "outcome", "result", "code", "actor_id", "actor_name", "target_id", "target_name", "reason",
    "reference", "address", "user_agent", "session_id", "door", "node", "details",
]  # fmt: skip
REASON = {"reason": "called back"}


def acts(served: Served, query: str, token: str) -> list[str]:
    """List the acts that a filter finds."""
    return [one["act"] for one in served.ask(f"GET /audit?{query}", token=token).json()["items"]]


def test_an_entry_has_exactly_its_fields(served: Served) -> None:
    """Who did what to whom, when, whence and why."""
    bram = served.world.add("bram", locked_at=NOON, lock_reason="Failures")
    olga = served.operator()
    served.ask(f"POST /accounts/{bram}/unlock", REASON, olga, [("user-agent", "curl/8")])
    entry = served.ask("GET /audit", token=olga).json()["items"][0]

    assert list(entry) == FIELDS
    assert (entry["act"], entry["actor_name"], entry["target_name"], entry["reason"], entry["user_agent"]) == (
        "lockout.unlocked", "olga", "bram", "called back", "curl/8",
    )  # fmt: skip


def test_filters_narrow_the_trail(served: Served) -> None:
    """By target, actor, act and time."""
    bram, luca = served.world.add("bram"), served.world.add("luca")
    olga, anna = served.operator(), served.operator("anna")
    served.ask(f"POST /accounts/{bram}/lock", REASON, olga)
    served.world.pass_time(minutes=10)
    served.ask(f"POST /accounts/{luca}/lock", REASON, anna)
    served.ask(f"POST /accounts/{bram}/unlock", REASON, anna)

    assert acts(served, f"account={bram}", olga) == ["lockout.unlocked", "lockout.locked"]
    assert acts(served, "actor=olga&act=lockout.locked", olga) == ["lockout.locked"]
    assert acts(served, "after=2026-05-04T12:05:00Z&act=lockout.locked", olga) == ["lockout.locked"]
    assert acts(served, "before=2026-05-04T12:05:00Z", olga) == ["lockout.locked"]
    assert acts(served, "after=2026-05-04T14:05:00%2B02:00&actor=olga&act=lockout.locked", olga) == []


def test_a_refusal_leads_to_its_entry(served: Served) -> None:
    """By its reference, which may have been read out, and to no other (AUDIT-4)."""
    bram, olga = served.world.add("bram", "administrator"), served.operator("olga")
    grace = served.token(served.world.add("grace", "help-desk", factors=1))
    served.ask(f"POST /accounts/{bram}/unlock", REASON, olga)
    refused = served.ask(f"POST /accounts/{bram}/unlock", REASON, grace).json()
    found = served.ask(f"GET /audit?reference=%20{refused['reference'].upper()}", token=olga).json()["items"]
    other = served.ask("GET /audit?reference=nothing%00", token=olga).json()["items"]

    assert [(one["code"], one["actor_name"], one["reference"]) for one in found] == [
        (refused["code"], "grace", refused["reference"])
    ]
    assert (other, acts(served, f"reference={refused['reference']}&act=lockout.locked", olga)) == ([], [])


def test_reading_the_trail_is_recorded(served: Served) -> None:
    """The one list that is (AUDIT-1)."""
    served.ask("GET /audit", token=served.operator())

    assert [entry.act for entry in served.world.entries()] == ["audit.viewed"]


def test_the_trail_has_pages(served: Served) -> None:
    """Newest first; the next page goes on where this one ended."""
    bram = served.world.add("bram")
    olga = served.operator()
    for path in ("lock", "unlock", "lock"):
        served.world.pass_time(seconds=1)
        served.ask(f"POST /accounts/{bram}/{path}", REASON, olga)
    first = served.ask(f"GET /audit?account={bram}&limit=2", token=olga).json()
    second = served.ask(f"GET /audit?account={bram}&limit=2&cursor={first['next']}", token=olga).json()

    assert [len(first["items"]), len(second["items"]), second["next"]] == [2, 1, None]


@pytest.mark.parametrize(
    "query",
    [
        "after=yesterday",
        "after=1700000000",
        "before=2026-05-04",
        "before=2026-05-04T12:00:00",
        "after=%20",
        "after=2026-13-01T00:00:00Z",
    ],
)
def test_what_is_no_time_is_refused(served: Served, query: str) -> None:
    """RFC 3339 with its zone, and nothing that looks like it."""
    assert served.ask(f"GET /audit?{query}", token=served.operator()).code == "request.malformed"


def test_a_target_is_an_id(served: Served) -> None:
    """A name is for `actor`."""
    assert served.ask("GET /audit?account=bram", token=served.operator()).code == "accounts.not_found"


def test_a_feature_stands_for_all_its_acts(served: Served) -> None:
    """Whoever looks for locks finds their ends too."""
    bram, olga = served.world.add("bram"), served.operator()
    for path in ("lock", "unlock"):
        served.ask(f"POST /accounts/{bram}/{path}", REASON, olga)

    assert acts(served, "act=lockout", olga) == ["lockout.unlocked", "lockout.locked"]


def test_the_acts_that_there_are_can_be_listed(served: Served) -> None:
    """As the filter takes them."""
    told = served.ask("GET /audit/acts", token=served.operator()).json()

    assert {"act": "lockout.unlocked", "feature": "lockout", "words": "Unlocked"} in told["items"]
    assert told["next"] is None


def test_retention_is_read_and_changed(served: Served) -> None:
    """For ever at first; the change is recorded like every setting's (AUDIT-4)."""
    olga = served.operator()
    read = served.ask("GET /audit/settings", token=olga).json()
    changed = served.ask("PUT /audit/settings", {"audit_retention_days": 400, "reason": "works council"}, olga).json()

    assert read == {"version": 0, "audit_retention_days": 0}
    assert changed == {"outcome": "done", "version": 1, "changed": {"audit_retention_days": "0 → 400"}}
    assert served.ask("GET /audit/settings", token=olga).json() == {"version": 1, "audit_retention_days": 400}


@pytest.mark.parametrize("days", [1, 30, -1, 36_501])
def test_last_month_cannot_be_wiped_out(served: Served, days: int) -> None:
    """0, or at least 31 days."""
    refused = served.ask("PUT /audit/settings", {"audit_retention_days": days}, served.operator())

    assert (refused.status, refused.code) == (422, "policy.out_of_bounds")


def test_what_was_removed_is_told_in_pages(served: Served) -> None:
    """Newest run first, with everything that a later look needs."""
    olga = served.operator()
    for number in range(3):
        served.ask("GET /audit", token=served.operator(f"reader-{number}"))
        served.world.pass_time(days=40)
        with served.world.writing() as call:
            assert remove_expired(replace(call, actor=SYSTEM), 31) == 0
    olga = served.operator("anna")
    first = served.ask("GET /audit/checkpoints?limit=2", token=olga).json()
    second = served.ask(f"GET /audit/checkpoints?limit=2&cursor={first['next']}", token=olga).json()

    assert [run["number"] for page in (first, second) for run in page["items"]] == [3, 2, 1]
    assert second["next"] is None
    assert set(second["items"][0]) == {
        "number", "begun_at", "ended_at", "count", "first_id", "first_at", "last_id", "last_at", "link",
    }  # fmt: skip
    assert (second["items"][0]["count"], len(second["items"][0]["link"])) == (1, 64)


@pytest.mark.parametrize("cursor", ["x", "A" * 23, "%00"])
def test_a_cursor_of_checkpoints_that_is_none_is_refused(served: Served, cursor: str) -> None:
    """As on every list."""
    assert served.ask(f"GET /audit/checkpoints?cursor={cursor}", token=served.operator()).code == "list.cursor"


def test_a_cursor_beyond_all_numbers_begins_at_the_newest(served: Served) -> None:
    """No number is too large to be asked."""
    cursor = cursor_of(UUID(int=2**128 - 1))

    assert served.ask(f"GET /audit/checkpoints?cursor={cursor}", token=served.operator()).json()["items"] == []
