import csv
import io
import json
import resource
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.edges.spool import Spool
from doorward.features.transfer.actions.reading import read_file
from doorward.features.transfer.model import PeopleFileFormat, PeopleFileRead
from doorward.features.transfer.rules.people import COLUMNS, EXPORTED
from doorward.kernel.texts import has_controls
from tests.features.transfer.batch import SECRET, batch, key

HASH = "$2b$04$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"


def read(raw: bytes, form: PeopleFileFormat = PeopleFileFormat.CSV) -> PeopleFileRead:
    """Read a file whose hashes are taken as they are."""
    return read_file(io.BytesIO(raw), form, lambda text: text, Spool(bytes(32)), lambda _: None)


def cost(raw: bytes, form: PeopleFileFormat) -> float:
    """Measure what reading takes, in seconds of this process alone."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    read(raw, form)
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime - before


GROWING: dict[str, tuple[PeopleFileFormat, Callable[[int], bytes]]] = {
    "columns": (PeopleFileFormat.CSV, lambda n: b",".join([b"a"] * n) + b"\n"),
    "columns of one name": (PeopleFileFormat.CSV, lambda n: b",".join([b"user_name"] * n) + b"\n"),
    "cells": (PeopleFileFormat.CSV, lambda n: b"user_name\n" + b"," * n + b"\n"),
    "quotes": (PeopleFileFormat.CSV, lambda n: b"user_name\n" + b'""' * n + b"\n"),
    "a quote that stays open": (PeopleFileFormat.CSV, lambda n: b'user_name\n"' + b"a\n" * n),
    "quotes that open and close": (PeopleFileFormat.CSV, lambda n: b"user_name\n" + b'"\n' * n),
    "empty lines": (PeopleFileFormat.CSV, lambda n: b"user_name\n" + b"\n" * n),
    "carriage returns": (PeopleFileFormat.CSV, lambda n: b"user_name\r" + b"\r" * n),
    "twins": (PeopleFileFormat.CSV, lambda n: b"user_name\n" + b"ada\n" * (n // 4)),
    "marks over one letter": (
        PeopleFileFormat.JSON_LINES,
        lambda n: json.dumps({"user_name": "a" + "\u0316\u0301" * n}).encode(),
    ),
    "roles": (
        PeopleFileFormat.JSON_LINES,
        lambda n: json.dumps({"user_name": "a", "roles": [f"r{i}" for i in range(n)]}).encode(),
    ),
    "separators": (PeopleFileFormat.CSV, lambda n: b"user_name,roles\nada," + b";" * min(n, 100_000) + b"\n"),
    "fields": (PeopleFileFormat.JSON_LINES, lambda n: json.dumps({f"f{i}": "" for i in range(n)}).encode()),
    "depth": (PeopleFileFormat.JSON_LINES, lambda n: b'{"a":' * n + b"1" + b"}" * n),
    "digits": (PeopleFileFormat.JSON_LINES, lambda n: b'{"user_name":' + b"9" * n + b"}"),
    "escapes": (PeopleFileFormat.JSON_LINES, lambda n: b'{"user_name":"' + b"\\u0041" * n + b'"}'),
    "a key": (PeopleFileFormat.JSON_LINES, lambda n: json.dumps({"user_name": "a", "secret_key": "A-" * n}).encode()),
    "an address": (
        PeopleFileFormat.JSON_LINES,
        lambda n: json.dumps({"user_name": "a", "secret_key": "otpauth://totp/a?" + "a=b&" * n}).encode(),
    ),
    "a batch": (
        PeopleFileFormat.JSON_LINES,
        lambda n: json.dumps({"user_name": "a", "secret_key": batch(*[key("b")] * (n // 40))}).encode(),
    ),
}
"""What could make a reader look at everything for each of its parts, in n pieces."""


@pytest.mark.parametrize("name", GROWING)
def test_time_grows_with_the_file_and_not_with_its_square(name: str) -> None:
    """Sixteen times as much takes nowhere near 256 times as long; whatever it is, it is told."""
    form, make = GROWING[name]
    short, long = make(10_000), make(160_000)
    cost(short, form)

    assert cost(long, form) < max(64 * cost(short, form), 3.0)


def test_whoever_sends_megabytes_is_told_in_a_few_words() -> None:
    """A report is not longer than what is wrong: neither by columns nor by fields."""
    for form, make in GROWING.values():
        found = read(make(20_000), form)
        told = sum(len(repr(error)) for error in found.errors if error.line == 1)

        assert told < 20_000


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        (b"\xef\xbb\xbfuser_name\r\nada\r\n", ["ada"]),
        (b"\xef\xbb\xbf" + json.dumps({"user_name": "ada"}).encode(), []),
        (b"user_name;email\nada;a@b.example\n", ["ada"]),
        (b"user_name\temail\nada\ta@b.example\n", ["ada"]),
        (b'user_name,full_name\nada,"A, the ""first"""\n', ["ada"]),
        (b"user_name,full_name\nada,a\x00b\n", []),
        (b"user_name\nada\x00\n", []),
        (b"user_name\n\xff\n", []),
        (b"user_name\n\xed\xa0\x80\n", []),
        (b"PK\x03\x04\x14\x00", []),
        (b"\x1f\x8b\x08\x00", []),
        (b"\xff\xfeu\x00s\x00e\x00r\x00", []),
        (b"user_name\n" + b"a" * 200_000, []),
        (b"\n\n\n", []),
        (b"user_name\x0bada", []),
        ("user_name\nada\u2028bob\n".encode(), []),
        ("user_name\ngnp.\u202eexe\n".encode(), []),
        (b"user_name\nada\rbob\n", []),
    ],
)  # fmt: skip
def test_odd_files_are_read_or_told(raw: bytes, names: list[str]) -> None:
    """Byte order marks, line ends and separators are read; what is no text, no name or no CSV is told."""
    found = read(raw)

    assert [person.user_name for person in found.people] == names
    assert bool(found.errors) == (not names)


CELLS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["ada", "a@b.example", "internal", "auditor;help-desk", "true", HASH, "otpauth://totp/a?secret=x"]),
    st.text(alphabet="\"',;\t\r\n\x00\ufeff\u2028=+-@{}[]:\\$", max_size=12),
)
SHEETS = st.lists(st.sampled_from([*COLUMNS, *EXPORTED]), min_size=1, unique=True).flatmap(
    lambda columns: st.tuples(st.just(columns), st.lists(st.lists(CELLS, min_size=len(columns), max_size=len(columns))))
)


@given(SHEETS, st.sampled_from([",", ";", "\t"]))
def test_any_sheet_is_read_or_told_line_by_line(sheet: tuple[list[str], list[list[str]]], separator: str) -> None:
    """Whatever stands in known columns, as another program writes it."""
    columns, rows = sheet
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    writer.writerows([columns, *rows])
    found = read(out.getvalue().encode("utf-8", "replace"))

    assert bool(found.people or found.errors) == (bool(rows) or "user_name" not in columns)
    assert not any(has_controls(person.user_name) for person in found.people)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | CELLS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(st.dictionaries(st.sampled_from([*COLUMNS, *EXPORTED, "x"]), VALUES, max_size=5), max_size=5))
def test_any_json_lines_are_read_or_told(lines: list[dict[str, object]]) -> None:
    """Every line by itself: as many are told of or read as there are."""
    raw = "".join(json.dumps(line) + "\n" for line in lines).encode()
    found = read(raw, PeopleFileFormat.JSON_LINES)

    assert found.lines >= len(lines)
    assert {person.line for person in found.people} | {error.line for error in found.errors} == set(
        range(1, len(lines) + 1)
    )


@given(st.binary(max_size=60), st.integers(0, 200), st.sampled_from(PeopleFileFormat))
def test_a_good_file_with_something_thrown_in_is_read_or_told(noise: bytes, at: int, form: PeopleFileFormat) -> None:
    """Wherever the disk, the editor or the transfer broke it."""
    good = {
        PeopleFileFormat.CSV: f"user_name,email,secret_key\nada,a@b.example,{batch(key('ada', SECRET))}\nbob,,\n",
        PeopleFileFormat.JSON_LINES: f'{{"user_name":"ada","password_hash":"{HASH}"}}\n{{"user_name":"bob"}}\n',
    }[form].encode()

    assert isinstance(read(good[:at] + noise + good[at:], form), PeopleFileRead)
