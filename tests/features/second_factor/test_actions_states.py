import threading
from dataclasses import replace
from datetime import timedelta

from doorward.features.otp import actions as otp
from doorward.features.recovery_codes import actions as recovery_codes
from doorward.features.second_factor import store
from doorward.features.second_factor.actions import states
from doorward.features.second_factor.model import AllowlistEntry, Cause, Exclusion, FactorState
from doorward.kernel.act import Actor
from doorward.kernel.ids import AccountId
from tests.keys import NOON_STEP, OTHER_SECRET, SECRET, bind
from tests.worlds import API, NOON, World


def state(world: World, account: AccountId) -> FactorState:
    """Say what follows the account's right password."""
    with world.reading() as call:
        return states.factor_state(call, world.standing(account))


def allow(world: World, account: AccountId, cause: Cause = Cause.NEW_ACCOUNT) -> AllowlistEntry:
    """Let an account begin on the allowlist."""
    with world.writing() as call:
        return states.allow_on_creation(call, account, cause)


def test_new_account_begins_on_the_allowlist(world: World) -> None:
    """For 14 days, by whoever added it (KEY-12, KEY-13)."""
    alice, grace = world.add("alice"), world.add("grace")
    with world.writing() as call:
        states.allow_on_creation(replace(call, actor=Actor(grace, "grace")), alice)
        entry = states.entry_of(call, alice)

    assert entry == AllowlistEntry(alice, Cause.NEW_ACCOUNT, NOON, "grace", grace, "", NOON + timedelta(days=14))
    assert state(world, alice) is FactorState.MAY_SET_UP


def test_beginning_on_the_allowlist_is_recorded_once(world: World) -> None:
    """A second call finds the entry standing; the server itself is named where nobody acts."""
    alice = world.add("alice")
    first, second = allow(world, alice), allow(world, alice)

    (recorded,) = world.entries()
    assert (first.added_by, second) == ("system", first)
    assert (recorded.act, recorded.target_id, recorded.target_name) == ("allowlist.added", alice, "alice")
    assert recorded.details == {"cause": "new account", "until": "2026-05-18T12:00:00Z"}


def test_account_without_an_entry_is_blocked(world: World) -> None:
    """So it is where new accounts may not set up a key by themselves."""
    assert state(world, world.add("alice")) is FactorState.BLOCKED


def test_entry_is_for_one_set_up(world: World) -> None:
    """Once used up it is gone; an expired one cannot be used (KEY-13)."""
    alice, bob = world.add("alice"), world.add("bob")
    allow(world, alice)
    allow(world, bob)
    with world.writing() as call:
        used = [states.use_up_allowlist_entry(call, alice) for _ in range(2)]
    world.pass_time(days=14)
    with world.writing() as call:
        expired = states.use_up_allowlist_entry(call, bob)

    assert (used, expired) == ([True, False], False)


def test_of_two_set_ups_at_once_exactly_one_key_is_bound(world: World) -> None:
    """Both have password, mailed code and a code of their own key; one of them gets in (KEY-13)."""
    alice = world.add("alice")
    allow(world, alice)
    databases = [world.database, world.another_process()]
    start, bound = threading.Barrier(2), []

    def set_up(number: int) -> None:
        secret = (SECRET, OTHER_SECRET)[number]
        start.wait()
        with replace(world.runtime, database=databases[number]).writing(API) as call:
            if states.use_up_allowlist_entry(call, alice):
                otp.bind_key(call, alice, secret, NOON_STEP)
                bound.append(secret)

    threads = [threading.Thread(target=set_up, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    databases[1].close()

    with world.reading() as call:
        key = otp.find_key(call, alice)
    assert key is not None
    assert [key.secret] == bound
    assert state(world, alice) is FactorState.SET_UP


def test_rescued_account_starts_over(world: World) -> None:
    """No factor, no recovery code, no exclusion; one set-up is allowed for 72 hours (RIGHT-5)."""
    boss = world.add("boss", excluded=True)
    bind(world, boss)
    with world.writing() as call:
        recovery_codes.make_codes(call, boss)
        store.exclude(call.sql, Exclusion(boss, NOON, "grace", None, "robot"))
        entry = states.start_over(call, world.standing(boss))
        left = recovery_codes.left(call, boss), states.exclusion_of(call, boss)

    assert left == (0, None)
    assert (entry.cause, entry.expires_at) == (Cause.RESCUE, NOON + timedelta(hours=72))
    assert (world.standing(boss).state.factors, state(world, boss)) == (0, FactorState.MAY_SET_UP)
