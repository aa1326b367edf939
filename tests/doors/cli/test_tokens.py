from pathlib import Path

import pytest

from tests.doors.cli.shell import Shell
from tests.features.tokens.files import FIGURE_6, FIGURE_7, SEED, container, package

HEX = SEED.hex()
KEY = "12345678901234567890123456789012"


def file_of(folder: Path, content: str | bytes, name: str = "tokens.csv") -> str:
    """Write a file and give its name."""
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return str(folder / name)


def stock(shell: Shell, folder: Path, *serials: str) -> None:
    """Import tokens of these serial numbers."""
    rows = "".join(f"{serial},{HEX},Acme\n" for serial in serials)
    shell.done("token", "import", file_of(folder, f"serial,seed_hex,manufacturer\n{rows}"))


def test_a_thousand_tokens_come_from_a_file(shell: Shell, tmp_path: Path) -> None:
    """All of them, or none; the same file does not come twice."""
    path = file_of(tmp_path, "serial,seed_hex\n" + "".join(f"{n:04},{HEX}\n" for n in range(1_000)))

    assert shell.done("token", "import", path).out == "1,000 hardware tokens are in stock now.\n"
    again = shell("token", "import", path)
    assert again.code == 3
    assert "Nothing was imported: there are mistakes in 1000 of 1000 tokens." in again.err
    assert again.lines[1].startswith("2 serial This serial number is in the inventory already.")


def test_one_wrong_line_keeps_all_out(shell: Shell, tmp_path: Path) -> None:
    """All that is wrong is told by line and column."""
    path = file_of(tmp_path, f"serial,seed_hex,digits\n1,{HEX},6\n2,{HEX},8\n3,xyz,6\n")
    ran, spelled = shell("token", "import", path), shell("token", "import", path, "--json")

    assert (ran.code, spelled.code) == (3, 3)
    assert [line.split()[:2] for line in ran.lines[1:]] == [["3", "digits"], ["4", "seed_hex"]]
    assert [(one["line"], one["code"]) for one in spelled.json["errors"]] == [(3, "tokens.digits"), (4, "tokens.seed")]
    assert shell.done("token", "list").out == "There is no such token.\n"


def test_a_rehearsal_imports_nothing(shell: Shell, tmp_path: Path) -> None:
    """It reports the same."""
    path = file_of(tmp_path, container(package()), "tokens.xml")
    ran = shell.done("token", "import", path, "--dry-run")

    assert ran.out == "Would be done: 1 hardware token is in stock now.\n"
    assert shell.done("token", "list", "--json").json == {"items": [], "next": None}


def test_an_encrypted_container_opens_with_its_key_file(shell: Shell, tmp_path: Path) -> None:
    """And with no other, nor without."""
    path = file_of(tmp_path, FIGURE_6, "tokens.xml")
    wrong, right = file_of(tmp_path, b"x" * 16, "wrong.key"), file_of(tmp_path, f"{KEY}\n", "right.key")

    assert "(tokens.refused" in shell("token", "import", path).err
    assert "does not open" in shell("token", "import", path, "--key-file", wrong).out
    assert shell.done("token", "import", path, "--key-file", right, "--json").json == {"outcome": "done", "tokens": 1}


def test_an_encrypted_container_opens_with_its_password(shell: Shell, tmp_path: Path) -> None:
    """From standard input, never from an argument."""
    path = file_of(tmp_path, FIGURE_7, "tokens.bin")

    assert shell("token", "import", path, "--password-stdin", stdin="qwertz\n").code == 3
    assert shell.done("token", "import", path, "--password-stdin", "--format", "pskc", stdin="qwerty\n").code == 0


def test_a_key_file_that_holds_no_key_is_told(shell: Shell, tmp_path: Path) -> None:
    """In one sentence."""
    path, key = file_of(tmp_path, FIGURE_6, "tokens.xml"), file_of(tmp_path, "secret", "a.key")
    ran = shell("token", "import", path, "--key-file", key)

    assert ran.code == 1
    assert "holds no key of AES: 16, 24 or 32 bytes" in ran.err


def test_tokens_are_listed_and_shown(shell: Shell, tmp_path: Path) -> None:
    """With kind and state, in tables and in JSON, never with a seed."""
    stock(shell, tmp_path, "101", "102", "205")

    listed = shell.done("token", "list", "--query", "10", "--state", "in_stock", "--limit", "1")
    assert listed.lines == ["serial manufacturer model kind state held by", "101 Acme TOTP, SHA1, 30 s in stock"]
    following = shell.done("token", "list", "--limit", "1", "--json").json
    assert "--cursor" in listed.err
    page = shell.done("token", "list", "--cursor", following["next"], "--json").json
    assert [one["serial"] for one in page["items"]] == ["102", "205"]
    assert shell.done("token", "show", "101").lines[:5] == [
        "Serial number 101", "Manufacturer Acme", "Kind TOTP, SHA1, 30 s", "State in stock",
        shell.done("token", "show", "101").lines[4],
    ]  # fmt: skip
    shown = shell.done("token", "show", "101", "--json").json
    assert {name: shown[name] for name in ("kind", "algorithm", "period", "digits", "state", "account_id")} == {
        "kind": "totp", "algorithm": "SHA1", "period": 30, "digits": 6, "state": "in_stock", "account_id": None,
    }  # fmt: skip
    assert HEX not in str(shown)


@pytest.mark.parametrize("cursor", ["x", "00000000-0000-0000-0000-000000000000"])
def test_a_list_goes_on_from_its_own_cursor_only(shell: Shell, cursor: str) -> None:
    """Anything else is refused."""
    ran = shell("token", "list", "--cursor", cursor)

    assert ran.code == 2
    assert "(list.cursor" in ran.err


def test_a_token_is_retired_for_good(shell: Shell, tmp_path: Path) -> None:
    """With a reason; its serial number stays taken."""
    stock(shell, tmp_path, "101")

    assert shell.done("token", "retire", "101", "--reason", "lost", "--dry-run").out.startswith("Would be done:")
    assert shell.done("token", "retire", "101", "--reason", "lost").out == "The hardware token 101 is retired.\n"
    again = shell("token", "retire", "101", "--reason", "lost")
    assert (again.code, "(tokens.retired" in again.err) == (5, True)
    assert shell.done("token", "list").lines[1].endswith("retired")


def test_a_maker_tells_tokens_of_one_serial_number_apart(shell: Shell, tmp_path: Path) -> None:
    """Without it nobody knows which is meant; an unknown number is not found."""
    rows = f"7,{HEX},Acme\n7,{HEX},Other\n"
    shell.done("token", "import", file_of(tmp_path, f"serial,seed_hex,manufacturer\n{rows}"))

    ran = shell("token", "show", "7")
    assert (ran.code, "Several makers have given this serial number: Acme, Other." in ran.err) == (5, True)
    assert "Other" in shell.done("token", "show", "7", "--manufacturer", "other").out
    assert shell("token", "show", "8").code == 4


def test_a_counting_token_has_no_period(shell: Shell, tmp_path: Path) -> None:
    """It is told by what it is."""
    shell.done("token", "import", file_of(tmp_path, f"serial,seed_hex,kind,algorithm\n7,{HEX},hotp,SHA256\n"))

    assert shell.done("token", "list").lines[1] == "7 HOTP, SHA256 in stock"
    assert shell.done("token", "show", "7", "--json").json["period"] is None
