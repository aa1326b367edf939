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


def test_a_person_sees_their_own_sessions(served: Served) -> None:
    """Whatever rights they have, and which of them asks (SESS-2)."""
    bram = served.world.add("bram", factors=1)
    lost = served.token(bram)
    served.world.pass_time(seconds=1)
    listed = served.ask("GET /me/sessions", token=served.token(bram)).json()

    assert [row["present"] for row in listed["items"]] == [True, False]
    assert listed["next"] is None
    assert served.ask("GET /me/sessions", token=lost).json()["items"][1]["present"] is True


def test_a_person_ends_one_of_their_sessions(served: Served) -> None:
    """Twice is harmless; an id that is none names nothing."""
    bram = served.world.add("bram", factors=1)
    lost, here = served.token(bram), served.token(bram)
    one = served.ask("GET /session", token=lost).json()["session"]["id"]
    answers = [served.ask(f"DELETE /me/sessions/{one}", {}, here).json() for _ in range(2)]
    unread = served.ask("DELETE /me/sessions/none", token=here)

    assert answers == [{"outcome": "done", "count": 1}, {"outcome": "unchanged", "count": 0}]
    assert [served.ask("GET /me", token=token).status for token in (lost, here)] == [401, 200]
    assert (unread.status, unread.code) == (404, "sessions.not_found")


def test_a_person_ends_all_their_other_sessions(served: Served) -> None:
    """The one that asks stays, and so does everybody else's."""
    bram = served.world.add("bram", factors=1)
    tokens, olga = [served.token(bram) for _ in range(3)], served.operator()
    answer = served.ask("DELETE /me/sessions", token=tokens[2])

    assert answer.json() == {"outcome": "done", "count": 2}
    assert [served.ask("GET /me", token=token).status for token in (*tokens, olga)] == [401, 401, 200, 200]


def test_own_sessions_take_a_session(served: Served) -> None:
    """A token that is over sees and ends nothing."""
    token = served.token(served.world.add("bram", factors=1))
    served.ask("DELETE /session", token=token)
    answers = [served.ask(line, token=token) for line in ("GET /me/sessions", "DELETE /me/sessions")]

    assert [(one.status, one.code) for one in answers] == [(401, "session.required")] * 2
