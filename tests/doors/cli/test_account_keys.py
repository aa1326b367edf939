import re

import pytest

from tests.doors.cli.shell import Shell


def test_reset_deletes_and_allows(shell: Shell) -> None:
    """The account sets up a new key at its next sign-in; its sessions are over (KEY-3, KEY-6)."""
    shell.add("bob")
    shell.sign_in("bob")
    said = shell.done("account", "reset-key", "bob", "--reason", "lost phone", "--json").json

    assert (said["outcome"], said["account"]["second_factor"]) == ("done", "may_set_up")
    assert said["allowed_until"].endswith("Z")
    assert shell.done("session", "list", "bob").out == "bob is signed in nowhere.\n"


def test_reset_of_an_excluded_account_promises_no_set_up(shell: Shell) -> None:
    """Nothing is asked of it before the exclusion is lifted."""
    shell.add("bob")
    shell.done("exclusions", "add", "bob", "--reason", "a printer")

    assert shell.done("account", "reset-key", "bob", "--reason", "lost phone").out == (
        "bob has no second factor now, and signs in with the password alone until the exclusion is lifted.\n"
    )


def test_delete_blocks_until_somebody_allows(shell: Shell) -> None:
    """The sentence names the way back (KEY-4, KEY-5)."""
    shell.add("bob")
    said = [shell.done("account", "delete-key", "bob", "--reason", "stolen").out for _ in range(2)]
    allowed = shell.done("allowlist", "add", "bob", "--json").json

    assert said == ["bob is blocked until `doorward allowlist add bob`.\n", "bob was blocked already.\n"]
    assert allowed["account"]["second_factor"] == "may_set_up"


def test_an_external_account_is_not_blocked_this_way(shell: Shell) -> None:
    """Exit code 3, and what to do instead (KEY-4)."""
    shell.add("eve", "--kind", "external")
    ran = shell("account", "delete-key", "eve", "--reason", "x")

    assert (ran.code, "second_factor.internal_only" in ran.err) == (3, True)


def test_a_temporary_code_is_shown_once(shell: Shell) -> None:
    """For an account without a usable address; twelve symbols (KEY-10)."""
    shell.add("bob")
    shell.done("account", "edit", "bob", "--email", "")
    said = shell.done("account", "temporary-code", "bob", "--reason", "no mail yet", "--json").json

    assert re.fullmatch(r"[A-Z2-7]{4}-?[A-Z2-7]{4}-?[A-Z2-7]{4}", said["code"])
    assert said["code"] not in shell.done("audit", "list", "--json").out


def test_a_rehearsed_temporary_code_is_not_shown(shell: Shell) -> None:
    """It would open nothing; what would be refused is refused here too."""
    shell.add("bob")
    refused = shell("account", "temporary-code", "bob", "--reason", "x", "--dry-run")
    shell.done("account", "edit", "bob", "--email", "")
    said = shell.done("account", "temporary-code", "bob", "--reason", "x", "--dry-run", "--yes")
    as_json = shell.done("account", "temporary-code", "bob", "--reason", "x", "--dry-run", "--json").json
    entries = shell.done("audit", "list", "--act", "second_factor.temporary_code", "--json").json["items"]

    assert (refused.code, entries) == (5, [])
    assert said.out == "Would be done: bob gets a temporary access code.\n"
    assert as_json == {"outcome": "done", "dry_run": True, "code": None, "expires_at": None}


@pytest.mark.parametrize("word", ["reset-key", "delete-key", "temporary-code"])
def test_a_reason_is_required(shell: Shell, word: str) -> None:
    """Without one it is a usage error: exit code 2."""
    assert shell("account", word, "bob").code == 2


def test_a_rehearsal_deletes_nothing(shell: Shell) -> None:
    """It says what would be done, as would be refused what is."""
    shell.add("bob")
    ran = shell.done("account", "delete-key", "bob", "--reason", "x", "--dry-run", "--json").json

    assert (ran["outcome"], ran["dry_run"]) == ("done", True)
    assert shell.done("account", "show", "bob", "--json").json["second_factor"] == "may_set_up"
