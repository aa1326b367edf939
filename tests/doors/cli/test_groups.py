from pathlib import Path

import pytest

from tests.doors.cli.shell import Shell


@pytest.fixture
def north(shell: Shell) -> str:
    """Add a group, and give its id."""
    return str(shell.done("group", "add", "Branch North", "--description", "Harbour Street", "--json").json["group"])


def test_a_group_is_added_and_listed(shell: Shell, north: str) -> None:
    """With how many accounts are in it."""
    shell.done("group", "add", "East")
    listed = shell.done("group", "list").lines
    item = shell.done("group", "list", "--query", "north", "--json").json["items"][0]

    assert listed == [
        "group members password rules description", "Branch North 0 Harbour Street", "East 0",
    ]  # fmt: skip
    assert (item["id"], item["name"], item["members"], item["version"]) == (north, "Branch North", 0, 1)


@pytest.mark.usefixtures("north")
def test_a_long_list_goes_on(shell: Shell) -> None:
    """Where the last one ended."""
    shell.done("group", "add", "East")
    first = shell.done("group", "list", "--limit", "1")
    cursor = shell.done("group", "list", "--limit", "1", "--json").json["next"]
    second = shell.done("group", "list", "--limit", "1", "--cursor", cursor, "--json").json

    assert f"--cursor {cursor}" in first.err
    assert ([one["name"] for one in second["items"]], second["next"]) == (["East"], None)
    assert shell("group", "list", "--cursor", "x").code == 2


def test_a_server_without_groups_says_so(shell: Shell) -> None:
    """And whoever names one is told that there is none."""
    assert shell.done("group", "list").out == "There is no group.\n"
    ran = shell("group", "show", "North")
    assert (ran.code, "groups.not_found" in ran.err) == (4, True)


@pytest.mark.usefixtures("north")
def test_accounts_are_put_into_a_group_and_taken_out(shell: Shell) -> None:
    """Several at once, each told; repeating is harmless."""
    shell.add("ada")
    shell.add("bob")
    shell.done("group", "add-member", "branch north", "ada", "--reason", "opened today")
    both = shell.done("group", "add-member", "Branch North", "ada", "bob").out
    shown = shell.done("group", "show", "Branch North").lines
    taken = shell.done("group", "remove-member", "Branch North", "bob", "bob").out

    assert both == "ada was in Branch North already.\nbob is in Branch North now.\n"
    assert "Members 2" in shown
    assert "ada ada ada@example.org internal" in shown
    assert taken == "bob is no longer in Branch North.\nbob was not in Branch North.\n"
    assert "Groups Branch North" in shell.done("account", "show", "ada").lines


def test_members_are_told_as_json(shell: Shell, north: str) -> None:
    """In one piece, however many they are."""
    ada = shell.add("ada")
    shell.add("bob")
    shell.done("group", "add-member", north, "ada")
    told = shell.done("group", "add-member", north, "ada", "bob", "--json").json
    again = shell.done("group", "add-member", north, "ada", "--json").json
    shown = shell.done("group", "show", north, "--limit", "1", "--json").json

    assert (told["outcome"], [(one["user_name"], one["outcome"]) for one in told["items"]]) == (
        "done", [("ada", "unchanged"), ("bob", "done")],
    )  # fmt: skip
    assert (again["outcome"], again["items"][0]["id"]) == ("unchanged", str(ada))
    assert ([one["user_name"] for one in shown["members_page"]["items"]], shown["members"]) == (["ada"], 2)
    rest = shell.done("group", "show", north, "--cursor", shown["members_page"]["next"], "--json").json
    assert [one["user_name"] for one in rest["members_page"]["items"]] == ["bob"]


@pytest.mark.usefixtures("north")
def test_nobody_is_added_where_one_name_is_wrong(shell: Shell) -> None:
    """All are found before the first is touched."""
    shell.add("ada")

    assert shell("group", "add-member", "Branch North", "ada", "nobody").code == 4
    assert shell.done("group", "show", "Branch North", "--json").json["members"] == 0


@pytest.mark.usefixtures("north")
def test_a_rehearsal_changes_nothing(shell: Shell) -> None:
    """And says what would be done."""
    shell.add("ada")
    ran = shell.done("group", "add-member", "Branch North", "ada", "--dry-run")
    as_json = shell.done("group", "add-member", "Branch North", "ada", "--dry-run", "--json").json

    assert ran.out == "Would be done: ada is in Branch North now.\n"
    assert (as_json["dry_run"], as_json["outcome"]) == (True, "done")
    assert shell.done("group", "show", "Branch North", "--json").json["members"] == 0


def test_a_group_is_edited(shell: Shell, north: str) -> None:
    """What is not named stays as it is."""
    changed = shell.done("group", "edit", "Branch North", "--name", "North").out
    same = shell.done("group", "edit", north, "--name", "North").out
    shown = shell.done("group", "show", north, "--json").json

    assert (changed, same) == ("Branch North was changed: name.\n", f"{north} was like that already.\n")
    assert (shown["name"], shown["description"], shown["version"]) == ("North", "Harbour Street", 2)


@pytest.mark.usefixtures("north")
def test_a_group_with_members_is_deleted_when_that_is_meant(shell: Shell) -> None:
    """Each of them leaves by an entry of its own, and stays an account."""
    shell.add("ada", "--group", "Branch North")
    refused = shell("group", "delete", "Branch North", "--yes")
    rehearsed = shell.done("group", "delete", "Branch North", "--with-members", "--dry-run").out
    shell.done("group", "delete", "Branch North", "--with-members", "--yes", "--reason", "closed")

    assert (refused.code, "groups.not_empty" in refused.err) == (5, True)
    assert rehearsed == "Would be done: 1 accounts are taken out of Branch North, and it is deleted.\n"
    assert shell("group", "show", "Branch North").code == 4
    entries = shell.done("audit", "list", "--json").json["items"]
    assert [(one["act"], one["reason"]) for one in entries[1::-1]] == [
        ("groups.member_removed", "closed"), ("groups.deleted", "closed"),
    ]  # fmt: skip
    assert shell.done("account", "show", "ada", "--json").json["groups"] == []


@pytest.mark.usefixtures("north")
def test_accounts_are_listed_by_group_and_added_with_groups(shell: Shell) -> None:
    """By any spelling of its name."""
    shell.add("ada", "--group", "branch north")
    shell.add("bob")
    found = shell.done("account", "list", "--group", "BRANCH NORTH", "--json").json["items"]

    assert [(one["user_name"], one["groups"]) for one in found] == [("ada", ["Branch North"])]
    assert shell("account", "list", "--group", "nowhere").code == 4
    assert shell("account", "add", "carl", "--email", "c@example.org", "--group", "nowhere").code == 4
    assert shell("account", "show", "carl").code == 4


@pytest.mark.usefixtures("north")
def test_groups_go_out_in_a_file_and_come_back(shell: Shell, tmp_path: Path) -> None:
    """A column of names, with semicolons between them."""
    shell.done("group", "add", "Sales, all")
    shell.add("ada", "--group", "Branch North", "--group", "Sales, all")
    file = tmp_path / "people.csv"
    shell.done("account", "export", str(file))
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("ada", "eve"), encoding="utf-8")
    shell.done("account", "import", str(file))

    assert '"Branch North;Sales, all"' in text
    assert shell.done("account", "show", "eve", "--json").json["groups"] == ["Branch North", "Sales, all"]
