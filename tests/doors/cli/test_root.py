import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from doorward.doors.cli.root import SECTIONS, root
from tests.doors.cli.shell import run
from tests.launcher import ROOT, clean_environment

LISTED = [(name, listed) for section in SECTIONS.values() for name, listed in section.items()]


def every(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """List every command below one, by its words."""
    if not isinstance(command, click.Group):
        return [path]
    context = click.Context(command)
    below = [(name, command.get_command(context, name)) for name in command.list_commands(context)]
    return [words for name, one in below if one is not None for words in every(one, (*path, name))]


COMMANDS = every(root)


def found(words: tuple[str, ...]) -> click.Command:
    """Find a command by its words."""
    command: click.Command | None = root
    for word in words:
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command), word)
    assert command is not None
    return command


def options(words: tuple[str, ...]) -> set[str]:
    """Name the options that a command takes."""
    return {option for param in found(words).params for option in param.opts}


def test_the_front_page_lists_every_command_by_section() -> None:
    """With a line on each, and examples."""
    page = run("--help")

    assert page.code == 0
    for name, listed in LISTED:
        assert f"{name.ljust(12)}  {listed.summary}" in page.out
    assert "Examples:" in page.out


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_what_can_be_rehearsed_takes_yes_and_the_other_way_round(words: tuple[str, ...]) -> None:
    """So a script says `--yes` of every act, and `--dry-run` of whatever asks."""
    assert {"--yes", "--dry-run"} & options(words) in (set(), {"--yes", "--dry-run"})


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_option_says_what_it_does(words: tuple[str, ...]) -> None:
    """In words of its own, not by its name alone."""
    told = {param.name: param.help for param in found(words).params if isinstance(param, click.Option)}

    assert [name for name, said in told.items() if not said] == []


def test_every_command_of_the_interface_is_there() -> None:
    """And none that is not built."""
    assert {" ".join(words) for words in COMMANDS} == {
        "serve", "init", "demo", "doctor", "rescue",
        "account list", "account add", "account show", "account edit", "account enable", "account disable",
        "job list", "job show", "job stop",
        "account lock", "account unlock", "account reset-key", "account delete-key", "account temporary-code",
        "allowlist list", "allowlist add", "allowlist remove",
        "exclusions list", "exclusions add", "exclusions remove",
        "rules list", "rules show", "rules add", "rules set", "rules rank", "rules delete",
        "role list", "role show", "role add", "role edit", "role delete", "role grant", "role revoke", "role explain",
        "role show-group", "role grant-group", "role revoke-group",
        "session list", "session end", "device list", "device revoke",
        "group list", "group show", "group add", "group edit", "group delete", "group add-member",
        "group remove-member",
        "token import", "token list", "token show", "token retire", "token assign", "token unassign", "token resync",
        "breach import", "breach status", "breach clear",
        "audit list", "audit acts", "audit checkpoints", "audit export",
        "account import", "account export", "mail list", "mail retry",
        "forward-auth list", "forward-auth add", "forward-auth show", "forward-auth remove",
        "database upgrade", "database status", "database move", "config show",
    }  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_a_help_page(words: tuple[str, ...]) -> None:
    """With its summary, and the two options that stand at the end of every command."""
    page = run(*words, "--help")

    assert page.code == 0
    assert f"Usage: doorward {' '.join(words)}" in page.out
    assert page.out.splitlines()[2].startswith("  ")
    assert ("--data DIR" in page.out, "--json" in page.out) == (True, True)


@pytest.mark.parametrize(("name", "listed"), LISTED, ids=[name for name, _ in LISTED])
def test_the_table_names_what_is_there(name: str, listed: object) -> None:
    """Each module of the table holds a command of that name."""
    del listed
    command = root.get_command(click.Context(root), name)

    assert command is not None
    assert command.name == name


def test_an_unknown_command_is_a_usage_error() -> None:
    """Exit code 2; a word is enough."""
    ran = run("acount", "list")

    assert (ran.code, "No such command 'acount'" in ran.err) == (2, True)


def test_the_version_is_that_of_the_package() -> None:
    """Known in a checkout too."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert run("--version").out == f"doorward {project['version']}\n"


def test_the_front_page_loads_no_framework() -> None:
    """It is there at once: neither database nor web framework is imported for it."""
    code = "import sys; from doorward.program import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=clean_environment(), capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stderr.split()}

    assert loaded.isdisjoint(
        {"sqlalchemy", "alembic", "rich", "fastapi", "starlette", "pydantic", "uvicorn", "structlog"}
    )


def test_the_folder_holds_no_command_that_the_table_leaves_out() -> None:
    """Each public command module is reached from the front page."""
    modules = {path.stem for path in Path(ROOT, "src/doorward/doors/cli").glob("*.py")}

    assert {listed.module for _, listed in LISTED} <= modules
