from tests.doors.cli.shell import Shell


def test_sessions_are_listed_with_where_they_came_from(shell: Shell) -> None:
    """Since when, last seen, how opened, address and browser; never a token."""
    shell.add("bob")
    shell.sign_in("bob")
    items = shell.done("session", "list", "bob", "--json").json["items"]

    assert [(item["opened_with"], item["address"], item["user_agent"]) for item in items] == [
        ("secret_key", "192.0.2.7", "tests/1")
    ]
    assert items[0].keys().isdisjoint({"token", "token_hash"})


def test_one_session_is_ended_or_all(shell: Shell) -> None:
    """The count says how many; none left is no failure."""
    shell.add("bob")
    shell.sign_in("bob")
    shell.sign_in("bob")
    one = shell.done("session", "list", "bob", "--json").json["items"][0]["id"]
    said = [
        shell.done("session", "end", "bob", "--session", one).out,
        shell.done("session", "end", "bob", "--reason", "left").out,
        shell.done("session", "end", "bob").out,
    ]

    assert said == [
        "Sessions of bob that were ended: 1.\n",
        "Sessions of bob that were ended: 1.\n",
        "bob had no such session.\n",
    ]


def test_a_session_is_named_by_its_id(shell: Shell) -> None:
    """Anything else is a usage error."""
    shell.add("bob")

    assert shell("session", "end", "bob", "--session", "first").code == 2
