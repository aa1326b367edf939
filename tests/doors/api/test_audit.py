import pytest

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
        "after=",
        "after=2026-13-01T00:00:00Z",
    ],
)
def test_what_is_no_time_is_refused(served: Served, query: str) -> None:
    """RFC 3339 with its zone, and nothing that looks like it."""
    assert served.ask(f"GET /audit?{query}", token=served.operator()).code == "request.malformed"


def test_a_target_is_an_id(served: Served) -> None:
    """A name is for `actor`."""
    assert served.ask("GET /audit?account=bram", token=served.operator()).code == "accounts.not_found"
