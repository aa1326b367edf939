import csv
import io
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.edges.lines import cell, csv_line, json_line, plain

AN_ID = UUID("018f0000-0000-7000-8000-000000000001")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (-7, "'-7"),
        ("Bram", "Bram"),
        ('=HYPERLINK("http://x")', '\'=HYPERLINK("http://x")'),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("a;=1", "a;'=1"),
        ("a;'=1", "a;''=1"),
        ("a\n+1;b", "a\n'+1;b"),
        ("X11; Linux;-", "X11; Linux;'-"),
        ("'=1", "''=1"),
        ("'tis", "'tis"),
        (AN_ID, "018f0000-0000-7000-8000-000000000001"),
        (datetime(2026, 5, 4, 12, 0, tzinfo=UTC), "2026-05-04T12:00:00Z"),
        (["auditor", "help-desk"], "auditor;help-desk"),
        ({"role": "=1"}, '{"role":"=1"}'),
    ],
)
def test_a_value_has_its_cell(value: object, written: str) -> None:
    """Whatever a spreadsheet would run is text in it (T16)."""
    assert cell(value) == written


TEXTS = st.one_of(st.text(), st.text(alphabet="=+-@'\t\r\n;,\"a"))


@given(TEXTS)
def test_no_cell_begins_a_formula(text: str) -> None:
    """Whatever somebody was named."""
    assert not cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.lists(TEXTS, min_size=1), st.sampled_from([",", ";", "\t"]))
def test_no_cell_begins_a_formula_however_columns_are_parted(texts: list[str], separator: str) -> None:
    """Spreadsheets of countries that write decimals with a comma part them by semicolons (T16)."""
    written = csv_line(["a", *texts])
    rows = csv.reader(io.StringIO(written, newline=""), delimiter=separator)

    assert [one for row in rows for one in row if one.startswith(("=", "+", "-", "@"))] == []


@given(TEXTS)
def test_a_cell_gives_back_what_it_held(text: str) -> None:
    """A file that was exported can be imported again."""
    assert plain(cell(text)) == text


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), min_size=1))
def test_a_line_is_read_as_it_was_written(texts: list[str]) -> None:
    """Quotes, commas and line ends stay in their cells."""
    rows = list(csv.reader(io.StringIO(csv_line(["first", *texts]), newline="")))

    assert [[plain(one) for one in row] for row in rows] == [["first", *texts]]


def test_a_json_line_is_one_line() -> None:
    """With instants and ids as the API spells them, and names as they are."""
    line = json_line({"id": AN_ID, "at": datetime(2026, 5, 4, tzinfo=UTC), "name": "Zoë\n", "more": {"a": 1}})

    assert line.count("\n") == 1
    assert json.loads(line) == {
        "id": "018f0000-0000-7000-8000-000000000001", "at": "2026-05-04T00:00:00Z", "name": "Zoë\n", "more": {"a": 1},
    }  # fmt: skip


def test_what_has_no_spelling_is_not_written() -> None:
    """A secret that strayed into a line stops the export."""
    with pytest.raises(TypeError, match="object has no spelling"):
        json_line({"a": object()})
