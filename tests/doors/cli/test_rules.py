import pytest

from tests.doors.cli.shell import Shell


def test_every_rule_and_setting_is_shown(shell: Shell) -> None:
    """As KEY and value, in the words that `set` takes."""
    lines = shell.done("rules", "show").lines

    assert lines[:2] == ["Password rules", "failures_before_lock 10"]
    assert "show_locked_page_to_everybody off" in lines
    assert 'lock_contact ""' in lines
    assert "issuer Doorward" in lines


def test_what_is_set_is_shown_with_its_old_value(shell: Shell) -> None:
    """Several at once, of every kind."""
    changes = ["failures_before_lock=5", "show_locked_page_to_everybody=on", "lock_contact=the help desk, 4711"]
    said = shell.done("rules", "set", *changes, "--reason", "audit finding 7")
    now = shell.done("rules", "show", "--json").json["password_rules"]

    assert said.lines == [
        "failures_before_lock: 10 → 5",
        "show_locked_page_to_everybody: off → on",
        "lock_contact: nothing → the help desk, 4711",
    ]
    assert (now["failures_before_lock"], now["show_locked_page_to_everybody"]) == (5, True)
    assert now["lock_contact"] == "the help desk, 4711"


def test_two_factor_settings_are_set_alike(shell: Shell) -> None:
    """The issuer's name is one of them (KEY-11)."""
    said = shell.done("rules", "set", "issuer=Example Ltd", "--json").json

    assert (said["outcome"], said["changed"]) == ("done", {"issuer": "Doorward → Example Ltd"})
    assert shell.done("rules", "show", "--json").json["two_factor"]["issuer"] == "Example Ltd"


def test_the_same_value_changes_nothing(shell: Shell) -> None:
    """It says so."""
    assert shell.done("rules", "set", "min_length=12").out == "It said that already.\n"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (["failures_before_lock"], "is not KEY=VALUE"),
        (["failures_before_lock=many"], "is a whole number"),
        (["show_locked_page_to_everybody=maybe"], "is on or off"),
        (["colour=red"], "request.unknown_field"),
        (["failures_before_lock=101"], "policy.out_of_bounds"),
        (["second_factor_failures_before_lock=0"], "policy.out_of_bounds"),
        (["min_length=7"], "policy.out_of_bounds"),
        (["min_length=13", "issuer=X"], "one after the other"),
        ([], "KEY=VALUE"),
    ],
)
def test_what_cannot_be_set_changes_nothing(shell: Shell, changes: list[str], said: str) -> None:
    """Exit code 2, and what is wrong with it."""
    before = shell.done("rules", "show", "--json").json
    ran = shell("rules", "set", *changes)

    assert (ran.code, said in ran.err) == (2, True), ran.err
    assert shell.done("rules", "show", "--json").json == before


def test_a_rehearsal_sets_nothing(shell: Shell) -> None:
    """It shows what would change."""
    ran = shell.done("rules", "set", "min_length=20", "--dry-run")

    assert ran.out == "Would be done: min_length: 12 → 20\n"
    assert shell.done("rules", "show", "--json").json["password_rules"]["min_length"] == 12


def test_dev_1_what_weakens_the_rules_is_warned_of(shell: Shell) -> None:
    """Beside what was set; a choice is written as it is."""
    said = shell("rules", "set", "device_code_minutes=30", "device_method=email")

    assert said.code == 0
    assert "device_method: app mandatory → email" in said.out
    assert "Warning: A code by e-mail that is valid for more than 10 minutes" in said.err
    assert "Warning: Accounts that never had a second factor sign in without one" in said.err


def test_a_choice_that_there_is_not_is_refused(shell: Shell) -> None:
    """With the words that are taken."""
    said = shell("rules", "set", "device_method=fax")

    assert said.code == 2
    assert "app mandatory, app opt-in, email" in said.err
