from operator import itemgetter
from uuid import UUID

import pytest

from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from tests.authenticators import PRESENT, Authenticator
from tests.doors.api.test_passkeys import add
from tests.doors.served import Served
from tests.features.second_factor.handing import COUNTING, assign, stock
from tests.keys import SECRET, bind


def test_factors_are_told_by_kind_and_name(served: Served) -> None:
    """The key first, then passkeys and security keys; nothing of what they are made of (KEY-16)."""
    alice = served.walk.person("alice")
    bind(served.world, alice)
    token = served.token(alice)
    phone, stick = Authenticator(), Authenticator(credential_id=b"stick", flags=PRESENT)
    passkey = add(served, token, phone, "Phone").json()["passkey"]["id"]
    security_key = add(served, token, stick, "Blue stick").json()["passkey"]["id"]
    told = served.ask(f"GET /accounts/{alice}/factors", token=served.operator())
    key, *passkeys = told.json()["items"]
    at = "2026-05-04T12:00:00Z"

    assert told.json() | {"items": []} == {
        "second_factor": "set_up", "signs_in_by_email": False, "secret_key_disabled_at": None, "recovery_codes_left": 0,
        "items": [],
    }  # fmt: skip
    assert key == {"kind": "secret_key", "id": None, "name": None, "added_at": at, "last_used_at": None}
    assert sorted(passkeys, key=itemgetter("kind")) == [
        {"kind": "passkey", "id": passkey, "name": "Phone", "added_at": at, "last_used_at": None},
        {"kind": "security_key", "id": security_key, "name": "Blue stick", "added_at": at, "last_used_at": None},
    ]
    assert SECRET.decode("latin-1") not in told.body.decode()
    assert [(one.act, one.target_name) for one in served.world.entries() if one.act == "accounts.viewed"] == [
        ("accounts.viewed", "alice")
    ]


def test_a_hardware_token_is_told_by_its_serial_number(served: Served) -> None:
    """With its id in the inventory."""
    (token,) = stock(served.world, COUNTING)
    bram = served.world.add("bram")
    assign(served.world, bram, "100")
    (told,) = served.ask(f"GET /accounts/{bram}/factors", token=served.operator()).json()["items"]

    assert (told["kind"], told["id"], told["name"]) == ("hardware_token", str(token), "100")


@pytest.mark.parametrize("method", ["app mandatory", "app opt-in", "email"])
def test_who_goes_in_by_mail_is_told_apart_from_the_four_words(served: Served, method: str) -> None:
    """`second_factor` keeps its words; only where no factor was ever there, taken or due (DEV-2)."""
    world = served.world
    world.run(change_password_rules, ChangePasswordRules({"device_method": method}))
    people = {
        "never": world.add("never"),
        "due": world.add("due", factor_due=True),
        "has": world.add("has", factors=1),
        "spared": world.add("spared", excluded=True),
    }
    token = served.operator()
    by_mail = [
        {
            name: served.ask(f"GET /accounts/{account}{way}", token=token).json()["signs_in_by_email"]
            for name, account in people.items()
        }
        for way in ("", "/factors")
    ]
    words = [served.ask(f"GET /accounts/{one}", token=token).json()["second_factor"] for one in people.values()]

    assert by_mail == [{"never": method != "app mandatory", "due": False, "has": False, "spared": False}] * 2
    assert words == ["blocked", "blocked", "set_up", "excluded"]


def test_factors_of_nobody_and_out_of_reach(served: Served) -> None:
    """As for the account itself (RIGHT-3)."""
    bram = served.world.add("bram")

    assert served.ask(f"GET /accounts/{UUID(int=9)}/factors", token=served.operator()).code == "accounts.not_found"
    assert served.ask(f"GET /accounts/{bram}/factors", token=served.operator("nora", "no-access")).code == (
        "rights.missing"
    )
