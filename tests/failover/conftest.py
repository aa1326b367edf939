"""Three PostgreSQL nodes under Patroni for each module, and a server on them."""

from collections.abc import Iterator

import pytest

from tests import cluster
from tests.failover import patroni
from tests.failover.patroni import Patroni
from tests.failover.test_failover import RULES
from tests.storms.town import Town, town


@pytest.fixture(scope="module")
def three() -> Iterator[Patroni]:
    """Run three PostgreSQL nodes."""
    with cluster.reachable() as folder, patroni.running(folder) as begun:
        yield begun


@pytest.fixture(scope="module")
def server(three: Patroni, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch a server on them."""
    with town(tmp_path_factory.mktemp("server"), {"database": three.address}) as begun:
        begun.rules(**RULES)
        yield begun
