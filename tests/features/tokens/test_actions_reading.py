import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.edges.crypto.containers import AesCiphers
from doorward.features.tokens.actions import reading
from doorward.features.tokens.model import ContainerKey, TokenFileFormat
from tests.features.tokens.files import FIGURE_6, SEED, SHARED, container, package, read, wrong

HEX = SEED.hex()


@pytest.mark.parametrize(
    ("raw", "form"),
    [
        (b"serial,seed_hex\n", TokenFileFormat.CSV),
        (b"", TokenFileFormat.CSV),
        (b"\xef\xbb\xbf \n<?xml", TokenFileFormat.PSKC),
        ("<a/>".encode("utf-16"), TokenFileFormat.PSKC),
    ],
)
def test_a_file_tells_how_it_is_written(raw: bytes, form: TokenFileFormat) -> None:
    """XML begins with a bracket, and no header of ours does."""
    assert reading.form_of(raw) is form


def test_a_file_that_is_no_container_is_told_so() -> None:
    """With the line where its reading ended."""
    assert wrong(read(b"serial,seed_hex\n")) == [(1, "", "tokens.malformed")]
    assert wrong(read(b"<!DOCTYPE x>\n<x/>")) == [(1, "", "tokens.malformed")]


@pytest.mark.parametrize("form", list(TokenFileFormat))
def test_a_file_that_is_too_long_is_not_read(form: TokenFileFormat) -> None:
    """Not a byte of it is looked at."""
    found = read(b" " * (reading.longest_file() + 1), form=form)

    assert (found.lines, wrong(found)) == (0, [(1, "", "tokens.too_long")])


def test_a_file_of_too_many_tokens_is_read_no_further() -> None:
    """The line that is one too many is told."""
    text = "serial,seed_hex\n" + "".join(f"{n},{HEX}\n" for n in range(20_002))

    found = read(text, form=TokenFileFormat.CSV)

    assert wrong(found) == [(20_002, "", "tokens.too_long")]


def test_the_longest_file_is_read_and_its_progress_told() -> None:
    """Every hundredth token."""
    told: list[int] = []
    raw = ("serial,seed_hex\n" + "".join(f"{n},{HEX}\n" for n in range(20_000))).encode()

    found = reading.read_file(raw, TokenFileFormat.CSV, ContainerKey(), AesCiphers(), told.append)

    assert (len(found.tokens), found.errors, found.lines) == (20_000, (), 20_000)
    assert told == list(range(100, 20_001, 100))


def test_a_key_is_read_from_a_files_bytes() -> None:
    """As it is written there."""
    assert reading.container_key(b"12345678901234567890123456789012\n") == SHARED.key
    assert reading.container_key(b"password") is None


def test_what_was_read_shows_no_seed() -> None:
    """Neither do errors; a log line or a traceback would have it."""
    found = read(container(package(), package("2", seed="<PlainValue>MTIzNDU2Nzg5MDEyMzQ1</PlainValue>")))

    shown = f"{found!r} {found.errors!r} {SHARED!r} {read(FIGURE_6, SHARED)!r}"
    assert "12345678901234567890" not in shown
    assert HEX not in shown
    assert "MTIzNDU2" not in shown


@given(noise=st.binary(max_size=60), at=st.integers(0, len(FIGURE_6)), length=st.integers(0, 40))
def test_a_damaged_container_raises_nothing(noise: bytes, at: int, length: int) -> None:
    """Whatever is cut out and put in, it is read or refused, and a seed that comes out is the one that was put in."""
    found = read(FIGURE_6[:at] + noise + FIGURE_6[at + length :], SHARED)

    assert all(one.seed == SEED for one in found.tokens)
    assert found.tokens or found.errors


@given(text=st.text(alphabet="serial,d_hx\n\r\t;\"'=0123456789ab", max_size=120))
def test_noise_of_cells_raises_nothing(text: str) -> None:
    """Whatever stands in the cells, it is read or refused."""
    found = read(text, form=TokenFileFormat.CSV)

    assert found.tokens or found.errors
