import re
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest

from doorward.features.lockout.actions.locking import lock_account
from doorward.features.lockout.model import LockAccount
from doorward.kernel.outcome import Refused
from tests.chance import SeededEntropy
from tests.storms.size import FULL, size
from tests.storms.town import PASSWORD, Person, Town, api, town
from tests.storms.wire import Answer, form, in_turn
from tests.worlds import API, OWNER

TIMES = size(15, 1_000)
"""T10 asks for a thousand of each."""
FARTHEST = 0.004 if FULL else 0.020
"""Seconds that two states may lie apart; one hash takes some 30 ms."""
AUC = (0.45, 0.55) if FULL else (-0.01, 1.01)
"""How well one figure, the time, may tell two states apart; 0.5 is not at all. Of few requests it is told only."""
OWN_WORDS = re.compile(rb"date: [^\r]*|nonce[=-]\"?[\w-]+|<code>[a-z2-7]{12}</code>|\"reference\":\"[a-z2-7]{12}\"")
"""What differs between any two answers: the second, the nonce and the reference."""


@dataclass(frozen=True, slots=True)
class State:
    """How an account may stand, and what is given for it."""

    name: str
    person: Callable[[Town], Person | None]
    password: str = PASSWORD


def locked_by_hand(server: Town) -> Person:
    """Add somebody whom an operator has locked."""
    person = server.add("by-hand")
    assert not isinstance(server.runtime.run(lock_account, LockAccount(person.account, "a test"), OWNER, API), Refused)
    return person


def locked_by_failures(server: Town) -> Person:
    """Add somebody whose wrong passwords have locked them."""
    person = server.add("guessed-at")
    server.rules(failures_before_lock=1)
    server.ask("POST /sign-in", {"user_name": person.name, "password": "wrong"})
    server.rules(failures_before_lock=0)
    return person


STATES = (
    State("unknown", lambda _: None),
    State("wrong", lambda server: server.add("bram"), "wrong"),
    State("locked by failures", locked_by_failures),
    State("locked by hand", locked_by_hand),
    State("locked and wrong", lambda _: None, "wrong"),
    State("disabled", lambda server: server.add("disabled", disabled=True)),
    State("no password", lambda server: server.add("passwordless", password=False)),
    State("no password and blocked", lambda server: server.add("blocked", password=False, key=False)),
    State("excluded and wrong", lambda server: server.add("robot", key=False, excluded=True), "wrong"),
    State("allowed and wrong", lambda server: server.add("new", key=False, allowed=True), "wrong"),
)


@dataclass(frozen=True, slots=True)
class Scene:
    """A server and somebody in each state."""

    server: Town
    names: dict[str, str]

    def asked(self, state: State) -> bytes:
        """Write what a program asks."""
        return api("POST /sign-in", self._given(state))

    def posted(self, state: State) -> bytes:
        """Write what a browser posts."""
        return form("POST /sign-in", self.server.url, self._given(state))

    def _given(self, state: State) -> dict[str, str]:
        return {"user_name": self.names[state.name], "password": state.password}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Launch a server that never locks by itself and holds up no address, with somebody in each state."""
    with town(tmp_path_factory.mktemp("equality"), real_cost=True) as server:
        server.rules(failures_before_lock=0, failing_names_before_refusing=0)
        people = {state.name: state.person(server) for state in STATES}
        people["locked and wrong"] = people["locked by failures"]
        yield Scene(server, {name: "nobody" if one is None else one.name for name, one in people.items()})


def bare(answer: Answer) -> bytes:
    """Leave out what differs between any two answers, and only there; its length is the same, so nothing shifts."""
    return OWN_WORDS.sub(lambda found: b"=" * len(found[0]), answer.head + b"\r\n\r\n" + answer.body)


def auc(some: Sequence[float], others: Sequence[float]) -> float:
    """Say how often the greater of two times is one of the others': 0.5 when they cannot be told apart."""
    wins = sum((one < other) + (one == other) / 2 for one in some for other in others)
    return wins / (len(some) * len(others))


@pytest.mark.parametrize("door", ["asked", "posted"])
def test_no_state_of_an_account_shows_in_the_answer(scene: Scene, door: str) -> None:
    """Unknown, wrong, locked, disabled, passwordless: status, headers and body are the same bytes (LOCK-11)."""
    answers = in_turn(scene.server.url, [getattr(scene, door)(state) for state in STATES])

    assert {answer.status for answer in answers} == {401}
    assert {state.name for state, one in zip(STATES, answers, strict=True) if bare(one) != bare(answers[0])} == set()


def test_no_state_of_an_account_shows_in_a_lock(scene: Scene) -> None:
    """The guess that locks an account is answered like the one before and the one after."""
    bram = scene.server.add("locks")
    scene.server.rules(failures_before_lock=3)
    names = ["nobody-locks"] * 6 + [bram.name] * 6
    answers = in_turn(scene.server.url, [api("POST /sign-in", {"user_name": name, "password": "x"}) for name in names])
    scene.server.rules(failures_before_lock=0)

    assert len(scene.server.entries(bram, act="lockout.locked")) == 1
    assert len({bare(answer) for answer in answers}) == 1


def test_every_state_leaves_one_entry(scene: Scene) -> None:
    """All take the same road: one entry each, and none is in flight afterwards."""
    since = scene.server.now()
    in_turn(scene.server.url, [scene.asked(state) for state in STATES])

    assert scene.server.attempts("signin.password", after=since) == {("checked", "wrong"): 3, ("refused", None): 7}
    assert scene.server.count("SELECT count(*) FROM lockout_reservations") == 0


def test_no_state_of_an_account_shows_in_time(scene: Scene) -> None:
    """Asked in no order at the real cost of a hash, all states take as long, and one time says next to nothing (T10).

    Compared is the time that three of four requests exceed, of few the shortest: what else the machine does only ever
    adds to it, and a state that skipped its hash would still be some 30 ms ahead.
    """
    chance = SeededEntropy("equality")
    order = [state for _ in range(TIMES) for state in sorted(STATES, key=lambda _: chance.bytes(8))]
    times: dict[str, list[float]] = {state.name: [] for state in STATES}
    for state, answer in zip(order, in_turn(scene.server.url, [scene.asked(one) for one in order]), strict=True):
        times[state.name].append(answer.seconds)
    quick = {name: statistics.quantiles(seconds)[0] if FULL else min(seconds) for name, seconds in times.items()}
    told_apart = {name: auc(times["unknown"], seconds) for name, seconds in times.items()}
    for name, seconds in quick.items():
        sys.stdout.write(f"{name:<26}{1000 * seconds:7.2f} ms   AUC {told_apart[name]:.3f}\n")  # pytest -rP shows it

    assert max(quick.values()) - min(quick.values()) < FARTHEST, quick
    assert all(AUC[0] < value < AUC[1] for value in told_apart.values()), told_apart
