from pathlib import Path

import pytest

from doorward.features.otp.rules.codes import hotp
from tests.doors.cli.shell import Shell
from tests.features.tokens.files import SEED


@pytest.fixture
def stocked(shell: Shell, tmp_path: Path) -> Shell:
    """Have a counting token in stock, and somebody to give it to."""
    path = tmp_path / "tokens.csv"
    path.write_text(f"serial,seed_hex,kind,manufacturer\n100,{SEED.hex()},hotp,Acme\n", encoding="utf-8")
    shell.done("token", "import", str(path))
    shell.add("bram")
    return shell


def test_a_token_is_given_and_taken(stocked: Shell) -> None:
    """Both told, and seen in the inventory."""
    given = stocked.done("token", "assign", "bram", "100", "--reason", "new desk")
    held = stocked.done("token", "show", "100", "--json").json
    again = stocked.done("token", "assign", "bram", "100", "--manufacturer", "acme")
    taken = stocked.done("token", "unassign", "bram", "--yes")

    assert given.out == "bram signs in with the hardware token 100 now.\n"
    assert (held["state"], held["user_name"]) == ("assigned", "bram")
    assert again.out == "bram held that token already.\n"
    assert taken.out == ("The hardware token 100 is in stock. bram is blocked until `doorward allowlist add bram`.\n")
    assert stocked.done("token", "show", "100", "--json").json["state"] == "in_stock"


def test_a_rehearsal_gives_nothing(stocked: Shell) -> None:
    """It says what would be."""
    ran = stocked.done("token", "assign", "bram", "100", "--dry-run", "--json")

    assert (ran.json["outcome"], ran.json["dry_run"]) == ("done", True)
    assert stocked.done("token", "show", "100", "--json").json["state"] == "in_stock"


def test_a_token_is_put_in_step(stocked: Shell) -> None:
    """By two codes, which are used up; others are refused."""
    stocked.done("token", "assign", "bram", "100")
    one, two = hotp(SEED, 300), hotp(SEED, 301)

    wrong = stocked("token", "resync", "bram", one, one)
    right = stocked.done("token", "resync", "bram", one, two, "--reason", "called back")
    spelled = stocked.done("token", "resync", "bram", hotp(SEED, 400), hotp(SEED, 401), "--json").json

    assert (wrong.code, "(otp.wrong" in wrong.err) == (3, True)
    assert right.out == "The hardware token 100 is in step again. The code that it shows next is right.\n"
    assert spelled == {"outcome": "done", "serial": "100", "offset_minutes": None}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("assign", "bram", "7"), 4),
        (("assign", "nobody", "100"), 4),
        (("unassign", "bram"), 5),
        (("resync", "bram", "123456", "654321"), 5),
        (("resync", "bram", "123456"), 2),
    ],
)
def test_what_cannot_be_ends_with_its_exit_code(stocked: Shell, words: tuple[str, ...], code: int) -> None:
    """As the table of refusals has it."""
    assert stocked("token", *words).code == code
