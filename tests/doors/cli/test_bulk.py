import pytest

from doorward.features.accounts.model import LockReason
from tests.doors.cli.shell import Shell


def locked(shell: Shell) -> Shell:
    """Add four accounts: three that automatic locks have shut out, one that was locked by hand."""
    for name in ("ada", "bob", "bobby", "carol"):
        shell.add(name)
    for name in ("ada", "bob", "bobby"):
        shell.lock(name)
    shell.lock("carol", LockReason.ADMINISTRATOR)
    return shell


def names(shell: Shell) -> list[str]:
    """List who is locked."""
    return [row["user_name"] for row in shell.done("account", "list", "--locked", "--json").json["items"]]


def test_all_automatic_locks_are_lifted_at_once(shell: Shell) -> None:
    """Those set by hand stay (LOCK-12), and nothing waits for a server."""
    said = locked(shell).done("account", "unlock", "--all-locked", "--reason", "all clear")

    assert said.out == "Unlocked: 3. Were open already: 0. Refused: 0.\n"
    assert names(shell) == ["carol"]


def test_a_search_bounds_it(shell: Shell) -> None:
    """Only those whom the search finds."""
    said = locked(shell).done("account", "unlock", "--all-locked", "--query", "bob", "--reason", "x", "--json").json

    assert (said["outcome"], said["total"], said["done"]) == ("done", 2, 2)
    assert sorted(item["user_name"] for item in said["items"]) == ["bob", "bobby"]
    assert names(shell) == ["ada", "carol"]


def test_a_group_and_more_bound_it(shell: Shell) -> None:
    """As they bound the list of accounts; the filters narrow each other down."""
    locked(shell).done("group", "add", "North")
    shell.done("group", "add-member", "North", "ada", "bob")
    shell.done("account", "disable", "bob")
    words = ("account", "unlock", "--all-locked", "--group", "North", "--reason", "x", "--json")
    disabled = shell.done(*words, "--disabled").json
    with_a_factor = shell.done(*words, "--without-key", "--enabled", "--dry-run").json
    rest = shell.done(*words).json

    assert [item["user_name"] for item in disabled["items"]] == ["bob"]
    assert with_a_factor["total"] == 1
    assert [item["user_name"] for item in rest["items"]] == ["ada"]
    assert names(shell) == ["bobby", "carol"]


def test_a_group_that_is_not_there_unlocks_nobody(shell: Shell) -> None:
    """A typing mistake never passes for everybody."""
    said = locked(shell)("account", "unlock", "--all-locked", "--group", "Nroth", "--reason", "x", "--json")

    assert (said.json.get("total", 0), len(names(shell))) == (0, 4)


def test_an_item_names_its_account_as_the_api_does(shell: Shell) -> None:
    """By `account_id`; scripts that read the older `id` go on."""
    bob = shell.add("bob")
    shell.lock("bob")
    [item] = shell.done("account", "unlock", "--all-locked", "--reason", "x", "--json").json["items"]

    assert item == {"account_id": str(bob), "id": str(bob), "user_name": "bob", "outcome": "done", "code": None}


def test_each_account_has_its_own_entry(shell: Shell) -> None:
    """With the reason of the whole."""
    locked(shell).done("account", "unlock", "--all-locked", "--reason", "all clear")
    entries = shell.done("audit", "list", "--act", "lockout.unlocked", "--json").json["items"]

    assert sorted((entry["target_name"], entry["reason"]) for entry in entries) == [
        ("ada", "all clear"),
        ("bob", "all clear"),
        ("bobby", "all clear"),
    ]


def test_a_rehearsal_counts_and_unlocks_nobody(shell: Shell) -> None:
    """The figure is the one that would be worked off."""
    said = locked(shell).done("account", "unlock", "--all-locked", "--reason", "x", "--dry-run")

    assert said.out == "Would be done: 3 accounts are unlocked.\n"
    assert len(names(shell)) == 4


def test_nobody_to_unlock_is_no_failure(shell: Shell) -> None:
    """It says 0, and exits 0."""
    said = shell.done("account", "unlock", "--all-locked", "--reason", "x", "--json").json

    assert (said["outcome"], said["total"]) == ("unchanged", 0)


def test_keys_of_many_are_reset(shell: Shell) -> None:
    """Each by itself, with what came of each (KEY-3)."""
    shell.add("ada")
    shell.add("bob")
    said = shell.done("account", "reset-key", "--query", "bob", "--reason", "stolen", "--yes", "--json").json
    entries = shell.done("audit", "list", "--act", "second_factor.reset", "--json").json["items"]

    assert (said["outcome"], said["total"], said["done"]) == ("done", 1, 1)
    assert [item["user_name"] for item in said["items"]] == ["bob"]
    assert [(entry["target_name"], entry["reason"]) for entry in entries] == [("bob", "stolen")]


def test_many_are_allowed_and_excluded(shell: Shell) -> None:
    """By a search, or everybody."""
    shell.add("ada")
    shell.add("bob")
    shell.done("allowlist", "remove", "ada")
    allowed = shell.done("allowlist", "add", "--without-key", "--reason", "roll-out")
    excluded = shell.done("exclusions", "add", "--all", "--reason", "a lab", "--yes")

    assert allowed.out == "Allowed: 1. Have a second factor, or were allowed already: 1. Refused: 0.\n"
    assert excluded.out == "Excluded: 2. Were excluded already: 0. Refused: 0.\n"


def test_a_rehearsal_of_a_reset_resets_nobody(shell: Shell) -> None:
    """It tells how many it would be."""
    shell.add("ada")
    said = shell.done("account", "reset-key", "--all", "--reason", "x", "--dry-run")

    assert said.out == "Would be done: the secret keys of 1 accounts are reset.\n"
    assert shell.done("audit", "list", "--act", "second_factor.reset").out == "Nothing is recorded that fits.\n"


@pytest.mark.parametrize(
    "words",
    [
        ("account", "reset-key", "--reason", "x"),
        ("account", "reset-key", "ada", "--all", "--reason", "x"),
        ("allowlist", "add"),
        ("exclusions", "add", "ada", "--query", "a"),
        ("allowlist", "add", "--all"),
    ],
)
def test_one_or_many_must_be_said(shell: Shell, words: tuple[str, ...]) -> None:
    """A name or a search, and for many a reason."""
    shell.add("ada")

    assert shell(*words).code == 2
