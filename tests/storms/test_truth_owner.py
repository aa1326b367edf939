"""The truth table's column of the command line: the program itself, as the server's owner (RIGHT-8).

Whatever the account holds, protected or not, and nobody's password or code is asked for; the entry says who it was.
"""

import shutil
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from tests.doors.cli.shell import Shell, fresh

WHY = ("--reason", "a test")
ACTS: dict[str, tuple[tuple[str, ...], str]] = {
    "unlock": (("account", "unlock", "{}"), "lockout.unlocked"),
    "lock": (("account", "lock", "{}"), "lockout.locked"),
    "reset_secret_key": (("account", "reset-key", "{}", "--yes"), "second_factor.reset"),
    "delete_secret_key": (("account", "delete-key", "{}", "--yes"), "second_factor.deleted"),
    "allow_set_up": (("allowlist", "add", "{}"), "allowlist.added"),
    "exclude": (("exclusions", "add", "{}"), "exclusions.added"),
    "edit": (("account", "edit", "{}", "--full-name", "Somebody Else"), "accounts.edited"),
    "grant": (("role", "grant", "{}", "helpers"), "rights.granted"),
}
"""Each act of the table as it is typed, and what its entry is called."""
HOLDS = {"none": (), "same": ("ops", "--group", "North"), "more": ("auditor",)}


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody whom the owner acts on."""

    holds: str
    protected: str

    @property
    def name(self) -> str:
        """Say what they are called."""
        return f"holds-{self.holds}-{self.protected}"


TARGETS = [Target(*one) for one in product(HOLDS, ("no", "yes"))]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Add everybody whom the table knows, by the commands that an owner has."""
    shell = fresh(tmp_path_factory.mktemp("owner"))
    shell.done("rules", "set", "new_accounts_may_set_up=off")
    shell.done("group", "add", "North")
    shell.done("role", "add", "helpers", "--title", "Helpers", "--right", "users:read")
    shell.done("role", "add", "ops", "--title", "Operators", "--right", "users:modify", "--right", "users:unlock")
    for one in TARGETS:
        shell.add(one.name)
        shell.done("group", "add-member", "North", one.name)
        if HOLDS[one.holds]:
            shell.done("role", "grant", one.name, *HOLDS[one.holds])
        shell.lock(one.name)
        if one.protected == "yes":
            shell.done("account", "edit", one.name, "--protected")
    return shell


@pytest.mark.parametrize("act", ACTS)
def test_owner_does_everything_to_everybody(begun: Shell, tmp_path: Path, act: str) -> None:
    """Done for each, each with its entry."""
    shutil.copytree(begun.data, tmp_path / "data")
    shell, (words, event) = Shell(tmp_path / "data"), ACTS[act]
    told = {
        one.name: shell.done(*(word.format(one.name) for word in words), *WHY, "--json").json["outcome"]
        for one in TARGETS
    }
    entries = shell.done("audit", "list", "--act", event, "--limit", "6", "--json").json["items"]

    assert told == {one.name: "done" for one in TARGETS}
    assert {(one["target_name"], one["outcome"], one["reason"]) for one in entries} == {
        (one.name, "done", "a test") for one in TARGETS
    }
    assert {(one["door"], one["actor_name"].partition(":")[0]) for one in entries} == {("cli", "cli")}
