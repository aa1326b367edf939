from uuid import UUID

from doorward.features.sessions.model import OpenedWith
from tests.doors.served import Served


def test_a_session_tells_its_account(served: Served) -> None:
    """Who is behind the token, how the session was opened, and what it may do."""
    bram = served.world.add("bram", "help-desk", factors=1)
    told = served.ask("GET /session", token=served.token(bram)).json()

    assert {key: told[key] for key in ("id", "user_name", "full_name", "email", "kind", "rights")} == {
        "id": str(bram),
        "user_name": "bram",
        "full_name": "Bram",
        "email": "bram@example.org",
        "kind": "internal",
        "rights": ["users:read", "users:unlock"],
    }
    assert told["session"]["opened_at"] == "2026-05-04T12:00:00Z"


def test_signing_out_ends_the_session(served: Served) -> None:
    """The token opens nothing any more."""
    token = served.token(served.world.add("bram", factors=1))
    ended = served.ask("DELETE /session", token=token)

    assert (ended.status, ended.json()) == (200, {"outcome": "done"})
    assert served.ask("GET /me", token=token).code == "session.required"


def test_an_operator_sees_the_sessions_of_an_account(served: Served) -> None:
    """Newest first, with how and whence they were opened."""
    bram = served.world.add("bram", factors=1)
    served.token(bram)
    served.world.pass_time(seconds=1)
    served.token(bram, OpenedWith.RECOVERY_CODE)
    listed = served.ask(f"GET /accounts/{bram}/sessions", token=served.operator()).json()

    assert [row["opened_with"] for row in listed["items"]] == ["recovery_code", "secret_key"]
    assert sorted(listed["items"][0]) == [
        "address", "door", "expires_at", "id", "last_seen_at", "opened_at", "opened_with", "user_agent",
    ]  # fmt: skip
    assert listed["next"] is None


def test_an_operator_ends_one_session(served: Served) -> None:
    """The others stay."""
    bram = served.world.add("bram", factors=1)
    tokens = [served.token(bram), served.token(bram)]
    olga = served.operator()
    ids = {served.ask("GET /session", token=token).json()["session"]["id"]: token for token in tokens}
    one = next(iter(ids))
    ended = served.ask(f"DELETE /accounts/{bram}/sessions/{one}", {"reason": "lost laptop"}, olga)

    assert ended.json() == {"outcome": "done", "count": 1}
    assert [served.ask("GET /me", token=token).status for token in ids.values()] == [401, 200]
    assert served.world.entries()[-1].reason == "lost laptop"


def test_an_operator_ends_all_sessions(served: Served) -> None:
    """A body is not needed; repeating it is harmless."""
    bram = served.world.add("bram", factors=1)
    tokens = [served.token(bram), served.token(bram)]
    olga = served.operator()
    answers = [served.ask(f"DELETE /accounts/{bram}/sessions", token=olga).json() for _ in range(2)]

    assert answers == [{"outcome": "done", "count": 2}, {"outcome": "unchanged", "count": 0}]
    assert [served.ask("GET /me", token=token).status for token in tokens] == [401, 401]


def test_an_unknown_session_is_over_already(served: Served) -> None:
    """Whether it ever was does not matter; an id that cannot be one leads nowhere."""
    bram = served.world.add("bram")
    olga = served.operator()
    gone = served.ask(f"DELETE /accounts/{bram}/sessions/{UUID(int=7)}", token=olga)

    assert gone.json() == {"outcome": "unchanged", "count": 0}
    assert served.ask(f"DELETE /accounts/{bram}/sessions/7", token=olga).code == "sessions.not_found"
