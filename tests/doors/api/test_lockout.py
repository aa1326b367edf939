from tests.doors.served import Served
from tests.features.rights.giving import group, hold, own_role
from tests.worlds import NOON


def test_unlock_opens_an_account(served: Served) -> None:
    """The lock goes, Unlocked by comes, and the entry holds the reason (LOCK-7)."""
    bram = served.world.add("bram", locked_at=NOON, lock_reason="Failures")
    told = served.ask(f"POST /accounts/{bram}/unlock", {"reason": "called back"}, served.operator()).json()
    entry = served.world.entries()[-1]

    assert told["outcome"] == "done"
    assert {key: told["account"][key] for key in ("locked_at", "lock_reason", "unlocked_by", "unlocked_at")} == {
        "locked_at": None,
        "lock_reason": None,
        "unlocked_by": "olga",
        "unlocked_at": "2026-05-04T12:00:00Z",
    }
    assert (entry.act, entry.reason, entry.target_id, entry.door) == ("lockout.unlocked", "called back", bram, "api")


def test_an_open_account_stays_as_it_is(served: Served) -> None:
    """Unlocking twice is harmless."""
    bram = served.world.add("bram")
    told = served.ask(f"POST /accounts/{bram}/unlock", {"reason": "called back"}, served.operator()).json()

    assert (told["outcome"], told["account"]["unlocked_by"]) == ("unchanged", None)


def test_nobody_unlocks_themselves(served: Served) -> None:
    """Whatever rights they hold (LOCK-8)."""
    olga = served.world.add("olga", "administrator", factors=1)
    refused = served.ask(f"POST /accounts/{olga}/unlock", {"reason": "me"}, served.token(olga))

    assert (refused.status, refused.code) == (403, "lockout.self")


def test_the_help_desk_lifts_no_lock_set_by_hand(served: Served) -> None:
    """That takes `users:modify`."""
    bram = served.world.add("bram", locked_at=NOON, lock_reason="Administrator")
    token = served.operator("hanna", "help-desk")
    refused = served.ask(f"POST /accounts/{bram}/unlock", {"reason": "asked nicely"}, token)

    assert (refused.status, refused.code) == (403, "rights.missing")


def test_lock_bars_an_account(served: Served) -> None:
    """By hand: reason, date, and every session over."""
    bram = served.world.add("bram", factors=1)
    token = served.token(bram)
    told = served.ask(f"POST /accounts/{bram}/lock", {"reason": "left"}, served.operator()).json()

    assert (told["outcome"], told["account"]["lock_reason"]) == ("done", "Administrator")
    assert told["account"]["locked_at"] == "2026-05-04T12:00:00Z"
    assert served.ask("GET /me", token=token).status == 401


def test_the_last_administrator_is_not_locked(served: Served) -> None:
    """Somebody has to be able to undo it (RIGHT-5)."""
    served.world.add("anna", "administrator", factors=1)
    token = served.operator("hugo", "super-user")
    anna = served.ask("GET /accounts?query=anna", token=token).json()["items"][0]["id"]
    refused = served.ask(f"POST /accounts/{anna}/lock", {"reason": "coup"}, token)

    assert refused.status == 403


def test_account_protection_is_a_known_field(served: Served) -> None:
    """It is asked for by protected accounts alone, and may be sent to others."""
    bram = served.world.add("bram")
    proof = {"password": "x", "code": "123456"}
    body = {"reason": "left", "account_protection": proof}

    assert served.ask(f"POST /accounts/{bram}/lock", body, served.operator()).status == 200


def test_an_unknown_account_is_not_found(served: Served) -> None:
    """An id that nobody bears."""
    missing = "019df2dc-0a00-7ff7-b574-000000000000"
    refused = served.ask(f"POST /accounts/{missing}/unlock", {"reason": "who"}, served.operator())

    assert (refused.status, refused.code) == (404, "accounts.not_found")


def test_an_unlock_is_taken_back(served: Served) -> None:
    """With or without a body, for ten seconds; the account is as it was."""
    bram = served.world.add("bram", locked_at=NOON, lock_reason="Failures", unlocked_by="henk")
    olga = served.operator()
    served.ask(f"POST /accounts/{bram}/unlock", {"reason": "a slip"}, olga)
    undone = served.ask(f"POST /accounts/{bram}/unlock/undo", token=olga)
    again = served.ask(f"POST /accounts/{bram}/unlock/undo", {"reason": "once more"}, olga)
    account = undone.json()["account"]

    assert (undone.status, undone.json()["outcome"]) == (200, "done")
    assert (account["locked_at"], account["lock_reason"]) == ("2026-05-04T12:00:00Z", "Failures")
    assert (account["unlocked_by"], account["unlocked_at"]) == ("henk", None)
    assert (again.status, again.code) == (409, "lockout.undo_changed")


def test_an_unlock_is_not_taken_back_later(served: Served) -> None:
    """The server's clock decides."""
    bram = served.world.add("bram", locked_at=NOON, lock_reason="Failures")
    olga = served.operator()
    served.ask(f"POST /accounts/{bram}/unlock", {"reason": "a slip"}, olga)
    served.world.pass_time(seconds=11)
    late = served.ask(f"POST /accounts/{bram}/unlock/undo", {}, olga)

    assert (late.status, late.code) == (409, "lockout.undo_late")


def test_an_answer_names_no_group_out_of_reach(served: Served) -> None:
    """The help desk of one branch is told of that branch, after an act as before it (RIGHT-3)."""
    world = served.world
    anna, olav = world.add("anna"), world.add("olav", factors=1)
    north = group(world, "North", anna)
    group(world, "Merger (secret)", anna)
    hold(world, olav, "help-desk", over=north)
    token = served.token(olav)
    read = served.ask(f"GET /accounts/{anna}", token=token).json()
    told = served.ask(f"POST /accounts/{anna}/unlock", {"reason": "called back"}, token).json()

    assert (told["outcome"], told["account"]) == ("unchanged", read)
    assert read["groups"] == ["North"]


def test_who_may_unlock_and_not_read_is_shown_no_account(served: Served) -> None:
    """The unlock is done, and answers for no more than that (RIGHT-3)."""
    world = served.world
    otto, olav = world.add("otto", locked_at=NOON, lock_reason="Failures"), world.add("olav", factors=1)
    for role, right, over in (("unlocker", "users:unlock", None), ("reader", "users:read", group(world, "North"))):
        own_role(world, role, right)
        hold(world, olav, role, over=over)
    token = served.token(olav)

    told = served.ask(f"POST /accounts/{otto}/unlock", {"reason": "called back"}, token)

    assert (told.status, told.json()) == (200, {"outcome": "done", "account": None})
    assert world.standing(otto).state.lock is None
