import statistics
import sys
from collections.abc import Iterator

import pytest

from doorward.features.lockout.actions.locking import lock_account
from doorward.features.lockout.model import LockAccount
from doorward.kernel.outcome import Refused
from tests.chance import SeededEntropy
from tests.storms.size import FULL, size
from tests.storms.test_equality import bare
from tests.storms.town import Town, api, town
from tests.storms.wire import form, in_turn
from tests.worlds import API, OWNER

NAMES = size(40, 300)
"""How many names there are of each kind, each asked for as often as an hour allows."""
FARTHEST = 0.002 if FULL else 0.004
"""Seconds that two kinds may lie apart; few requests scatter more widely than T10 has it."""
KINDS = ("unknown", "known", "disabled", "blocked", "locked by hand")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch a server with people in every state."""
    with town(tmp_path_factory.mktemp("forgotten")) as begun:
        for number in range(NAMES):
            begun.add(f"known-{number}")
            begun.add(f"disabled-{number}", disabled=True)
            begun.add(f"blocked-{number}", key=False)
            locked = begun.add(f"locked-by-hand-{number}")
            outcome = begun.runtime.run(lock_account, LockAccount(locked.account, "a test"), OWNER, API)
            assert not isinstance(outcome, Refused)
        yield begun


def names(number: int) -> list[str]:
    """Name somebody of each kind."""
    return [f"{kind.replace(' ', '-')}-{number}" for kind in KINDS]


def test_no_name_shows_in_the_answer_to_a_forgotten_password(server: Town) -> None:
    """The same bytes from both doors, also once the hour's three are used up (PASS-5)."""
    asked = [api("POST /sign-in/forgotten-password", {"user_name": one}) for one in names(0)] * 4
    posted = [form("POST /forgotten-password", server.url, {"user_name": one}) for one in names(0)]

    for requests, status in ((asked, 202), (posted, 200)):
        answers = in_turn(server.url, requests)
        assert {answer.status for answer in answers} == {status}
        assert len({bare(answer) for answer in answers}) == 1


def test_no_name_shows_in_the_time_of_a_forgotten_password(server: Town) -> None:
    """Asked in no order, every kind of name takes as long, for the mail is made where nobody waits (T10).

    Compared is the time that half of the requests exceed, of few nine in ten: what else the machine does only ever adds
    to it.
    """
    everybody = [(kind, one) for number in range(1, NAMES) for kind, one in zip(KINDS, names(number), strict=True)] * 3
    chance = SeededEntropy()
    everybody.sort(key=lambda _: chance.bytes(8))
    answers = in_turn(server.url, [api("POST /sign-in/forgotten-password", {"user_name": one}) for _, one in everybody])
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for (kind, _), answer in zip(everybody, answers, strict=True):
        times[kind].append(answer.seconds)
    quick = {kind: statistics.quantiles(seconds, n=10)[4 if FULL else 0] for kind, seconds in times.items()}
    for kind, seconds in quick.items():
        sys.stdout.write(f"{kind:<20}{1000 * seconds:7.2f} ms\n")  # pytest -rP shows it

    assert max(quick.values()) - min(quick.values()) < FARTHEST, quick
