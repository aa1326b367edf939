from dataclasses import replace
from typing import Any

import pytest

from doorward.features.accounts.model import LockReason
from doorward.features.administration.actions.editing import disable_account, edit_account
from doorward.features.administration.model import AccountDisabled, AccountEdited, DisableAccount, EditAccount
from doorward.features.lockout.actions.locking import lock_account, unlock_account
from doorward.features.lockout.model import AccountLocked, AlreadyLocked, LockAccount, NotLocked, UnlockAccount
from doorward.features.second_factor.actions.protection import Compared
from doorward.features.second_factor.actions.secret_key import reset_secret_key
from doorward.features.second_factor.model import ResetSecretKey
from doorward.kernel.act import Bearer, Nobody
from doorward.kernel.ids import AccountId
from tests.features.second_factor.protecting import (
    OVER,
    REQUIRED,
    RIGHT,
    WRONG_CODE,
    WRONG_PASSWORD,
    Typed,
    change,
    compare,
    failures,
    fresh_at,
    in_flight,
    lock,
    lock_reason,
    operator,
    protect,
    wrong,
)
from tests.features.second_factor.regenerating import alive
from tests.keys import OTHER_SECRET, bind, code
from tests.worlds import API, World


@pytest.fixture
def grace(world: World) -> Bearer:
    """Grace, an administrator who signed in with her factor."""
    return operator(world, "grace", "administrator")


@pytest.fixture
def bram(world: World) -> AccountId:
    """Bram, whose account is protected."""
    return protect(world, world.add("bram", factors=1))


def test_change_without_a_proof_is_refused_and_recorded(world: World, grace: Bearer, bram: AccountId) -> None:
    """Whatever door forgets to ask: nothing is done, and the attempt stands in the trail (PROT-1)."""
    outcome = world.run(lock_account, lock(bram), grace)
    entry = world.entries()[-1]

    assert outcome == REQUIRED
    assert lock_reason(world, bram) is None
    assert (entry.act, entry.outcome, entry.code, entry.target_name, entry.reason) == (
        "lockout.locked", "refused", "protection.required", "bram", "left",
    )  # fmt: skip


def test_right_proof_changes_the_account(world: World, grace: Bearer, bram: AccountId) -> None:
    """The entry says that it was given, and holds neither password nor code."""
    outcome = change(world, lock_account, lock(bram), grace)
    entry = world.entries()[-1]

    assert isinstance(outcome, AccountLocked)
    assert (entry.outcome, entry.actor_name, entry.details) == (
        "done", "grace", {"account_protection": True, "lock_reason": "Administrator"},
    )  # fmt: skip
    assert (failures(world, grace.account), in_flight(world)) == (0, 0)


@pytest.mark.parametrize(
    ("typed", "cause"),
    [
        (WRONG_PASSWORD, "wrong password"),
        (WRONG_CODE, "wrong code"),
        (replace(WRONG_PASSWORD, code="000000"), "wrong password"),
        (Typed(secret=OTHER_SECRET), "wrong code"),
    ],
)
def test_wrong_proof_changes_nothing(world: World, grace: Bearer, bram: AccountId, typed: Typed, cause: str) -> None:
    """One answer for password and code; it is recorded on the target, and counted against the actor (PROT-1)."""
    outcome = change(world, lock_account, lock(bram), grace, typed)
    entry = world.entries()[-1]

    assert outcome == wrong(cause)
    assert lock_reason(world, bram) is None
    assert (entry.act, entry.code, entry.actor_name, entry.target_name, entry.details) == (
        "lockout.locked", "protection.wrong", "grace", "bram", {"cause": cause},
    )  # fmt: skip
    assert (failures(world, grace.account), failures(world, bram), in_flight(world)) == (1, 0, 0)
    assert alive(world, grace)


def test_wrong_password_leaves_the_code_unused(world: World, grace: Bearer, bram: AccountId) -> None:
    """Whoever slipped in the password types it once more, with the same code."""
    shown = code(RIGHT.secret, world.clock.now())

    assert change(world, lock_account, lock(bram), grace, Typed("a slip", shown)) == wrong("wrong password")
    assert isinstance(change(world, lock_account, lock(bram), grace, Typed(code=shown)), AccountLocked)


def test_proof_is_ignored_where_none_is_asked_for(world: World, grace: Bearer, bram: AccountId) -> None:
    """It is not looked at: a wrong one does no harm, and a right one serves a change that asks for it."""
    carl = world.add("carl")

    assert isinstance(change(world, lock_account, lock(carl), grace, WRONG_PASSWORD), AccountLocked)
    assert isinstance(change(world, lock_account, lock(bram), grace), AccountLocked)
    assert failures(world, grace.account) == 0


def test_proof_of_whoever_may_not_is_not_looked_at(world: World, bram: AccountId) -> None:
    """The guard's answer comes first: no code is used, nothing is counted."""
    hugo = operator(world, "hugo", "help-desk")

    assert change(world, lock_account, lock(bram), hugo, WRONG_CODE).code == "rights.missing"
    assert change(world, lock_account, lock(bram), Nobody(), WRONG_CODE) == OVER
    assert failures(world, hugo.account) == 0


def t37_substitutions(world: World, grace: Bearer, bram: AccountId) -> dict[str, Any]:
    """Prepare a proof that serves a change, and say how it could be turned to another use."""
    olga = operator(world, "olga", "administrator", secret=OTHER_SECRET)
    carl, used = protect(world, world.add("carl", factors=1)), Typed(code=code(RIGHT.secret, world.clock.now()))
    assert isinstance(change(world, lock_account, lock(bram), grace, used), AccountLocked)
    late = Typed(code=code(RIGHT.secret, world.clock.now(), steps=-2))
    return {
        "the same change again": (lock_account, lock(bram), grace, used),
        "another act": (reset_secret_key, ResetSecretKey(bram, "x"), grace, used),
        "another target": (lock_account, lock(carl), grace, used),
        "another session": (lock_account, lock(carl), world.sign_in(grace.account), used),
        "another actor": (lock_account, lock(carl), olga, used),
        "too late": (lock_account, lock(carl), grace, late),
    }


@pytest.mark.parametrize(
    "how", ["the same change again", "another act", "another target", "another session", "another actor", "too late"]
)
def test_t37_proof_serves_nothing_else(world: World, grace: Bearer, bram: AccountId, how: str) -> None:
    """Six substitutions, none of which changes anything (PROT-2)."""
    substituted = t37_substitutions(world, grace, bram)[how]
    outcome = change(world, *substituted)

    assert outcome.code == "protection.wrong"
    assert lock_reason(world, bram) is LockReason.ADMINISTRATOR
    assert world.standing(bram).state.factors == 1


def test_used_code_is_refused_and_not_counted(world: World, grace: Bearer, bram: AccountId) -> None:
    """Two changes within 30 seconds are no guess (PROT-1, KEY-9)."""
    shown = Typed(code=code(RIGHT.secret, world.clock.now()))
    change(world, lock_account, lock(bram), grace, shown)

    assert change(world, unlock_account, UnlockAccount(bram, "back"), grace, shown) == wrong("code used already")
    assert (failures(world, grace.account), in_flight(world)) == (0, 0)


def test_proof_leaves_nothing_for_later(world: World, grace: Bearer, bram: AccountId) -> None:
    """The next change to the account asks again, and the session is no fresher than before (PROT-2)."""
    before = fresh_at(world, grace)
    change(world, lock_account, lock(bram), grace)

    assert world.run(unlock_account, UnlockAccount(bram, "back"), grace) == REQUIRED
    assert fresh_at(world, grace) == before


def test_whoever_has_no_password_cannot_prove_themselves(world: World, bram: AccountId) -> None:
    """Nothing is compared, and nothing changes."""
    olga = world.add("olga", "administrator")
    bind(world, olga)
    session = world.sign_in(olga)

    assert change(world, lock_account, lock(bram), session) == wrong("no password")


def test_prot_3_the_mark_is_lifted_with_a_proof_only(world: World, grace: Bearer, bram: AccountId) -> None:
    """Marking asks for nothing; lifting the mark is a change like any other."""
    version = world.standing(bram).account.version
    lift = EditAccount(bram, version, protected=False, reason="left the board")
    mark = EditAccount(world.add("carl"), 1, protected=True, reason="joined the board")

    assert world.run(edit_account, lift, grace) == REQUIRED
    assert change(world, edit_account, lift, grace, WRONG_CODE) == wrong("wrong code")
    assert change(world, edit_account, lift, grace) == AccountEdited(version + 1, ("protected",))
    assert world.run(edit_account, mark, grace) == AccountEdited(2, ("protected",))
    assert world.entries()[-1].details == {"protected": True, "changed": "protected"}


def test_right_8_the_owner_is_not_asked(world: World, bram: AccountId) -> None:
    """Who runs the command line on the data directory could write the database as well."""
    assert isinstance(world.run(disable_account, DisableAccount(bram, "left")), AccountDisabled)


def test_one_request_is_proven_once(world: World, grace: Bearer, bram: AccountId) -> None:
    """What it changes besides about the same account goes on under its proof; nothing else does."""
    carl, prover = protect(world, world.add("carl")), compare(world, lock_account, lock(bram), grace)
    world.runtime.run(lock_account, lock(bram), grace, API, prover)
    assert isinstance(prover, Compared)
    again = prover.again(bram)

    def go_on(command: LockAccount, session: Bearer) -> object:
        return world.runtime.run(lock_account, command, session, API, again)

    assert isinstance(go_on(lock(bram), grace), AlreadyLocked)
    assert go_on(lock(carl), grace) == REQUIRED
    assert go_on(lock(bram), world.sign_in(grace.account)) == REQUIRED


def test_act_that_finds_nothing_to_do_has_used_the_code(world: World, grace: Bearer, bram: AccountId) -> None:
    """A proof is good for one request, whatever came of it."""
    shown = Typed(code=code(RIGHT.secret, world.clock.now()))

    assert change(world, unlock_account, UnlockAccount(bram, "test"), grace, shown) == NotLocked()
    assert change(world, lock_account, lock(bram), grace, shown) == wrong("code used already")
