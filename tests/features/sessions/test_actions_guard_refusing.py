"""Whatever an act may take for granted: that its account is there, and that somebody is signed in.

Every act of the product is asked for on every way to run one: alone, as all doors do, and as one item of a job. It is
not performed: the guard has refused before, so that no action asks again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from doorward.features.accounts import actions as accounts
from doorward.features.rights.rules.roles import ADMINISTRATOR
from doorward.kernel.act import Act, Bearer, Caller, Nobody, OnBehalf, Who, registry, target_of
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Done, Refused
from tests.architecture.test_acts import about_an_account
from tests.worlds import API, OWNER, World

STRANGER = AccountId(UUID(int=404))
REASON = "asked for on the telephone"
SIGNED_OUT = ["nobody", "ended", "worker for nobody"]


@dataclass
class Probe:
    """An act that tells that it was performed, alone or together with others."""

    act: Act
    together: Callable[[Sequence[Any]], list[Done]] | None = None

    def __call__(self, call: object, command: object) -> Done:
        """Say so."""
        del call, command
        return Done()


def those(*who: Who, about: bool | None = None) -> list[Act]:
    """List acts by who may ask, and by whether they are about an account; those that the product has alone."""
    chosen = [one for one in registry if one.__wrapped__.__module__.startswith("doorward.") and one.act.who in who]
    return [one.act for one in chosen if about is None or about_an_account(one) == about]


@pytest.fixture
def callers(world: World) -> dict[str, Caller]:
    """Everybody who can ask, by any door."""
    ada = world.add_operator("ada", ADMINISTRATOR)
    return {
        "owner": OWNER,
        "administrator": ada,
        "worker": OnBehalf(ada.account, used_second_factor=True),
        "user": world.add_operator("uma"),
        "nobody": Nobody(),
        "ended": Bearer(ada.account, b"ended"),
        "worker for nobody": OnBehalf(STRANGER, used_second_factor=True),
    }


def answers(world: World, acts: Sequence[Act], caller: Caller, command: object) -> set[str]:
    """Ask for acts in every way that there is; give the codes, or `done` of one that was performed.

    Items of a job are each about an account.
    """
    outcomes: list[Any] = []
    for one in acts:
        alone, of_a_job = Probe(one), Probe(one, lambda asked: [Done() for _ in asked])
        outcomes.append(world.runtime.run(alone, command, caller, API))  # type: ignore[arg-type]
        with world.writing() as call:
            outcomes += world.runtime.perform_each(call, alone, [command], caller)  # type: ignore[arg-type]
            if target_of(command) is not None:
                outcomes += world.runtime.perform_each(call, of_a_job, [command], caller)  # type: ignore[arg-type]
    assert outcomes, "there are such acts"
    return {outcome.code if isinstance(outcome, Refused) else outcome.status for outcome in outcomes}


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("owner", "accounts.not_found"),
        ("administrator", "accounts.not_found"),
        ("worker", "accounts.not_found"),
        ("user", "rights.missing"),
        *((one, "session.required") for one in SIGNED_OUT),
    ],
)
def test_an_account_that_is_not_there(world: World, callers: dict[str, Caller], who: str, code: str) -> None:
    """No operator's act is performed on it, whoever asks; who has no right learns nothing of it (RIGHT-3)."""
    command = SimpleNamespace(account=STRANGER, reason=REASON)

    assert answers(world, those(Who.OPERATOR, about=True), callers[who], command) == {code}


@pytest.mark.parametrize(
    ("who", "code"), [("owner", "accounts.not_found"), *((one, "session.required") for one in ["user", *SIGNED_OUT])]
)
def test_an_account_that_the_server_does_not_find(
    world: World, callers: dict[str, Caller], who: str, code: str
) -> None:
    """The same of what its owner does alone."""
    command = SimpleNamespace(account=STRANGER, reason=REASON)

    assert answers(world, those(Who.SERVER, about=True), callers[who], command) == {code}


@pytest.mark.parametrize("who", SIGNED_OUT)
def test_nobody_is_signed_in(world: World, callers: dict[str, Caller], who: str) -> None:
    """Nothing is performed but what anybody may ask for, whether it is about an account that is there or about none."""
    acts, bram = those(Who.OPERATOR, Who.SELF, Who.SERVER), world.add("bram")
    commands = [SimpleNamespace(reason=REASON), SimpleNamespace(account=bram, reason=REASON)]

    assert [answers(world, acts, callers[who], one) for one in commands] == [{"session.required"}] * 2


def test_the_owner_has_no_account(world: World, callers: dict[str, Caller]) -> None:
    """What people do to their own account is nothing that the server's owner can do (RIGHT-8)."""
    assert answers(world, those(Who.SELF), callers["owner"], SimpleNamespace(reason=REASON)) == {"session.required"}


def test_who_is_signed_in_acts_on_their_own_account(world: World, callers: dict[str, Caller]) -> None:
    """With no right at all."""
    assert answers(world, those(Who.SELF), callers["user"], SimpleNamespace(reason=REASON)) == {"done"}


def test_what_the_guard_has_let_through_wrongly_is_a_bug(world: World) -> None:
    """No refusal, which a caller could take for an answer."""
    with world.reading() as call:
        with pytest.raises(AssertionError, match="without a session"):
            call.own_session  # noqa: B018 - reading it is what raises
        with pytest.raises(AssertionError, match="not there"):
            accounts.existing(call, STRANGER)
