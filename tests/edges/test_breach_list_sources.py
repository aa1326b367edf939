from hashlib import sha1
from io import BytesIO

import pytest

from doorward.edges.breach_list_sources import LONGEST_LINE, PART, ListFormat, Source, SourceMalformed
from doorward.edges.breach_lists import digest_of
from doorward.features.passwords.rules import fold


def hashed(text: str) -> str:
    """Hash as published lists do."""
    return sha1(text.encode(), usedforsecurity=False).hexdigest()


def read(content: bytes, form: ListFormat | None = None, min_count: int = 1) -> tuple[list[bytes], Source]:
    """Read a whole list."""
    source = Source(BytesIO(content), form, fold, min_count)
    return [digest for part in source.digests(lambda _: None) for digest in part], source


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_pass_2_a_published_list_of_hashes_is_read_as_it_is(end: str) -> None:
    """In capitals or not, with counts or without, with the line ends of either system."""
    lines = [f"{hashed('one').upper()}:37", hashed("two"), f"{hashed('three')}:1"]
    found, source = read((end.join(lines) + end).encode())

    assert source.form is ListFormat.SHA1
    assert found == [digest_of("one"), digest_of("two"), digest_of("three")]
    assert (source.tally.lines, source.tally.left_out) == (3, 0)


def test_pass_2_rare_hashes_are_left_out_where_that_is_asked() -> None:
    """A hash without a count was seen once."""
    content = f"{hashed('one')}:10\n{hashed('two')}:9\n{hashed('three')}".encode()
    found, source = read(content, min_count=10)

    assert found == [digest_of("one")]
    assert source.tally.left_out == 2


def test_pass_2_a_plain_list_is_kept_without_regard_to_case() -> None:
    """Composed or not, and old spellings too; what can be nobody's password is left out."""
    lines = ["Straße", "cafe\u0301", "", "x" * 257, "with spaces "]
    found, source = read("\n".join(lines).encode() + b"\nM\xfcller\r\n")

    assert source.form is ListFormat.PLAIN
    assert found == [digest_of(text) for text in ("strasse", "café", "with spaces ", "müller")]
    assert (source.tally.lines, source.tally.left_out) == (6, 2)


def test_a_byte_order_mark_is_no_part_of_a_password() -> None:
    """Some editors put it in front."""
    found, _ = read(b"\xef\xbb\xbfalpha\nbeta")

    assert found == [digest_of("alpha"), digest_of("beta")]


def test_lines_that_lie_across_two_parts_are_whole() -> None:
    """However the stream is cut."""
    words = [f"word {number:07}" for number in range(PART // 12 * 2 + 5)]
    told: list[int] = []
    content = "\n".join(words).encode()
    source = Source(BytesIO(content), ListFormat.PLAIN, fold)
    found = {digest for part in source.digests(told.append) for digest in part}

    assert found == {digest_of(word) for word in words}
    assert source.tally.lines == len(words)
    assert told[-1] == len(content)
    assert told == sorted(told)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (f"{hashed('a')}\nnot a hash\n{hashed('b')}\n", 2),
        (f"{hashed('a')}\n\n{hashed('b')}\n", 2),
        (f"{hashed('a')}\n{hashed('b')}:x\n", 2),
        (f"{hashed('a')}\n{hashed('b')[:-1]}", 2),
        (f"{hashed('a')}\n{hashed('b')}\n+{hashed('c')[1:]}\n", 3),
        (f"{hashed('a')}\n{hashed('b')}  :3\n", 2),
    ],
)
def test_the_first_line_that_is_no_hash_is_named(content: str, line: int) -> None:
    """And ends it: a file that was cut off or mixed up is not half taken."""
    with pytest.raises(SourceMalformed, match=f"line {line}: is not the SHA-1"):
        read(content.encode())


def test_a_list_of_ntlm_hashes_is_told() -> None:
    """It is published beside the right one; as passwords they would be found nowhere."""
    with pytest.raises(SourceMalformed, match="NTLM"):
        read(b"8846F7EAEE8FB117AD06BDD830B7586C:10\n")


def test_hashes_can_be_taken_as_passwords_where_that_is_said() -> None:
    """Somebody's password may look like one."""
    found, _ = read(f"{hashed('a')}\n".encode(), ListFormat.PLAIN)

    assert found == [digest_of(hashed("a"))]


def test_what_has_no_lines_is_no_list() -> None:
    """It is told before it fills the memory."""
    with pytest.raises(SourceMalformed, match="line 2: is longer than 64 KiB"):
        read(b"a\n" + b"x" * (LONGEST_LINE + 1))


def test_an_empty_file_has_nothing() -> None:
    """Whoever imports it is told so."""
    found, source = read(b"")

    assert found == []
    assert source.tally.lines == 0
