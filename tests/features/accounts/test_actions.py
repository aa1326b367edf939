from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from doorward.edges.call import Call
from doorward.edges.run import LostRace
from doorward.features.accounts import actions, store
from doorward.features.accounts.model import AccountKind, Lock, LockReason, NewAccount, Standing
from doorward.kernel.act import SYSTEM, Actor
from doorward.kernel.ids import AccountId
from tests.worlds import NOON, World

GRACE = Actor(AccountId(UUID(int=7)), "grace")


@pytest.fixture
def bram(world: World) -> AccountId:
    """Bram, enabled and open."""
    return world.add("bram")


def test_account_is_loaded_and_found(world: World, bram: AccountId) -> None:
    """By its id and by any spelling of its name."""
    with world.reading() as call:
        loaded, found = actions.load(call, bram), actions.find(call, " BRAM")

    assert loaded == found == world.standing(bram)


def test_people_of_a_page(world: World, bram: AccountId) -> None:
    """Whoever is there; a page of nobody is one too."""
    with world.reading() as call:
        found, nobody = actions.people(call, [bram, AccountId(UUID(int=1))]), actions.people(call, [])

    assert (found, nobody) == ({bram: world.standing(bram).account}, {})


def test_account_that_is_not_there(world: World) -> None:
    """Neither an id nor a name that nobody has is an error."""
    with world.reading() as call:
        assert (actions.load(call, AccountId(UUID(int=1))), actions.find(call, "nobody")) == (None, None)


def test_account_is_added_open_and_enabled(world: World) -> None:
    """What was given is what is kept."""
    with world.writing() as call:
        new = NewAccount(AccountId(UUID(int=5)), "carl", "Carl", "carl@example.org", AccountKind.EXTERNAL, call.now)
        actions.add(call, new)
    account = world.standing(new.id).account

    assert (account.user_name, account.kind, account.enabled, account.created_at) == (
        "carl", AccountKind.EXTERNAL, True, NOON,
    )  # fmt: skip


def test_disabling_and_enabling(world: World, bram: AccountId) -> None:
    """Enabling begins the days of inactivity anew; each is a version of its own (LOCK-1)."""
    world.pass_time(hours=1)
    with world.writing() as call:
        actions.set_enabled(call, world.standing(bram).account, enabled=False)
    disabled = world.standing(bram)
    world.pass_time(hours=1)
    with world.writing() as call:
        actions.set_enabled(call, disabled.account, enabled=True)
    enabled = world.standing(bram)

    assert (disabled.account.enabled, disabled.state.enabled_at, disabled.account.version) == (False, NOON, 2)
    assert (enabled.account.enabled, enabled.state.enabled_at) == (True, NOON + timedelta(hours=2))


def disable(call: Call, before: Standing) -> None:
    """Disable an account as it was loaded."""
    actions.set_enabled(call, before.account, enabled=False)


@pytest.mark.parametrize("change", [disable, actions.restore])
def test_change_of_a_stale_account_is_a_lost_race(
    world: World, bram: AccountId, change: Callable[[Call, Standing], None]
) -> None:
    """Whoever decided on what is no longer so decides again."""
    stale = world.standing(bram)
    with world.writing() as call:
        actions.save(call, stale.account, {"full_name": "Somebody"})

    with world.writing() as call, pytest.raises(LostRace):
        change(call, stale)


def test_save_says_whether_it_was_in_time(world: World, bram: AccountId) -> None:
    """An edit that comes too late is told so."""
    before = world.standing(bram).account
    with world.writing() as call:
        told = [actions.save(call, before, {"full_name": name}) for name in ("First", "Second")]

    assert told == [True, False]


def test_restored_account_can_sign_in_again(world: World) -> None:
    """Disabled, external and locked by hand: a rescue lifts all three, and says who did."""
    bram = world.add("bram", kind=AccountKind.EXTERNAL, locked_at=NOON, lock_reason="Administrator")
    with world.writing() as call:
        actions.save(call, world.standing(bram).account, {"enabled": False})
    world.pass_time(seconds=1.5)
    with world.writing() as call:
        actions.restore(replace(call, actor=Actor(None, "cli:root", owner=True)), world.standing(bram))
    account, state = world.standing(bram).account, world.standing(bram).state

    assert (account.enabled, account.kind, state.lock) == (True, AccountKind.INTERNAL, None)
    assert (state.unlocked_by, state.unlocked_at) == ("cli:root", NOON + timedelta(seconds=1))
    assert state.enabled_at == NOON + timedelta(seconds=1.5)


def test_rescue_of_an_open_account_unlocks_nothing(world: World, bram: AccountId) -> None:
    """Unlocked by says who opened a lock, not who came by."""
    with world.writing() as call:
        actions.restore(replace(call, actor=SYSTEM), world.standing(bram))

    assert (world.standing(bram).state.unlocked_by, world.standing(bram).state.unlocked_at) == (None, None)


def test_unlock_names_the_actor(world: World, bram: AccountId) -> None:
    """Unlocked by is the name that the actor signs in with, and the id beside it (LOCK-7)."""
    with world.writing() as call:
        actions.set_lock(call, bram, Lock(NOON, LockReason.FAILURES))
    with world.writing() as call:
        actions.set_unlocked(replace(call, actor=GRACE), [bram], NOON)
    state = world.standing(bram).state

    assert (state.lock, state.unlocked_by, state.unlocked_by_id, state.unlocked_at) == (
        None, "grace", GRACE.account, NOON,
    )  # fmt: skip


def test_state_follows_what_features_note(world: World, bram: AccountId) -> None:
    """Factors, the exclusion, a complete sign-in, and the epoch."""
    world.pass_time(minutes=1)
    with world.writing() as call:
        actions.change_factors(call, bram, 2)
        actions.set_excluded(call, bram, excluded=True)
        actions.signed_in(call, bram)
        epoch = actions.move_epoch(call, bram)
    state = world.standing(bram).state

    assert (state.factors, state.excluded, state.epoch, epoch) == (2, True, 2, 2)
    assert state.last_sign_in_at == NOON + timedelta(minutes=1)


def test_factors_are_counted_up_and_down(world: World, bram: AccountId) -> None:
    """Of whichever kind; without any, nothing is left of them."""
    counts = []
    for by in (2, 0, -1):
        with world.writing() as call:
            actions.change_factors(call, bram, by)
        counts.append(world.standing(bram).state.factors)
    with world.writing() as call:
        actions.clear_factors(call, bram)

    assert counts == [2, 2, 1]
    assert world.standing(bram).state.factors == 0


def test_lapsed_and_able_are_asked_at_this_instant(world: World) -> None:
    """The call's own time decides."""
    grace = world.add("grace", factors=1, locked_at=NOON, lock_reason="Failures", lock_ends_at=NOON)
    with world.reading() as call:
        assert actions.lapsed(call, 10) == [grace]
        assert actions.able_among(call, [grace]) == [grace]


def changed_recently(world: World, account: AccountId) -> bool:
    """Ask whether Grace is still bound by a change of an account's credentials."""
    assert GRACE.account is not None
    with world.reading() as call:
        return actions.changed_credentials_recently(call, account, GRACE.account)


def noted_at(world: World, account: AccountId) -> datetime | None:
    """Read when Grace last changed an account's credentials."""
    assert GRACE.account is not None
    with world.database.read() as sql:
        return store.last_credential_change(sql, account, GRACE.account)


def test_operator_is_bound_for_72_hours(world: World, bram: AccountId) -> None:
    """Whoever set the address issues no code for three days; then the memory is purged too (KEY-10)."""
    with world.writing() as call:
        actions.note_credential_change(replace(call, actor=GRACE), bram, "address")
    world.pass_time(hours=72, seconds=-1)
    with world.writing() as call:
        actions.purge(call)

    assert changed_recently(world, bram)
    world.pass_time(seconds=1)
    assert not changed_recently(world, bram)
    world.pass_time(seconds=1)
    with world.writing() as call:
        assert actions.purge(call) == 1
    assert noted_at(world, bram) is None


def test_owner_is_bound_by_nothing(world: World, bram: AccountId) -> None:
    """Whoever has no account is not asked about it (RIGHT-8)."""
    with world.writing() as call:
        actions.note_credential_change(replace(call, actor=SYSTEM), bram, "address")

    assert noted_at(world, bram) is None
