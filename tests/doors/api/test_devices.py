from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from tests.doors.served import Served
from tests.features.signin.walking import PASSWORD, authenticator


def remember(served: Served, key: str, name: str = "bram") -> dict[str, str]:
    """Sign in with the wish to be remembered, and give the answer that completes it."""
    served.world.pass_time(minutes=16)
    asked = served.ask("POST /sign-in", {"user_name": name, "password": PASSWORD}).json()
    named = {"sign_in": asked["sign_in"]}
    served.ask("POST /sign-in/device-code", {**named, "code": served.walk.mailed_code()})
    done = {**named, "code": authenticator(key, served.world), "remember_device": True}
    answered: dict[str, str] = served.ask("POST /sign-in/code", done).json()
    return answered


def set_rules(served: Served) -> None:
    """Ask every sign-in for a code by e-mail, and remember devices for 30 days."""
    changes = {"device_code_at_sign_in": True, "remember_device_days": 30, "idle_minutes": 600}
    served.world.run(change_password_rules, ChangePasswordRules(changes))


def test_dev_3_a_device_token_spares_the_mailed_code(served: Served) -> None:
    """It comes with `done`, this once, and is sent with the next password; anything else proves nothing."""
    key = served.walk.with_key("bram")
    set_rules(served)
    done = remember(served, key)
    first = {"user_name": "bram", "password": PASSWORD}
    steps = [
        served.ask("POST /sign-in", {**first, "device_token": token}).json()["next"]
        for token in (done["device_token"], "A" * 64, "no token", "")
    ]

    assert sorted(done) == ["device_expires_at", "device_token", "expires_at", "next", "token"]
    assert steps == ["code", "device_code", "device_code", "device_code"]


def test_sess_2_own_devices_are_listed_and_forgotten(served: Served) -> None:
    """Without the token; one, then all; another's id forgets nothing."""
    key = served.walk.with_key("bram")
    set_rules(served)
    remember(served, key)
    token = remember(served, key)["token"]
    listed = served.ask("GET /me/devices", token=token).json()
    one = served.ask(f"DELETE /me/devices/{listed['items'][0]['id']}", token=token)
    unknown = served.ask("DELETE /me/devices/00000000-0000-7000-8000-000000000000", token=token)
    malformed = served.ask("DELETE /me/devices/first", token=token)
    rest = served.ask("DELETE /me/devices", token=token)

    assert [sorted(item) for item in listed["items"]] == [
        ["address", "created_at", "expires_at", "id", "last_used_at", "user_agent"]
    ] * 2
    assert (one.json(), unknown.json(), rest.json()) == (
        {"outcome": "done", "count": 1}, {"outcome": "unchanged", "count": 0}, {"outcome": "done", "count": 1},
    )  # fmt: skip
    assert (malformed.status, malformed.code) == (404, "devices.not_found")
    assert served.ask("GET /me/devices", token=token).json() == {"items": [], "next": None}


def test_sess_2_an_operator_lists_and_forgets_the_devices_of_another(served: Served) -> None:
    """By right, with a reason that is recorded."""
    key = served.walk.with_key("bram")
    set_rules(served)
    me = served.ask("GET /me", token=remember(served, key)["token"]).json()
    operator = served.operator()
    address = f"/accounts/{me['id']}/devices"
    listed = served.ask(f"GET {address}", token=operator).json()
    one = served.ask(f"DELETE {address}/{listed['items'][0]['id']}", {"reason": "stolen"}, operator)
    again = served.ask(f"DELETE {address}", {"reason": "stolen"}, operator)

    assert len(listed["items"]) == 1
    assert (one.json(), again.json()) == ({"outcome": "done", "count": 1}, {"outcome": "unchanged", "count": 0})
    assert served.world.entries()[-1].reason == "stolen"
