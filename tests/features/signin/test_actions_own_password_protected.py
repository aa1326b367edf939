from typing import Any

import pytest

from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.features.second_factor.model import PasswordAndCode
from doorward.features.signin.actions.own_password import change_own_password
from doorward.features.signin.model import ChangeOwnPassword, PasswordSet, SignInGoesOn
from doorward.kernel.act import Bearer
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret
from tests.features.second_factor.protecting import failures, lock_reason, operator, protect
from tests.features.second_factor.regenerating import alive
from tests.features.signin.walking import PASSWORD, Walk
from tests.keys import SECRET, code
from tests.worlds import World

NEW = "a swim in the lake"
REQUIRED = Refused("protection.required")


@pytest.fixture
def walk(world: World) -> Walk:
    """Begin with nobody there."""
    return Walk(world)


@pytest.fixture
def alice(world: World) -> Bearer:
    """Alice at her own page, whose account is protected."""
    session = operator(world, "alice")
    protect(world, session.account)
    return session


def change(walk: Walk, session: Bearer, password: str = PASSWORD, typed: str | None = "", **given: str) -> Any:
    """Change a password; the code is the one that the app shows, unless another or none is typed."""
    shown = code(SECRET, walk.world.clock.now()) if typed == "" else typed
    again = given.get("again", password)
    proof = None if shown is None else PasswordAndCode(Secret(again), Secret(shown))
    command = ChangeOwnPassword(session, Secret(password), Secret(given.get("new", NEW)), proof)
    return walk.take(change_own_password(command))


def test_protected_account_asks_for_a_code_besides(walk: Walk, alice: Bearer) -> None:
    """Without it the present password is not even compared; with it the new one is set (PROT-1)."""
    assert change(walk, alice, "a guess", None) == REQUIRED
    assert failures(walk.world, alice.account) == 0
    assert walk.world.entries()[-1].code == "protection.required"
    assert change(walk, alice) == PasswordSet("alice")
    assert isinstance(walk.give_password("alice", NEW), SignInGoesOn)
    assert alive(walk.world, alice)


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"password": "a guess"}, Refused("protection.wrong")),
        ({"again": "another one"}, Refused("protection.wrong")),
        ({"typed": "000000"}, Refused("protection.wrong", cause="wrong code")),
    ],
)
def test_wrong_half_changes_nothing(walk: Walk, alice: Bearer, given: dict[str, str], refused: Refused) -> None:
    """It is recorded, and counted where no stranger can fill the counter."""
    assert change(walk, alice, **given) == refused
    assert failures(walk.world, alice.account) == 1
    entry = walk.world.entries()[-1]
    assert (entry.act, entry.code, entry.actor_name) == ("passwords.changed", "protection.wrong", "alice")
    assert isinstance(walk.give_password("alice"), SignInGoesOn)


def test_code_that_is_none_is_refused_uncounted(walk: Walk, alice: Bearer) -> None:
    """At once, before any password is compared (KEY-9)."""
    assert change(walk, alice, "a guess", "12345") == Refused("otp.malformed")
    assert failures(walk.world, alice.account) == 0


def test_code_serves_one_change(walk: Walk, alice: Bearer) -> None:
    """A second with the same one finds it used."""
    typed = code(SECRET, walk.world.clock.now())
    change(walk, alice, PASSWORD, typed)

    assert change(walk, alice, NEW, typed, new="a climb in the hills") == Refused(
        "protection.wrong", cause="code used already"
    )
    assert failures(walk.world, alice.account) == 0


def test_new_password_that_breaks_a_rule_leaves_the_code_unused(walk: Walk, alice: Bearer) -> None:
    """Whoever types a better one sends the same code again."""
    typed = code(SECRET, walk.world.clock.now())

    assert change(walk, alice, PASSWORD, typed, new="short").code == "passwords.min_length"
    assert change(walk, alice, PASSWORD, typed) == PasswordSet("alice")


def test_both_halves_count_under_the_second_factor(walk: Walk, alice: Bearer) -> None:
    """Also where wrong passwords never lock: at its limit the account locks and the session ends (PROT-1)."""
    rules = {"failures_before_lock": 0, "second_factor_failures_before_lock": 2}
    walk.world.run(change_password_rules, ChangePasswordRules(rules))
    change(walk, alice, "a guess")
    change(walk, alice, PASSWORD, "000000")

    assert lock_reason(walk.world, alice.account) == "Failures"
    assert not alive(walk.world, alice)


def test_account_protected_meanwhile_asks_for_the_whole_proof(walk: Walk, world: World) -> None:
    """What was begun without one is not finished without one."""
    session = operator(world, "bram")
    steps = change_own_password(ChangeOwnPassword(session, Secret(PASSWORD), Secret(NEW)))

    def protecting() -> Any:
        request = next(steps)
        resumed = yield request
        turns = 0
        while True:
            turns += 1
            try:
                request = steps.send(resumed)
            except StopIteration as ended:
                return ended.value
            resumed = yield request
            if turns == 3:
                resumed.call.sql.exec_driver_sql("UPDATE accounts SET protected = (1 = 1)")

    assert walk.take(protecting()) == REQUIRED
    assert isinstance(walk.give_password("bram"), SignInGoesOn)
