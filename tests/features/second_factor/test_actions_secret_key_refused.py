import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.features.accounts.model import AccountKind
from doorward.features.second_factor.actions import exclusions, secret_key
from doorward.features.second_factor.model import (
    AllowlistEntry,
    Cause,
    DeleteSecretKey,
    ExcludeAccount,
    FactorState,
    ResetSecretKey,
    SecretKeyDeleted,
    SecretKeyReset,
)
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.features.second_factor.operating import delete, entry, reset, state
from tests.keys import bind
from tests.worlds import API, NOON, OWNER, World

UNTIL = NOON + timedelta(hours=72)
EXTERNAL = AccountKind.EXTERNAL


@pytest.fixture
def grace(world: World) -> Bearer:
    """Sign in Grace, an operator who may do all that a super user may, with her second factor."""
    return world.add_operator("grace", "super-user")


@pytest.fixture
def bram(world: World) -> AccountId:
    """Add Bram, who has a key."""
    account = world.add("bram")
    bind(world, account)
    return account


def test_external_account_cannot_be_deleted(world: World, grace: Bearer) -> None:
    """It is to be disabled instead; its key stays (KEY-4)."""
    eve = world.add("eve", kind=EXTERNAL)
    bind(world, eve)

    assert delete(world, eve, grace) == Refused("second_factor.internal_only")
    assert state(world, eve) is FactorState.SET_UP


def test_excluded_account_cannot_be_deleted(world: World, grace: Bearer, bram: AccountId) -> None:
    """The exclusion is to be lifted first; the key stays (KEY-4)."""
    world.run(exclusions.exclude_account, ExcludeAccount(bram, "robot"), grace)

    assert delete(world, bram, grace) == Refused("second_factor.excluded")
    assert world.standing(bram).state.factors == 1


def test_external_account_can_be_reset(world: World, grace: Bearer) -> None:
    """Customers lose phones too."""
    eve = world.add("eve", kind=EXTERNAL)
    bind(world, eve)

    assert reset(world, eve, grace) == SecretKeyReset(UNTIL, factors_deleted=1)


@pytest.mark.parametrize("act", [reset, delete])
def test_nobody_does_it_to_themselves(world: World, grace: Bearer, act: object) -> None:
    """Neither reset nor delete (KEY-4)."""
    assert callable(act)

    assert act(world, grace.account, grace) == Refused("second_factor.self")


@pytest.mark.parametrize("act", [reset, delete])
def test_the_right_and_the_factor_are_asked(world: World, bram: AccountId, act: object) -> None:
    """Help desk lacks the right; a super user whose session used no factor lacks that (KEY-7)."""
    assert callable(act)
    desk = world.add_operator("hugo", "help-desk")
    sam = world.add("sam", "super-user", factors=1)
    by_recovery = world.sign_in(sam, OpenedWith.RECOVERY_CODE)
    robin = world.add("robin", "super-user", excluded=True)
    by_password = world.sign_in(robin, OpenedWith.PASSWORD)

    codes = [act(world, bram, by).code for by in (desk, by_recovery, by_password)]
    assert codes == ["rights.missing", "session.second_factor_required", "session.second_factor_required"]
    assert state(world, bram) is FactorState.SET_UP


def test_nobody_resets_whoever_holds_more(world: World, grace: Bearer) -> None:
    """A super user cannot reset an administrator (RIGHT-4)."""
    boss = world.add("boss", "administrator", factors=1)
    world.add("deputy", "administrator", factors=1)

    assert reset(world, boss, grace) == Refused("rights.higher_target")


@pytest.mark.parametrize(
    ("action", "command"),
    [
        (secret_key.reset_secret_key, ResetSecretKey),
        (secret_key.delete_secret_key, DeleteSecretKey),
        (exclusions.exclude_account, ExcludeAccount),
    ],
)
def test_last_able_administrator_stays(world: World, action: object, command: type[ResetSecretKey]) -> None:
    """Not even the server's owner resets, deletes or excludes the last one (RIGHT-5, RIGHT-8)."""
    boss = world.add("boss", "administrator")
    bind(world, boss)

    refused = world.run(action, command(boss, "a mistake"), OWNER)  # type: ignore[arg-type]
    assert refused == Refused("rights.last_administrator")
    assert state(world, boss) is FactorState.SET_UP


def test_owner_needs_neither_right_nor_factor(world: World, bram: AccountId) -> None:
    """The command line acts as the server's owner, and is named so (RIGHT-8)."""
    outcome = world.run(secret_key.reset_secret_key, ResetSecretKey(bram, "lost phone"), OWNER)

    assert isinstance(outcome, SecretKeyReset)
    assert entry(world, bram) == AllowlistEntry(bram, Cause.RESET, NOON, "cli:root", None, "lost phone", UNTIL)


def test_of_two_operators_at_once_both_leave_one_state(world: World, bram: AccountId) -> None:
    """Reset and delete from two processes: one finds the factor, whoever is last decides, nothing is half done."""
    operators = [world.add_operator(name, "super-user") for name in ("grace", "hugo")]
    second = world.another_process()
    start, deleted = threading.Barrier(2), {}

    def do_reset() -> None:
        start.wait()
        outcome = reset(world, bram, operators[0])
        deleted["reset"] = outcome.factors_deleted if isinstance(outcome, SecretKeyReset) else None

    def do_delete() -> None:
        runtime = replace(world.runtime, database=second)
        start.wait()
        outcome = runtime.run(secret_key.delete_secret_key, DeleteSecretKey(bram), operators[1], API)
        deleted["delete"] = outcome.factors_deleted if isinstance(outcome, SecretKeyDeleted) else None

    threads = [threading.Thread(target=one) for one in (do_reset, do_delete)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    second.close()

    blocked = state(world, bram) is FactorState.BLOCKED and entry(world, bram) is None
    assert deleted == ({"reset": 1, "delete": 0} if blocked else {"reset": 0, "delete": 1})
    assert blocked or state(world, bram) is FactorState.MAY_SET_UP
