"""T23: whoever steals the database without its key file has no secret, and whoever changes it opens nothing."""

import base64
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from doorward.features.devices import actions as devices
from doorward.features.links import actions as links
from doorward.features.links.model import LinkKind
from doorward.features.signin.model import Next
from tests.launcher import command, eventually
from tests.storms.size import size
from tests.storms.test_secrets import spelled
from tests.storms.town import PASSWORD, Person, Town, password_of, town
from tests.storms.wire import Answer, ask

PEOPLE = 50
SEALED = re.compile("^sealed_")
FLIPS = size(8, 64)


class Kept(NamedTuple):
    """What somebody holds, and what the server must know of it without keeping it."""

    person: Person
    token: bytes
    sign_in: bytes
    link: bytes
    temporary: str
    recovery: tuple[str, ...]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch a server that logs all it can."""
    with town(tmp_path_factory.mktemp("stolen"), {"log_level": "debug"}) as begun:
        begun.rules(failures_before_lock=0, second_factor_failures_before_lock=100, failing_names_before_refusing=0)
        yield begun


@pytest.fixture(scope="module")
def everybody(server: Town) -> list[Kept]:
    """Give fifty people a key, a session, a sign-in under way, a link, a temporary code and recovery codes."""
    return [kept(server, person) for person in server.add_several("person", PEOPLE)]


def kept(server: Town, person: Person) -> Kept:
    """Give somebody one of each."""
    with server.writing() as call:
        path, _ = links.make_link(call, person.account, LinkKind.SET_PASSWORD, 0)
        temporary = devices.issue_temporary_code(call, person.account)[0].reveal()
    (sign_in,) = server.pending(person, Next.CODE)
    named = (server.token(person), sign_in, path.reveal().rpartition("/")[2])
    session, pending, link = (base64.urlsafe_b64decode(one) for one in named)
    return Kept(person, session, pending, link, temporary, server.recovery_codes(person))


def secrets_of(one: Kept) -> Iterator[bytes]:
    """Give the secret bytes of everything that somebody holds: of tokens the half that is not the account's id."""
    yield one.person.secret
    yield from (token[16:] for token in (one.token, one.sign_in, one.link))
    for code in (one.temporary, *one.recovery):
        yield code.encode()
        yield code.replace("-", "").encode()
        yield code.replace("-", "").lower().encode()


def files_of(server: Town) -> dict[str, bytes]:
    """Read all that a thief of disk or backup has: database, journal, log, whatever lies beside; the key file apart."""
    with server.writing() as call:
        call.sql.exec_driver_sql("UPDATE accounts SET version = version")
    kept_files = [path for path in server.server.data.rglob("*") if path.is_file() and path.name != "doorward.key"]
    texts = {path.name: path.read_bytes() for path in kept_files if "mail" not in path.parts}
    with closing(sqlite3.connect(server.server.data / "doorward.db")) as database:
        texts["dump.sql"] = "\n".join(database.iterdump()).encode("utf-8", "surrogatepass")
    texts["server.log"] = server.server.log.encode()
    return texts


def test_fifty_people_and_no_secret_in_any_form(server: Town, everybody: list[Kept]) -> None:
    """Raw, hex, base32 and base64, in database, journal, dump and log: not one of more than a thousand secrets."""
    texts = files_of(server)
    secrets = [secret for one in everybody for secret in secrets_of(one)] + [PASSWORD.encode()]
    forms = {form for secret in secrets for form in spelled(secret)}
    found = {(name, form) for name, text in texts.items() for form in forms if form in text}

    assert len(secrets) > 1_000
    assert {"doorward.db", "dump.sql", "server.log"} <= set(texts)
    assert found == set()


def try_code(server: Town, person: Person, secret: bytes | None = None) -> Answer:
    """Sign in with the code of a key, one's own unless another is given."""
    server.server.turn(seconds=30)
    (sign_in,) = server.pending(person, Next.CODE)
    app = person if secret is None else person.__class__("", person.account, "", secret)
    return server.ask("POST /sign-in/code", {"sign_in": sign_in, "code": app.code(server.server.now())})


def sealed(server: Town, person: Person) -> bytes:
    """Read somebody's sealed key."""
    (row,) = server.rows("SELECT sealed_secret FROM otp_keys WHERE account_id = ?", person.account.bytes)
    return bytes(row["sealed_secret"])


def put(server: Town, person: Person, value: bytes) -> None:
    """Write over somebody's sealed key, as whoever can write to the file may."""
    with server.writing() as call:
        call.sql.exec_driver_sql(
            "UPDATE otp_keys SET sealed_secret = ? WHERE account_id = ?", (value, person.account.bytes)
        )


def told_of(server: Town, answers: list[Answer]) -> None:
    """Wait until the log has a line for each, under the reference that was answered; it is written after the answer."""
    references = [answer.json()["reference"] for answer in answers]
    eventually(lambda: all(reference in server.server.log for reference in references))


def test_two_peoples_keys_cannot_be_swapped(server: Town) -> None:
    """A sealed key opens in its own row alone: neither one's own code nor the other's is right, and the log says so."""
    ada, bob = server.add("ada"), server.add("bob")
    theirs = sealed(server, ada), sealed(server, bob)
    put(server, ada, theirs[1])
    put(server, bob, theirs[0])
    swapped = [try_code(server, one, key.secret) for one in (ada, bob) for key in (ada, bob)]
    put(server, ada, theirs[0])
    put(server, bob, theirs[1])

    assert {answer.status for answer in swapped} == {500}
    told_of(server, swapped)
    assert "SealBroken" in server.server.log
    assert [try_code(server, one).status for one in (ada, bob)] == [200, 200]


def test_a_flipped_bit_opens_nothing(server: Town) -> None:
    """Wherever it is: closed, logged with a reference, and open again when the bit is back."""
    cara = server.add("cara")
    right = sealed(server, cara)
    answers = []
    for number in range(FLIPS):
        at = number * (len(right) * 8 - 1) // (FLIPS - 1)
        put(server, cara, right[: at // 8] + bytes([right[at // 8] ^ 1 << at % 8]) + right[at // 8 + 1 :])
        answers.append(try_code(server, cara))
    put(server, cara, right)

    assert {(answer.status, answer.code) for answer in answers} == {(500, "server.failed")}
    told_of(server, answers)
    assert try_code(server, cara).status == 200


@pytest.mark.parametrize("cut", [0, 1, 12, 28, -1])
def test_a_cut_off_value_opens_nothing(server: Town, cut: int) -> None:
    """Nothing at all, too."""
    dora = server.add(f"dora{cut}")
    put(server, dora, sealed(server, dora)[:cut])

    assert try_code(server, dora).status == 500


def test_every_sealed_column_is_sealed_for_its_row(server: Town, everybody: list[Kept]) -> None:
    """Whatever is called sealed differs by row, for no two rows are sealed alike."""
    assert everybody
    columns = [
        (table["name"], column["name"])
        for table in server.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        for column in server.rows(f"PRAGMA table_info({table['name']})")
        if SEALED.match(column["name"])
    ]
    values = [
        bytes(row["value"])
        for table, column in columns
        for row in server.rows(f"SELECT {column} AS value FROM {table} WHERE {column} IS NOT NULL")  # noqa: S608 - ours
    ]

    assert ("otp_keys", "sealed_secret") in columns
    assert len(values) > PEOPLE
    assert len(set(values)) == len(values)


def stolen(server: Town, folder: Path) -> Path:
    """Copy the data directory as a thief of a backup has it: without the key file."""
    copy = folder / "data"
    shutil.copytree(server.server.data, copy, ignore=shutil.ignore_patterns("doorward.key", "mail"))
    return copy


def test_a_backup_without_its_key_starts_no_server(server: Town, tmp_path: Path) -> None:
    """Refused with what to do, by every command that would open it; none makes another key in passing."""
    data = stolen(server, tmp_path)
    said = [command(*words, "--data", str(data)) for words in (("serve",), ("account", "list"), ("init",))]

    assert [one.returncode for one in said] == [1, 1, 1]
    assert all("key file" in one.stderr for one in said)
    assert not (data / "doorward.key").exists()


def test_another_servers_key_opens_nothing(server: Town, tmp_path: Path) -> None:
    """A key that somebody made themselves fits no database: the doctor says so, and no code verifies."""
    data = stolen(server, tmp_path)
    other = tmp_path / "other"
    assert command("init", "--data", str(other)).returncode == 0
    shutil.copy(other / "doorward.key", data / "doorward.key")
    doctor = command("doctor", "--data", str(data), "--json")

    assert doctor.returncode == 1
    assert "key" in json.dumps(doctor.stdout)
    assert ask(server.url, password_of("olga")).status == 200
