from tests.doors.cli.shell import Shell


def test_the_shipped_roles_are_listed(shell: Shell) -> None:
    """By the names of RIGHT-2."""
    items = {role["name"]: role["rights"] for role in shell.done("role", "list", "--json").json["items"]}

    assert list(items) == ["administrator", "super-user", "help-desk", "auditor", "no-access"]
    assert items["help-desk"] == ["users:read", "users:unlock"]


def test_a_role_is_granted_shown_and_revoked(shell: Shell) -> None:
    """Repeating either is harmless."""
    shell.add("bob")
    granted = [shell.done("role", "grant", "bob", "help-desk").out for _ in range(2)]
    held = shell.done("role", "show", "bob", "--json").json
    revoked = [shell.done("role", "revoke", "bob", "help-desk").out for _ in range(2)]

    assert granted == ["bob is help-desk now.\n", "bob held help-desk already.\n"]
    assert held["roles"] == [{"role": "help-desk", "scope": "everything", "effect": "allow"}]
    assert revoked == ["bob is no longer help-desk.\n", "bob did not hold help-desk.\n"]


def test_show_looks_a_role_up_first(shell: Shell) -> None:
    """A role's name shows its rights, an account's its roles."""
    shell.add("bob")

    assert shell.done("role", "show", "help-desk").lines == ["help-desk (Help desk)", "users:read", "users:unlock"]
    assert shell.done("role", "show", "bob").out == "bob holds no role, and reaches the own account page only.\n"
    assert shell("role", "show", "nobody").code == 4


def test_a_role_that_does_not_exist_is_refused(shell: Shell) -> None:
    """Nothing is granted."""
    shell.add("bob")

    assert shell("role", "grant", "bob", "king").code != 0
    assert shell.done("role", "show", "bob", "--json").json["roles"] == []


def test_the_last_administrator_keeps_the_role(shell: Shell) -> None:
    """The server's owner is bound by this rule too (RIGHT-5)."""
    shell.add("ada", "--role", "administrator")
    shell.sign_in("ada")
    ran = shell("role", "revoke", "ada", "administrator")

    assert (ran.code, "rights.last_administrator" in ran.err) == (3, True)


def test_explain_answers_why_somebody_cannot(shell: Shell) -> None:
    """By the one decision that guards the acts (RIGHT-7); the question leaves no entry."""
    shell.add("ada", "--role", "administrator")
    shell.add("bob", "--role", "help-desk")
    shell.add("carol")
    shell.sign_in("bob")
    higher = shell.done("role", "explain", "bob", "--on", "ada", "--json").json
    lower = shell.done("role", "explain", "bob", "--on", "carol", "--json").json

    assert (higher["unlock"]["allowed"], higher["unlock"]["reason"]["code"]) == (False, "rights.higher_target")
    assert (lower["unlock"]["allowed"], lower["unlock"]["reason"]) == (True, None)
    assert lower["lock"]["reason"]["code"] == "rights.missing"
    assert shell.done("audit", "list", "--act", "accounts.viewed", "--json").json["items"] == []


def test_explain_says_which_role_brings_a_right(shell: Shell) -> None:
    """Without another account it is about NAME alone."""
    shell.add("bob", "--role", "help-desk", "--role", "auditor")
    shell.add("carol")
    rights = shell.done("role", "explain", "bob", "--json").json["rights"]

    assert rights["users:unlock"] == ["help-desk"]
    assert sorted(rights["users:read"]) == ["auditor", "help-desk"]
    assert shell.done("role", "explain", "carol").out.startswith("carol holds no right")
