"""The primary is cut off under load, and goes on for itself: what was answered stands on the next one (T29)."""

import pytest

from tests.failover import partition, patroni
from tests.failover.patroni import Patroni
from tests.failover.test_failover import ROUNDS, Fault, must_lose_nothing, struck_by
from tests.storms.town import Town

CUT_OFF = Fault("cut off", lambda _, node: partition.cut_off(node.addresses), lambda _: partition.mend())

pytestmark = [
    pytest.mark.skipif(not patroni.is_there(), reason="PostgreSQL, Patroni or etcd is not installed"),
    pytest.mark.skipif(
        not partition.is_possible(), reason="nftables is missing, or this machine lets nobody drop packets"
    ),
]


@pytest.mark.parametrize("number", range(ROUNDS))
def test_partition_loses_nothing(three: Patroni, server: Town, number: int) -> None:
    """Nobody hangs up on those who wait, and nothing that the old primary did alone was told as done."""
    must_lose_nothing(struck_by(CUT_OFF, three, server, number))
