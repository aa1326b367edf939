from tests.doors.cli.shell import Shell


def test_an_exclusion_is_added_listed_and_lifted(shell: Shell) -> None:
    """With who decided so, and why."""
    shell.add("backup-job")
    added = shell.done("exclusions", "add", "backup-job", "--reason", "a service", "--json").json
    listed = shell.done("exclusions", "list", "--json").json["items"]
    lifted = shell.done("exclusions", "remove", "backup-job").out

    assert (added["outcome"], added["account"]["second_factor"]) == ("done", "excluded")
    assert [(item["user_name"], item["reason"]) for item in listed] == [("backup-job", "a service")]
    assert lifted == "backup-job needs a second factor again.\n"


def test_an_entry_names_its_account_as_the_api_does(shell: Shell) -> None:
    """By `account_id`; scripts that read the older `account` go on."""
    job = str(shell.add("backup-job"))
    shell.done("exclusions", "add", "backup-job")
    [item] = shell.done("exclusions", "list", "--json").json["items"]

    assert (item["account_id"], item["account"]) == (job, job)


def test_repeating_is_harmless(shell: Shell) -> None:
    """What is so already stays so."""
    shell.add("backup-job")
    said = [shell.done("exclusions", "add", "backup-job").out for _ in range(2)]
    unsaid = [shell.done("exclusions", "remove", "backup-job").out for _ in range(2)]

    assert said[1] == "backup-job was excluded already.\n"
    assert unsaid[1] == "backup-job was not excluded.\n"


def test_the_key_of_an_excluded_account_is_not_deleted(shell: Shell) -> None:
    """A conflict, with the way out: exit code 5."""
    shell.add("backup-job")
    shell.done("exclusions", "add", "backup-job")
    ran = shell("account", "delete-key", "backup-job", "--reason", "x")

    assert (ran.code, "second_factor.excluded" in ran.err) == (5, True)


def test_an_empty_list_is_a_sentence(shell: Shell) -> None:
    """Not silence."""
    assert shell.done("exclusions", "list").out == "No account is excluded.\n"
