"""T22 on three nodes: administrators who remove each other at the same moment leave one."""

from collections.abc import Iterator

import pytest

from tests.storms.nodes import needs_postgresql, three_nodes
from tests.storms.size import size
from tests.storms.test_last_administrator import PATHS, able, against, is_able
from tests.storms.town import Town
from tests.storms.wire import at_once

ROUNDS = size(2, 100)
"""T22 asks for five hundred, which are six ways at about a hundred each."""

pytestmark = needs_postgresql


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch three nodes."""
    with three_nodes(tmp_path_factory.mktemp("nodes")) as begun:
        begun.rules(failing_names_before_refusing=0, idle_minutes=600)
        yield begun


def test_two_who_remove_each_other_on_two_nodes_leave_one(server: Town) -> None:
    """In six ways, each at the same moment; what is left at the end is able (T22)."""
    people = [server.olga]
    for number in range(ROUNDS):
        for path in (*PATHS, "roles", "exclude"):
            people.append(server.add(f"ada-{path}-{number}", "administrator"))
            first, second = people[-2:]
            tokens = [server.token(one) for one in (first, second)]
            urls = server.urls[number % 3 :] + server.urls
            answers = at_once(urls[:2], [against(second, path, tokens[0]), against(first, path, tokens[1])])

            assert {answer.status for answer in answers} <= {200, 401, 403}
            assert able(server) >= 1
            people = [one for one in (first, second) if is_able(server, one)]
            assert people
