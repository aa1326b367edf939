from pathlib import Path

import pytest

from doorward.kernel.refusals.table import REFUSALS
from tests.doors.cli.shell import Shell


def test_a_refusal_is_told_with_code_and_reference(shell: Shell) -> None:
    """On standard error; the reference finds it in the trail."""
    shell.add("eve", "--kind", "external")
    ran = shell("account", "delete-key", "eve", "--reason", "x")
    reference = ran.err.rpartition("reference ")[2].rstrip(")\n")
    entries = shell.done("audit", "list", "--act", "second_factor.deleted", "--json").json["items"]

    assert ran.out == ""
    assert ran.err.startswith("doorward: The secret key of an external account cannot be deleted.")
    assert [entry["reference"] for entry in entries] == [reference]


def test_a_refusal_is_told_to_scripts_as_json(shell: Shell) -> None:
    """On standard output, where they look for the outcome."""
    ran = shell("account", "show", "nobody", "--json")

    assert ran.code == 4
    assert (ran.json["outcome"], ran.json["code"]) == ("refused", "accounts.not_found")
    assert ran.json["detail"].startswith("There is no such account.")


def test_a_failure_is_told_to_scripts_as_json(tmp_path: Path) -> None:
    """In the shape of a refusal; it has no code, and nothing was recorded that a reference would find."""
    ran = Shell(tmp_path / "nowhere")("account", "list", "--json")

    assert ran.code == 1
    assert ran.json == {
        "outcome": "failed",
        "code": None,
        "detail": ran.err.removeprefix("doorward: ").rstrip(),
        "reference": "",
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["account", "lock", "ada", "--json"], "Missing option '--reason'"),
        (["account", "lock", "--json", "ada", "--wrong"], "No such option"),
        (["account", "unlock", "--reason", "x", "--json"], "Name one account"),
        (["account", "list", "--json", "--limit", "0"], "0 is not in the range"),
        (["serve", "--json", "--workers", "0"], "--workers cannot be '0'"),
    ],
)
def test_a_wrong_word_is_told_to_scripts_as_json(shell: Shell, words: list[str], said: str) -> None:
    """Wherever `--json` stands, and though the words could not be read to their end."""
    ran = shell(*words)

    assert (ran.code, ran.json["outcome"], ran.json["code"]) == (2, "usage", None)
    assert said in ran.json["detail"]


def test_without_json_a_failure_leaves_standard_output_empty(tmp_path: Path) -> None:
    """What a script that reads tables would take for one."""
    assert Shell(tmp_path / "nowhere")("account", "list").out == ""


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_every_refusal_has_an_exit_code_of_the_interface(code: str) -> None:
    """1 failed, 2 usage, 3 refused, 4 not found, 5 conflict."""
    assert REFUSALS[code].exit_code in {1, 2, 3, 4, 5}


def test_times_are_rfc_3339_in_json_and_short_for_people(shell: Shell) -> None:
    """In UTC, both."""
    shell.add("bob")
    added = shell.done("account", "show", "bob", "--json").json["created_at"]
    line = next(line for line in shell.done("account", "show", "bob").lines if line.startswith("Added"))

    assert added.endswith("Z")
    assert line == f"Added {added[:19].replace('T', ' ')} UTC"
