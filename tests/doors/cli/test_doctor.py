import psycopg
import pytest

from doorward.edges.sql import duties
from doorward.features.otp.actions import bind_key
from tests import cluster
from tests.doors.cli.shell import PASSWORD, Shell


def graded(shell: Shell) -> dict[str, str]:
    """Ask the doctor, and give the grade of each thing."""
    return {item["subject"]: item["grade"] for item in shell("doctor", "--json").json["items"]}


def test_a_fresh_server_is_not_wrong(shell: Shell) -> None:
    """Nobody administers it yet, and it does not run, which is odd: exit code 0."""
    ran = shell.done("doctor", "--json").json

    assert ran["well"]
    assert [item["subject"] for item in ran["items"] if item["grade"] != "well"] == ["duties", "administrators"]


def test_a_server_that_runs_with_an_administrator_is_well(shell: Shell) -> None:
    """Clock, keys, mail, database, permissions, duties and passwords are each looked at."""
    shell.add("ada", "--role", "administrator")
    with shell.writing() as call:
        duties.take(call.sql, ["send mail"], "node-1/1", call.now)

    assert graded(shell) == dict.fromkeys(
        [
            "permissions",
            "address",
            "mail",
            "database",
            "keys",
            "clock",
            "duties",
            "nodes",
            "outbox",
            "administrators",
            "passwords",
            "breach lists",
            "applications",
        ],
        "well",
    )


def test_people_read_one_line_a_thing(shell: Shell) -> None:
    """And how to mend it below."""
    (shell.data / "doorward.key").chmod(0o644)
    ran = shell("doctor")

    assert ran.code == 1
    assert ran.lines[0] == "wrong permissions: Other users can look into the data."
    assert ran.lines[1] == f"chmod go= {shell.data}/doorward.key"


@pytest.mark.parametrize(
    ("name", "mode", "subject"),
    [("doorward.db", 0o640, "permissions"), ("mail", 0o755, "permissions"), ("doorward.key", 0o604, "permissions")],
)
def test_what_is_open_to_others_is_wrong(shell: Shell, name: str, mode: int, subject: str) -> None:
    """Each file by itself."""
    (shell.data / name).chmod(mode)

    assert graded(shell)[subject] == "wrong"


def test_a_missing_key_file_is_wrong(shell: Shell) -> None:
    """What can be looked at without it still is."""
    (shell.data / "doorward.key").unlink()
    ran = shell("doctor", "--json")

    assert ran.code == 1
    assert "is missing" in ran.json["items"][0]["said"]
    assert "mail" in {item["subject"] for item in ran.json["items"]}


def test_mail_that_cannot_leave_is_wrong(shell: Shell) -> None:
    """A mail server that is not there; the reason is told, its password is not."""
    (shell.data / "doorward.toml").write_text('mail = "smtp://us:hunter2@127.0.0.1:9"')
    ran = shell("doctor", "--json")

    assert {item["subject"]: item["grade"] for item in ran.json["items"]}["mail"] == "wrong"
    assert "hunter2" not in ran.out


def test_a_public_address_without_tls_is_wrong(shell: Shell) -> None:
    """Unless it is this machine alone."""
    (shell.data / "doorward.toml").write_text('public_url = "http://login.example.org"')

    assert graded(shell)["address"] == "wrong"


def test_a_clock_that_was_set_back_is_found(shell: Shell) -> None:
    """By what a server has left in the database."""
    with shell.writing() as call:
        call.sql.exec_driver_sql("INSERT INTO duties VALUES ('x', 'y', 4102444800000000)")

    assert graded(shell)["clock"] == "wrong"


def test_hashes_of_other_parameters_are_counted(shell: Shell) -> None:
    """They are upgraded by themselves, which is odd and not wrong (PASS-4)."""
    shell.done("account", "add", "bob", "--email", "b@example.org", "--password-stdin", stdin=PASSWORD)
    before = graded(shell)["passwords"]
    (shell.data / "doorward.toml").write_text("argon2_passes = 3")

    assert (before, graded(shell)["passwords"]) == ("well", "odd")


def test_mail_that_was_tried_in_vain_is_odd(shell: Shell) -> None:
    """With the error that operators may read."""
    shell.add("bob")
    with shell.writing() as call:
        call.sql.exec_driver_sql("UPDATE outbox SET attempts = 1, error = 'The mail server hung up.'")

    assert graded(shell)["outbox"] == "odd"


def test_keys_of_another_server_are_wrong(shell: Shell) -> None:
    """They open nothing of this database."""
    account = shell.add("bob")
    with shell.writing() as call:
        bind_key(call, account, b"x" * 20, 1)
    before = graded(shell)["keys"]
    key = (shell.data / "doorward.key").read_text().splitlines()
    words = key[-1].split()
    words[2] = "A" * 43 + "="
    (shell.data / "doorward.key").write_text("\n".join([*key[:-1], " ".join(words)]) + "\n")

    assert (before, graded(shell)["keys"]) == ("well", "wrong")


def test_hosts_without_a_web_server_that_is_believed_are_odd(shell: Shell) -> None:
    """Each question of it would be refused; named in the configuration, it is well."""
    shell.add("ada", "--role", "administrator")
    shell.done("forward-auth", "add", "wiki.example.org")
    assert graded(shell)["applications"] == "odd"

    with (shell.data / "doorward.toml").open("a") as settings:
        settings.write('behind_proxy = ["127.0.0.0/8"]\n')
    assert graded(shell)["applications"] == "well"


@pytest.mark.postgresql
def test_a_server_without_a_connection_left_is_told(shell: Shell) -> None:
    """In one sentence, and no command ends in a traceback."""
    with cluster.database() as address, psycopg.connect(address, autocommit=True) as owner:
        (shell.data / "doorward.toml").write_text(f'database = "{address}"')
        shell.done("init")
        owner.execute("CREATE ROLE few LOGIN CONNECTION LIMIT 1")
        owner.execute("GRANT doorward TO few")
        (shell.data / "doorward.toml").write_text(f'database = "{address.replace("doorward@", "few@")}"')
        looked, listed = shell("doctor"), shell("account", "list")
        (shell.data / "doorward.toml").write_text("")
        owner.execute("DROP ROLE few")

    assert (looked.code, listed.code) == (1, 1)
    assert "wrong database: The database postgresql://few@" in " ".join(looked.out.split())
    assert "Raise max_connections or the user's limit" in looked.out
    assert "Traceback" not in looked.err + listed.err
