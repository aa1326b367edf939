"""T27: three nodes of which two show the wrong time; the database's clock decides on all of them."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from doorward.features.lockout.model import Factor
from doorward.features.signin.model import Next
from doorward.features.signin.rules import machine
from tests.launcher import Server, eventually
from tests.storms.nodes import NAMES, needs_postgresql, three_nodes
from tests.storms.size import size
from tests.storms.town import Town, api, password_of
from tests.storms.wire import Answer, ask

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
SECONDS = (90, 5, 30, 86_400)[: size(2, 4)]
"""By how much the clocks are wrong: T27 asks for these, and several nodes for no decision to change by five."""
ROUNDS = size(3, 50)
FAR = (-4, -3, -2, 2, 3, 4)
"""Steps outside the window, among them those that the wrong clocks show."""

pytestmark = [needs_postgresql, pytest.mark.skipif(not LIBRARIES, reason="libfaketime is missing")]


@pytest.fixture(scope="module", params=SECONDS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch three nodes: one is right, one is ahead and one is behind."""
    finds = {NAMES[1]: wrong_by(request.param), NAMES[2]: wrong_by(-request.param)}
    with three_nodes(tmp_path_factory.mktemp("clocks"), finds=finds) as begun:
        begun.rules(failures_before_lock=3, second_factor_failures_before_lock=50, failing_names_before_refusing=0)
        begun.rules(hours_locked=1)
        for node, sign in zip(begun.nodes, (0, 1, -1), strict=True):
            assert abs(shown_by(node, begun) - sign * request.param) < 3  # else nothing would be tried here
        yield begun


def wrong_by(seconds: int) -> dict[str, str]:
    """Let a process see a wall clock that is wrong by so much."""
    return {"LD_PRELOAD": str(LIBRARIES[-1]), "FAKETIME": f"{seconds:+}s", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def shown_by(node: Server, server: Town) -> float:
    """Say by how many seconds a node's own clock is wrong: it dates its answers by it."""
    dated = ask(node.url, api("GET /session")).headers["date"]
    return (parsedate_to_datetime(dated) - server.server.now()).total_seconds()


@pytest.mark.parametrize("name", NAMES)
def test_codes_are_those_of_the_true_step(server: Town, name: str) -> None:
    """What the wrong clock would take is wrong, and what it would not take opens the sign-in."""
    node = server.nodes[NAMES.index(name)]
    for number in range(ROUNDS):
        bram = server.add(f"bram-{name}-{number}")
        sign_ins = server.pending(bram, Next.CODE, 7)
        refused = [
            give(node, one, bram.code(server.server.now(), steps)) for one, steps in zip(sign_ins, FAR, strict=False)
        ]
        accepted = give(node, sign_ins[-1], bram.code(server.server.now()))

        assert {(answer.status, answer.code) for answer in refused} == {(401, "otp.wrong")}
        assert accepted.status == 200


@pytest.mark.parametrize("second", [1, 26])
def test_the_edge_of_a_step_is_the_same_on_every_node(server: Town, second: int) -> None:
    """Where a clock that is five seconds wrong is in another step already, the window is that of the true one."""
    for node in server.nodes:
        bram = server.add(f"edge-{second}-{node.node}")
        early, late, right = server.pending(bram, Next.CODE, 3)
        server.server.turn(seconds=(second - server.server.now().timestamp()) % 30)
        now = server.server.now()
        refused = [give(node, one, bram.code(now, steps)) for one, steps in ((early, -2), (late, 2))]
        accepted = [give(node, right, bram.code(now, -1)).status]

        assert [answer.code for answer in refused] == ["otp.wrong"] * 2
        assert accepted == [200]


def test_a_wrong_clock_is_told_in_the_log(server: Town) -> None:
    """And a right one is not."""
    eventually(lambda: all("clock is not the database's" in node.log for node in server.nodes[1:]))

    assert "clock is not the database's" not in server.nodes[0].log


def test_what_has_expired_stays_so_on_every_node(server: Town) -> None:
    """A sign-in that ran out five seconds ago is none for the node that is behind, either."""
    bram = server.add("late")
    sign_ins = server.pending(bram, Next.CODE, 3)
    server.server.turn(seconds=machine.LIFE.total_seconds() + 5)
    code = bram.code(server.server.now())
    answers = [give(node, one, code) for node, one in zip(server.nodes, sign_ins, strict=True)]

    assert [(answer.status, answer.code) for answer in answers] == [(401, "signin.expired")] * 3


def test_a_lock_ends_on_every_node_at_one_moment(server: Town) -> None:
    """Not before its hour on the node that is ahead, and not after it on the one that is behind."""
    bram = server.add("locked")
    for node in server.nodes:
        ask(node.url, password_of("locked", "wrong"))
    server.server.turn(minutes=59, seconds=30)
    before = [ask(node.url, password_of("locked")).code for node in server.nodes]
    server.server.turn(seconds=40)
    after = [ask(node.url, password_of("locked")).status for node in server.nodes]

    assert [entry["details"]["factor"] for entry in server.entries(bram, act="lockout.locked")] == [Factor.PASSWORD]
    assert (before, after) == (["signin.refused"] * 3, [200] * 3)


def give(node: Server, sign_in: str, code: str) -> Answer:
    """Give a code to a sign-in, on one node."""
    return ask(node.url, api("POST /sign-in/code", {"sign_in": sign_in, "code": code}))
