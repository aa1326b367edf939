import pytest

from tests.doors.cli.shell import Shell


@pytest.fixture
def strict(shell: Shell) -> None:
    """Make a named set."""
    shell.done("rules", "add", "strict", "--reason", "the works council")


def test_a_set_is_made_shown_and_changed(shell: Shell) -> None:
    """It begins as `default` stands, and goes its own way."""
    shell.done("rules", "set", "hours_locked=2")
    made = shell.done("rules", "add", "strict").out
    changed = shell.done("rules", "set", "--name", "strict", "min_length=16").out
    shell.done("rules", "set", "hours_locked=5")
    shown = shell.done("rules", "show", "strict", "--json").json

    assert (made, changed) == ("The rules strict are there now.\n", "min_length: 12 → 16\n")
    assert (shown["name"], shown["min_length"], shown["hours_locked"]) == ("strict", 16, 2)
    assert "min_length 16" in shell.done("rules", "show", "strict").lines
    assert shell.done("rules", "show", "--json").json["password_rules"]["hours_locked"] == 5


@pytest.mark.usefixtures("strict")
def test_a_set_says_whether_it_warns(shell: Shell) -> None:
    """What weakens the rules is told of a named set as of `default`; of a rehearsal there is nothing to warn."""
    rehearsed = shell.done("rules", "set", "--name", "strict", "device_code_minutes=60", "--dry-run")
    warned = shell.done("rules", "set", "--name", "strict", "device_code_minutes=60")
    shell.done("rules", "add", "other", "--dry-run")

    assert ("Warning: " in warned.err, "Warning: " in rehearsed.err) == (True, False)
    assert shell("rules", "show", "other").code == 4


@pytest.mark.usefixtures("strict")
def test_sets_are_listed_with_whom_they_serve(shell: Shell) -> None:
    """The one that comes first at the top, `default` at the end."""
    shell.done("rules", "add", "branches")
    shell.done("group", "add", "Branch North")
    shell.add("ada", "--group", "Branch North")
    assigned = shell.done("group", "edit", "Branch North", "--rules", "strict").out
    again = shell.done("group", "edit", "Branch North", "--rules", "strict").out
    ranked = shell.done("rules", "rank", "strict", "7").out

    assert (assigned, again) == (
        "Branch North was changed: password_rules.\n", "Branch North was like that already.\n",
    )  # fmt: skip
    assert ranked == "strict has rank 7.\n"
    assert shell.done("rules", "rank", "strict", "7").out == "strict had rank 7 already.\n"
    assert shell.done("rules", "list").lines == [
        "name rank accounts groups", "branches 2 0", "strict 7 1 Branch North", "default 0",
    ]  # fmt: skip
    items = shell.done("rules", "list", "--json").json["items"]
    assert items[1] == {"name": "strict", "rank": 7, "groups": ["Branch North"], "accounts": 1}


@pytest.mark.usefixtures("strict")
def test_a_set_in_use_stays(shell: Shell) -> None:
    """Without groups it goes; `default` never does."""
    shell.done("group", "add", "North")
    shell.done("group", "edit", "North", "--rules", "strict", "--description", "the cold one")
    kept = shell("rules", "delete", "strict", "--yes")
    shell.done("group", "edit", "North", "--rules", "default")

    assert (kept.code, "policy.in_use" in kept.err) == (5, True)
    assert shell.done("group", "show", "North", "--json").json["description"] == "the cold one"
    assert shell.done("rules", "delete", "strict", "--yes").out == "strict was deleted.\n"
    assert shell("rules", "delete", "default", "--yes").code == 5


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("rules", "set"), 2),
        (("rules", "add", "Strict"), 2),
        (("rules", "add", "default"), 5),
        (("rules", "set", "--name", "lax", "min_length=16"), 4),
        (("rules", "set", "--name", "lax", "issuer=me"), 4),
        (("rules", "show", "lax"), 4),
        (("rules", "rank", "lax", "2"), 4),
        (("rules", "delete", "lax", "--yes"), 4),
    ],
)
def test_what_cannot_be(shell: Shell, words: tuple[str, ...], code: int) -> None:
    """By its exit code."""
    assert shell(*words).code == code
