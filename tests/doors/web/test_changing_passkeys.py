from dataclasses import dataclass, field
from typing import Any

import pytest

from doorward.features.accounts.model import LockReason
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.ids import AccountId
from tests.authenticators import PRESENT, Authenticator
from tests.doors.asgi import Answered
from tests.doors.served import Served
from tests.features.second_factor.protecting import failures, lock_reason, protect
from tests.features.signin.walking import PASSWORD
from tests.keys import SECRET, bind, code


@dataclass(frozen=True)
class Program:
    """A program that changes Bram's protected account for Olga, and has a passkey of hers to sign with."""

    served: Served
    olga: AccountId
    token: str
    bram: AccountId
    phone: Authenticator = field(default_factory=Authenticator)

    def add_passkey(self) -> None:
        """Add the passkey, as a browser does."""
        options = self.served.ask("POST /me/passkeys/options", token=self.token).json()["options"]
        assert (
            self.served.ask("POST /me/passkeys", {"credential": self.phone.create(options)}, self.token).status == 200
        )

    def ask(self, line: str, body: dict[str, Any], token: str | None = None) -> Answered:
        """Ask what is to be signed for a request."""
        method, path = line.split(" ")
        named = {"method": method, "path": f"/api/v1{path}", "body": body}
        return self.served.ask("POST /me/account-protection/options", named, token or self.token)

    def sign(self, line: str, body: dict[str, Any]) -> dict[str, Any]:
        """Sign for a request, and give the proof that goes into it."""
        return {"account_protection": {"passkey": self.phone.get(self.ask(line, body).json()["options"])}}

    def send(self, line: str, body: dict[str, Any], proof: dict[str, Any], token: str | None = None) -> Answered:
        """Send a request with a proof."""
        return self.served.ask(line, body | proof, token or self.token)


@pytest.fixture
def program(served: Served) -> Program:
    """Put everybody in place."""
    olga = served.walk.person("olga", "administrator")
    bind(served.world, olga)
    bram = protect(served.world, served.world.add("bram", factors=1))
    begun = Program(served, olga, served.token(olga), bram)
    begun.add_passkey()
    return begun


BECAUSE = {"reason": "asked by phone"}


def test_passkey_proves_one_change(program: Program) -> None:
    """Asked for, signed, and sent in the place of password and code; a second time it is spent."""
    line = f"POST /accounts/{program.bram}/lock"
    asked = program.ask(line, BECAUSE)
    proof = {"account_protection": {"passkey": program.phone.get(asked.json()["options"])}}
    done, again = program.send(line, BECAUSE, proof), program.send(line, BECAUSE, proof)

    assert sorted(asked.json()) == ["options"]
    assert asked.json()["options"]["userVerification"] == "required"
    assert len(asked.json()["options"]["allowCredentials"]) == 1
    assert (done.status, done.json()["account"]["lock_reason"]) == (200, "Administrator")
    assert (again.status, again.code) == (403, "protection.wrong")


def test_order_of_members_and_spelling_of_the_address_say_nothing(program: Program) -> None:
    """What a program asks for is what it sends, however it writes it."""
    body = {"reason": "x", "roles": ["auditor"]}
    named = {"method": "PUT", "path": f"/api/v1/accounts/{program.bram}/roles".replace("-", "%2D"), "body": body}
    options = program.served.ask("POST /me/account-protection/options", named, program.token).json()["options"]
    proof = {"account_protection": {"passkey": program.phone.get(options)}}

    assert program.send(f"PUT /accounts/{program.bram}/roles", dict(reversed(body.items())), proof).status == 200


def t37_substitutions(program: Program, carl: AccountId) -> dict[str, tuple[str, dict[str, Any], str]]:
    """Say how a proof of Bram's lock could be turned to another use: a request, and whose session sends it."""
    served, line = program.served, f"POST /accounts/{program.bram}/lock"
    olive = served.walk.person("olive", "administrator")
    bind(served.world, olive)
    return {
        "another act": (line.replace("lock", "reset-secret-key"), BECAUSE, program.token),
        "another target": (line.replace(str(program.bram), str(carl)), BECAUSE, program.token),
        "other parameters": (line, {"reason": "another"}, program.token),
        "another session": (line, BECAUSE, served.token(program.olga)),
        "another actor": (line, BECAUSE, served.token(olive)),
        "another form": (line, BECAUSE, served.token(program.olga, OpenedWith.RECOVERY_CODE)),
    }


@pytest.mark.parametrize(
    "how", ["another act", "another target", "other parameters", "another session", "another actor", "another form"]
)
def test_t37_passkey_serves_no_other_request(program: Program, how: str) -> None:
    """Six substitutions, none of which changes anything."""
    world = program.served.world
    carl = protect(world, world.add("carl", factors=1))
    proof = program.sign(f"POST /accounts/{program.bram}/lock", BECAUSE)
    line, body, token = t37_substitutions(program, carl)[how]
    refused = program.send(line, body, proof, token)

    assert refused.code == ("session.second_factor_required" if how == "another form" else "protection.wrong")
    assert (lock_reason(world, program.bram), lock_reason(world, carl)) == (None, None)
    assert world.standing(program.bram).state.factors == 1


def test_touch_without_verification_is_wrong_and_counted(program: Program) -> None:
    """As a wrong code is (PROT-1)."""
    program.phone.flags = PRESENT
    line = f"POST /accounts/{program.bram}/lock"
    refused = program.send(line, BECAUSE, program.sign(line, BECAUSE))

    assert (refused.status, refused.code) == (403, "protection.wrong")
    assert failures(program.served.world, program.olga) == 1


def test_too_late(program: Program) -> None:
    """After five minutes it is asked for again; nothing is counted."""
    line = f"POST /accounts/{program.bram}/lock"
    proof = program.sign(line, BECAUSE)
    program.served.world.pass_time(minutes=5)
    refused = program.send(line, BECAUSE, proof)

    assert (refused.status, refused.code) == (401, "passkeys.expired")
    assert failures(program.served.world, program.olga) == 0


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"passkey": "x"}, (422, "passkeys.malformed")),
        ({"passkey": None}, (422, "passkeys.malformed")),
        ({"passkey": {}}, (422, "passkeys.malformed")),
        ({"passkey": {}, "password": PASSWORD, "code": "123456"}, (422, "request.unknown_field")),
        ({}, (400, "request.malformed")),
        ("passkey", (400, "request.malformed")),
        (["passkey"], (400, "request.malformed")),
        (7, (400, "request.malformed")),
    ],
)
def test_what_is_no_proof_is_refused_at_the_door(program: Program, given: object, told: tuple[int, str]) -> None:
    """One of the two forms, whole, and nothing of the other beside it; nothing is counted."""
    refused = program.served.ask(
        f"POST /accounts/{program.bram}/lock", BECAUSE | {"account_protection": given}, program.token
    )

    assert (refused.status, refused.code) == told
    assert failures(program.served.world, program.olga) == 0


@pytest.mark.parametrize(
    "named",
    [
        {"method": "GET", "path": "/api/v1/me"},
        {"method": "POST", "path": ""},
        {"method": "POST", "path": "/" + "x" * 500},
        {"method": "POST"},
        {"method": "POST", "path": "/api/v1/me", "body": []},
        {"method": "POST", "path": "/api/v1/me", "more": 1},
    ],
)
def test_what_names_no_change_is_refused(program: Program, named: object) -> None:
    """Only requests that can be changes are signed for."""
    asked = program.served.ask("POST /me/account-protection/options", named, program.token)

    assert asked.code in {"request.malformed", "request.unknown_field"}


def test_deep_body_breaks_nothing(program: Program) -> None:
    """It is named or refused; the server goes on."""
    for depth in (50, 400, 900, 5_000):
        raw = b'{"method":"POST","path":"/x","body":{"a":' + b"[" * depth + b"]" * depth + b"}}"
        answered = program.served.send(
            "POST /api/v1/me/account-protection/options", [raw], [("content-type", "application/json")], program.token
        )
        assert answered.status in {200, 400}, depth


def test_whoever_has_none_is_told(served: Served) -> None:
    """Nobody else's passkeys are named."""
    alone = served.operator("nobody")
    asked = served.ask("POST /me/account-protection/options", {"method": "POST", "path": "/api/v1/me"}, alone)

    assert (asked.status, asked.code) == (409, "passkeys.none")


def test_own_password_is_changed_with_a_passkey(program: Program) -> None:
    """In place of the code; the present password is asked for as ever, and counted (PASS-1, PROT-1)."""
    world = program.served.world
    protect(world, program.olga)
    body, line = {"password": PASSWORD, "new_password": "a swim in the lake"}, "POST /me/password"
    guess = body | {"password": "a guess"}
    wrong = program.send(line, guess, program.sign(line, guess))
    other = program.send(line, body | {"new_password": "another one here"}, program.sign(line, body))
    done = program.send(line, body, program.sign(line, body))
    signed_in = program.served.ask("POST /sign-in", {"user_name": "olga", "password": "a swim in the lake"})

    assert (wrong.code, other.code) == ("protection.wrong", "protection.wrong")
    assert failures(world, program.olga) == 2
    assert (done.status, signed_in.json()["next"]) == (200, "code")


def test_own_protected_account_takes_a_passkey(program: Program) -> None:
    """A new key, recovery codes, another passkey, and the removal of the very passkey that proves it (KEY-2, KEY-4)."""
    protect(program.served.world, program.olga)
    lines: list[tuple[str, dict[str, Any]]] = [
        ("POST /me/secret-key", {}),
        ("POST /me/recovery-codes", {}),
        ("POST /me/passkeys/options", {}),
    ]
    passkey = program.served.ask("GET /me/passkeys", token=program.token).json()["items"][0]["id"]
    lines.append((f"PATCH /me/passkeys/{passkey}", {"name": "Blue"}))
    lines.append((f"DELETE /me/passkeys/{passkey}", {}))

    assert [program.served.ask(line, body or None, program.token).code for line, body in lines] == [
        "protection.required"
    ] * 5
    assert [program.send(line, body, program.sign(line, body)).status for line, body in lines] == [200] * 5


def test_passkey_is_the_only_factor(program: Program) -> None:
    """Whose secret key is disabled changes protected accounts still (LOCK-14)."""
    world = program.served.world
    with world.writing() as call:
        call.sql.exec_driver_sql("DELETE FROM otp_keys WHERE account_id = ?", (program.olga.bytes,))
    line = f"POST /accounts/{program.bram}/disable"
    by_code = {"account_protection": {"password": PASSWORD, "code": code(SECRET, world.clock.now())}}

    assert program.send(line, BECAUSE, by_code).code == "protection.wrong"
    assert program.send(line, BECAUSE, program.sign(line, BECAUSE)).status == 200


def test_entry_says_which_proof_it_was(program: Program) -> None:
    """Nothing of the assertion itself is kept."""
    line = f"POST /accounts/{program.bram}/lock"
    program.send(line, BECAUSE, program.sign(line, BECAUSE))
    entry = program.served.world.entries()[-1]

    assert (entry.details["account_protection"], entry.target_name) == ("passkey", "bram")
    assert lock_reason(program.served.world, program.bram) is LockReason.ADMINISTRATOR
