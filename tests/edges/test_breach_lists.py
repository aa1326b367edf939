from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.edges.breach_list_files import put, workshop, write
from doorward.edges.breach_lists import (
    HEAD,
    BreachListFiles,
    ListUnreadable,
    OpenedList,
    UnreachableBreachLists,
    digest_of,
    file_of,
)
from doorward.kernel.ports import BreachListing

WORDS = tuple(f"breached {number}" for number in range(500))
SHA1_OF_PASSWORD = "5baa61e4c9b93f3f"
"""The beginning of the SHA-1 of `password`, as everybody knows it."""


def listing(folder: Path, *texts: str) -> str:
    """Put a list of texts in its place, and give its name."""
    with workshop(folder) as place:
        written = write([[digest_of(text) for text in texts]], place)
        put(written, folder)
    return written.name


def spoil(path: Path, at: int) -> None:
    """Turn one bit of a file over."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def test_a_digest_is_the_beginning_of_the_sha1() -> None:
    """What published lists hold, so that hashes can be taken from them."""
    assert digest_of("password").hex() == SHA1_OF_PASSWORD


def test_pass_2_a_list_has_its_entries_and_nothing_else(tmp_path: Path) -> None:
    """Each that went in, and none that did not."""
    opened = OpenedList(file_of(tmp_path, listing(tmp_path, *WORDS)))

    assert opened.entries == len(WORDS)
    assert all(digest_of(word) in opened for word in WORDS)
    assert not any(digest_of(f"good {number}") in opened for number in range(500))
    opened.verify()


@given(listed=st.sets(st.integers(0, 2**64 - 1), max_size=40), other=st.integers(0, 2**64 - 1))
def test_every_digest_is_found_wherever_it_stands(
    listed: set[int], other: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The first of all, the last of all, neighbours in one bucket."""
    folder = tmp_path_factory.mktemp("lists")
    numbers = sorted(listed | {number ^ 1 for number in listed} | {0, 2**64 - 1})
    digests = [number.to_bytes(8) for number in numbers]
    with workshop(folder) as place:
        written = write([digests], place)
        put(written, folder)
    opened = OpenedList(file_of(folder, written.name))

    assert all(digest in opened for digest in digests)
    assert (other.to_bytes(8) in opened) == (other in numbers)


@pytest.mark.parametrize("at", [0, 9, 17, 40_000])
def test_pass_2_a_damaged_head_is_found_when_the_list_is_opened(tmp_path: Path, at: int) -> None:
    """Its digest is the name of the file."""
    path = file_of(tmp_path, listing(tmp_path, *WORDS))
    spoil(path, at)

    with pytest.raises(ListUnreadable, match="is damaged"):
        OpenedList(path)


@pytest.mark.parametrize("more", [-1, 1])
def test_pass_2_a_list_of_the_wrong_length_is_not_opened(tmp_path: Path, more: int) -> None:
    """A copy that broke off, or another file written behind it."""
    path = file_of(tmp_path, listing(tmp_path, *WORDS))
    content = path.read_bytes()
    path.write_bytes(content[:more] if more < 0 else content + b"x")

    with pytest.raises(ListUnreadable, match="cut off or too long"):
        OpenedList(path)


def test_pass_2_a_missing_list_is_named(tmp_path: Path) -> None:
    """With its path, so that it can be put back."""
    with pytest.raises(ListUnreadable, match=r"abc\.list is missing"):
        OpenedList(file_of(tmp_path, "abc"))


def test_a_list_that_is_no_file_is_named(tmp_path: Path) -> None:
    """The system's own words say why."""
    file_of(tmp_path, "abc").mkdir()

    with pytest.raises(ListUnreadable, match="cannot be read"):
        OpenedList(file_of(tmp_path, "abc"))


def test_pass_2_a_damaged_bucket_never_passes_for_one_without_the_password(tmp_path: Path) -> None:
    """Whatever byte of an entry is spoilt, its look-up says that the list is damaged."""
    name = listing(tmp_path, "only this")
    lists = BreachListFiles(tmp_path)
    for at in range(HEAD, HEAD + 6):
        spoil(file_of(tmp_path, name), at)
        assert lists.find([digest_of("only this")], [name]) is BreachListing.UNREADABLE
        spoil(file_of(tmp_path, name), at)
    spoil(file_of(tmp_path, name), HEAD)
    opened = OpenedList(file_of(tmp_path, name))
    with pytest.raises(ListUnreadable, match="damaged"):
        opened.verify()


def test_pass_2_a_list_that_ends_while_it_is_open_is_unreadable(tmp_path: Path) -> None:
    """What was opened whole may be cut off later."""
    name = listing(tmp_path, "only this")
    lists = BreachListFiles(tmp_path)
    assert lists.find([digest_of("only this")], [name]) is BreachListing.FOUND
    with file_of(tmp_path, name).open("r+b") as file:
        file.truncate(HEAD + 3)

    assert lists.find([digest_of("only this")], [name]) is BreachListing.UNREADABLE


def test_pass_2_one_list_in_many_is_enough(tmp_path: Path) -> None:
    """Found in one counts, even while another is missing; absent wants all of them."""
    one, other = listing(tmp_path, "first"), listing(tmp_path, "second")
    lists, wanted = BreachListFiles(tmp_path), [digest_of("neither"), digest_of("second")]

    assert lists.find(wanted, [one, other]) is BreachListing.FOUND
    assert lists.find(wanted, [one]) is BreachListing.ABSENT
    assert lists.find(wanted, [other, "gone"]) is BreachListing.FOUND
    assert lists.find(wanted, [one, "gone"]) is BreachListing.UNREADABLE
    assert lists.find(wanted, []) is BreachListing.ABSENT


def test_a_list_that_was_mended_is_read_again(tmp_path: Path) -> None:
    """Without starting the server anew."""
    name = listing(tmp_path, "only this")
    path, lists = file_of(tmp_path, name), BreachListFiles(tmp_path)
    lists.find([], [name])
    spoil(path, HEAD)
    assert lists.find([digest_of("only this")], [name]) is BreachListing.UNREADABLE
    listing(tmp_path, "only this")

    assert lists.find([digest_of("only this")], [name]) is BreachListing.FOUND


def test_many_look_at_once_while_lists_come_and_go(tmp_path: Path) -> None:
    """A list that somebody reads stays open for them, whatever the others ask about."""
    names = [listing(tmp_path, f"word {number}") for number in range(4)]
    lists = BreachListFiles(tmp_path)
    found: list[BreachListing] = []

    def look(number: int) -> None:
        found.extend(lists.find([digest_of(f"word {number}")], [names[number]]) for _ in range(50))

    threads = [Thread(target=look, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(found) == {BreachListing.FOUND}
    assert len(found) == 200


def test_pass_2_without_files_no_list_is_readable() -> None:
    """Where nothing was plugged in, nothing passes in silence."""
    assert UnreachableBreachLists().find([b"x" * 8], ["a list"]) is BreachListing.UNREADABLE
    assert UnreachableBreachLists().find([b"x" * 8], []) is BreachListing.ABSENT
