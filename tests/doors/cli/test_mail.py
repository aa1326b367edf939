from tests.doors.cli.shell import Shell


def test_mail_is_listed_without_its_body(shell: Shell) -> None:
    """Recipient, kind, state and error; a code or a link is nowhere (DEV-5)."""
    link = shell.done("account", "add", "bob", "--email", "bob@example.org", "--json").json["link"]
    listed = shell.done("mail", "list", "--json")

    assert [(m["recipient"], m["kind"], m["state"]) for m in listed.json["items"]] == [
        ("bob@example.org", "account_added", "queued")
    ]
    assert link.rpartition("/")[2] not in listed.out


def test_a_mail_names_its_account_as_the_api_does(shell: Shell) -> None:
    """By `account_id`; scripts that read the older `account` go on."""
    ada = str(shell.add("ada"))
    [mail] = shell.done("mail", "list", "--json").json["items"]

    assert (mail["account_id"], mail["account"]) == (ada, ada)


def test_lists_narrow_down_by_state_and_account(shell: Shell) -> None:
    """An account's mail, and mail in one state."""
    shell.add("ada")
    shell.add("bob")

    assert [m["recipient"] for m in shell.done("mail", "list", "--account", "ada", "--json").json["items"]] == [
        "ada@example.org"
    ]
    assert shell.done("mail", "list", "--state", "failed").out == "There is no such mail.\n"


def test_mail_is_tried_again(shell: Shell) -> None:
    """All that waits, or one by its id; with nothing to try again that is no failure."""
    nothing = shell.done("mail", "retry").out
    shell.add("bob")
    with shell.writing() as call:
        call.sql.exec_driver_sql("UPDATE outbox SET attempts = 3, next_attempt_at = next_attempt_at + 3600000000")
    one = shell.done("mail", "list", "--json").json["items"][0]["id"]

    assert shell.done("mail", "retry", one, "--json").json == {"outcome": "done", "count": 1}
    assert nothing == "No mail waits.\n"


def test_mail_that_is_not_there_is_not_found(shell: Shell) -> None:
    """Exit code 4; what is no id is a usage error."""
    ran = shell("mail", "retry", "01a20369-62b1-7be4-bea6-67e7059886f7")

    assert (ran.code, "notices.not_found" in ran.err) == (4, True)
    assert shell("mail", "retry", "x").code == 2
