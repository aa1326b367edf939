"""What only a terminal sees: questions, bold headings, a progress bar."""

import os
import pty
import subprocess
import sys

import pytest

from tests.doors.cli.shell import Shell
from tests.launcher import ROOT, clean_environment


def at_terminal(shell: Shell, *words: str, answer: str = "") -> tuple[int, str]:
    """Run a command at a terminal, where somebody types an answer."""
    terminal, side = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "doorward", *words, "--data", str(shell.data)],
        cwd=ROOT, env=clean_environment() | {"TERM": "xterm"}, stdin=side, stdout=side, stderr=side,
    )  # fmt: skip
    os.close(side)
    os.write(terminal, answer.encode())
    said = b""
    try:
        while piece := os.read(terminal, 65_536):
            said += piece
    except OSError:  # on Linux the end of a terminal is an error
        pass
    finally:
        os.close(terminal)
    return process.wait(), said.decode()


def test_a_person_is_asked_and_may_say_no(shell: Shell) -> None:
    """Then nothing is changed: exit code 1."""
    shell.add("bob")
    code, said = at_terminal(shell, "account", "disable", "bob", answer="n\n")

    assert (code, "Disable bob? All sessions of bob end." in said, "Nothing was changed." in said) == (1, True, True)
    assert shell.done("account", "show", "bob", "--json").json["enabled"]


@pytest.mark.parametrize(
    ("words", "question"),
    [
        (("exclusions", "remove", "bob"), "Ask bob for a second factor again?"),
        (("group", "remove-member", "North", "bob"), "Take bob out of North?"),
    ],
)
def test_what_takes_something_away_is_asked_first(shell: Shell, words: tuple[str, ...], question: str) -> None:
    """Of an exclusion, and of what a group gives its members."""
    shell.add("bob")
    shell.done("group", "add", "North")
    code, said = at_terminal(shell, *words, answer="n\n")

    assert (code, question in said, "Nothing was changed." in said) == (1, True, True)


def test_a_person_who_means_it_says_yes(shell: Shell) -> None:
    """At the question, or beforehand."""
    shell.add("bob")

    assert at_terminal(shell, "account", "disable", "bob", answer="y\n")[0] == 0
    assert "[y/N]" not in at_terminal(shell, "account", "disable", "bob", "--yes")[1]


def test_long_work_shows_a_bar(shell: Shell) -> None:
    """With the figure asked for before; elsewhere there is nothing of it."""
    shell.add("bob")
    shell.lock("bob")
    code, said = at_terminal(shell, "account", "unlock", "--all-locked", "--reason", "x", answer="y\n")

    assert (code, "Unlock 1 accounts" in said, "100%" in said) == (0, True, True)
    assert "Unlocked: 1." in said


def test_an_import_shows_a_bar(shell: Shell) -> None:
    """For the reading and for the writing; what came of it stays."""
    file = shell.data.parent / "people.csv"
    file.write_text("user_name\nada\n")
    code, said = at_terminal(shell, "account", "import", str(file))

    assert (code, "Reading" in said, "Importing" in said, "100%" in said) == (0, True, True, True)
    assert "1 account was added" in said


def test_headings_are_bold_on_terminals_only(shell: Shell) -> None:
    """Of tables and of help pages."""
    shell.add("bob")
    table, page = at_terminal(shell, "account", "list")[1], at_terminal(shell, "config", "show", "--help")[1]

    assert "\x1b[1m" in table
    assert "\x1b[1m" in page
    assert "\x1b" not in shell.done("account", "list").out + shell.done("config", "show", "--help").out
