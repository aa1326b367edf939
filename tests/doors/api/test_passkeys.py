from typing import Any

import pytest

from doorward.features.otp import actions as otp
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.kernel.ids import AccountId
from tests.authenticators import PRESENT, Authenticator, new_key
from tests.doors.asgi import Answered
from tests.doors.served import Served
from tests.features.signin.walking import PASSWORD
from tests.keys import SECRET, bind, code


@pytest.fixture
def alice(served: Served) -> AccountId:
    """Add Alice, who has a password and a secret key."""
    account = served.walk.person("alice")
    bind(served.world, account)
    return account


def add(served: Served, token: str, phone: Authenticator, name: str = "") -> Answered:
    """Add a passkey, as a browser does."""
    options = served.ask("POST /me/passkeys/options", token=token).json()["options"]
    return served.ask("POST /me/passkeys", {"credential": phone.create(options), "name": name}, token)


def sign_in(served: Served, phone: Authenticator) -> Answered:
    """Sign in with a passkey alone."""
    asked = served.ask("POST /sign-in/passkey/options", {}).json()
    return served.ask("POST /sign-in/passkey", {"sign_in": asked["sign_in"], "credential": phone.get(asked["options"])})


def test_passkey_is_added_named_used_and_removed(served: Served, alice: AccountId) -> None:
    """From the first call to the last, by what interfaces say alone."""
    token, phone = served.token(alice), Authenticator()
    added = add(served, token, phone, "Phone")
    passkey = added.json()["passkey"]
    renamed = served.ask(f"PATCH /me/passkeys/{passkey['id']}", {"name": "Old phone"}, token)
    listed = served.ask("GET /me/passkeys", token=token).json()
    signed_in = sign_in(served, phone).json()
    removed = served.ask(f"DELETE /me/passkeys/{passkey['id']}", token=token)

    assert (added.status, added.json()["outcome"]) == (200, "done")
    assert passkey == {
        "id": passkey["id"], "name": "Phone", "signs_in_alone": True, "backed_up": False,
        "added_at": "2026-05-04T12:00:00Z", "last_used_at": None, "doubted_at": None,
    }  # fmt: skip
    assert (renamed.json(), removed.json()) == ({"outcome": "done"}, {"outcome": "done"})
    assert ([one["name"] for one in listed["items"]], listed["next"]) == (["Old phone"], None)
    assert (signed_in["next"], "token" in signed_in) == ("done", True)
    assert sign_in(served, phone).code == "passkeys.refused"


def test_passkey_is_the_second_factor(served: Served, alice: AccountId) -> None:
    """The answer to the password says that one does; without passkeys it says nothing."""
    phone = Authenticator(flags=PRESENT)
    add(served, served.token(alice), phone)
    asked = served.ask("POST /sign-in", {"user_name": "alice", "password": "a walk in the wood"}).json()
    options = served.ask("POST /sign-in/passkey/options", {"sign_in": asked["sign_in"]}).json()
    given = {"sign_in": asked["sign_in"], "credential": phone.get(options["options"])}
    done = served.ask("POST /sign-in/passkey", given).json()

    assert (asked["next"], asked["passkey"], "sign_in" in options) == ("code", True, False)
    assert (done["next"], sorted(done)) == ("done", ["expires_at", "next", "token"])
    assert served.ask("GET /session", token=done["token"]).json()["session"]["used_second_factor"] is True


def test_whole_sign_in_needs_no_body(served: Served) -> None:
    """And names nobody; the answer is what a browser takes."""
    asked = served.ask("POST /sign-in/passkey/options").json()

    assert sorted(asked) == ["options", "sign_in"]
    assert asked["options"] == {
        "challenge": asked["options"]["challenge"], "timeout": 300_000, "rpId": "login.example.org",
        "allowCredentials": [], "userVerification": "required",
    }  # fmt: skip


def test_stale_session_gives_its_proof(served: Served, alice: AccountId) -> None:
    """By a passkey, or by a code beside the request (KEY-2)."""
    token, phone = served.token(alice), Authenticator()
    passkey = add(served, token, phone).json()["passkey"]["id"]
    served.world.pass_time(minutes=6)
    line = f"DELETE /me/passkeys/{passkey}"
    refused = served.ask(line, token=token).code
    options = served.ask("POST /me/passkeys/proof/options", token=token).json()["options"]
    proven = served.ask("POST /me/passkeys/proof", {"credential": phone.get(options)}, token)

    assert (refused, proven.json()) == ("session.fresh_code_required", {"outcome": "done"})
    assert served.ask(line, token=token).json() == {"outcome": "done"}
    served.world.pass_time(minutes=6)
    given = {"code": code(SECRET, served.world.clock.now())}
    assert "options" in served.ask("POST /me/passkeys/options", given, token).json()


def test_wrong_answers_are_told_apart_by_code_alone(served: Served, alice: AccountId) -> None:
    """Unknown, forged and foreign are one answer, byte for byte but for the reference."""
    phone = Authenticator()
    add(served, served.token(alice), phone)
    bodies = set()
    for changed in ({"key": new_key()}, {"credential_id": b"x"}, {"origin": "https://evil.example"}):
        other = Authenticator(phone.credential_id, phone.key, user_handle=phone.user_handle)
        for name, value in changed.items():
            setattr(other, name, value)
        answered = sign_in(served, other)
        body = answered.json()
        bodies.add((answered.status, tuple((name, body[name]) for name in sorted(body) if name != "reference")))

    assert len(bodies) == 1
    assert next(iter(bodies))[0] == 401


@pytest.mark.parametrize("credential", [None, 1, "x", [], {}, {"response": {}}, {"rawId": "é", "response": {}}])
def test_what_is_no_credential_is_refused_at_the_door(served: Served, alice: AccountId, credential: Any) -> None:
    """Under one code; nothing of it is in the answer."""
    token = served.token(alice)
    answers = [
        served.ask("POST /sign-in/passkey", {"sign_in": "A" * 64, "credential": credential}),
        served.ask("POST /me/passkeys", {"credential": credential}, token),
        served.ask("POST /me/passkeys/proof", {"credential": credential}, token),
    ]

    assert [(one.status, one.code) for one in answers] == [(422, "passkeys.malformed")] * 3


@pytest.mark.parametrize("passkey", ["x", "00000000-0000-0000-0000-000000000007"])
def test_unknown_passkey_is_not_found(served: Served, alice: AccountId, passkey: str) -> None:
    """However it is spelled."""
    token = served.token(alice)
    answers = [
        served.ask(f"PATCH /me/passkeys/{passkey}", {"name": "x"}, token),
        served.ask(f"DELETE /me/passkeys/{passkey}", token=token),
    ]

    assert [(one.status, one.code) for one in answers] == [(404, "passkeys.not_found")] * 2


def test_last_factor_is_not_removed(served: Served) -> None:
    """409: another one comes first (KEY-4)."""
    account = served.walk.person("alice")
    bind(served.world, account)
    token = served.token(account)
    passkey = add(served, token, Authenticator()).json()["passkey"]["id"]
    from_key(served, account)
    answered = served.ask(f"DELETE /me/passkeys/{passkey}", token=token)

    assert (answered.status, answered.code) == (409, "passkeys.last_factor")


def from_key(served: Served, account: AccountId) -> None:
    """Take the secret key away, as 100 wrong codes do."""
    with served.world.writing() as call:
        otp.disable_key(call, account)


def test_refused_passkey_says_whom_to_ask(served: Served) -> None:
    """A program reads the code, a person the sentence."""
    answered = sign_in(served, Authenticator())

    assert (answered.status, answered.code) == (401, "passkeys.refused")
    assert "ask your help desk" in answered.json()["detail"]


def test_a_device_is_remembered_after_a_passkey_beside_the_password(served: Served, alice: AccountId) -> None:
    """The step takes the same wish as the step of a code, and brings what the device sends next time (DEV-3)."""
    world = served.world
    changes = {"device_code_at_sign_in": True, "remember_device_days": 30}
    phone, walk = Authenticator(flags=PRESENT), served.walk
    add(served, served.token(alice), phone)
    world.run(change_password_rules, ChangePasswordRules(changes))
    credentials = {"user_name": "alice", "password": PASSWORD}
    pending = served.ask("POST /sign-in", credentials).json()["sign_in"]
    asked = served.ask("POST /sign-in/device-code", {"sign_in": pending, "code": walk.mailed_code()}).json()
    options = served.ask("POST /sign-in/passkey/options", {"sign_in": pending}).json()["options"]
    signed = {"sign_in": pending, "credential": phone.get(options), "remember_device": True}
    done = served.ask("POST /sign-in/passkey", signed).json()
    known = served.ask("POST /sign-in", credentials | {"device_token": done["device_token"]}).json()

    assert (asked["next"], asked["passkey"], done["next"]) == ("code", True, "done")
    assert done["device_expires_at"] == "2026-06-03T12:00:00Z"
    assert known["next"] == "code"
    assert served.ask("POST /sign-in", credentials).json()["next"] == "device_code"
