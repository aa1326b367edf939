from dataclasses import replace
from typing import Any

import pytest

from doorward.edges.steps import Finished, advance
from doorward.features.accounts import actions as accounts
from doorward.features.devices import actions as devices
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.features.signin.actions.password import sign_in
from doorward.features.signin.model import SignIn, SignInGoesOn
from doorward.kernel.events import Door, Origin
from doorward.kernel.outcome import Hash, Refused, Request, Wait
from doorward.kernel.ports import Secret
from tests.features.signin.walking import PASSWORD, Walk, hash_now
from tests.worlds import API, World

BROWSER = b"b" * 32


class Patient:
    """Drives sign-ins on a clock that is turned while they wait, and notes the waits and the hashes."""

    def __init__(self, world: World) -> None:
        """Begin with nothing noted."""
        self.world = world
        self.waits: list[float] = []
        self.hashed = 0

    def give_password(self, name: str, password: str = "wrong", origin: Origin = API, *, room: bool = True) -> Any:
        """Take the first step of a sign-in; without `room` the hash queue is full after each wait."""
        steps = sign_in(SignIn(name, Secret(password)))
        request: Request | Finished = next(steps)
        while not isinstance(request, Finished):
            request = advance(self.world.runtime, steps, origin, self._answer(request, room=room))
        return request.outcome

    def _answer(self, request: Request, *, room: bool) -> object:
        match request:
            case Hash(job):
                self.hashed += 1
                return hash_now(job)
            case Wait(seconds):
                self.waits.append(seconds)
                self.world.pass_time(seconds=seconds)
                return room
            case _:
                return True


@pytest.fixture
def patient(world: World) -> Patient:
    """Begin with Alice, who has a key."""
    Walk(world).person("alice", factors=1)
    return Patient(world)


def codes(patient: Patient, names: range, origin: Origin = API) -> list[str]:
    """Give a wrong password for so many names, one after the other."""
    answers = [patient.give_password(f"name{number}", origin=origin) for number in names]
    return [answer.code for answer in answers if isinstance(answer, Refused)]


def from_address(number: int) -> Origin:
    """Come from another address."""
    return replace(API, address=f"203.0.113.{number}")


def in_browser(world: World) -> Origin:
    """Come with the browser that Alice has signed in with before."""
    with world.writing() as call:
        alice = accounts.find(call, "alice")
        assert alice is not None
        devices.know_browser(call, alice.account.id, BROWSER)
    return replace(API, door=Door.CONSOLE, browser=BROWSER)


def test_address_is_refused_by_the_21st_name(patient: Patient) -> None:
    """20 names are compared from each address, the last ten of them slowly; then nothing is (T04)."""
    answers = [codes(patient, range(30), from_address(number)) for number in range(3)]

    assert answers == [["signin.refused"] * 20 + ["signin.throttled"] * 10] * 3
    assert patient.hashed == 60
    assert patient.waits == [1.0] * 30


def test_refusal_is_the_same_for_every_name(patient: Patient) -> None:
    """A name that is there, one that nobody has and one that failed before; the right password too (LOCK-11)."""
    codes(patient, range(20))
    answers = [patient.give_password(name) for name in ("alice", "nobody", "name3")]
    answers.append(patient.give_password("alice", PASSWORD))

    assert len({(one.code, one.retry_after, tuple(one.facts)) for one in answers}) == 1
    assert answers[0].code == "signin.throttled"


def test_refusal_is_recorded_as_unchecked(patient: Patient) -> None:
    """Without a target, for the answer does not depend on one; with its cause."""
    codes(patient, range(21))
    entry = patient.world.entries()[-1]

    assert (entry.act, entry.outcome, entry.target_id) == ("signin.password", "refused", None)
    assert entry.details["cause"] == "too many names failed from this address"


def test_other_addresses_are_not_held_up(patient: Patient) -> None:
    """Nor is the command line, which has none."""
    codes(patient, range(20))
    elsewhere = patient.give_password("alice", PASSWORD, from_address(1))
    here = patient.give_password("alice", PASSWORD, Origin(Door.CLI))

    assert isinstance(elsewhere, SignInGoesOn)
    assert isinstance(here, SignInGoesOn)


def test_hour_later_the_address_is_free(patient: Patient) -> None:
    """What was counted is forgotten when `Retry-After` says so."""
    codes(patient, range(20))
    refused = patient.give_password("alice", PASSWORD)
    patient.world.pass_time(seconds=refused.retry_after)

    assert isinstance(patient.give_password("alice", PASSWORD), SignInGoesOn)


def test_known_browser_goes_on_behind_a_refused_address(patient: Patient) -> None:
    """Somebody who has signed in with it before does so 20 times out of 20, unslowed (T04)."""
    codes(patient, range(25))
    patient.waits.clear()
    alice = in_browser(patient.world)
    outcomes = [patient.give_password("alice", PASSWORD, alice) for _ in range(20)]

    assert all(isinstance(one, SignInGoesOn) for one in outcomes)
    assert patient.waits == []


def test_browser_of_another_account_has_no_allowance(patient: Patient) -> None:
    """An attacker's own browser is known for the attacker's account alone."""
    mallory = in_browser(patient.world)
    codes(patient, range(20), mallory)

    assert codes(patient, range(20, 21), mallory) == ["signin.throttled"]


def test_right_password_takes_its_own_name_off(patient: Patient) -> None:
    """Mistyping before is forgotten with it; what others did there stays."""
    codes(patient, range(8))
    patient.give_password("alice")
    patient.give_password("alice", PASSWORD)
    codes(patient, range(8, 10))

    assert patient.waits == []
    patient.give_password("name11")
    assert patient.waits == [1.0]


def test_same_name_again_takes_no_further_place(patient: Patient) -> None:
    """Guessing at one account is for that account's own lock to end."""
    answers = [patient.give_password("nobody").code for _ in range(30)]

    assert answers == ["signin.refused"] * 30


def test_0_holds_nobody_up(patient: Patient) -> None:
    """Neither slowed nor refused."""
    patient.world.run(change_password_rules, ChangePasswordRules({"failing_names_before_refusing": 0}))

    assert codes(patient, range(30)) == ["signin.refused"] * 30
    assert patient.waits == []


def test_full_queue_after_the_wait_leaves_nothing_behind(patient: Patient) -> None:
    """The attempt was not made: its name does not count as a failing one."""
    codes(patient, range(10))
    busy = [patient.give_password(f"busy{number}", room=False).code for number in range(20)]

    assert busy == ["signin.busy"] * 20
    assert patient.give_password("name11").code == "signin.refused"


def test_names_in_flight_are_waited_for(patient: Patient) -> None:
    """More colleagues at once than there is room for: the last one waits, and goes in when others are through."""
    patient.world.run(change_password_rules, ChangePasswordRules({"failing_names_before_refusing": 1}))
    first = sign_in(SignIn("alice", Secret(PASSWORD)))
    next(first)
    request = advance(patient.world.runtime, first, API, answer=True)
    second = sign_in(SignIn("bob", Secret(PASSWORD)))
    next(second)
    waiting = advance(patient.world.runtime, second, API, answer=True)
    assert isinstance(request, Hash)
    advance(patient.world.runtime, first, API, hash_now(request.job))

    assert waiting == Wait(0.05)
    assert isinstance(advance(patient.world.runtime, second, API, answer=True), Hash)


def suspicions(patient: Patient) -> list[tuple[str, str, object]]:
    """List the addresses that were told of, by whom, and how many names failed there."""
    told = [one for one in patient.world.entries() if one.act == "signin.spray_suspected"]
    return [(one.address, one.actor_name, one.details["names"]) for one in told]


def test_an_address_that_is_shut_out_is_told_once(patient: Patient) -> None:
    """With the attempt that shuts it out, before anybody is refused (T04); again when it is shut out again."""
    codes(patient, range(19))
    before = suspicions(patient)
    codes(patient, range(18, 60))
    patient.give_password("name3")
    first = suspicions(patient)
    patient.world.pass_time(hours=2)
    codes(patient, range(60, 90))

    assert (before, first) == ([], [(API.address, "", 20)])
    assert suspicions(patient) == first * 2


def test_who_is_never_refused_is_not_told(patient: Patient) -> None:
    """Where the setting is 0 nobody is shut out."""
    patient.world.run(change_password_rules, ChangePasswordRules({"failing_names_before_refusing": 0}))
    codes(patient, range(25))

    assert suspicions(patient) == []
