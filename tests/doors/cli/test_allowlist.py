from tests.doors.cli.shell import Shell


def test_an_entry_says_who_when_why_and_until(shell: Shell) -> None:
    """New accounts are there by themselves; others are added (KEY-13)."""
    shell.add("ada")
    shell.add("bob")
    shell.done("account", "delete-key", "bob", "--reason", "x")
    shell.done("allowlist", "add", "bob", "--reason", "found the phone")
    items = {item["user_name"]: item for item in shell.done("allowlist", "list", "--json").json["items"]}

    assert (items["ada"]["cause"], items["bob"]["cause"]) == ("new account", "allowed")
    assert items["bob"]["reason"] == "found the phone"
    assert items["bob"]["added_by"].startswith("cli:")
    assert {"added_at", "expires_at"} <= items["bob"].keys()


def test_an_entry_names_its_account_as_the_api_does(shell: Shell) -> None:
    """By `account_id`; scripts that read the older `account` go on."""
    ada = str(shell.add("ada"))
    [item] = shell.done("allowlist", "list", "--json").json["items"]

    assert (item["account_id"], item["account"]) == (ada, ada)


def test_the_list_is_a_table(shell: Shell) -> None:
    """Its columns say what they hold; an empty list is a sentence."""
    empty = shell.done("allowlist", "list").out
    shell.add("ada")

    assert empty == "Nobody is on the allowlist.\n"
    assert shell.done("allowlist", "list").lines[0] == "user name because of added (UTC) added by until (UTC) reason"


def test_an_entry_that_is_not_needed_says_why(shell: Shell) -> None:
    """A second factor, an entry that is there already; an exclusion hides which of them it is."""
    for name in ("ada", "bob", "carol"):
        shell.add(name)
    shell.done("allowlist", "remove", "bob")
    shell.done("exclusions", "add", "carol", "--reason", "printer")
    shell.sign_in("ada")
    said = [shell.done("allowlist", "add", name).out for name in ("ada", "bob", "bob", "carol")]

    assert said[0] == "ada has a second factor already.\n"
    assert said[1].startswith("bob may set up a secret key until ")
    assert said[2] == "bob is on the allowlist already.\n"
    assert said[3] == "carol has a second factor, or is on the allowlist already.\n"


def test_removing_is_recorded_and_harmless_to_repeat(shell: Shell) -> None:
    """The second time there is nothing to remove."""
    shell.add("ada")
    said = [shell.done("allowlist", "remove", "ada").out for _ in range(2)]

    assert said == ["ada is off the allowlist.\n", "ada was not on the allowlist.\n"]
    assert shell.done("account", "show", "ada", "--json").json["second_factor"] == "blocked"


def test_who_has_a_second_factor_needs_no_entry(shell: Shell) -> None:
    """Adding such an account changes nothing."""
    shell.add("ada")
    again = shell.done("allowlist", "add", "ada", "--json").json

    assert again["outcome"] == "unchanged"
