import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.edges.spool import Spool
from doorward.features.transfer.actions.reading import read_file
from doorward.features.transfer.model import PeopleFileFormat, PeopleFileRead

KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def adopt(text: str) -> str | ValueError:
    """Take every hash as it is."""
    return text


def read(text: str | bytes, form: PeopleFileFormat = PeopleFileFormat.CSV) -> PeopleFileRead:
    """Read a file."""
    raw = text.encode() if isinstance(text, str) else text
    return read_file(io.BytesIO(raw), form, adopt, Spool(bytes(32)), lambda _: None)


def names(found: PeopleFileRead) -> list[str]:
    """List whom a file holds."""
    return [person.user_name for person in found.people]


def wrong(found: PeopleFileRead) -> list[tuple[int, str, str]]:
    """List what is wrong with a file."""
    return [(error.line, error.column, error.refused.code) for error in found.errors]


@pytest.mark.parametrize(
    "text",
    [
        "user_name,full_name\nada,Ada\nbob,Bob\n",
        "user_name,full_name\r\nada,Ada\r\nbob,Bob",
        "\ufeffuser_name,full_name\nada,Ada\nbob,Bob\n",
        '"user_name","full_name"\n"ada","Ada"\n\n"bob","Bob"\n',
        "User_Name ;full_name\nada;Ada\nbob;Bob\n",
        "user_name\tfull_name\nada\tAda\nbob\tBob\n",
    ],
)
def test_csv_is_read_as_programs_write_it(text: str) -> None:
    """With a byte order mark or without, with either line end, and with what stands between cells elsewhere."""
    found = read(text)

    assert (names(found), wrong(found)) == (["ada", "bob"], [])
    assert [person.full_name for person in found.people] == ["Ada", "Bob"]


def test_a_cell_that_was_marked_is_read_as_it_was() -> None:
    """What an export has marked is not part of the name."""
    assert names(read("user_name\n'=ada\n'bob\n")) == ["=ada", "'bob"]


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        ("", [(1, "user_name", "transfer.malformed")]),
        ("name\nada\n", [(1, "name", "request.unknown_field"), (1, "user_name", "accounts.name_missing")]),
        ("user_name,email\nada\n", [(2, "", "transfer.malformed")]),
        ("user_name\nada,x\nbob\n", [(2, "", "transfer.malformed")]),
        ('user_name\n"ada\nbob\n', [(2, "", "transfer.malformed")]),
        ('user_name\n"ada"x\nbob\n', [(2, "", "transfer.malformed")]),
        ("user_name\na\0da\nbob\n", [(2, "user_name", "accounts.name_malformed")]),
        ('user_name\n"a\nda"\nbob,\n', [(2, "user_name", "accounts.name_malformed"), (4, "", "transfer.malformed")]),
        ("user_name\n" + "x" * 200_000 + "\n", [(2, "", "transfer.malformed")]),
        ("user_name\nada\n\nADA\n", [(4, "user_name", "transfer.twin")]),
        ("user_name\rada\r", [(1, "", "transfer.malformed")]),
        (b"user_name\nada\n\xff\n", [(3, "", "transfer.malformed")]),
        ("user_name\nada\n".encode("utf-16"), [(1, "", "transfer.malformed")]),
    ],
)
def test_what_is_wrong_is_told_by_line_and_column(text: str | bytes, errors: list[tuple[int, str, str]]) -> None:
    """By the line where it begins, however many lines a cell spans."""
    assert wrong(read(text)) == errors


def test_json_lines_hold_what_cells_hold() -> None:
    """Lists, flags, nulls, and a hash as Keycloak's export has it."""
    hash_ = {"credentialData": "{}", "secretData": "{}"}
    line = {
        "user_name": "ada", "email": None, "roles": ["auditor", "help-desk"], "enabled": False, "version": 3,
        "password_hash": hash_,
    }  # fmt: skip
    found = read(json.dumps(line) + "\n\n", PeopleFileFormat.JSON_LINES)

    (ada,) = found.people
    assert (ada.user_name, ada.email, ada.roles, ada.enabled) == ("ada", None, ("auditor", "help-desk"), False)
    assert json.loads(ada.password_hash or "") == hash_
    assert (found.lines, found.left_out) == (1, ("version",))


@pytest.mark.parametrize(
    ("line", "errors"),
    [
        ("ada", [(2, "", "transfer.malformed")]),
        ("[]", [(2, "", "transfer.malformed")]),
        ('"ada"', [(2, "", "transfer.malformed")]),
        ('{"user_name": 1.5}', [(2, "", "transfer.malformed")]),
        ('{"user_name": NaN}', [(2, "", "transfer.malformed")]),
        ('{"user_name": "a", "user_name": "b"}', [(2, "", "transfer.malformed")]),
        ('{"user_name": "a", "roles": [1]}', [(2, "", "transfer.malformed")]),
        ('{"user_name": "a", "admin": true}', [(2, "admin", "request.unknown_field")]),
        ('{"full_name": "A"}', [(2, "user_name", "accounts.name_missing")]),
        ('{"user_name": "\\ud800"}', [(2, "user_name", "accounts.name_malformed")]),
        ("[" * 100_000, [(2, "", "transfer.malformed")]),
    ],
)
def test_a_wrong_json_line_leaves_the_others(line: str, errors: list[tuple[int, str, str]]) -> None:
    """Each line speaks for itself."""
    found = read('{"user_name": "ada"}\n' + line + '\n{"user_name": "bob"}\n', PeopleFileFormat.JSON_LINES)

    assert (names(found), wrong(found)) == (["ada", "bob"], errors)


def test_columns_of_an_export_are_left_out_and_told() -> None:
    """A file that was exported can be imported elsewhere."""
    found = read("id,user_name,locked_at,version\n1,ada,,3\n")

    assert (names(found), wrong(found), found.left_out) == (["ada"], [], ("id", "locked_at", "version"))


def test_a_file_of_another_kind_is_not_looked_at_to_its_end() -> None:
    """After a hundred thousand errors there is nothing more to say."""
    found = read("\n".join(f'{{"x{n}":1}}' for n in range(100_005)), PeopleFileFormat.JSON_LINES)

    assert wrong(found)[-1] == (100_001, "x100000", "request.unknown_field")
    assert found.lines == 100_001


def test_a_line_has_an_end() -> None:
    """What comes without one is not taken into memory."""
    found = read(b'{"user_name": "ada"}\n{"user_name": "' + b"b" * 2**20 + b'"}', PeopleFileFormat.JSON_LINES)

    assert (names(found), wrong(found)) == (["ada"], [(2, "", "transfer.malformed")])


def test_reading_tells_how_far_it_is() -> None:
    """In bytes, for the bar that people see."""
    told: list[int] = []
    file = io.BytesIO(b"user_name\n" + b"u%08d\n" * 1_200 % tuple(range(1_200)))
    read_file(file, PeopleFileFormat.CSV, adopt, Spool(bytes(32)), told.append)

    assert told == [5_000, 10_000]


def test_what_people_brought_is_counted() -> None:
    """Over all parts in which they are kept."""
    found = read("user_name,password_hash,secret_key\n" + "".join(f"u{n},x,\n" for n in range(4_001)) + f"a,,{KEY}\n")

    assert (len(found.people), found.with_password, found.with_key) == (4_002, 4_001, 1)
    assert names(found)[4_000:] == ["u4000", "a"]


@given(st.binary(), st.sampled_from(PeopleFileFormat))
def test_any_file_is_read_or_refused(raw: bytes, form: PeopleFileFormat) -> None:
    """Whatever bytes it has."""
    assert isinstance(read(raw, form), PeopleFileRead)


@given(st.text(), st.sampled_from(PeopleFileFormat))
def test_any_text_is_read_or_refused(text: str, form: PeopleFileFormat) -> None:
    """Behind good columns too."""
    assert isinstance(read(f"user_name\n{text}".encode("utf-8", "replace"), form), PeopleFileRead)
