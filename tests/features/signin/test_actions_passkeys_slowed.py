from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from doorward import upkeep
from doorward.doors.web.passkey_json import read_assertion
from doorward.edges.steps import Finished, advance
from doorward.features.administration.actions.editing import disable_account
from doorward.features.administration.model import DisableAccount
from doorward.features.lockout.actions.locking import lock_account
from doorward.features.lockout.model import LockAccount
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.features.signin.actions.passkeys import give_passkey
from doorward.features.signin.model import GivePasskey, SignedIn
from doorward.kernel.outcome import Refused, Wait
from tests.authenticators import Authenticator
from tests.features.passkeys.touching import register
from tests.features.signin.touching import Person, refused, set_state
from tests.features.signin.walking import Walk
from tests.keys import bind
from tests.worlds import API, NOON, World


@pytest.fixture
def alice(world: World) -> Person:
    """Add Alice, at an address that is slowed down, behind a lock that ends a second after noon."""
    walk = Walk(world)
    account, phone = walk.person("alice"), Authenticator()
    bind(world, account)
    register(world, account, phone, "Phone")
    world.run(change_password_rules, ChangePasswordRules({"failing_names_before_slowing": 1}))
    walk.give_password("nobody")
    set_state(person := Person(walk, account, phone), locked_at=NOON, lock_reason="Failures", lock_ends_at=END)
    return person


END = NOON + timedelta(seconds=1)


@contextmanager
def slowed(alice: Person) -> Iterator[list[Any]]:
    """Give a passkey, and its outcome after what happens while the address waits; the lock ends meanwhile."""
    world, outcome = alice.walk.world, list[Any]()
    options, sign_in = alice.ask()
    given = read_assertion(alice.phone.get(options))
    assert not isinstance(given, Refused)
    steps = give_passkey(GivePasskey(sign_in, given))
    asked = advance(world.runtime, steps, API, answer=True, shared=next(steps).shared)
    assert isinstance(asked, Wait), asked
    world.pass_time(milliseconds=500)
    yield outcome
    world.pass_time(milliseconds=600)
    finished = advance(world.runtime, steps, API, answer=True, shared=asked.shared)
    assert isinstance(finished, Finished)
    outcome.append(finished.outcome)


def lock(alice: Person) -> None:
    """Lock her by hand."""
    alice.walk.world.run(lock_account, LockAccount(alice.account, "a stolen laptop"))


def disable(alice: Person) -> None:
    """Disable her account."""
    alice.walk.world.run(disable_account, DisableAccount(alice.account, "left"))


def told(alice: Person) -> list[str]:
    """List what was recorded of her lock, and of sessions."""
    return [one.act for one in alice.walk.world.entries() if one.act in {"lockout.lapsed", "signin.completed"}]


@pytest.mark.parametrize("bar", [lock, disable])
def test_whoever_is_barred_while_the_address_waits_does_not_come_in(
    alice: Person, bar: Callable[[Person], None]
) -> None:
    """However the account stood before the wait; and what an operator has set stays (LOCK-5)."""
    with slowed(alice) as outcome:
        bar(alice)

    account, state = (one := alice.walk.world.standing(alice.account)).account, one.state
    assert refused(outcome[0]) == "passkeys.refused"
    assert "signin.completed" not in told(alice)
    assert not account.enabled or (state.lock is not None and state.lock.reason.value == "Administrator")


def test_lock_9_lock_that_ends_while_the_address_waits_is_recorded_once(alice: Person) -> None:
    """By whoever meets it first: here the worker."""
    with slowed(alice) as outcome:
        alice.walk.world.pass_time(milliseconds=550)
        upkeep.clear_lapsed_locks(alice.walk.world.runtime)

    assert isinstance(outcome[0], SignedIn)
    assert told(alice) == ["lockout.lapsed", "signin.completed"]
