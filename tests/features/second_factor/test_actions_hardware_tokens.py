from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import AccountKind
from doorward.features.otp import actions as otp
from doorward.features.recovery_codes import actions as recovery_codes
from doorward.features.second_factor.actions.hardware_tokens import assign_token
from doorward.features.second_factor.model import FactorState
from doorward.features.sessions.model import OpenedWith
from doorward.features.tokens.actions.inventory import retire_token
from doorward.features.tokens.model import (
    AssignToken,
    RetireToken,
    TokenAssigned,
    TokenHeldAlready,
    TokenState,
    TokenUnassigned,
)
from doorward.kernel.act import Bearer
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.features.second_factor.handing import (
    COUNTING,
    TICKING,
    assign,
    display,
    give,
    press,
    stock,
    unassign,
)
from tests.features.second_factor.operating import alive, entry, reset, state
from tests.features.signin.walking import allow
from tests.features.tokens.stock import token_of
from tests.keys import OTHER_SECRET, bind, code
from tests.worlds import NOON, World


@pytest.fixture
def grace(world: World) -> Bearer:
    """Sign in Grace, an operator who may do all that a super user may, with her second factor."""
    return world.add_operator("grace", "super-user")


@pytest.fixture
def bram(world: World) -> AccountId:
    """Add Bram, who has a key of an app."""
    account = world.add("bram")
    bind(world, account, OTHER_SECRET)
    return account


def test_whoever_is_given_a_token_signs_in_with_it(world: World, grace: Bearer, bram: AccountId) -> None:
    """Nothing has to be set up; the key of before is gone, with its recovery codes and sessions."""
    (token,) = stock(world, COUNTING)
    with world.writing() as call:
        recovery_code = recovery_codes.make_codes(call, bram)[0]
    session = world.sign_in(bram)

    assert assign(world, bram, "100", grace) == TokenAssigned("100")

    assert [give(world, bram, one) for one in (code(OTHER_SECRET), press(0), press(0))] == [
        Result.WRONG, Result.RIGHT, Result.USED,
    ]  # fmt: skip
    with world.writing() as call:
        assert recovery_codes.use_code(call, bram, recovery_code) is Result.WRONG
    assert not alive(world, session)
    assert (token_of(world, token).state, token_of(world, token).account) == (TokenState.ASSIGNED, bram)
    assert (state(world, bram), world.standing(bram).state.factors) == (FactorState.SET_UP, 1)


def test_an_assignment_is_recorded_and_told(world: World, grace: Bearer, bram: AccountId) -> None:
    """With the serial number, never with what is inside; the mail has a link to say that it was not its reader."""
    stock(world, COUNTING)
    assign(world, bram, "100", grace)
    entry_ = world.entries()[-1]
    ((recipient, letter),) = world.collect_mail()

    assert (entry_.act, entry_.actor_name, entry_.target_name, entry_.reason, entry_.details) == (
        "tokens.assigned", "grace", "bram", "new desk", {"serial": "100", "manufacturer": "Acme"},
    )  # fmt: skip
    assert (recipient, letter.kind, letter.facts["serial"], letter.facts["by"]) == (
        "bram@example.org", "hardware_token_assigned", "100", "grace",
    )  # fmt: skip
    assert "/not-me/" in str(letter.facts["not_me"])


def test_an_assignment_takes_the_allowlist_entry(world: World, grace: Bearer) -> None:
    """A set-up under way would end in another key."""
    stock(world, COUNTING)
    dora = world.add("dora")
    allow(world, dora)

    assign(world, dora, "100", grace)

    assert entry(world, dora) is None
    assert state(world, dora) is FactorState.SET_UP


def test_an_excluded_account_stays_excluded(world: World, grace: Bearer) -> None:
    """The token lies beneath, for the day when the exclusion is lifted."""
    stock(world, COUNTING)
    robot = world.add("robot", excluded=True)

    assign(world, robot, "100", grace)
    excluded = state(world, robot)
    unassigned = unassign(world, robot, grace)

    assert (excluded, state(world, robot)) == (FactorState.EXCLUDED, FactorState.EXCLUDED)
    assert unassigned == TokenUnassigned("100", blocked=False)


def test_a_token_in_place_of_another_puts_that_one_back(world: World, grace: Bearer, bram: AccountId) -> None:
    """One account has one secret key."""
    first, _ = stock(world, COUNTING, TICKING)
    assign(world, bram, "100", grace)
    give(world, bram, press(4))

    assert assign(world, bram, "200", grace) == TokenAssigned("200")

    assert (token_of(world, first).state, token_of(world, first).last_step) == (TokenState.IN_STOCK, 4)
    assert give(world, bram, display(world)) is Result.RIGHT


def test_the_same_token_twice_changes_nothing(world: World, grace: Bearer, bram: AccountId) -> None:
    """Its holder goes on, sessions too."""
    stock(world, COUNTING)
    assign(world, bram, "100", grace)
    session = world.sign_in(bram)

    assert assign(world, bram, "100", grace) == TokenHeldAlready()
    assert alive(world, session)


def test_a_token_whose_key_is_worn_out_may_be_given_anew(world: World, grace: Bearer, bram: AccountId) -> None:
    """As a reset would (LOCK-14); what it has accepted stays used up."""
    stock(world, COUNTING)
    assign(world, bram, "100", grace)
    give(world, bram, press(3))
    with world.writing() as call:
        otp.disable_key(call, bram)

    assert assign(world, bram, "100", grace) == TokenAssigned("100")
    assert [give(world, bram, press(n)) for n in (3, 4)] == [Result.USED, Result.RIGHT]


def test_a_token_that_cannot_be_used_is_not_given(world: World, grace: Bearer, bram: AccountId) -> None:
    """Somebody else's, a retired one, one of tomorrow, one of yesterday, one that nobody knows."""
    dora = world.add("dora")
    made = [replace(COUNTING, serial=serial) for serial in ("taken", "retired")]
    made += [replace(COUNTING, serial="early", starts_at=NOON + timedelta(days=1))]
    made += [replace(COUNTING, serial="late", expires_at=NOON)]
    ids = stock(world, *made)
    assign(world, dora, "taken", grace)
    world.run(retire_token, RetireToken(ids[1], "lost"))

    refused = [assign(world, bram, serial, grace) for serial in ("taken", "retired", "early", "late", "nobody's")]

    assert [one.code for one in refused if isinstance(one, Refused)] == [
        "tokens.taken", "tokens.retired", "tokens.not_yet", "tokens.expired", "tokens.not_found",
    ]  # fmt: skip
    assert give(world, bram, code(OTHER_SECRET)) is Result.RIGHT


def test_a_token_is_named_by_its_id_too(world: World, grace: Bearer, bram: AccountId) -> None:
    """As the API's clients know it."""
    one, other = stock(world, COUNTING, replace(COUNTING, manufacturer="Other"))

    ambiguous = assign(world, bram, "100", grace)
    assigned = world.run(assign_token, AssignToken(bram, other, reason="x"), grace)

    assert ambiguous == Refused("tokens.ambiguous", {"makers": "Acme, Other"})
    assert assigned == TokenAssigned("100")
    assert [token_of(world, token).account for token in (one, other)] == [None, bram]


def test_whoever_could_use_the_token_alone_does_not_assign_it(world: World, grace: Bearer, bram: AccountId) -> None:
    """An operator who has set the account's address within 72 hours would have password and token (KEY-10)."""
    stock(world, COUNTING)
    with world.writing() as call:
        accounts.note_credential_change(replace(call, actor=replace(call.actor, account=grace.account)), bram, "email")

    refused = assign(world, bram, "100", grace)
    by_another = assign(world, bram, "100", world.add_operator("hal", "super-user"))

    assert refused == Refused("tokens.changed_by_actor")
    assert by_another == TokenAssigned("100")


def test_unassigning_blocks_as_a_delete_does(world: World, grace: Bearer, bram: AccountId) -> None:
    """The token is in stock, sessions and recovery codes are gone; it is recorded and told."""
    (token,) = stock(world, COUNTING)
    assign(world, bram, "100", grace)
    session = world.sign_in(bram)
    with world.writing() as call:
        recovery_code = recovery_codes.make_codes(call, bram)[0]
    world.collect_mail()

    assert unassign(world, bram, grace) == TokenUnassigned("100", blocked=True)

    assert (state(world, bram), world.standing(bram).state.factors) == (FactorState.BLOCKED, 0)
    assert not alive(world, session)
    assert give(world, bram, press(0)) is Result.WRONG
    with world.writing() as call:
        assert recovery_codes.use_code(call, bram, recovery_code) is Result.WRONG
    assert token_of(world, token).state is TokenState.IN_STOCK
    entry_ = world.entries()[-1]
    assert (entry_.act, entry_.outcome, entry_.details["serial"]) == ("tokens.unassigned", "done", "100")
    ((_, letter),) = world.collect_mail()
    assert (letter.kind, letter.facts["serial"], letter.facts["blocked"]) == ("hardware_token_unassigned", "100", True)


def test_an_external_account_keeps_its_only_factor(world: World, grace: Bearer) -> None:
    """Reset gives the token back as well, and lets a key be set up (KEY-4)."""
    (token,) = stock(world, COUNTING)
    eve = world.add("eve", kind=AccountKind.EXTERNAL)
    assign(world, eve, "100", grace)

    assert unassign(world, eve, grace) == Refused("second_factor.internal_only")
    reset(world, eve, grace)
    assert (token_of(world, token).state, state(world, eve)) == (TokenState.IN_STOCK, FactorState.MAY_SET_UP)


def test_the_last_administrator_keeps_the_token(world: World) -> None:
    """Nobody would be left who could administer: the server's owner is refused, too (RIGHT-5)."""
    stock(world, COUNTING)
    root = world.add("root", "administrator")

    assert assign(world, root, "100") == TokenAssigned("100")
    assert unassign(world, root) == Refused("rights.last_administrator")


def test_who_holds_no_token_has_none_to_give_back(world: World, grace: Bearer, bram: AccountId) -> None:
    """A key of an app is no token's."""
    assert unassign(world, bram, grace) == Refused("tokens.none_assigned")
    assert give(world, bram, code(OTHER_SECRET)) is Result.RIGHT


@pytest.mark.parametrize("act", [assign, unassign])
def test_tokens_are_for_others_by_right_and_with_the_second_factor(world: World, bram: AccountId, act: object) -> None:
    """Not for oneself, not for those above, not without the right, not without the factor (KEY-7)."""
    stock(world, COUNTING, TICKING)
    assign(world, bram, "100")
    grace = world.add_operator("grace", "super-user")
    assert callable(act)
    more = ("200",) if act is assign else ()
    above = world.add("boss", "administrator", factors=1)

    codes = [
        act(world, grace.account, *more, by=grace).code,
        act(world, above, *more, by=grace).code,
        act(world, bram, *more, by=world.add_operator("desk", "help-desk")).code,
        act(
            world, bram, *more, by=world.sign_in(world.add("x", "super-user", excluded=True), OpenedWith.PASSWORD)
        ).code,
    ]

    assert codes == ["rights.self", "rights.higher_target", "rights.missing", "session.second_factor_required"]
