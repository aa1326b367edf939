import re

from doorward.features.accounts import store as accounts_store
from doorward.features.otp import actions as otp
from doorward.features.sessions.model import OpenedWith
from tests.doors.served import Served
from tests.keys import bind
from tests.worlds import NOON

REASON = {"reason": "lost the phone, called back"}


def test_reset_puts_an_account_on_the_allowlist(served: Served) -> None:
    """Every factor is gone, the sessions are dead (KEY-3, KEY-6)."""
    bram = served.world.add("bram", factors=1)
    token = served.token(bram)
    told = served.ask(f"POST /accounts/{bram}/reset-secret-key", REASON, served.operator()).json()

    assert (told["outcome"], told["account"]["second_factor"]) == ("done", "may_set_up")
    assert served.ask("GET /me", token=token).status == 401
    assert served.world.entries()[-1].act == "second_factor.reset"


def test_delete_blocks_an_account(served: Served) -> None:
    """Repeating it is harmless (KEY-4, KEY-8)."""
    bram = served.world.add("bram", factors=1)
    olga = served.operator()
    answers = [served.ask(f"POST /accounts/{bram}/delete-secret-key", REASON, olga).json() for _ in range(2)]

    assert [told["outcome"] for told in answers] == ["done", "unchanged"]
    assert answers[0]["account"]["second_factor"] == "blocked"


def test_delete_is_refused_for_an_excluded_account(served: Served) -> None:
    """Lift the exclusion first (KEY-4)."""
    bram = served.world.add("bram", excluded=True)
    refused = served.ask(f"POST /accounts/{bram}/delete-secret-key", REASON, served.operator())

    assert (refused.status, refused.code) == (409, "second_factor.excluded")


def test_a_session_without_the_factor_resets_nothing(served: Served) -> None:
    """By right is one question, by this session another (KEY-7)."""
    bram = served.world.add("bram", factors=1)
    token = served.token(served.world.add("olga", "administrator", excluded=True), OpenedWith.PASSWORD)
    refused = served.ask(f"POST /accounts/{bram}/reset-secret-key", REASON, token)

    assert (refused.status, refused.code) == (403, "session.second_factor_required")


def test_nobody_resets_their_own(served: Served) -> None:
    """Whatever the door (KEY-4)."""
    olga = served.world.add("olga", "administrator", factors=1)
    served.world.add("anna", "administrator", factors=1)
    refused = served.ask(f"POST /accounts/{olga}/reset-secret-key", REASON, served.token(olga))

    assert (refused.status, refused.code) == (403, "second_factor.self")


def test_a_temporary_code_is_shown_once(served: Served) -> None:
    """Twelve base32 symbols for fifteen minutes, for an account without a usable address (KEY-10)."""
    bram = served.world.add("bram", factors=1)
    olga = served.operator()
    served.ask(f"POST /accounts/{bram}/reset-secret-key", REASON, olga)
    changed = {"email_changed_at": NOON}
    with served.world.writing() as call:
        accounts_store.save_fields(call.sql, served.world.standing(bram).account, changed, call.now)
    told = served.ask(f"POST /accounts/{bram}/temporary-access-code", REASON, olga)

    assert told.status == 200
    assert re.fullmatch(r"[A-Z2-7]{4}[ -]?[A-Z2-7]{4}[ -]?[A-Z2-7]{4}", told.json()["code"])
    assert told.json()["expires_at"] == "2026-05-04T12:15:00Z"


def test_disabled_key_reads_as_blocked_until_it_is_allowed(served: Served) -> None:
    """The account counts as having neither key nor entry (LOCK-14)."""
    bram = served.world.add("bram")
    bind(served.world, bram)
    with served.world.writing() as call:
        otp.disable_key(call, bram)
    olga = served.operator()
    before = served.ask(f"GET /accounts/{bram}", token=olga).json()["second_factor"]
    served.ask(f"PUT /allowlist/{bram}", REASON, olga)
    after = served.ask(f"GET /accounts/{bram}", token=olga).json()["second_factor"]

    assert (before, after) == ("blocked", "may_set_up")
