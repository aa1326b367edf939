from pathlib import Path
from typing import Any

import pytest

from doorward.doors.api.app import LED
from doorward.edges.crypto.argon2 import Argon2Hasher
from doorward.edges.entropy import SystemEntropy
from doorward.features.lockout.actions.locking import lock_account
from doorward.features.lockout.model import LockAccount
from doorward.features.passwords import actions as passwords
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.kernel.ports import Encode, Secret
from tests.authenticators import Authenticator
from tests.doors.asgi import Answered
from tests.doors.served import Served, serve
from tests.features.signin.walking import PASSWORD, allow, authenticator
from tests.worlds import NOON


def give_password(served: Served, name: str, password: str = PASSWORD) -> Answered:
    """Take the first step over HTTP."""
    return served.ask("POST /sign-in", {"user_name": name, "password": password})


def masked(answered: Answered) -> tuple[int, dict[str, str], bytes]:
    """Give all of an answer but its reference, which is as long in each."""
    return answered.status, answered.headers, answered.body.replace(answered.json()["reference"].encode(), b"-")


def test_a_key_signs_in(served: Served) -> None:
    """Password, code, token."""
    key = served.walk.with_key("bram", "help-desk")
    asked = give_password(served, "bram").json()
    done = served.ask("POST /sign-in/code", {"sign_in": asked["sign_in"], "code": authenticator(key, served.world)})

    assert asked["next"] == "code"
    assert sorted(done.json()) == ["expires_at", "next", "token"]
    assert done.json()["next"] == "done"
    assert served.ask("GET /session", token=done.json()["token"]).json()["user_name"] == "bram"


def test_an_allowlisted_account_sets_up_its_key(served: Served) -> None:
    """Password, e-mailed code, key, code of the key, token and recovery codes (KEY-1, KEY-10)."""
    allow(served.world, served.walk.person("bram"))
    asked = give_password(served, "bram").json()
    named = {"sign_in": asked["sign_in"]}
    mailed = served.ask("POST /sign-in/device-code", {**named, "code": f" {served.walk.mailed_code()} "}).json()
    key = served.ask("POST /sign-in/set-up", named).json()
    again = served.ask("POST /sign-in/set-up", named).json()
    code = authenticator(key["secret_key"], served.world)
    done = served.ask("POST /sign-in/set-up/confirm", {**named, "code": code}).json()

    assert (asked["next"], mailed["next"], done["next"]) == ("device_code", "set_up", "done")
    assert asked["sent_to"].endswith("@example.org")
    assert sorted(key) == ["issuer", "otpauth_uri", "secret_key"]
    assert key == again
    assert len(done["recovery_codes"]) == 10
    assert served.ask("GET /me", token=done["token"]).json()["second_factor"] == "set_up"


@pytest.mark.parametrize("case", ["unknown", "wrong", "locked", "locked and right", "disabled", "passwordless"])
def test_all_refusals_are_alike(served: Served, case: str) -> None:
    """One status, one set of headers, one body, the reference apart (LOCK-11)."""
    served.walk.person("reference")
    served.walk.person("bram")
    served.walk.person("luca", locked_at=NOON, lock_reason="Failures")
    served.world.add("paula")
    disabled = served.walk.person("dora")
    served.ask(f"POST /accounts/{disabled}/disable", {"reason": "left"}, served.operator())
    names = {"unknown": "zoe", "wrong": "bram", "disabled": "dora", "passwordless": "paula"}
    expected = masked(give_password(served, "reference", "wrong"))
    password = PASSWORD if case in {"locked and right", "disabled"} else "wrong"

    assert masked(give_password(served, names.get(case, "luca"), password)) == expected
    assert expected[0] == 401


def test_a_blocked_account_is_told_after_the_right_password(served: Served) -> None:
    """No factor, no permission to set one up: whom to ask."""
    served.walk.person("bram")
    refused = give_password(served, "bram")

    assert (refused.status, refused.code) == (403, "signin.set_up_not_available")


def test_an_excluded_account_signs_in_by_password(served: Served) -> None:
    """In by password only; such a session never administers."""
    served.walk.person("robot", "administrator", excluded=True)
    done = give_password(served, "robot").json()

    assert done["next"] == "done"
    rights = served.ask("GET /session", token=done["token"]).json()["rights"]
    assert [right for right in rights if not right.endswith(":read")] == []


@pytest.mark.parametrize(
    "code", [" 123456", "123456 ", "+12345", "12345", "1234567", "１２３４５６", "12345a", "", "123 456", "٠١٢٣٤٥"]
)
def test_what_is_not_six_digits_is_not_counted(served: Served, code: str) -> None:
    """Refused at the door (KEY-9)."""
    served.walk.with_key("bram")
    entries = len(served.world.entries())
    sign_in = give_password(served, "bram").json()["sign_in"]
    refused = served.ask("POST /sign-in/code", {"sign_in": sign_in, "code": code})

    assert (refused.status, refused.code) == (422, "otp.malformed")
    assert [entry.act for entry in served.world.entries()[entries:]] == ["signin.password"]


def test_a_code_is_accepted_once(served: Served) -> None:
    """The second sign-in with it is refused as used, not as wrong (KEY-9)."""
    key = served.walk.with_key("bram")
    code = authenticator(key, served.world)
    answers = []
    for _ in range(2):
        sign_in = give_password(served, "bram").json()["sign_in"]
        answers.append(served.ask("POST /sign-in/code", {"sign_in": sign_in, "code": code}))

    assert (answers[0].json()["next"], answers[1].status, answers[1].code) == ("done", 401, "otp.used")


def test_a_wrong_code_is_refused(served: Served) -> None:
    """And the sign-in goes on."""
    key = served.walk.with_key("bram")
    sign_in = give_password(served, "bram").json()["sign_in"]
    right = authenticator(key, served.world)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    refused = served.ask("POST /sign-in/code", {"sign_in": sign_in, "code": wrong})
    done = served.ask("POST /sign-in/code", {"sign_in": sign_in, "code": right})

    assert (refused.status, refused.code, done.json()["next"]) == (401, "otp.wrong", "done")


def test_a_code_by_email_can_be_sent_again(served: Served) -> None:
    """The one before is void then, and the answer says from when the next resend works."""
    allow(served.world, served.walk.person("bram"))
    named = {"sign_in": give_password(served, "bram").json()["sign_in"]}
    first = served.walk.mailed_code()
    served.world.pass_time(minutes=1)
    again = served.ask("POST /sign-in/device-code/resend", named).json()
    void = served.ask("POST /sign-in/device-code", {**named, "code": first})
    good = served.ask("POST /sign-in/device-code", {**named, "code": served.walk.mailed_code()})

    assert again["next"] == "device_code"
    assert (void.status, void.code, good.json()["next"]) == (401, "devices.wrong_code", "set_up")


def test_a_recovery_code_opens_the_own_page_only(served: Served) -> None:
    """In place of the lost factor, once (KEY-1)."""
    allow(served.world, served.walk.person("bram", "administrator"))
    named = {"sign_in": give_password(served, "bram").json()["sign_in"]}
    served.ask("POST /sign-in/device-code", {**named, "code": served.walk.mailed_code()})
    key = served.ask("POST /sign-in/set-up", named).json()["secret_key"]
    code = authenticator(key, served.world)
    recovery = served.ask("POST /sign-in/set-up/confirm", {**named, "code": code}).json()["recovery_codes"][0]
    answers = []
    for _ in range(2):
        named = {"sign_in": give_password(served, "bram").json()["sign_in"]}
        answers.append(served.ask("POST /sign-in/recovery-code", {**named, "code": recovery}))

    assert answers[0].json()["own_page_only"] is True
    assert served.ask("GET /accounts", token=answers[0].json()["token"]).status == 403
    assert (answers[1].status, answers[1].code) == (401, "recovery_codes.wrong")


def test_a_new_password_is_asked_for_last(served: Served) -> None:
    """After the factor, before the session; a refusal names the rule that failed (PASS-3)."""
    key = served.walk.with_key("bram")
    token = served.operator()
    bram = served.ask("GET /accounts?query=bram", token=token).json()["items"][0]
    changes = {"must_change_password": True, "reason": "seen on a note"}
    served.ask(f"PATCH /accounts/{bram['id']}", changes, token, [("if-match", str(bram["version"]))])
    named = {"sign_in": give_password(served, "bram").json()["sign_in"]}
    asked = served.ask("POST /sign-in/code", {**named, "code": authenticator(key, served.world)}).json()
    short = served.ask("POST /sign-in/new-password", {**named, "password": "short"})
    done = served.ask("POST /sign-in/new-password", {**named, "password": "another walk in the wood"}).json()

    assert asked["next"] == "new_password"
    assert (short.status, short.code) == (422, "passwords.min_length")
    assert done["next"] == "done"


def test_a_full_queue_is_told(served: Served) -> None:
    """503 with Retry-After, uncounted (LOCK-2)."""
    while served.queue.take("192.0.2.7"):
        pass
    busy = give_password(served, "bram")

    assert (busy.status, busy.code) == (503, "signin.busy")
    assert busy.headers["retry-after"] in {"1", "2", "3"}


@pytest.mark.parametrize("sign_in", ["", "x", "A" * 63, "A" * 65, "é" * 64, None, 5])
def test_a_malformed_sign_in_is_over(served: Served, sign_in: object) -> None:
    """What no step gave out belongs to no sign-in."""
    refused = served.ask("POST /sign-in/set-up", {"sign_in": sign_in})

    assert refused.code == ("signin.expired" if isinstance(sign_in, str) else "request.malformed")


def test_one_kind_of_token_is_not_another(served: Served) -> None:
    """A sign-in is no session, and a session no sign-in."""
    served.walk.with_key("bram")
    sign_in = give_password(served, "bram").json()["sign_in"]
    session = served.operator()
    paths = [led.path.removeprefix("/api/v1") for led in LED if led.path.startswith("/api/v1/sign-in/")]
    steps = [path for path in paths if not path.endswith("/forgotten-password")]
    codes = {served.ask(f"POST {path}", _body(path, session)).code for path in steps}

    assert served.ask("GET /session", token=sign_in).code == "session.required"
    assert served.ask("GET /me", token=sign_in).code == "session.required"
    assert codes == {"signin.expired"}


def test_a_lock_by_hand_ends_a_sign_in_under_way(served: Served) -> None:
    """The epoch has moved on."""
    key = served.walk.with_key("bram")
    asked = give_password(served, "bram").json()
    bram = served.world.entries()[-1].target_id
    assert bram is not None
    served.world.run(lock_account, LockAccount(bram, "left"))
    over = served.ask("POST /sign-in/code", {"sign_in": asked["sign_in"], "code": authenticator(key, served.world)})

    assert (over.status, over.code) == (401, "signin.expired")


def test_no_secret_is_in_the_trail(served: Served) -> None:
    """Neither password nor code nor token (T09)."""
    key = served.walk.with_key("bram")
    asked = give_password(served, "bram").json()
    code = authenticator(key, served.world)
    token = served.ask("POST /sign-in/code", {"sign_in": asked["sign_in"], "code": code}).json()["token"]
    told = repr(served.world.entries())

    assert [secret for secret in (PASSWORD, code, token, asked["sign_in"], key) if secret in told] == []


@pytest.mark.real_cost
def test_a_password_signs_in_at_the_real_cost(tmp_path: Path) -> None:
    """argon2id with the parameters that people get, in its own pool."""
    hasher = Argon2Hasher(SystemEntropy())
    stored = hasher.run(Encode(Secret(PASSWORD)))
    with serve(tmp_path, hasher) as served:
        robot = served.world.add("robot", excluded=True)
        with served.world.writing() as call:
            passwords.put(call, robot, str(stored))
        wrong, right = give_password(served, "robot", "wrong"), give_password(served, "robot")

    assert str(stored).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (wrong.code, right.json()["next"]) == ("signin.refused", "done")


def _body(path: str, sign_in: str) -> dict[str, Any]:
    if path.endswith("forgotten-password/confirm"):
        return {"token": sign_in, "password": "x"}
    body = {"sign_in": sign_in}
    if path.endswith("passkey"):
        return {**body, "credential": Authenticator().get({"challenge": "AA"})}
    if path.endswith("new-password"):
        return {**body, "password": "x"}
    return body if path.endswith(("set-up", "resend", "options")) else {**body, "code": "123456"}


def test_dev_2_a_mailed_code_comes_before_the_code_of_the_key(served: Served) -> None:
    """Where the rules ask for it at sign-in."""
    key = served.walk.with_key("bram")
    served.world.run(change_password_rules, ChangePasswordRules({"device_code_at_sign_in": True}))
    asked = give_password(served, "bram").json()
    named = {"sign_in": asked["sign_in"]}
    mailed = served.ask("POST /sign-in/device-code", {**named, "code": served.walk.mailed_code()}).json()
    done = served.ask("POST /sign-in/code", {**named, "code": authenticator(key, served.world)}).json()

    assert (asked["next"], mailed["next"], done["next"]) == ("device_code", "code", "done")


def test_dev_2_a_mailed_code_signs_in_where_the_method_says_so(served: Served) -> None:
    """The session has no second factor; who wants one sets it up instead, where apps are welcome."""
    allow(served.world, served.walk.person("bram", "administrator"))
    served.world.run(change_password_rules, ChangePasswordRules({"device_method": "app opt-in"}))
    named = {"sign_in": give_password(served, "bram").json()["sign_in"]}
    done = served.ask("POST /sign-in/device-code", {**named, "code": served.walk.mailed_code()}).json()
    session = served.ask("GET /session", token=done["token"]).json()
    act = served.ask("PUT /password-rules", {"min_length": 14}, done["token"])
    other = {"sign_in": give_password(served, "bram").json()["sign_in"]}
    chosen = {**other, "code": served.walk.mailed_code(), "set_up": True}

    assert (done["next"], session["session"]["used_second_factor"]) == ("done", False)
    assert act.json()["code"] == "session.second_factor_required"
    assert served.ask("GET /me", token=done["token"]).status == 200
    assert served.ask("POST /sign-in/device-code", chosen).json()["next"] == "set_up"
