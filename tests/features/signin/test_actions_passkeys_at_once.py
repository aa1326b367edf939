import threading
from dataclasses import replace
from uuid import UUID

from doorward.doors.web.passkey_json import read_assertion
from doorward.edges.steps import PlainDriver
from doorward.features.passkeys.model.facts import GivenAssertion
from doorward.features.signin.actions.passkeys import give_passkey
from doorward.features.signin.model import GivePasskey, PendingToken
from doorward.kernel.outcome import Refused
from tests.authenticators import Authenticator
from tests.features.signin.touching import Person
from tests.features.signin.walking import Walk, hash_now
from tests.worlds import API, World

THREADS, TRIES = 4, 15


def test_strangers_at_one_address_do_not_wait_in_a_circle(world: World) -> None:
    """Whether they name nobody, or somebody who is not there: every attempt is answered, and recorded (AUDIT-1)."""
    walk, phone = Walk(world), Authenticator()
    options, sign_in = Person(walk, walk.person("alice"), phone).ask()
    given = read_assertion(phone.get(options))
    assert not isinstance(given, Refused)
    answers: list[object] = []
    strangers = [threading.Thread(target=try_on, args=(world, one, sign_in, given, answers)) for one in range(THREADS)]
    for one in strangers:
        one.start()
    for one in strangers:
        one.join()

    assert answers == ["passkeys.refused"] * THREADS * TRIES
    assert [one.act for one in world.entries()].count("signin.passkey") == THREADS * TRIES


def try_on(world: World, one: int, sign_in: PendingToken, given: GivenAssertion, answers: list[object]) -> None:
    """Give one passkey after the other, in a process of its own: half of them with a name that nobody has."""
    database = world.another_process()
    driver = PlainDriver(replace(world.runtime, database=database), hash_now)
    for turn in range(TRIES):
        handle = None if one % 2 else UUID(int=(one << 64) + turn + 1).bytes
        try:
            outcome = driver.drive(give_passkey(GivePasskey(sign_in, replace(given, user_handle=handle))), API)
            answers.append(outcome.code)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is no answer
            answers.append(repr(error))
    database.close()
