import pytest

from doorward.features.accounts.model import AccountKind
from doorward.features.transfer.model import Person
from doorward.features.transfer.rules.people import COLUMNS, EXPORTED, Names, judge_columns, judge_line, twins
from doorward.kernel.lines import Line, LineError
from doorward.kernel.outcome import Refused

KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def adopt(text: str) -> str | ValueError:
    """Take every hash but one."""
    return ValueError("its kind is not known here") if text == "md5" else f"${text}"


def judged(**values: str) -> Person | list[tuple[str, str]]:
    """Judge line 7 of a file; give the columns that are wrong with their codes."""
    found = judge_line(Line(7, values), adopt)
    return found if isinstance(found, Person) else [(error.column, error.refused.code) for error in found]


def person(line: int, name: str) -> Person:
    """Give a person of whom only the name matters."""
    return Person(line, name, name, None, AccountKind.INTERNAL, (), True, False, None, None)


def test_a_line_makes_a_person() -> None:
    """Each column in its form."""
    assert judged(
        user_name=" ada ", full_name="Ada Lovelace", email="ada@example.org", kind="Internal",
        roles="help-desk; auditor,help-desk", enabled="no", must_change_password="TRUE", password_hash="x",
        secret_key=KEY, groups=" Branch North; Sales, all;branch north;Branch North ",
    ) == Person(
        7, "ada", "Ada Lovelace", "ada@example.org", AccountKind.INTERNAL, ("help-desk", "auditor"), False, True, "$x",
        b"12345678901234567890", ("Branch North", "Sales, all", "branch north"),
    )  # fmt: skip


def test_a_name_alone_is_enough() -> None:
    """The rest is as a new account has it."""
    assert judged(user_name="ada", email="", roles=" ; ") == person(7, "ada")


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({}, [("user_name", "accounts.name_missing")]),
        ({"user_name": "a" * 201}, [("user_name", "accounts.name_too_long")]),
        ({"user_name": "a\0b"}, [("user_name", "accounts.name_malformed")]),
        ({"user_name": "cli:root"}, [("user_name", "accounts.name_taken")]),
        ({"user_name": "a", "full_name": "\u202eA"}, [("full_name", "accounts.name_malformed")]),
        ({"user_name": "a", "email": "nobody"}, [("email", "accounts.email_malformed")]),
        ({"user_name": "a", "kind": "staff"}, [("kind", "transfer.value")]),
        ({"user_name": "a", "enabled": "perhaps"}, [("enabled", "transfer.value")]),
        ({"user_name": "a", "must_change_password": "2"}, [("must_change_password", "transfer.value")]),
        ({"user_name": "a", "kind": "external", "roles": "auditor"}, [("roles", "rights.internal_only")]),
        ({"user_name": "a", "password_hash": "md5"}, [("password_hash", "transfer.hash")]),
        ({"user_name": "a", "secret_key": "short"}, [("secret_key", "transfer.key")]),
        (
            {"email": "nobody", "kind": "staff", "secret_key": "short"},
            [
                ("user_name", "accounts.name_missing"), ("email", "accounts.email_malformed"),
                ("kind", "transfer.value"), ("secret_key", "transfer.key"),
            ],
        ),
    ],
)  # fmt: skip
def test_all_that_is_wrong_with_a_line_is_told(values: dict[str, str], errors: list[tuple[str, str]]) -> None:
    """By column, so that one look mends the line."""
    assert judged(**values) == errors


def test_a_refused_hash_says_why() -> None:
    """And not what it was."""
    (error,) = judge_line(Line(7, {"user_name": "a", "password_hash": "md5"}), adopt)  # type: ignore[misc]

    assert error == LineError(7, "password_hash", Refused("transfer.hash", {"why": "its kind is not known here"}))


@pytest.mark.parametrize(
    ("columns", "errors"),
    [
        (["user_name"], []),
        ([*COLUMNS, *EXPORTED], []),
        (["user_name", "pasword_hash"], [("pasword_hash", "request.unknown_field")]),
        (["user_name", "email", "email"], [("email", "transfer.malformed")]),
        (["email"], [("user_name", "accounts.name_missing")]),
    ],
)
def test_columns_are_known_and_come_once(columns: list[str], errors: list[tuple[str, str]]) -> None:
    """A misspelt column is not silently left out."""
    assert [(error.column, error.refused.code) for error in judge_columns(columns)] == errors


def test_a_file_of_far_too_many_columns_is_another_kind_of_file() -> None:
    """It is told once, and not once for each."""
    (error,) = judge_columns(["user_name"] * 101)

    assert error == LineError(1, "", Refused("transfer.malformed", {"why": "it has 101 columns"}))


def test_twins_are_found_in_any_spelling() -> None:
    """By the canonical form, and told with the line of the first (LOCK-16)."""
    people = [person(2, "Straße"), person(3, "ada"), person(5, "STRASSE"), person(9, "ＡＤＡ")]

    assert twins(people) == [
        LineError(5, "user_name", Refused("transfer.twin", {"line": 2})),
        LineError(9, "user_name", Refused("transfer.twin", {"line": 3})),
    ]


@pytest.mark.parametrize(
    ("written", "alike"),
    [
        ([], []),
        (["ada", "bob"], []),
        (["ada", "bob", "ＡＤＡ"], ["ada", "ＡＤＡ"]),
        (["b", "a", "A", "B"], ["b", "a", "A", "B"]),
    ],
)
def test_names_that_come_twice_are_found_by_eight_bytes_of_each(written: list[str], alike: list[str]) -> None:
    """In whatever spelling; everybody else is let alone."""
    people, names = [person(line, name) for line, name in enumerate(written)], Names()
    for one in people:
        names.add(one)

    assert [one.user_name for one in names.alike(people)] == alike
