from doorward.features.accounts.model import LockReason
from tests.doors.cli.shell import Shell


def test_rescue_lifts_whatever_bars_the_account(shell: Shell) -> None:
    """Disabled, locked by hand, excluded, without a role: afterwards none of it (RIGHT-5)."""
    shell.add("ada")
    shell.done("exclusions", "add", "ada")
    shell.lock("ada", LockReason.ADMINISTRATOR)
    shell.done("account", "disable", "ada")
    said = shell.done("rescue", "ada", "--json").json

    assert said["link"].startswith("http://127.0.0.1:8420/rescue/")
    assert said["account"]["enabled"]
    assert said["account"]["locked_at"] is None
    assert said["account"]["roles"] == ["administrator"]
    assert said["account"]["second_factor"] != "excluded"


def test_people_are_told_to_open_the_link(shell: Shell) -> None:
    """Once, and until when."""
    shell.add("ada")

    assert shell.done("rescue", "ada").out.startswith("ada can administer again. Open this once, until ")


def test_rescue_of_nobody_is_not_found(shell: Shell) -> None:
    """Exit code 4."""
    assert shell("rescue", "nobody").code == 4


def test_a_rehearsal_rescues_nobody(shell: Shell) -> None:
    """No role is given, and no link is printed."""
    shell.add("ada")
    ran = shell.done("rescue", "ada", "--dry-run")

    assert "http" not in ran.out
    assert shell.done("account", "show", "ada", "--json").json["roles"] == []
