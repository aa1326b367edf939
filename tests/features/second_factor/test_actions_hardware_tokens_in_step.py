from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.features.accounts.model import LockReason
from doorward.features.otp import actions as otp
from doorward.features.sessions.model import OpenedWith
from doorward.features.tokens.model import TokenResynchronised
from doorward.kernel.act import Bearer
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.features.second_factor.handing import (
    COUNTING,
    TICKING,
    assign,
    display,
    expiring,
    give,
    pair,
    press,
    resynchronise,
    resynchronise_own,
    stock,
)
from tests.features.second_factor.operating import alive
from tests.features.second_factor.protecting import protect
from tests.keys import bind
from tests.worlds import World

WRONG, USED, RIGHT = Result.WRONG, Result.USED, Result.RIGHT


@pytest.fixture
def grace(world: World) -> Bearer:
    """Sign in Grace, an operator who may do all that a super user may, with her second factor."""
    return world.add_operator("grace", "super-user")


@pytest.fixture
def bram(world: World) -> AccountId:
    """Add Bram, who holds the counting token."""
    stock(world, COUNTING, TICKING)
    account = world.add("bram")
    assign(world, account, "100")
    world.collect_mail()
    return account


def failures(world: World, account: AccountId) -> int:
    """Tell how many wrong codes in a row the key remembers."""
    with world.reading() as call:
        return otp.failures_in_a_row(call, account)


def test_an_operator_puts_a_counter_in_step(world: World, grace: Bearer, bram: AccountId) -> None:
    """Two presses that Bram reads out are used up, and the next one is right: RFC 4226 section 7.4."""
    lost = give(world, bram, press(300))

    found = resynchronise(world, bram, (press(301), press(302)), grace)

    assert (lost, found) == (WRONG, TokenResynchronised("100", None))
    assert [give(world, bram, press(n)) for n in (301, 302, 303)] == [USED, USED, RIGHT]


@pytest.mark.parametrize("minutes", [-1_000, -7, 7, 1_000])
def test_an_operator_puts_a_clock_in_step(world: World, grace: Bearer, bram: AccountId, minutes: int) -> None:
    """Up to a day off, which is allowed for from then on, and shown."""
    assign(world, bram, "200")
    before = give(world, bram, display(world, minutes))

    found = resynchronise(world, bram, pair(world, minutes), grace)

    assert (before, found) == (WRONG, TokenResynchronised("200", minutes))
    assert give(world, bram, display(world, minutes)) is USED
    world.pass_time(seconds=30)
    assert give(world, bram, display(world, minutes)) is RIGHT
    with world.reading() as call:
        facts = otp.key_facts(call, bram)
    assert facts is not None
    assert (facts.token_offset_minutes, facts.clock_error_minutes, facts.clock_jumped) == (minutes, None, False)


def test_a_clock_stays_in_step_for_the_next_holder(world: World, bram: AccountId) -> None:
    """Its offset goes with the token."""
    assign(world, bram, "200")
    resynchronise(world, bram, pair(world, 42))
    world.pass_time(hours=1)
    dora = world.add("dora")
    bind(world, bram)

    assign(world, dora, "200")

    assert give(world, dora, display(world, 42)) is RIGHT


def test_it_is_recorded_and_told(world: World, grace: Bearer, bram: AccountId) -> None:
    """With the serial number and no code; the mail has a link to say that it was not its reader."""
    resynchronise(world, bram, (press(301), press(302)), grace)
    entry = world.entries()[-1]
    ((_, letter),) = world.collect_mail()

    assert (entry.act, entry.outcome, entry.actor_name, entry.reason, entry.details) == (
        "tokens.resynchronised", "done", "grace", "called", {"serial": "100", "manufacturer": "Acme"},
    )  # fmt: skip
    assert (letter.kind, letter.facts["serial"]) == ("hardware_token_resynchronised", "100")
    assert "/not-me/" in str(letter.facts["not_me"])


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ((press(301), press(303)), "otp.wrong"),
        ((press(0), press(0)), "otp.wrong"),
        ((press(1_001), press(1_002)), "otp.wrong"),
        (("12345", press(1)), "otp.malformed"),
        ((press(1), " 12345"), "otp.malformed"),
    ],
)
def test_other_codes_put_nothing_in_step(
    world: World, grace: Bearer, bram: AccountId, codes: tuple[str, str], code: str
) -> None:
    """An operator's slip does not count for the holder, and changes nothing."""
    refused = resynchronise(world, bram, codes, grace)

    assert refused == Refused(code)
    assert failures(world, bram) == 0
    assert give(world, bram, press(0)) is RIGHT
    assert world.entries()[-1].details["serial"] == "100"


def test_lock_14_an_operators_wrong_pairs_count_in_their_own_session(
    world: World, grace: Bearer, bram: AccountId
) -> None:
    """Ten lock the operator and end the session; the holder's key and account know nothing of it."""
    slip = ("000000", "111111")
    codes = [resynchronise(world, bram, slip, grace) for _ in range(10)]
    late = resynchronise(world, bram, (press(301), press(302)), grace)

    assert [one.code for one in codes if isinstance(one, Refused)] == ["otp.wrong"] * 9 + ["session.required"]
    assert late == Refused("session.required")
    assert not alive(world, grace)
    lock = world.standing(grace.account).state.lock
    assert lock is not None
    assert lock.reason is LockReason.FAILURES
    assert (failures(world, bram), failures(world, grace.account), world.standing(bram).state.lock) == (0, 0, None)


def test_lock_14_what_finds_a_token_is_not_counted_for_the_operator(
    world: World, grace: Bearer, bram: AccountId
) -> None:
    """Nor what is no code, nor a try where there is no token."""
    dora = world.add("dora")
    for _ in range(6):
        resynchronise(world, bram, ("12 345", press(1)), grace)
        resynchronise(world, dora, (press(1), press(2)), grace)
    found = resynchronise(world, bram, (press(301), press(302)), grace)

    assert found == TokenResynchronised("100", None)


def test_lock_14_the_owner_of_the_server_counts_for_nobody(world: World, bram: AccountId) -> None:
    """There is no session, and the database is theirs (RIGHT-8)."""
    for _ in range(12):
        assert resynchronise(world, bram, ("000000", "111111")) == Refused("otp.wrong")

    assert resynchronise(world, bram, (press(301), press(302))) == TokenResynchronised("100", None)


def test_codes_that_were_used_put_nothing_in_step(world: World, grace: Bearer, bram: AccountId) -> None:
    """Neither back nor forward."""
    give(world, bram, press(5))

    assert resynchronise(world, bram, (press(5), press(6)), grace) == Refused("otp.wrong")
    assert resynchronise(world, bram, (press(6), press(7)), grace) == TokenResynchronised("100", None)


def test_only_tokens_can_be_out_of_step(world: World, grace: Bearer) -> None:
    """A key of an app is mended on the phone, and no key is none."""
    dora, eve = world.add("dora"), world.add("eve")
    bind(world, dora)

    assert resynchronise(world, dora, ("123456", "654321"), grace) == Refused("tokens.none_assigned")
    assert resynchronise(world, eve, ("123456", "654321"), grace) == Refused("tokens.none_assigned")


def test_an_expired_token_is_put_in_step_no_more(world: World, grace: Bearer) -> None:
    """It would open nothing afterwards either."""
    dora = world.add("dora")
    stock(world, expiring(replace(TICKING, serial="300"), world, minutes=5))
    assign(world, dora, "300")
    world.pass_time(minutes=6)

    refused = resynchronise(world, dora, pair(world), grace)

    assert isinstance(refused, Refused)
    assert refused.code == "tokens.expired"


def test_people_put_their_own_token_in_step(world: World, bram: AccountId) -> None:
    """From a session that a passkey or a recovery code has opened, or one that is open still."""
    session = world.sign_in(bram, OpenedWith.RECOVERY_CODE)

    found = resynchronise_own(world, (press(301), press(302)), session)

    assert found == TokenResynchronised("100", None)
    assert [give(world, bram, press(n)) for n in (302, 303)] == [USED, RIGHT]
    entry = world.entries()[-1]
    assert (entry.act, entry.actor_name, entry.target_name) == ("tokens.resynchronised", "bram", "bram")
    assert world.collect_mail() == []


@pytest.mark.parametrize(("minutes", "found"), [(-9, True), (9, True), (-11, False), (11, False)])
def test_people_look_ten_minutes_either_way(world: World, bram: AccountId, minutes: int, *, found: bool) -> None:
    """Further is for somebody who is on the phone with them."""
    assign(world, bram, "200")

    outcome = resynchronise_own(world, pair(world, minutes), world.sign_in(bram))

    assert isinstance(outcome, TokenResynchronised) is found


def test_ones_own_wrong_pairs_count_and_end_the_session(world: World, bram: AccountId) -> None:
    """Whoever has stolen a session does not go on guessing (PROT-1), and the key counts too (LOCK-14)."""
    session = world.sign_in(bram)

    codes = [resynchronise_own(world, ("000000", "111111"), session) for _ in range(10)]
    late = resynchronise_own(world, (press(301), press(302)), session)

    assert [one.code for one in codes if isinstance(one, Refused)] == ["otp.wrong"] * 9 + ["session.required"]
    assert late == Refused("session.required")
    assert failures(world, bram) == 10
    assert world.standing(bram).state.lock is not None
    assert not alive(world, session)


def test_what_is_no_code_is_not_counted(world: World, bram: AccountId) -> None:
    """Nor is a try where there is no token."""
    dora = world.add("dora")
    bind(world, dora)

    assert resynchronise_own(world, ("12 345", press(1)), world.sign_in(bram)) == Refused("otp.malformed")
    assert resynchronise_own(world, (press(1), press(2)), world.sign_in(dora)) == Refused("tokens.none_assigned")
    assert [failures(world, one) for one in (bram, dora)] == [0, 0]


def test_on_a_protected_account_it_asks_for_the_proof(world: World, bram: AccountId) -> None:
    """As every change to such an account does (PROT-1)."""
    protect(world, bram)

    refused = resynchronise_own(world, (press(301), press(302)), world.sign_in(bram))

    assert refused == Refused("protection.required")
    assert give(world, bram, press(0)) is RIGHT


def test_the_drift_of_a_clock_is_followed(world: World, bram: AccountId) -> None:
    """A token that loses half a minute a month is still right after a year, if it is used: RFC 6238 section 6."""
    assign(world, bram, "200")
    results = []
    for month in range(12):
        results.append(give(world, bram, display(world, -0.5 * month)))
        world.pass_time(days=30)

    assert results == [RIGHT] * 12


def test_a_clock_that_is_not_used_drifts_out_of_step(world: World, bram: AccountId) -> None:
    """After as much at once, it is not."""
    assign(world, bram, "200")
    world.pass_time(days=360)

    assert give(world, bram, display(world, -6)) is WRONG


def test_a_code_of_a_slow_clock_is_late_by_its_own_time(world: World, bram: AccountId) -> None:
    """A step either side of where the clock is known to be, and no further."""
    assign(world, bram, "200")
    resynchronise(world, bram, pair(world, -42))
    world.pass_time(minutes=5)

    early, late = display(world, -41), display(world, -43)
    assert [give(world, bram, one) for one in (early, late, display(world, -42))] == [WRONG, WRONG, RIGHT]
    assert world.clock.now().minute == timedelta(minutes=5).seconds // 60
