import threading
from dataclasses import replace

import pytest

from doorward.edges.steps import PlainDriver
from doorward.features.lockout.actions.locking import unlock_account
from doorward.features.lockout.model import UnlockAccount
from doorward.features.signin.actions.codes import give_code
from doorward.features.signin.model import GiveCode, PendingToken, SignedIn
from doorward.kernel.events import Entry
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.features.second_factor.handing import COUNTING, TICKING, assign, display, expiring, press, stock
from tests.features.signin.walking import Walk, hash_now, token_of
from tests.worlds import API, World

IN_STEP = {"clock_error_minutes": None, "token_in_step": True}


@pytest.fixture
def walk(world: World) -> Walk:
    """Begin with two tokens, and nobody there."""
    stock(world, COUNTING, TICKING)
    return Walk(world)


def holding(walk: Walk, serial: str, name: str = "bram") -> AccountId:
    """Add somebody with a password and a token."""
    account = walk.person(name)
    assign(walk.world, account, serial)
    return account


def give(walk: Walk, pending: PendingToken, code: str) -> SignedIn | Refused:
    """Give a code."""
    outcome = walk.take(give_code(GiveCode(pending, code)))
    assert isinstance(outcome, SignedIn | Refused)
    return outcome


def in_step(walk: Walk) -> list[Entry]:
    """List the entries that say that a token is in step again."""
    return [entry for entry in walk.world.entries() if entry.act == "tokens.resynchronised"]


def test_a_counting_token_signs_in_code_by_code(walk: Walk) -> None:
    """Each press once; a lost press or two do not matter."""
    holding(walk, "100")
    outcomes = [give(walk, token_of(walk.give_password("bram")), press(n)) for n in (0, 1, 4, 4)]

    assert [isinstance(one, SignedIn) for one in outcomes] == [True, True, True, False]
    assert outcomes[-1] == Refused("otp.used")


def test_two_presses_far_ahead_put_the_token_in_step(walk: Walk) -> None:
    """Both are wrong and counted, and open nothing; the third one is right (KEY-15, RFC 4226 section 7.4)."""
    holding(walk, "100")
    pending = token_of(walk.give_password("bram"))

    first, second, third = (give(walk, pending, press(n)) for n in (300, 301, 302))

    assert [one.facts for one in (first, second) if isinstance(one, Refused)] == [{}, IN_STEP]
    assert isinstance(third, SignedIn)
    (entry,) = in_step(walk)
    assert (entry.target_name, entry.details) == ("bram", {"serial": "100", "manufacturer": "Acme"})


def test_two_codes_that_were_overheard_do_not_sign_in(walk: Walk) -> None:
    """Neither again, nor the other way round."""
    holding(walk, "100")
    pending = token_of(walk.give_password("bram"))

    outcomes = [give(walk, pending, press(n)) for n in (300, 301, 300, 301, 300)]

    assert [one.code for one in outcomes if isinstance(one, Refused)] == ["otp.wrong"] * 2 + ["otp.used"] * 3


def test_two_presses_of_two_sign_ins_are_two_wrong_codes(walk: Walk) -> None:
    """Only one person's tries belong together."""
    holding(walk, "100")

    for n in (300, 301):
        give(walk, token_of(walk.give_password("bram")), press(n))

    assert in_step(walk) == []


@pytest.mark.parametrize("minutes", [-7, 7])
def test_a_wrong_clock_is_put_in_step(walk: Walk, minutes: int) -> None:
    """Up to ten minutes; further, the help desk helps."""
    holding(walk, "200")
    pending = token_of(walk.give_password("bram"))

    outcomes = []
    for _ in range(3):
        outcomes.append(give(walk, pending, display(walk.world, minutes)))
        walk.world.pass_time(seconds=30)

    assert [one.facts for one in outcomes[:2] if isinstance(one, Refused)] == [{}, IN_STEP]
    assert isinstance(outcomes[2], SignedIn)
    assert len(in_step(walk)) == 1


def test_a_clock_half_a_day_off_is_not(walk: Walk) -> None:
    """Codes that somebody noted this morning must not come true this evening."""
    holding(walk, "200")
    pending = token_of(walk.give_password("bram"))

    for _ in range(3):
        refused = give(walk, pending, display(walk.world, -720))
        assert refused == Refused("otp.wrong")
        walk.world.pass_time(seconds=30)


def test_whose_token_is_over_is_told(walk: Walk) -> None:
    """A code that is right by the clock is wrong by the calendar."""
    dora = walk.person("dora")
    stock(walk.world, expiring(replace(TICKING, serial="300"), walk.world, hours=1))
    assign(walk.world, dora, "300")
    walk.world.pass_time(hours=2)

    refused = give(walk, token_of(walk.give_password("dora")), display(walk.world))

    assert refused == Refused("otp.wrong", {"token_expired_at": "2026-05-04T13:00:00Z"})


def test_a_hundred_wrong_codes_end_the_key_of_a_token(walk: Walk) -> None:
    """However often the account is unlocked in between (LOCK-14)."""
    bram = holding(walk, "100")
    last: SignedIn | Refused | None = None
    for _ in range(10):
        pending = token_of(walk.give_password("bram"))
        for _ in range(10):
            last = give(walk, pending, "000000")
        walk.world.run(unlock_account, UnlockAccount(bram, "called"))

    disabled = [entry.outcome for entry in walk.world.entries() if entry.act == "second_factor.key_disabled"]
    assert isinstance(last, Refused)
    assert disabled == ["done"]
    assert walk.world.standing(bram).state.factors == 0


@pytest.mark.parametrize("serial", ["100", "200"])
def test_racing_sign_ins_with_one_code_give_one_session(walk: Walk, serial: str) -> None:
    """Eight at once, in as many processes: one is in, and the others hear that the code was used (KEY-9)."""
    holding(walk, serial)
    pending = [token_of(walk.give_password("bram")) for _ in range(8)]
    code = press(3) if serial == "100" else display(walk.world)
    start, outcomes = threading.Barrier(8), []

    def run(token: PendingToken) -> None:
        runtime = replace(walk.world.runtime, database=walk.world.another_process())
        start.wait()
        outcomes.append(PlainDriver(runtime, hash_now).drive(give_code(GiveCode(token, code)), API))
        runtime.database.close()

    threads = [threading.Thread(target=run, args=(one,)) for one in pending]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(isinstance(one, SignedIn) for one in outcomes) == 1
    assert [one for one in outcomes if isinstance(one, Refused)] == [Refused("otp.used")] * 7
