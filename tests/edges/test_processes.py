from pathlib import Path

import pytest

from doorward import config
from doorward.config import Settings
from doorward.edges.processes import Process, name_of, read

CHANCE = bytes(4)


def settings(data: str = "/data", node: str = "oak", public_url: str = "https://login.example.org") -> Settings:
    """Give the settings of a node."""
    return config.load({"data": Path(data), "node": node, "public_url": public_url}, {}).settings


def process(name: str) -> Process:
    """Read a name that says something."""
    found = read(name)
    assert found is not None
    return found


def test_processes_of_one_node_are_alike() -> None:
    """Whichever thread of them, and whatever was drawn for them."""
    one, other = name_of(settings(), 1, CHANCE), name_of(settings(), 2, b"1234")

    assert one != other
    assert process(one) == process(f"{other}/upkeep")
    assert process(one).node == "oak"


def test_nodes_that_differ_are_told_apart() -> None:
    """By their place, and by their public address."""
    one = process(name_of(settings(), 1, CHANCE))
    elsewhere = process(name_of(settings(data="/other"), 1, CHANCE))
    addressed = process(name_of(settings(public_url="https://other.example.org"), 1, CHANCE))

    assert (one.place == elsewhere.place, one.address == elsewhere.address) == (False, True)
    assert (one.place == addressed.place, one.address == addressed.address) == (True, False)


@pytest.mark.parametrize("name", ["oak/12-0a0b0c0d/post", "oak/1", "a", ""])
def test_names_of_older_programs_say_nothing(name: str) -> None:
    """They have no marks."""
    assert read(name) is None


def test_the_longest_name_has_room() -> None:
    """Beside the word that begins a row of whoever serves."""
    longest = name_of(settings(node="n" * 60), 4_194_304, CHANCE)

    assert len(f"serving/{longest}/upkeep") <= 100
