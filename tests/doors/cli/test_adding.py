import pytest

from tests.doors.cli.shell import PASSWORD, Shell


def test_without_a_password_a_link_is_printed_and_mailed(shell: Shell) -> None:
    """The same link, and the account starts on the allowlist (KEY-12)."""
    said = shell.done("account", "add", "bob", "--email", "bob@example.org", "--json").json

    assert said["link"].startswith("http://127.0.0.1:8420/set-password/")
    assert said["account"]["second_factor"] == "may_set_up"
    assert [mail["kind"] for mail in shell.done("mail", "list", "--json").json["items"]] == ["account_added"]


def test_people_are_told_what_to_do_with_the_link(shell: Shell) -> None:
    """In a sentence, with the link on a line of its own."""
    said = shell.done("account", "add", "bob", "--email", "bob@example.org").out

    assert said.startswith("bob was added. The password is set by this link, once, within 72 hours:\n\n  http://")


def test_a_password_comes_from_standard_input(shell: Shell) -> None:
    """Up to the line's end; then there is no link, and the password is nowhere to be seen."""
    words = ["account", "add", "bob", "--email", "bob@example.org", "--password-stdin", "--must-change", "--json"]
    said = shell.done(*words, stdin=f"{PASSWORD}\nnot this\n")
    shown = shell.done("account", "show", "bob", "--json").json

    assert said.json["link"] is None
    assert (shown["has_password"], shown["must_change_password"]) == (True, True)
    assert PASSWORD not in said.out + said.err


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "passwords.min_length"),
        ("password1234", "passwords.common"),
        ("hello bob hello", "passwords.contains_name"),
    ],
)
def test_a_password_is_judged_by_the_rules(shell: Shell, password: str, code: str) -> None:
    """Refused with the rule that failed, and no account is made (PASS-1, PASS-2)."""
    ran = shell("account", "add", "bob", "--email", "b@example.org", "--password-stdin", stdin=password)

    assert (ran.code, code in ran.err) == (3, True)
    assert shell("account", "show", "bob").code == 4


def test_no_password_on_standard_input_is_told(shell: Shell) -> None:
    """An empty line is not a password."""
    ran = shell("account", "add", "bob", "--email", "b@example.org", "--password-stdin")

    assert (ran.code, "No password was given" in ran.err) == (1, True)


def test_whoever_sets_the_first_password_has_changed_it(shell: Shell) -> None:
    """Without a password, the mark to change it says what the link asks for anyway."""
    ran = shell.done("account", "add", "bob", "--email", "b@example.org", "--must-change", "--json")

    assert "/set-password/" in ran.json["link"]
    assert ran.json["account"]["password_changed_at"] is None


@pytest.mark.parametrize("words", [["--password", "hunter2"], ["--kind", "odd"]])
def test_options_that_make_no_sense_are_usage_errors(shell: Shell, words: list[str]) -> None:
    """A password is never an argument."""
    assert shell("account", "add", "bob", "--email", "b@example.org", *words).code == 2


def test_roles_are_given_along(shell: Shell) -> None:
    """As many as are named; one that does not exist is refused and nothing is made."""
    shell.add("ada", "--role", "help-desk", "--role", "auditor")
    ran = shell("account", "add", "bob", "--email", "b@example.org", "--role", "king")

    assert sorted(shell.done("account", "show", "ada", "--json").json["roles"]) == ["auditor", "help-desk"]
    assert ran.code != 0
    assert shell("account", "show", "bob").code == 4


def test_a_name_that_is_taken_is_a_conflict(shell: Shell) -> None:
    """In whatever spelling (LOCK-16): exit code 5."""
    shell.add("bob")
    ran = shell("account", "add", " BOB", "--email", "b@example.org")

    assert (ran.code, "accounts.name_taken" in ran.err) == (5, True)


@pytest.mark.parametrize("name", ["x" * 201, "bell\a", "   "])
def test_a_name_that_cannot_be_is_refused(shell: Shell, name: str) -> None:
    """Up to 200 characters, no control characters."""
    assert shell("account", "add", name, "--email", "b@example.org").code == 2


def test_a_rehearsal_adds_nobody(shell: Shell) -> None:
    """And prints no link: it would open nothing."""
    ran = shell.done("account", "add", "bob", "--email", "b@example.org", "--dry-run")

    assert ran.out == "Would be done: bob was added.\n"
    assert shell("account", "show", "bob").code == 4
