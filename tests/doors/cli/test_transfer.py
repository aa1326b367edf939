import base64
import csv
import hashlib
import json
from pathlib import Path

import pytest

from doorward import config, starting
from doorward.features.accounts import actions as accounts
from doorward.features.passwords import actions as passwords
from doorward.kernel.ports import Secret, Verified, Verify
from tests.doors.cli.shell import Shell, fresh

KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def django(password: str) -> str:
    """Spell a hash as Django does, over few rounds."""
    made = hashlib.pbkdf2_hmac("sha256", password.encode(), b"salt", 10)
    return f"pbkdf2_sha256$10$salt${base64.b64encode(made).decode()}"


def file_of(folder: Path, text: str, name: str = "people.csv") -> str:
    """Write a file and give its name."""
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def people(shell: Shell) -> list[str]:
    """List who is there."""
    return [one["user_name"] for one in shell.done("account", "list", "--json").json["items"]]


def test_a_thousand_people_come_with_passwords_and_keys(shell: Shell, tmp_path: Path) -> None:
    """And their passwords fit."""
    hash_ = django("correct horse")
    rows = "".join(f"u{n},u{n}@example.org,{hash_},{KEY}\n" for n in range(1_000))
    ran = shell.done("account", "import", file_of(tmp_path, "user_name,email,password_hash,secret_key\n" + rows))

    assert ran.out == "1,000 accounts were added, 1,000 with a password and 1,000 with a secret key.\n"
    opened = starting.open_here(config.load({"data": shell.data}, {}).settings)
    with shell.writing() as call:
        found = accounts.find(call, "u999")
        stored = None if found is None else passwords.find(call, found.account.id)
    assert stored is not None
    verified = opened.hasher.run(Verify(Secret("correct horse"), stored.hash))
    opened.close()
    assert isinstance(verified, Verified)
    assert verified.right


def test_one_wrong_line_keeps_everybody_out(shell: Shell, tmp_path: Path) -> None:
    """All that is wrong is told by line and column, under the code and exit code of a refusal."""
    shell.add("bob")
    ran = shell("account", "import", file_of(tmp_path, "user_name,email\nada,ada@example.org\ndan,x\nBOB,\n"))

    assert ran.code == 3
    assert [line.split()[:2] for line in ran.lines[1:]] == [["3", "email"], ["4", "user_name"]]
    assert "Nothing was imported: there are mistakes in 2 of 3 lines." in ran.err
    assert "(transfer.refused, reference " in ran.err
    assert people(shell) == ["bob"]


def test_errors_are_told_as_json_too(shell: Shell, tmp_path: Path) -> None:
    """One object, with every error."""
    line = json.dumps({"user_name": "ada", "password_hash": "md5$x$y"})
    ran = shell("account", "import", file_of(tmp_path, line, "people.jsonl"), "--json")

    assert ran.code == 3
    assert (ran.json["outcome"], ran.json["code"], ran.json["lines"]) == ("refused", "transfer.refused", 1)
    assert [(one["line"], one["column"], one["code"]) for one in ran.json["errors"]] == [
        (1, "password_hash", "transfer.hash")
    ]


def test_many_errors_are_cut_for_people(shell: Shell, tmp_path: Path) -> None:
    """A screen is enough; JSON has them all."""
    path = file_of(tmp_path, "user_name,kind\n" + "".join(f"u{n},staff\n" for n in range(130)))
    ran, spelled = shell("account", "import", path), shell("account", "import", path, "--json")

    assert len(ran.lines) == 101
    assert "There are 30 more; --json lists them all." in ran.err
    assert len(spelled.json["errors"]) == 130


@pytest.mark.parametrize("text", ["user_name,secret_key\nada," + KEY + "\n", "user_name,kind\nada,staff\n"])
def test_a_rehearsal_reports_the_same_and_writes_nothing(shell: Shell, tmp_path: Path, text: str) -> None:
    """Good or wrong."""
    path = file_of(tmp_path, text)
    rehearsed = shell("account", "import", path, "--dry-run")

    assert people(shell) == []
    assert shell.done("audit", "list", "--act", "accounts.imported", "--json").json["items"] == []
    real = shell("account", "import", path)
    assert rehearsed.code == real.code
    assert rehearsed.out.removeprefix("Would be done: ") == real.out


def test_an_import_is_told_as_json(shell: Shell, tmp_path: Path) -> None:
    """With what was left out."""
    path = file_of(tmp_path, "user_name,version\nada,3\n")

    counts = {"accounts": 1, "with_password": 0, "with_secret_key": 0, "lines": 1, "left_out": ["version"]}
    assert shell.done("account", "import", path, "--dry-run", "--json").json == {
        "outcome": "done", "dry_run": True, **counts,
    }  # fmt: skip
    assert shell.done("account", "import", path, "--json").json == {"outcome": "done", **counts}


def test_a_file_is_written_in_parts_and_gone_on_with(shell: Shell, tmp_path: Path) -> None:
    """Each part with its entry; who was there before is counted, and nobody comes twice."""
    shell.add("u7")
    path = file_of(tmp_path, "user_name\n" + "".join(f"u{n}\n" for n in range(4_500)))
    refused = shell("account", "import", path)
    rehearsed = shell.done("account", "import", path, "--continue", "--dry-run", "--json").json
    done = shell.done("account", "import", path, "--continue", "--part-size", "2000", "--json").json
    again = shell.done("account", "import", path, "--continue")
    listed = shell.done("audit", "list", "--act", "accounts.imported", "--json").json["items"]

    assert (refused.code, "Nothing was imported: there are mistakes in 1 of 4500 lines." in refused.err) == (3, True)
    assert (done["accounts"], done["already_there"], done["lines"]) == (4_499, 1, 4_500)
    assert (rehearsed["accounts"], rehearsed["already_there"]) == (4_499, 1)
    assert again.out.startswith("0 accounts were added, ")
    assert again.out.endswith("Left out: 4,500 that were there already.\n")
    assert [one["details"].get("part") for one in listed] == [None, "3 of 3", "2 of 3", "1 of 3"]


def test_an_import_that_breaks_off_says_how_to_go_on(shell: Shell, tmp_path: Path) -> None:
    """With how many are there, whatever ended it."""
    path = file_of(tmp_path, "user_name\n" + "".join(f"u{n}\n" for n in range(4_500)))
    with shell.writing() as call:
        call.sql.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON accounts WHEN NEW.user_name = 'u4400'"
            " BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    ran = shell("account", "import", path, "--part-size", "2000")
    with shell.writing() as call:
        call.sql.exec_driver_sql("DROP TRIGGER full")
    went_on = shell.done("account", "import", path, "--continue", "--json").json

    assert ran.code != 0
    assert "4,000 of 4,500 people are there. Go on with the same file and --continue." in ran.err
    assert (went_on["accounts"], went_on["already_there"]) == (500, 4_000)


def test_a_file_of_another_kind_is_refused(shell: Shell, tmp_path: Path) -> None:
    """As is one that is not there."""
    missing = shell("account", "import", str(tmp_path / "people.csv"))
    other = shell("account", "import", file_of(tmp_path, "", "people.xlsx"))

    assert (missing.code, other.code) == (2, 2)
    assert "ends neither in .csv nor in .jsonl" in other.err


def test_accounts_are_exported_without_secrets(shell: Shell, tmp_path: Path) -> None:
    """As CSV and as JSON lines, with the fields of the API (KEY-16)."""
    path = file_of(tmp_path, f"user_name,roles,password_hash,secret_key\nada,auditor;help-desk,{django('x')},{KEY}\n")
    shell.done("account", "import", path)
    ran = shell.done("account", "export", str(tmp_path / "out.csv"))
    shell.done("account", "export", str(tmp_path / "out.jsonl"), "--json")
    listed = shell.done("account", "list", "--json").json["items"]

    with (tmp_path / "out.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    line = (tmp_path / "out.jsonl").read_text()
    assert ran.out == f"1 account was written to {tmp_path / 'out.csv'}.\n"
    assert json.loads(line) == listed[0] | {"roles_elsewhere": []}
    assert set(row) == {*listed[0], "roles_elsewhere"}
    assert (row["user_name"], row["roles"], row["second_factor"]) == ("ada", "auditor;help-desk", "set_up")
    assert all(secret not in str(row) + line for secret in (KEY, "pbkdf2"))


def test_an_export_is_imported_again(shell: Shell, tmp_path: Path) -> None:
    """A name that looks like a formula too, which no spreadsheet runs (T16)."""
    shell.done("account", "import", file_of(tmp_path, "user_name,full_name\nada,=1+1\n"))
    shell.done("account", "export", str(tmp_path / "out.csv"))
    written = (tmp_path / "out.csv").read_text()
    shell.done("account", "edit", "ada", "--user-name", "eve", "--full-name", "Eve")
    shell.done("account", "import", str(tmp_path / "out.csv"))

    assert ",'=1+1," in written
    assert shell.done("account", "show", "ada", "--json").json["full_name"] == "=1+1"


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_of_one_server_builds_another(tmp_path: Path, form: str) -> None:
    """Names, addresses, kinds, roles and what is disabled come back as they were; states are named as left out."""
    (tmp_path / "new").mkdir()
    old, new = fresh(tmp_path), fresh(tmp_path / "new")
    rows = [
        "ada,Ada Łovelace,ada@example.org,internal,auditor;help-desk,true",
        'bob,"O\'Neill, Bob ""B""",,internal,,false',
        "ext,=HYPERLINK(1),ext@example.org,external,,true",
        "'=formula,@x,,internal,,true",
        "straße,'quoted,,internal,,true",
    ]
    text = "user_name,full_name,email,kind,roles,enabled\n" + "\n".join(rows) + "\n"
    old.done("account", "import", file_of(tmp_path, text))
    old.done("account", "export", str(tmp_path / f"first.{form}"))
    said = new.done("account", "import", str(tmp_path / f"first.{form}"), "--json").json

    kept = ("user_name", "full_name", "email", "kind", "roles", "enabled")
    listed = [
        [{name: one[name] for name in kept} for one in shell.done("account", "list", "--json").json["items"]]
        for shell in (old, new)
    ]
    assert (said["accounts"], "id" in said["left_out"]) == (5, True)
    assert listed[0] == listed[1]
    assert {one["user_name"] for one in listed[0]} == {"ada", "bob", "ext", "=formula", "straße"}


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_no_role_comes_back_wider_than_it_was(tmp_path: Path, form: str) -> None:
    """What is held over a group, and what is denied, is told in words; an import grants nothing of it (RIGHT-4)."""
    (tmp_path / "new").mkdir()
    old, new = fresh(tmp_path), fresh(tmp_path / "new")
    old.done("group", "add", "North", "--reason", "a branch")
    for name in ("olga", "dina", "ada"):
        old.add(name, "--role", "auditor")
    old.done("role", "grant", "olga", "help-desk", "--group", "North", "--reason", "a branch")
    old.done("role", "grant", "dina", "help-desk", "--deny", "--reason", "no more")
    old.done("account", "export", str(tmp_path / f"people.{form}"))
    said = new.done("account", "import", str(tmp_path / f"people.{form}"))
    roles = {one["user_name"]: one["roles"] for one in new.done("account", "list", "--json").json["items"]}

    assert roles == {"ada": ["auditor"], "dina": [], "olga": ["auditor"]}
    assert "help-desk over North" in (tmp_path / f"people.{form}").read_text()
    assert "not help-desk" in (tmp_path / f"people.{form}").read_text()
    assert "roles_elsewhere" in said.out + said.err


def test_an_export_has_every_page(shell: Shell, tmp_path: Path) -> None:
    """Nobody twice, nobody left out."""
    shell.done("account", "import", file_of(tmp_path, "user_name\n" + "".join(f"u{n}\n" for n in range(450))))
    shell.done("account", "export", str(tmp_path / "out.jsonl"))

    names = [json.loads(line)["user_name"] for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert sorted(names) == sorted(f"u{n}" for n in range(450))
