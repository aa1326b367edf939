import base64
import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from doorward.features.otp.rules.codes import hotp
from doorward.kernel.ids import AccountId
from tests.launcher import eventually
from tests.storms.post_office import text_of
from tests.storms.town import PASSWORD, Person, Town, password_of, town
from tests.storms.wire import ask, form, request

NEW_PASSWORD = "eleven green bicycles"
TYPED = ("a password typed as a name", "a password that is wrong")


@dataclass(slots=True)
class Secrets:
    """Everything secret that anybody was given or typed, by what it is."""

    words: dict[str, str] = field(default_factory=dict)
    """Passwords and the like."""
    keys: dict[str, bytes] = field(default_factory=dict)
    """Secret keys and tokens, as their bytes."""
    codes: dict[str, str] = field(default_factory=dict)
    """Six digits, which are looked for as a whole number: any time holds some six digits."""

    def spellings(self) -> Iterator[tuple[str, re.Pattern[bytes]]]:
        """Give each secret in every form that somebody might write it down in."""
        for name, word in self.words.items():
            for spelled in {word, word.lower(), word.replace("-", ""), word.replace("-", "").lower()}:
                yield from ((name, literal) for literal in forms(spelled.encode()))
        for name, raw in self.keys.items():
            yield from ((name, literal) for literal in forms(raw))
        for name, digits in self.codes.items():
            yield name, re.compile(rb"(?<![\d.])" + digits.encode() + rb"(?!\d)")


def forms(raw: bytes) -> Iterator[re.Pattern[bytes]]:
    """Give what finds bytes in every spelling."""
    return (re.compile(re.escape(one)) for one in spelled(raw))


def spelled(raw: bytes) -> Iterator[bytes]:
    """Spell bytes as they are, in hex, base32 and base64."""
    encoded = (raw, raw.hex().encode(), raw.hex().upper().encode(), base64.b32encode(raw).rstrip(b"="),
               base64.b32encode(raw).rstrip(b"=").lower(), base64.b64encode(raw).rstrip(b"="),
               base64.urlsafe_b64encode(raw).rstrip(b"="), repr(raw)[2:-1].encode())  # fmt: skip
    yield from dict.fromkeys(encoded)


def of_token(token: str) -> bytes:
    """Read the bytes of a token."""
    return base64.urlsafe_b64decode(token)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch a server that logs all it can."""
    with town(tmp_path_factory.mktemp("secrets"), {"log_level": "debug"}) as begun:
        yield begun


@pytest.fixture(scope="module")
def secrets(server: Town) -> Secrets:
    """Let Hannah be added, sign in, lose her phone and come back, and note every secret on the way."""
    seen = Secrets({"first password": PASSWORD, "own password": NEW_PASSWORD, "typed": TYPED[0], "wrong": TYPED[1]})
    seen.keys["first administrator's link"] = of_token(str(server.server.welcome).rpartition("/")[2])
    hannah = added(server, seen)
    token = set_up(server, seen, hannah)
    regenerated(server, seen, token)
    signed_in_with_recovery_code(server, seen, hannah)
    mistyped(server, hannah)
    given_temporary_code(server, seen, hannah)
    handed_token(server, seen)
    rescued(server, seen)
    return seen


def added(server: Town, seen: Secrets) -> str:
    """Add Hannah, who chooses a password by the link that she is sent; the first try fails at its COMMIT."""
    hannah = {"user_name": "hannah", "email": "hannah@example.org"}
    assert server.ask("POST /accounts", hannah, server.watch).status == 201
    link = mailed(server, "hannah", r"/set-password/([\w-]{64})")
    seen.keys["link of a new account"] = of_token(link)
    chosen = form(f"POST /set-password/{link}", server.url, {"new_password": NEW_PASSWORD})
    server.server.fail_commits()
    failed = [ask(server.url, chosen), server.ask("POST /sign-in", {"user_name": "hannah", "password": NEW_PASSWORD})]
    server.server.fail_commits(fail=False)
    assert [answer.status for answer in failed] == [500, 500]
    assert ask(server.url, chosen).status == 200
    return "hannah"


def begun(server: Town, seen: Secrets, name: str, expected: str) -> str:
    """Give the password, and the name of the sign-in that follows."""
    answer = ask(server.url, password_of(name, NEW_PASSWORD)).json()
    assert answer["next"] == expected
    seen.keys[f"sign-in at {expected}"] = of_token(answer["sign_in"])
    return str(answer["sign_in"])


def step(server: Town, line: str, **body: str) -> dict[str, Any]:
    """Take a step of sign-in that works."""
    answer = server.ask(f"POST /sign-in/{line}", body)
    assert answer.status == 200, answer
    found: dict[str, Any] = answer.json()
    return found


def set_up(server: Town, seen: Secrets, name: str) -> str:
    """Sign in for the first time: code by mail, key, recovery codes, session."""
    sign_in = begun(server, seen, name, "device_code")
    seen.codes["mailed code"] = mailed(server, name, r"^ +(\d{6})\r?$")
    step(server, "device-code", sign_in=sign_in, code=seen.codes["mailed code"])
    shown = step(server, "set-up", sign_in=sign_in)
    seen.keys["secret key"] = base64.b32decode(shown["secret_key"])
    code = person(seen.keys["secret key"]).code(server.server.now())
    done = step(server, "set-up/confirm", sign_in=sign_in, code=code)
    seen.codes["first code"], seen.keys["session"] = code, of_token(done["token"])
    seen.words |= {f"recovery code {number}": one for number, one in enumerate(done["recovery_codes"])}
    return str(done["token"])


def regenerated(server: Town, seen: Secrets, token: str) -> None:
    """Take a new key in place of the first."""
    shown = server.ask("POST /me/secret-key", {}, token).json()
    seen.keys["regenerated key"] = base64.b32decode(shown["secret_key"])
    seen.codes["code of the new key"] = person(seen.keys["regenerated key"]).code(server.server.now())
    assert server.ask("POST /me/secret-key/check", {"code": seen.codes["code of the new key"]}, token).status == 200
    saved = server.ask("PUT /me/secret-key", {}, token).json()
    seen.words |= {f"new recovery code {number}": one for number, one in enumerate(saved["recovery_codes"])}


def signed_in_with_recovery_code(server: Town, seen: Secrets, name: str) -> None:
    """Use up a recovery code."""
    sign_in = begun(server, seen, name, "code")
    done = step(server, "recovery-code", sign_in=sign_in, code=seen.words["new recovery code 3"])
    seen.keys["session of a recovery code"] = of_token(done["token"])


def mistyped(server: Town, name: str) -> None:
    """Type a password where the name belongs, and a wrong one where the password does."""
    ask(server.url, password_of(TYPED[0], TYPED[1]))
    ask(server.url, password_of(name, TYPED[1]))
    ask(server.url, form("POST /sign-in", server.url, {"user_name": TYPED[0], "password": TYPED[1]}))


def given_temporary_code(server: Town, seen: Secrets, name: str) -> None:
    """Reset her key, change her address, and let another operator issue a temporary access code (KEY-10)."""
    otto = server.token(server.add("otto", "administrator"))
    (found,) = server.listed("/accounts", query=name)
    account, reason = found["id"], {"reason": "a story"}
    assert server.ask(f"POST /accounts/{account}/reset-secret-key", reason, server.watch).status == 200
    changed = {**reason, "email": "hannah@example.net"}
    version = str(server.ask(f"GET /accounts/{account}", token=server.watch).json()["version"])
    assert server.ask(f"PATCH /accounts/{account}", changed, server.watch, if_match=version).status == 200
    issued = server.ask(f"POST /accounts/{account}/temporary-access-code", reason, otto).json()
    seen.words["temporary code"] = issued["code"]
    sign_in = begun(server, seen, name, "device_code")
    step(server, "device-code", sign_in=sign_in, code=issued["code"])
    seen.keys["key never confirmed"] = base64.b32decode(step(server, "set-up", sign_in=sign_in)["secret_key"])


def handed_token(server: Town, seen: Secrets) -> None:
    """Import two hardware tokens, a wrong file first; assign one, sign in with it and put it in step (KEY-16)."""
    seen.keys |= {
        "seed of a wrong file": bytes(range(60, 80)),
        "seed": bytes(range(20)),
        "seed in stock": bytes(range(40, 60)),
    }
    wrong, right = (server.server.data.parent / f"{name}.csv" for name in ("wrong", "right"))
    header, seeds = "serial,seed_hex,kind,digits\n", {name: raw.hex() for name, raw in seen.keys.items()}
    wrong.write_text(f"{header}1,{seeds['seed of a wrong file']},hotp,8\n2,{seeds['seed of a wrong file']}zz,hotp,6\n")
    right.write_text(f"{header}1,{seeds['seed']},hotp,6\n2,{seeds['seed in stock']},totp,6\n")
    told = [server.server.run("token", "import", str(path), "--json") for path in (wrong, right)]
    assert [said.returncode for said in told] == [3, 0]
    assert leaks(seen, "".join(said.stdout + said.stderr for said in told).encode()) == []
    ivan = server.add("ivan")
    answer = server.ask(f"POST /accounts/{ivan.account}/assign-token", {"serial": "1", "reason": "x"}, server.watch)
    assert answer.status == 200, answer
    seen.codes |= {f"press {count}": hotp(seen.keys["seed"], count) for count in (0, 300, 301)}
    sign_in = ask(server.url, password_of("ivan")).json()["sign_in"]
    token = step(server, "code", sign_in=sign_in, code=seen.codes["press 0"])["token"]
    pair = {"codes": [seen.codes["press 300"], seen.codes["press 301"]]}
    assert server.ask("POST /me/token/resynchronise", pair, token).status == 200


def rescued(server: Town, seen: Secrets) -> None:
    """Print a link on the server's own machine, and open it."""
    said = server.server.run("rescue", "otto")
    link = re.search(r"/rescue/([\w-]{64})", said.stdout)
    assert link is not None, said
    seen.keys["rescue link"] = of_token(link[1])
    assert ask(server.url, request(f"GET /rescue/{link[1]}")).status == 200


def mailed(server: Town, name: str, pattern: str) -> str:
    """Wait for a mail to somebody that says something, and give what the pattern finds in it."""

    def found() -> list[str]:
        letters = server.server.mails(f"{name}@example.org")
        return [one for letter in letters for one in re.findall(pattern, text_of(letter), re.MULTILINE)]

    eventually(lambda: bool(found()))
    return found()[-1]


def open_files(group: int) -> dict[str, bytes]:
    """Read what a group of processes has open on a disk, files that have no name any more included (Linux)."""
    found: dict[str, bytes] = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            opened = list((process / "fd").iterdir()) if os.getpgid(int(process.name)) == group else []
            found |= {str(one.readlink()): one.read_bytes() for one in opened if one.is_file()}
    return found


def person(secret: bytes) -> Person:
    """Hold an authenticator app with this key."""
    return Person("", AccountId(UUID(int=0)), "", secret)


def leaks(secrets: Secrets, text: bytes) -> list[str]:
    """Name the secrets that a text holds."""
    return sorted({name for name, pattern in secrets.spellings() if pattern.search(text)})


def test_what_is_kept_on_the_disk_holds_no_secret(server: Town, secrets: Secrets) -> None:
    """Database, log and whatever else lies in the data directory, key file and Maildir apart (T23)."""
    kept = [path for path in server.server.data.rglob("*") if path.is_file() and path.parent.parent.name != "mail"]
    texts = {path.name: path.read_bytes() for path in kept if path.name != "doorward.key"}
    texts["server.log"] = server.server.log.encode()

    assert {"doorward.db", "doorward.db-wal", "server.log"} <= set(texts)
    assert {name: leaks(secrets, text) for name, text in texts.items() if leaks(secrets, text)} == {}


def test_what_is_there_for_a_moment_holds_no_secret(server: Town, secrets: Secrets) -> None:
    """Temporary files, what the processes hold open (named or not), and whatever else lies beside the data (T23)."""
    texts = open_files(server.server.group)
    names = set(texts)
    own = (server.server.data, server.server.folder / "server.log")
    beside = [path for path in server.server.folder.rglob("*") if path.is_file() and not path.is_relative_to(own[0])]
    texts |= {str(path): path.read_bytes() for path in beside if path.suffix != ".csv"}

    assert {"doorward.db", "server.log"} <= {name.rpartition("/")[2] for name in names}
    assert str(own[1]) in texts
    assert [path for path in server.server.folder.rglob("core*") if path.is_file()] == []
    assert {name: leaks(secrets, text) for name, text in texts.items() if leaks(secrets, text)} == {}


def test_a_letter_holds_what_its_person_is_to_type_and_nothing_else(server: Town, secrets: Secrets) -> None:
    """Maildir included: links and codes are in the letters to their person; no password, key or token is in any."""
    letters = [(str(letter["To"]), letter.as_bytes() + text_of(letter).encode()) for letter in server.server.mails()]
    found = {(to, name) for to, text in letters for name in leaks(secrets, text)}

    assert len(letters) > len(found)
    assert found == {("hannah@example.org", "link of a new account"), ("hannah@example.org", "mailed code")}


def test_what_operators_are_shown_holds_no_secret(server: Town, secrets: Secrets) -> None:
    """The audit trail, the mail, the accounts and the figures (KEY-16, DEV-5, AUDIT-1)."""
    listed = {
        path: json.dumps(server.listed(path)).encode()
        for path in ("/audit", "/mail", "/accounts", "/allowlist", "/tokens")
    }
    listed["/metrics"] = ask(server.url, request("GET /metrics")).body
    shell = [server.server.run(*words, "--json") for words in (("audit", "list"), ("account", "show", "hannah"))]
    listed |= {str(said.args): (said.stdout + said.stderr).encode() for said in shell}

    assert {name: leaks(secrets, text) for name, text in listed.items() if leaks(secrets, text)} == {}


def test_the_keys_of_the_server_are_nowhere_else(server: Town) -> None:
    """Nothing in the database or the log is part of the key file."""
    keys = re.findall(rb"[A-Za-z0-9+/_-]{40,}", (server.server.data / "doorward.key").read_bytes())
    database = b"".join(path.read_bytes() for path in server.server.data.glob("doorward.db*"))

    assert keys
    assert [one for one in keys if one in database or one in server.server.log.encode()] == []


def test_a_secret_that_is_there_is_found(secrets: Secrets) -> None:
    """The search itself finds a key in hex, a code in a sentence, and a recovery code without its hyphens."""
    key, code = secrets.keys["secret key"], secrets.words["recovery code 0"]
    text = f"{key.hex()} {secrets.codes['mailed code']}, {code.replace('-', '').lower()}".encode()

    assert leaks(secrets, text) == ["mailed code", "recovery code 0", "secret key"]
