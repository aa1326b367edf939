from dataclasses import replace
from uuid import UUID

import pytest

from tests.doors.served import Served
from tests.features.second_factor.handing import COUNTING, TICKING, assign, press, stock
from tests.features.tokens.stock import SEED
from tests.keys import SECRET, bind

REASON = {"reason": "at the desk"}
NOBODY = UUID(int=9)


def test_tokens_are_listed_with_who_holds_them(served: Served) -> None:
    """Page by page, narrowed by serial number, state and holder; without what is in them (KEY-16)."""
    stock(served.world, COUNTING, TICKING, replace(COUNTING, serial="101"))
    bram, olga = served.world.add("bram"), served.operator()
    assign(served.world, bram, "100")

    first = served.ask("GET /tokens?limit=2", token=olga).json()
    rest = served.ask(f"GET /tokens?limit=2&cursor={first['next']}", token=olga).json()
    narrowed = [
        [one["serial"] for one in served.ask(f"GET /tokens?{query}", token=olga).json()["items"]]
        for query in ("query=10", "state=assigned", f"account={bram}", "query=10&state=in_stock")
    ]

    assert [one["serial"] for one in first["items"] + rest["items"]] == ["100", "101", "200"]
    assert rest["next"] is None
    assert narrowed == [["100", "101"], ["100"], ["100"], ["101"]]
    assert first["items"][0] | {"id": None} == {
        "id": None, "serial": "100", "manufacturer": "Acme", "model": "Mini", "kind": "hotp", "algorithm": "SHA1",
        "period": None, "digits": 6, "state": "assigned", "account_id": str(bram), "user_name": "bram",
        "starts_at": None, "expires_at": None, "imported_at": "2026-05-04T12:00:00Z",
        "changed_at": "2026-05-04T12:00:00Z",
    }  # fmt: skip
    assert SEED.decode() not in served.ask("GET /tokens", token=olga).body.decode()


def test_one_token_is_read_and_retired(served: Served) -> None:
    """By its id; a retired one stays in the list."""
    (token,) = stock(served.world, TICKING)
    olga = served.operator()

    told = served.ask(f"GET /tokens/{token}", token=olga).json()
    retired = served.ask(f"POST /tokens/{token}/retire", {"reason": "lost"}, olga)
    again = served.ask(f"POST /tokens/{token}/retire", {"reason": "lost"}, olga)

    assert (told["serial"], told["kind"], told["period"], told["user_name"]) == ("200", "totp", 30, None)
    assert (retired.status, retired.json()) == (200, {"outcome": "done"})
    assert (again.status, again.code) == (409, "tokens.retired")
    assert served.ask(f"GET /tokens/{token}", token=olga).json()["state"] == "retired"
    assert served.ask(f"GET /tokens/{NOBODY}", token=olga).code == "tokens.not_found"
    assert served.ask("GET /tokens/7", token=olga).code == "tokens.not_found"


def test_a_token_is_assigned_and_unassigned(served: Served) -> None:
    """By its serial number or its id; the answer is the account as it stands then."""
    token, other = stock(served.world, COUNTING, TICKING)
    bram, olga = served.world.add("bram"), served.operator()

    assigned = served.ask(f"POST /accounts/{bram}/assign-token", {"serial": "100"} | REASON, olga).json()
    again = served.ask(f"POST /accounts/{bram}/assign-token", {"token": str(token)} | REASON, olga).json()
    changed = served.ask(f"POST /accounts/{bram}/assign-token", {"token": str(other)} | REASON, olga).json()
    unassigned = served.ask(f"POST /accounts/{bram}/unassign-token", REASON, olga).json()

    assert [told["outcome"] for told in (assigned, again, changed, unassigned)] == ["done", "unchanged", "done", "done"]
    assert [told["account"]["second_factor"] for told in (assigned, unassigned)] == ["set_up", "blocked"]


@pytest.mark.parametrize(
    ("line", "body", "status", "code"),
    [
        ("assign-token", {"serial": "7"}, 404, "tokens.not_found"),
        ("assign-token", {}, 404, "tokens.not_found"),
        ("assign-token", {"token": "7"}, 404, "tokens.not_found"),
        ("assign-token", {"serial": "100"}, 409, "tokens.ambiguous"),
        ("assign-token", {"serial": "100", "manufacturer": "None"}, 404, "tokens.not_found"),
        ("assign-token", {"serial": 100}, 400, "request.malformed"),
        ("unassign-token", {}, 409, "tokens.none_assigned"),
        ("resynchronise-token", {"codes": ["123456", "654321"]}, 409, "tokens.none_assigned"),
        ("resynchronise-token", {"codes": ["123456"]}, 400, "request.malformed"),
        ("resynchronise-token", {"codes": ["123456", "12345"]}, 422, "otp.malformed"),
        ("resynchronise-token", {"codes": "123456"}, 400, "request.malformed"),
    ],
)
def test_what_cannot_be_is_refused(served: Served, line: str, body: dict[str, object], status: int, code: str) -> None:
    """Each with its status and code."""
    stock(served.world, COUNTING, replace(COUNTING, manufacturer="Other"))
    bram = served.world.add("bram")
    bind(served.world, bram, SECRET)

    refused = served.ask(f"POST /accounts/{bram}/{line}", body | REASON, served.operator())

    assert (refused.status, refused.code) == (status, code)


def test_an_operator_puts_a_token_in_step(served: Served) -> None:
    """By two codes that its holder reads out."""
    stock(served.world, COUNTING)
    bram, olga = served.world.add("bram"), served.operator()
    assign(served.world, bram, "100")
    line = f"POST /accounts/{bram}/resynchronise-token"

    wrong = served.ask(line, {"codes": [press(300), press(302)]} | REASON, olga)
    right = served.ask(line, {"codes": [press(300), press(301)]} | REASON, olga)

    assert (wrong.status, wrong.code) == (401, "otp.wrong")
    assert (right.status, right.json()) == (200, {"outcome": "done", "serial": "100", "offset_minutes": None})


def test_people_put_their_own_token_in_step(served: Served) -> None:
    """And see which it is."""
    stock(served.world, COUNTING)
    bram = served.world.add("bram")
    assign(served.world, bram, "100")
    token = served.token(bram)

    me = served.ask("GET /me", token=token).json()
    right = served.ask("POST /me/token/resynchronise", {"codes": [press(300), press(301)]}, token)
    wrong = served.ask("POST /me/token/resynchronise", {"codes": [press(300), press(301)]}, token)

    assert me["key"]["hardware_token"] == "100"
    assert right.json() == {"outcome": "done", "serial": "100", "offset_minutes": None}
    assert (wrong.status, wrong.code) == (401, "otp.wrong")


def test_the_help_desk_reads_no_inventory(served: Served) -> None:
    """It takes the right to read who may do what."""
    token = served.token(served.world.add("dora", "help-desk", factors=1))

    assert served.ask("GET /tokens", token=token).code == "rights.missing"
    assert served.ask("GET /tokens").code == "session.required"
