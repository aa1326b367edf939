import pytest

from doorward.features.accounts.model import LockReason
from tests.doors.cli.shell import Shell


def test_lock_and_unlock_by_hand(shell: Shell) -> None:
    """Unlocked by reads `cli:` and the operating system's user (RIGHT-8)."""
    shell.add("bob")
    locked = shell.done("account", "lock", "bob", "--reason", "left the building")
    unlocked = shell.done("account", "unlock", "bob", "--reason", "came back", "--json").json

    assert locked.out == "bob is locked.\n"
    assert (unlocked["outcome"], unlocked["account"]["locked_at"]) == ("done", None)
    assert unlocked["account"]["unlocked_by"].startswith("cli:")


def test_the_entry_says_who_did_it_where_and_why(shell: Shell) -> None:
    """The actor is the owner, the door the command line."""
    shell.add("bob")
    shell.lock("bob")
    shell.done("account", "unlock", "bob", "--reason", "called back, was him")
    entry = shell.done("audit", "list", "--act", "lockout.unlocked", "--json").json["items"][0]

    assert (entry["target_name"], entry["reason"], entry["door"]) == ("bob", "called back, was him", "cli")
    assert entry["actor_name"].startswith("cli:")
    assert len(entry["reference"]) == 12


def test_repeating_is_harmless(shell: Shell) -> None:
    """Unlocking who is not locked changes nothing, and exits 0."""
    shell.add("bob")

    assert shell.done("account", "unlock", "bob", "--reason", "x").out == "bob was not locked.\n"


@pytest.mark.parametrize("word", ["lock", "unlock"])
def test_a_reason_is_required(shell: Shell, word: str) -> None:
    """Without one it is a usage error: exit code 2."""
    ran = shell("account", word, "bob")

    assert (ran.code, "--reason" in ran.err) == (2, True)


@pytest.mark.parametrize("reason", ["", "x" * 501, "bell\a"])
def test_a_reason_that_cannot_be_is_refused(shell: Shell, reason: str) -> None:
    """1 to 500 characters, no control characters."""
    shell.add("bob")

    assert shell("account", "lock", "bob", "--reason", reason).code == 2


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["bob", "--all-locked"],
        ["bob", "--query", "x"],
        ["--query", "x"],
        ["--group", "North"],
        ["bob", "--without-key"],
        ["bob", "--disabled"],
    ],
)
def test_unlock_takes_one_account_or_all(shell: Shell, words: list[str]) -> None:
    """Neither, both, or a search without `--all-locked` is a usage error."""
    assert shell("account", "unlock", *words, "--reason", "x").code == 2


def test_the_last_administrator_is_not_locked_by_hand(shell: Shell) -> None:
    """The server's owner is bound by this rule too (RIGHT-5)."""
    shell.add("ada", "--role", "administrator")
    shell.sign_in("ada")
    ran = shell("account", "lock", "ada", "--reason", "x")

    assert (ran.code, "rights.last_administrator" in ran.err) == (3, True)
    assert LockReason.ADMINISTRATOR.value not in shell.done("account", "show", "ada").out
