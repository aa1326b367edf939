import re
from typing import Any

import pytest

from doorward.doors.api.app import LED
from doorward.doors.api.routing import Led
from doorward.features.administration.actions.grouping import add_group
from doorward.features.groups.model import AddGroup, GroupAdded
from doorward.kernel.act import Action
from doorward.kernel.ids import AccountId, new_id
from tests.authenticators import Authenticator
from tests.doors.served import Served
from tests.features.second_factor.protecting import protect
from tests.features.signin.walking import PASSWORD
from tests.keys import SECRET, bind, code

FIELDS: dict[str, dict[str, Any]] = {
    "PUT /accounts/{account}/roles": {"roles": ["auditor"]},
    "PATCH /accounts/{account}": {"full_name": "B. Rossi"},
    "POST /accounts/{account}/resynchronise-token": {"codes": ["123456", "234567"]},
    "POST /me/token/resynchronise": {"codes": ["123456", "234567"]},
    "PATCH /me/passkeys/{passkey}": {"name": "Key ring"},
}
"""What a route takes beside its reason and its proof, if it cannot do without."""


def changing(prefix: str) -> list[Led]:
    """List the routes of changes to an account, of others or of one's own."""
    return [one for one in LED if isinstance(one.leads, Action) and one.leads.act.changes and prefix in one.path]


def line(one: Led) -> str:
    """Spell a route."""
    return f"{one.method} {one.path.removeprefix('/api/v1')}"


def proof(served: Served) -> dict[str, str]:
    """Give the right proof."""
    return {"password": PASSWORD, "code": code(SECRET, served.world.clock.now())}


def filled(served: Served, spelled: str, account: AccountId) -> str:
    """Put something real into the gaps of an address."""
    group = served.world.run(add_group, AddGroup("North"))
    assert isinstance(group, GroupAdded)
    with served.world.writing() as call:
        some = str(new_id(call.now, call.entropy))
    known = spelled.replace("{account}", str(account)).replace("{group}", str(group.group))
    return re.sub(r"\{\w+\}", some, known)


@pytest.mark.parametrize("one", changing("{account}"), ids=line)
def test_route_asks_for_a_proof_and_takes_it(served: Served, one: Led) -> None:
    """Without one the account's protection stands in the way, with the right one it does not (PROT-1)."""
    olga = served.walk.person("olga", "administrator")
    bind(served.world, olga)
    token, bram = served.token(olga), protect(served.world, served.world.add("bram", factors=1))
    spelled, body = filled(served, line(one), bram), {"reason": "a test"} | FIELDS.get(line(one), {})
    without = served.ask(spelled, body, token, [("if-match", "2")])
    given = served.ask(spelled, body | {"account_protection": proof(served)}, token, [("if-match", "2")])

    assert (without.status, without.code) == (403, "protection.required")
    assert given.status not in {400, 422}
    assert given.status < 300 or not given.code.startswith("protection.")


@pytest.mark.parametrize("one", changing("/me/"), ids=line)
def test_own_route_asks_for_a_proof_and_takes_it(served: Served, one: Led) -> None:
    """However fresh the session is (KEY-2, PROT-1)."""
    olga = served.walk.person("olga", "administrator")
    bind(served.world, olga)
    protect(served.world, olga)
    token, spelled, body = served.token(olga), filled(served, line(one), olga), FIELDS.get(line(one), {})
    without = served.ask(spelled, body or None, token)
    given = served.ask(spelled, body | {"account_protection": proof(served)}, token)

    assert (without.status, without.code) == (403, "protection.required")
    assert given.status not in {400, 422}
    assert given.status < 300 or not given.code.startswith("protection.")


def signed(served: Served, token: str, phone: Authenticator, spelled: str, body: dict[str, Any]) -> dict[str, Any]:
    """Give the proof by a passkey for a request."""
    method, path = spelled.split(" ")
    named = {"method": method, "path": f"/api/v1{path}", "body": body}
    asked = served.ask("POST /me/account-protection/options", named, token)
    return body | {"account_protection": {"passkey": phone.get(asked.json()["options"])}}


@pytest.mark.parametrize("one", [*changing("{account}"), *changing("/me/")], ids=line)
def test_route_takes_a_passkey_for_its_own_request_alone(served: Served, one: Led) -> None:
    """What was signed for another reason, or for another name, is refused; what was signed for it is not (T37)."""
    olga, phone = served.walk.person("olga", "administrator"), Authenticator()
    bind(served.world, olga)
    token, bram = served.token(olga), protect(served.world, served.world.add("bram", factors=1))
    options = served.ask("POST /me/passkeys/options", token=token).json()["options"]
    served.ask("POST /me/passkeys", {"credential": phone.create(options)}, token)
    protect(served.world, olga)
    own = "/me/" in one.path
    spelled = filled(served, line(one), olga if own else bram)
    body = ({} if own else {"reason": "a test"}) | FIELDS.get(line(one), {})
    proofs = [signed(served, token, phone, spelled + other, body) for other in ("/other", "")]
    refused, taken = (served.ask(spelled, given, token, [("if-match", "2")]) for given in proofs)

    assert (refused.status, refused.code) == (403, "protection.wrong")
    assert taken.status not in {400, 422}
    assert taken.status < 300 or not taken.code.startswith(("protection.", "passkeys.expired"))
