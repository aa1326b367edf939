import pytest

from doorward.features.accounts.model import LockReason
from tests.doors.cli.shell import Shell


@pytest.fixture
def people(shell: Shell) -> Shell:
    """Add Ada, who administers, and Bob, who is locked."""
    shell.add("ada", "--full-name", "Ada Example", "--role", "administrator")
    shell.add("bob", "--full-name", "Bob [bold]Brown")
    shell.lock("bob")
    return shell


def test_a_list_shows_everybody_in_columns(people: Shell) -> None:
    """Ordered by full name; what looks like markup is text."""
    assert people.done("account", "list").lines == [
        "user name full name e-mail kind state second factor roles",
        "ada Ada Example ada@example.org internal open may set up administrator",
        "bob Bob [bold]Brown bob@example.org internal locked: Failures may set up",
    ]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--locked"], ["bob"]),
        (["--query", "EXAMPLE.ORG"], ["ada", "bob"]),
        (["--query", "ada"], ["ada"]),
        (["--locked", "--query", "ada"], []),
        (["--without-key"], ["ada", "bob"]),
        (["--second-factor", "excluded"], []),
        (["--disabled"], []),
    ],
)
def test_filters_narrow_a_list_down(people: Shell, words: list[str], found: list[str]) -> None:
    """Each filter by itself, and several together."""
    assert [row["user_name"] for row in people.done("account", "list", *words, "--json").json["items"]] == found


def test_a_list_that_finds_nothing_says_so(people: Shell) -> None:
    """An empty list is a sentence, not silence."""
    assert people.done("account", "list", "--query", "zoe").out == "No account fits.\n"


def test_a_list_goes_on_where_it_ended(people: Shell) -> None:
    """The cursor is told for people on standard error, and stands in the JSON for scripts."""
    first = people.done("account", "list", "--limit", "1")
    cursor = people.done("account", "list", "--limit", "1", "--json").json["next"]
    rest = people.done("account", "list", "--limit", "1", "--cursor", cursor, "--json").json

    assert f"--cursor {cursor}" in first.err
    assert ([row["user_name"] for row in rest["items"]], rest["next"]) == (["bob"], None)


def test_a_cursor_of_somebody_elses_making_is_refused(people: Shell) -> None:
    """Exit code 2, and the code."""
    ran = people("account", "list", "--cursor", "x")

    assert (ran.code, "list.cursor" in ran.err) == (2, True)


def test_an_account_is_shown_with_its_lock(people: Shell) -> None:
    """Locked date, lock reason and the rest, what is not known left out."""
    lines = people.done("account", "show", "BOB ").lines

    assert "Lock reason Failures" in lines
    assert "Second factor may set up" in lines
    assert "Password none" in lines
    assert not any(line.startswith("Unlocked by") for line in lines)


def test_an_account_is_spelled_as_in_the_api(people: Shell) -> None:
    """The names of the fields are those of `GET /accounts/{id}`."""
    shown = people.done("account", "show", "bob", "--json").json

    assert {
        "id", "user_name", "full_name", "email", "kind", "enabled", "protected", "locked_at", "lock_reason",
        "lock_ends_at", "unlocked_by", "unlocked_by_id", "unlocked_at", "second_factor", "groups", "roles",
        "signs_in_by_email", "last_sign_in_at", "password_changed_at", "version",
    } <= shown.keys()  # fmt: skip
    assert (shown["lock_reason"], shown["second_factor"], shown["locked_at"][-1]) == ("Failures", "may_set_up", "Z")


@pytest.mark.parametrize("words", [["show"], ["edit", "--full-name", "X"], ["enable"], ["disable"]])
def test_a_name_that_nobody_has_is_not_found(shell: Shell, words: list[str]) -> None:
    """Exit code 4, with the refusal's code."""
    ran = shell("account", words[0], "nobody", *words[1:])

    assert ran.code == 4
    assert "There is no such account" in ran.err
    assert "accounts.not_found" in ran.err


def test_an_edit_changes_what_it_names(people: Shell) -> None:
    """The rest stays; the same again changes nothing."""
    first = people.done("account", "edit", "bob", "--full-name", "Robert Brown", "--email", "", "--json").json
    again = people.done("account", "edit", "bob", "--full-name", "Robert Brown", "--json").json

    assert (first["outcome"], sorted(first["changed"])) == ("done", ["email", "full_name"])
    assert (first["account"]["full_name"], first["account"]["email"]) == ("Robert Brown", None)
    assert (again["outcome"], again["changed"]) == ("unchanged", [])


def test_the_owner_marks_an_account_and_lifts_the_mark(people: Shell) -> None:
    """Without a proof: the command line is not bound by protection (PROT-3, RIGHT-8)."""
    marked = people.done("account", "edit", "bob", "--protected", "--json").json
    edited = people.done("account", "edit", "bob", "--full-name", "B.", "--json").json
    lifted = people.done("account", "edit", "bob", "--not-protected", "--json").json

    assert (marked["changed"], marked["account"]["protected"]) == (["protected"], True)
    assert (edited["changed"], edited["account"]["protected"]) == (["full_name"], True)
    assert lifted["account"]["protected"] is False


def test_an_edit_to_a_name_that_is_taken_is_a_conflict(people: Shell) -> None:
    """Exit code 5, in whatever spelling."""
    ran = people("account", "edit", "bob", "--user-name", "ADA")

    assert (ran.code, "accounts.name_taken" in ran.err) == (5, True)


def test_disable_and_enable_are_each_others_undo(people: Shell) -> None:
    """Repeating either is harmless."""
    said = [people.done("account", word, "bob").out for word in ("disable", "disable", "enable", "enable")]

    assert said == [
        "bob can no longer sign in.\n",
        "bob was disabled already.\n",
        "bob may sign in again.\n",
        "bob was enabled already.\n",
    ]


def test_a_disabled_account_is_listed_as_such(people: Shell) -> None:
    """Also when it is locked besides."""
    people.lock("bob", LockReason.INACTIVITY)
    people.done("account", "disable", "bob")

    assert (
        people.done("account", "list", "--disabled")
        .lines[1]
        .startswith("bob Bob [bold]Brown bob@example.org internal disabled")
    )


def test_a_rehearsal_says_what_would_happen(people: Shell) -> None:
    """And nothing does: neither to the account nor to the trail."""
    before = people.done("audit", "list", "--json").json["items"][0]["id"]
    ran = people.done("account", "disable", "bob", "--dry-run")

    assert ran.out == "Would be done: bob can no longer sign in.\n"
    assert people.done("account", "list", "--disabled", "--json").json["items"] == []
    acts = [entry["act"] for entry in people.done("audit", "list", "--json").json["items"] if entry["id"] > before]
    assert acts == ["audit.viewed"]


def test_who_goes_in_by_mail_is_told_so(people: Shell) -> None:
    """In the list and on the account, beside the word that programs know (DEV-2)."""
    people.done("rules", "set", "device_method=email")
    listed = people.done("account", "list", "--query", "ada").lines
    shown = people.done("account", "show", "ada").lines
    told = people.done("account", "show", "ada", "--json").json

    assert listed[1] == "ada Ada Example ada@example.org internal open none: code by e-mail administrator"
    assert "Second factor none: code by e-mail" in shown
    assert (told["second_factor"], told["signs_in_by_email"]) == ("may_set_up", True)


def test_a_hardware_token_is_told_by_its_serial_number(people: Shell) -> None:
    """Nothing else of it."""
    seeds = people.data.parent / "tokens.csv"
    seeds.write_text("serial,seed_hex,kind,digits\n4711,3132333435363738393031323334353637383930,hotp,6\n")
    people.done("token", "import", str(seeds))
    people.done("token", "assign", "ada", "4711", "--reason", "new desk")
    shown = people.done("account", "show", "ada")
    told = people.done("account", "show", "ada", "--json")

    assert "Hardware token 4711" in shown.lines
    assert told.json["hardware_token"] == "4711"
    assert "31323334" not in shown.out + told.out
