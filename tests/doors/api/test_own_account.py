from doorward.features.sessions.model import OpenedWith
from tests.doors.served import Served
from tests.features.signin.walking import PASSWORD, Walk, authenticator
from tests.keys import SECRET, bind, code


def test_me_is_ones_own_account(served: Served) -> None:
    """The account as operators see it, and the state of the factor."""
    bram = served.world.add("bram", factors=1)
    bind(served.world, bram)
    told = served.ask("GET /me", token=served.token(bram)).json()

    assert (told["id"], told["user_name"], told["second_factor"]) == (str(bram), "bram", "set_up")
    assert told["key"]["confirmed_at"] == "2026-05-04T12:00:00Z"
    assert (told["own_page_only"], told["new_key_under_way"], len(told["sessions"])) == (False, False, 1)


def test_no_key_is_ever_shown_again(served: Served) -> None:
    """Facts about it, never the key (KEY-16)."""
    bram = served.world.add("bram", factors=1)
    bind(served.world, bram)

    assert b"GEZDGNBVGY3TQOJQ" not in served.ask("GET /me", token=served.token(bram)).body


def test_a_new_key_is_begun_proven_and_saved(served: Served) -> None:
    """After a recovery code; the session ends with it, and the new key signs in (KEY-1, KEY-2)."""
    bram = served.world.add("bram", factors=1)
    bind(served.world, bram)
    token = served.token(bram, OpenedWith.RECOVERY_CODE)
    begun = served.ask("POST /me/secret-key", token=token).json()
    under_way = served.ask("GET /me", token=token).json()
    proof = {"code": authenticator(begun["secret_key"], served.world)}
    held = served.ask("POST /me/secret-key/check", proof, token).json()
    saved = served.ask("PUT /me/secret-key", {}, token).json()

    assert sorted(begun) == ["expires_at", "issuer", "otpauth_uri", "secret_key"]
    assert (under_way["new_key_under_way"], under_way["new_key_proven"]) == (True, False)
    assert held == {"outcome": "done", "expires_at": "2026-05-04T12:10:00Z"}
    assert (saved["outcome"], saved["signed_out"], len(saved["recovery_codes"])) == ("done", True, 10)
    assert served.ask("GET /me", token=token).status == 401


def test_an_unproven_key_is_not_saved(served: Served) -> None:
    """A code made from it comes first."""
    bram = served.world.add("bram", factors=1)
    token = served.token(bram, OpenedWith.RECOVERY_CODE)
    served.ask("POST /me/secret-key", token=token)
    refused = served.ask("PUT /me/secret-key", token=token)

    assert (refused.status, refused.code) == (409, "second_factor.not_confirmed")


def test_a_new_key_is_discarded(served: Served) -> None:
    """The present one stays; discarding twice is harmless."""
    bram = served.world.add("bram", factors=1)
    token = served.token(bram, OpenedWith.RECOVERY_CODE)
    served.ask("POST /me/secret-key", token=token)
    answers = [served.ask("DELETE /me/secret-key", token=token).json() for _ in range(2)]

    assert answers == [{"outcome": "done"}, {"outcome": "unchanged"}]


def test_an_old_session_gives_a_fresh_code_first(served: Served) -> None:
    """Five minutes after its code a session proves itself again (KEY-2)."""
    bram = served.world.add("bram", factors=1)
    bind(served.world, bram)
    token = served.token(bram)
    served.world.pass_time(minutes=6)
    refused = served.ask("POST /me/secret-key", {}, token)
    begun = served.ask("POST /me/secret-key", {"code": code(SECRET, served.world.clock.now())}, token)

    assert (refused.status, refused.code) == (403, "session.fresh_code_required")
    assert begun.status == 200


def test_a_person_reads_their_own_history(served: Served) -> None:
    """Who did what and why, in plain words; not where the operator was (AUDIT-4)."""
    bram, olga = served.world.add("bram", factors=1), served.operator()
    for word in ("lock", "unlock"):
        served.ask(f"POST /accounts/{bram}/{word}", {"reason": "a check"}, olga, client="10.0.0.9")
        served.world.pass_time(seconds=1)
    token = served.token(bram)
    first = served.ask("GET /me/history?limit=1", token=token).json()
    second = served.ask(f"GET /me/history?limit=1&cursor={first['next']}", token=token).json()

    assert [one["said"] for one in first["items"] + second["items"]] == [
        "Unlocked by olga: a check", "Locked by olga: a check",
    ]  # fmt: skip
    assert first["items"][0]["by"] == "olga"
    assert [(one["address"], one["user_agent"]) for one in first["items"] + second["items"]] == [("", "")] * 2
    assert second["next"] is None
    assert served.ask("GET /me/history?cursor=here", token=token).code == "list.cursor"


def test_recovery_codes_are_made_anew(served: Served) -> None:
    """Ten, after a fresh code where the session has given none of late (KEY-1, KEY-2)."""
    bram = served.world.add("bram", factors=1)
    bind(served.world, bram)
    token = served.token(bram)
    at_once = served.ask("POST /me/recovery-codes", token=token).json()
    served.world.pass_time(minutes=6)
    refused = served.ask("POST /me/recovery-codes", {}, token)
    proven = served.ask("POST /me/recovery-codes", {"code": code(SECRET, served.world.clock.now())}, token)

    assert (at_once["outcome"], len(at_once["recovery_codes"])) == ("done", 10)
    assert (refused.status, refused.code) == (403, "session.fresh_code_required")
    assert (proven.status, len(proven.json()["recovery_codes"])) == (200, 10)
    assert served.ask("GET /me", token=token).json()["recovery_codes_left"] == 10


def test_a_password_is_changed(served: Served) -> None:
    """The present one is asked for; other sessions end (PASS-1)."""
    bram = Walk(served.world).person("bram", factors=1)
    here, other = served.token(bram), served.token(bram)
    new = {"new_password": "a swim in the lake"}
    wrong = served.ask("POST /me/password", {"password": "a guess", **new}, here)
    short = served.ask("POST /me/password", {"password": PASSWORD, "new_password": "short"}, here)
    changed = served.ask("POST /me/password", {"password": PASSWORD, **new}, here)

    assert [(one.status, one.code) for one in (wrong, short)] == [
        (403, "session.wrong_password"), (422, "passwords.min_length"),
    ]  # fmt: skip
    assert changed.json() == {"outcome": "done"}
    assert [served.ask("GET /me", token=token).status for token in (here, other)] == [200, 401]


def test_a_password_is_changed_by_whoever_is_signed_in(served: Served) -> None:
    """A body without a session comes to nothing, and a dead one neither."""
    body = {"password": PASSWORD, "new_password": "a swim in the lake"}
    token = served.token(Walk(served.world).person("bram", factors=1))
    served.ask("DELETE /session", token=token)
    answers = [served.ask("POST /me/password", body), served.ask("POST /me/password", body, token)]

    assert [(one.status, one.code) for one in answers] == [(401, "session.required")] * 2
