from typing import Any

import pytest

from tests.doors.cli.shell import Shell

EVERYTHING = {"effect": "allow", "scope": "everything", "group": None, "through": None}


def roles_of(shell: Shell, name: str) -> list[dict[str, Any]]:
    """Give what `role show` says of an account."""
    found: list[dict[str, Any]] = shell.done("role", "show", name, "--json").json["roles"]
    return found


def test_the_shipped_roles_are_listed(shell: Shell) -> None:
    """By the names of RIGHT-2."""
    items = {role["name"]: role for role in shell.done("role", "list", "--json").json["items"]}

    assert list(items) == ["administrator", "super-user", "help-desk", "auditor", "no-access"]
    assert items["help-desk"] == {
        "name": "help-desk", "title": "Help desk", "rights": ["users:read", "users:unlock"],
        "reaches_higher": False, "shipped": True, "version": 0,
    }  # fmt: skip
    assert shell.done("role", "list").lines[3] == "help-desk Help desk yes users:read, users:unlock"


def test_a_role_of_ones_own_is_made_changed_and_deleted(shell: Shell) -> None:
    """Each said in a sentence; the rights are named as a whole."""
    made = shell.done("role", "add", "night-desk", "--title", "Night desk", "--right", "users:read")
    shown = shell.done("role", "show", "night-desk", "--json").json
    more = ("--right", "users:read", "--right", "users:unlock", "--reaches-higher")
    changed = [shell.done("role", "edit", "night-desk", *more).out for _ in range(2)]
    lines = shell.done("role", "show", "night-desk").lines
    emptied = shell.done("role", "edit", "night-desk", "--no-rights", "--no-reaches-higher", "--json").json
    deleted = shell.done("role", "delete", "night-desk", "--yes")

    assert made.out == "night-desk was added, with 1 right.\n"
    assert shown == {
        "name": "night-desk", "title": "Night desk", "rights": ["users:read"], "reaches_higher": False,
        "shipped": False, "version": 1, "accounts": 0, "groups": 0,
    }  # fmt: skip
    assert changed == ["night-desk was changed: it has 2 rights.\n", "night-desk was like that already.\n"]
    assert lines == [
        "night-desk (Night desk)", "users:read", "users:unlock",
        "Its holders act on accounts that hold more rights than they do.", "Held by 0 accounts and 0 groups.",
    ]  # fmt: skip
    assert (emptied["outcome"], emptied["role"]["rights"], emptied["role"]["version"]) == ("done", [], 3)
    assert deleted.out == "night-desk was deleted.\n"
    assert shell("role", "show", "night-desk").code == 4


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("add", "night-desk", "--title", "T", "--right", "users:fly"), 2, "rights.unknown_right"),
        (("add", "Night Desk", "--title", "T"), 2, "rights.role_malformed"),
        (("add", "auditor", "--title", "T"), 3, "rights.shipped_role"),
        (("add", "held", "--title", "T"), 5, "rights.role_taken"),
        (("edit", "auditor", "--title", "T"), 3, "rights.shipped_role"),
        (("edit", "held", "--right", "users:read", "--no-rights"), 2, "--no-rights goes with no --right"),
        (("delete", "held", "--yes"), 5, "rights.role_held"),
        (("delete", "king", "--yes"), 2, "rights.unknown_role"),
    ],
)
def test_a_role_that_cannot_be_so_is_refused(shell: Shell, words: tuple[str, ...], code: int, said: str) -> None:
    """With the code that the API gives, and its exit code."""
    shell.add("bob")
    shell.done("role", "add", "held", "--title", "Held", "--right", "users:read")
    shell.done("role", "grant", "bob", "held")
    ran = shell("role", *words)

    assert (ran.code, said in ran.err) == (code, True)


def test_a_rehearsed_role_is_not_made(shell: Shell) -> None:
    """Nothing lasts of it."""
    ran = shell.done("role", "add", "night-desk", "--title", "Night desk", "--dry-run")

    assert ran.out == "Would be done: night-desk was added, with 0 rights.\n"
    assert shell("role", "show", "night-desk").code == 4


def test_a_role_is_granted_shown_and_revoked(shell: Shell) -> None:
    """Repeating either is harmless."""
    shell.add("bob")
    granted = [shell.done("role", "grant", "bob", "help-desk").out for _ in range(2)]
    held = roles_of(shell, "bob")
    revoked = [shell.done("role", "revoke", "bob", "help-desk").out for _ in range(2)]

    assert granted == ["bob is help-desk now.\n", "bob held help-desk already.\n"]
    assert held == [{"role": "help-desk", **EVERYTHING}]
    assert revoked == ["bob is no longer help-desk.\n", "bob did not hold help-desk.\n"]


def test_a_role_is_held_over_a_group_and_denied_over_another(shell: Shell) -> None:
    """A group is named by its name or its id."""
    shell.add("bob")
    north = shell.done("group", "add", "North", "--json").json["group"]
    shell.done("group", "add", "Board")
    granted = [shell.done("role", "grant", "bob", "help-desk", "--group", north).out for _ in range(2)]
    denied = [shell.done("role", "grant", "bob", "help-desk", "--group", "Board", "--deny").out for _ in range(2)]
    held = shell.done("role", "show", "bob").lines
    first = roles_of(shell, "bob")[0]
    lifted = [shell.done("role", "revoke", "bob", "help-desk", "--deny").out for _ in range(2)]

    assert granted == [f"bob is help-desk over {north} now.\n", f"bob held help-desk over {north} already.\n"]
    assert denied == [
        "bob is denied help-desk over Board now.\n", "bob was denied help-desk over Board already.\n",
    ]  # fmt: skip
    assert sorted(held[1:]) == ["help-desk allow group North", "help-desk deny group Board"]
    assert first["group"]["name"] in {"North", "Board"}
    assert lifted == ["bob is no longer denied help-desk.\n", "bob was not denied help-desk.\n"]
    assert [(one["effect"], one["group"]) for one in roles_of(shell, "bob")] == [
        ("allow", {"id": north, "name": "North"})
    ]
    assert shell("role", "grant", "bob", "help-desk", "--group", "South").code == 4
    assert shell.done("role", "revoke", "bob", "help-desk", "--group", "North").out == (
        "bob is no longer help-desk over North.\n"
    )


def test_a_group_gives_its_members_roles(shell: Shell) -> None:
    """Each by itself; the others stay. A member's roles say through which group."""
    shell.add("bob")
    desk = shell.done("group", "add", "Service desk", "--json").json["group"]
    shell.done("group", "add", "North")
    shell.done("group", "add-member", "Service desk", "bob")
    given = [shell.done("role", "grant-group", "Service desk", "help-desk").out for _ in range(2)]
    denied = shell.done("role", "grant-group", "Service desk", "help-desk", "--over", "North", "--deny").out
    shown = shell.done("role", "show-group", "Service desk").lines
    through = roles_of(shell, "bob")
    taken = [shell.done("role", "revoke-group", "Service desk", "help-desk", "--yes").out for _ in range(2)]
    left = shell.done("role", "show-group", desk, "--json").json

    assert given == [
        "Service desk gives its members help-desk now.\n", "Service desk gave its members help-desk already.\n",
    ]  # fmt: skip
    assert denied == "Service desk denies its members help-desk over North now.\n"
    assert shown == ["role effect over", "help-desk allow everything", "help-desk deny group North"]
    assert through[0] == {"role": "help-desk"} | EVERYTHING | {"through": {"id": desk, "name": "Service desk"}}
    assert taken == [
        "Service desk no longer gives its members help-desk.\n",
        "Service desk did not give its members help-desk.\n",
    ]
    assert [(one["role"], one["effect"], one["group"]["name"]) for one in left["roles"]] == [
        ("help-desk", "deny", "North")
    ]
    assert shell.done(
        "role", "revoke-group", "Service desk", "help-desk", "--over", "North", "--deny", "--yes"
    ).out == ("Service desk no longer denies its members help-desk over North.\n")
    assert shell.done("role", "show-group", "Service desk").out == "Service desk gives its members no role.\n"
    assert shell("role", "revoke-group", "Service desk", "king", "--yes").code == 2
    assert shell("role", "grant-group", "South", "help-desk").code == 4


def test_show_looks_a_role_up_first(shell: Shell) -> None:
    """A role's name shows its rights, an account's its roles."""
    shell.add("bob")

    assert shell.done("role", "show", "help-desk").lines == [
        "help-desk (Help desk)", "users:read", "users:unlock", "Held by 0 accounts and 0 groups.",
    ]  # fmt: skip
    assert shell.done("role", "show", "bob").out == "bob holds no role, and reaches the own account page only.\n"
    assert shell("role", "show", "nobody").code == 4


def test_a_role_that_does_not_exist_is_refused(shell: Shell) -> None:
    """Nothing is granted."""
    shell.add("bob")

    assert shell("role", "grant", "bob", "king").code != 0
    assert roles_of(shell, "bob") == []


def test_the_last_administrator_keeps_the_role(shell: Shell) -> None:
    """The server's owner is bound by this rule too (RIGHT-5)."""
    shell.add("ada", "--role", "administrator")
    shell.sign_in("ada")
    ran = shell("role", "revoke", "ada", "administrator")

    assert (ran.code, "rights.last_administrator" in ran.err) == (3, True)
