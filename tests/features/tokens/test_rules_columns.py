from datetime import UTC, datetime

import pytest

from doorward.features.tokens.model import NewToken, TokenFileFormat, TokenFileRead
from doorward.features.tokens.rules.columns import read_date
from doorward.kernel.otp_parameters import Algorithm, MovingFactor, OtpParameters
from doorward.kernel.outcome import Refused
from tests.features.tokens import files
from tests.features.tokens.files import SEED, wrong

HEX = SEED.hex()
BASE32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def read(text: str | bytes) -> TokenFileRead:
    """Read a file of CSV."""
    return files.read(text, form=TokenFileFormat.CSV)


def test_all_columns_are_read() -> None:
    """Each as it is written."""
    found = read(
        "serial,seed_hex,kind,digits,algorithm,period,counter,manufacturer,model,start_date,expiry_date\n"
        f"100,{HEX},HOTP,6,sha-256,60,7,Acme,Mini,2026-01-01,2028-12-31T12:00:00+02:00\n"
    )

    assert found.errors == ()
    assert found.tokens == (
        NewToken(
            2, "Acme", "100", "Mini", OtpParameters(MovingFactor.HOTP, Algorithm.SHA256, 60), SEED, 6,
            starts_at=datetime(2026, 1, 1, tzinfo=UTC), expires_at=datetime(2028, 12, 31, 10, tzinfo=UTC),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        f"serial,seed_hex\n7,{HEX}\n",
        f"serial;secret_base32\n7;{BASE32}\n",
        f"Serial\tSecret\tEncoding\n7\t{HEX.upper()}\tHEX\n",
        f"serial,secret,encoding\n7,{BASE32.lower()}====,base32\n",
        f'"serial","seed_hex"\n"7","{HEX[:20]} {HEX[20:]}"\n',
        f"serial,seed_hex,kind,digits,counter\n7,{HEX},,,\n",
    ],
)
def test_what_is_not_said_is_as_usual(text: str) -> None:
    """By time, SHA-1, 30 seconds, six digits; the seed in either spelling."""
    assert read(text).tokens == (NewToken(2, "", "7", "", OtpParameters(MovingFactor.TOTP), SEED, -1),)


@pytest.mark.parametrize(
    ("header", "errors"),
    [
        ("serial,seed_hex,colour", [("colour", "request.unknown_field")]),
        ("serial,seed_hex,serial", [("", "tokens.malformed")]),
        ("seed_hex", [("serial", "tokens.malformed")]),
        ("serial", [("secret", "tokens.malformed")]),
        ("serial,seed_hex,secret_base32", [("secret", "tokens.malformed")]),
        ("serial,secret", [("encoding", "tokens.malformed")]),
        ("serial,seed_hex,encoding", [("encoding", "tokens.malformed")]),
    ],
)
def test_a_header_that_leaves_doubts_is_refused(header: str, errors: list[tuple[str, str]]) -> None:
    """No seed is ever guessed to be of the one spelling or the other."""
    assert [(column, code) for _, column, code in wrong(read(f"{header}\n"))] == errors


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("serial", "", "tokens.malformed"),
        ("serial", "7\x007", "tokens.malformed"),
        ("serial", "7" * 201, "tokens.malformed"),
        ("manufacturer", "A\u202ecme", "tokens.malformed"),
        ("model", "x" * 201, "tokens.malformed"),
        ("seed_hex", "", "tokens.seed"),
        ("seed_hex", "xyz", "tokens.seed"),
        ("seed_hex", "ab" * 15, "tokens.seed"),
        ("seed_hex", "ab" * 129, "tokens.seed"),
        ("seed_hex", "ab" * 600, "tokens.seed"),
        ("seed_hex", "ä" * 40, "tokens.seed"),
        ("kind", "ocra", "tokens.value"),
        ("digits", "8", "tokens.digits"),
        ("digits", "six", "tokens.digits"),
        ("algorithm", "md5", "tokens.value"),
        ("period", "45", "tokens.value"),
        ("period", "half a minute", "tokens.malformed"),
        ("counter", "-1", "tokens.malformed"),
        ("counter", "4611686018427387905", "tokens.malformed"),
        ("counter", "9" * 5_000, "tokens.malformed"),
        ("start_date", "tomorrow", "tokens.malformed"),
        ("expiry_date", "2028-13-01", "tokens.malformed"),
    ],
)
def test_what_is_wrong_with_a_line_is_told_by_column(column: str, value: str, code: str) -> None:
    """Under the code that it has, at the line where it stands."""
    cells = {"serial": "7", "seed_hex": HEX, column: value}

    found = read(f"{','.join(cells)}\n{','.join(cells.values())}\n")

    assert (found.tokens, wrong(found)) == ((), [(2, column, code)])


@pytest.mark.parametrize("encoding", ["", "base64"])
def test_an_unknown_spelling_of_seeds_is_refused(encoding: str) -> None:
    """And told which there are."""
    assert wrong(read(f"serial,secret,encoding\n7,{HEX},{encoding}\n")) == [(2, "secret", "tokens.value")]


def test_all_that_is_wrong_with_a_line_is_told() -> None:
    """Not only what is found first."""
    found = read("serial,secret_base32,kind,digits\n,189,x,7\n")

    assert [column for _, column, _ in wrong(found)] == ["digits", "kind", "secret_base32", "serial"]


def test_eight_digits_are_refused_with_the_reason() -> None:
    """Whoever has such tokens hears why, and what helps."""
    (error,) = read(f"serial,seed_hex,digits\n7,{HEX},8\n").errors

    assert error.refused == Refused("tokens.digits", {"digits": "8"})


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        ("", [(1, "", "tokens.malformed")]),
        (f"serial,seed_hex\n7,{HEX},x\n", [(2, "", "tokens.malformed")]),
        (f'serial,seed_hex\n"7,{HEX}\n', [(2, "", "tokens.malformed")]),
        (b"serial,seed_hex\n7,\xff\n", [(2, "", "tokens.malformed")]),
        (f"serial,seed_hex\nab,{HEX}\nAB ,{HEX}\n", [(3, "serial", "tokens.twin")]),
        (f"serial,seed_hex,manufacturer\nab,{HEX},x\nab,{HEX},y\n", []),
    ],
)
def test_what_is_wrong_with_a_file_is_told_by_line(text: str | bytes, errors: list[tuple[int, str, str]]) -> None:
    """A serial number is unique for its maker, in whatever spelling."""
    assert wrong(read(text)) == errors


def test_a_date_without_a_zone_is_of_utc() -> None:
    """As containers have it: RFC 6030 section 4.1."""
    assert read_date("2026-05-04T12:00:00") == datetime(2026, 5, 4, 12, tzinfo=UTC)
    assert read_date("2026-05-04T12:00:00-01:00") == datetime(2026, 5, 4, 13, tzinfo=UTC)
    assert read_date("") is None
