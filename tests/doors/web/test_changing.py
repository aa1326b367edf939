from typing import Any

import pytest

from doorward.features.recovery_codes import actions as recovery_codes
from doorward.features.rights.actions.granting import show_roles_of
from doorward.features.rights.model.acts.granting import RolesOf, ShowRolesOf
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.ids import AccountId
from tests.doors.served import Served
from tests.features.second_factor.protecting import protect
from tests.features.signin.walking import PASSWORD
from tests.keys import SECRET, bind, code


@pytest.fixture
def olga(served: Served) -> AccountId:
    """Olga, an administrator with a password and a key."""
    account = served.walk.person("olga", "administrator")
    bind(served.world, account)
    return account


@pytest.fixture
def token(served: Served, olga: AccountId) -> str:
    """Sign Olga in."""
    return served.token(olga)


@pytest.fixture
def bram(served: Served) -> AccountId:
    """Bram, whose account is protected."""
    return protect(served.world, served.world.add("bram", factors=1))


def proof(served: Served, password: str = PASSWORD, shown: str | None = None) -> dict[str, Any]:
    """Give a reason and a proof; by default the right one."""
    now = code(SECRET, served.world.clock.now())
    given = {"password": password, "code": now if shown is None else shown}
    return {"reason": "asked by phone", "account_protection": given}


def roles_of(served: Served, account: AccountId) -> list[str]:
    """List the roles of an account."""
    held = served.world.run(show_roles_of, ShowRolesOf(account))
    assert isinstance(held, RolesOf)
    return [one.role for one in held.assignments]


def test_protected_account_asks_for_a_proof(served: Served, token: str, bram: AccountId) -> None:
    """Without one 403 `protection.required`, with the right one the change (PROT-1)."""
    refused = served.ask(f"POST /accounts/{bram}/lock", {"reason": "left"}, token)
    done = served.ask(f"POST /accounts/{bram}/lock", proof(served), token)

    assert (refused.status, refused.code) == (403, "protection.required")
    assert (done.status, done.json()["account"]["lock_reason"]) == (200, "Administrator")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("a guess", None), (403, "protection.wrong")),
        ((PASSWORD, "000000"), (403, "protection.wrong")),
        ((PASSWORD, "12345"), (422, "otp.malformed")),
    ],
)
def test_wrong_proof_is_refused(
    served: Served, token: str, bram: AccountId, typed: tuple[str, str | None], told: tuple[int, str]
) -> None:
    """Password and code are told apart to nobody."""
    refused = served.ask(f"POST /accounts/{bram}/reset-secret-key", proof(served, *typed), token)

    assert (refused.status, refused.code) == told
    assert served.world.standing(bram).state.factors == 1


@pytest.mark.parametrize("wrong", [{"password": PASSWORD}, {"code": "123456"}, {"password": 1, "code": "123456"}])
def test_half_a_proof_is_refused_at_the_door(served: Served, token: str, bram: AccountId, wrong: object) -> None:
    """It is not taken for none, and nothing is compared."""
    refused = served.ask(f"POST /accounts/{bram}/lock", {"reason": "x", "account_protection": wrong}, token)

    assert (refused.status, refused.code) == (400, "request.malformed")


def test_proof_serves_one_request(served: Served, token: str, bram: AccountId) -> None:
    """Sent again with another change, its code is used already (PROT-2)."""
    given = proof(served)
    codes = [served.ask(f"POST /accounts/{bram}/{act}", given, token).status for act in ("lock", "unlock", "disable")]

    assert codes == [200, 403, 403]


def test_one_proof_serves_all_roles_of_one_request(served: Served, token: str, bram: AccountId) -> None:
    """They are one change to whoever sends them; the next request asks anew."""
    given = proof(served) | {"roles": ["auditor", "help-desk"]}
    done = served.ask(f"PUT /accounts/{bram}/roles", given, token)
    again = served.ask(f"PUT /accounts/{bram}/roles", given | {"roles": []}, token)

    assert (done.status, again.code) == (200, "protection.wrong")
    assert sorted(roles_of(served, bram)) == ["auditor", "help-desk"]


def test_no_proof_no_role(served: Served, token: str, bram: AccountId) -> None:
    """Neither the first nor any other."""
    refused = served.ask(f"PUT /accounts/{bram}/roles", {"reason": "x", "roles": ["auditor", "help-desk"]}, token)

    assert (refused.code, roles_of(served, bram)) == ("protection.required", [])


def test_roles_are_set_all_or_none(served: Served, token: str, bram: AccountId) -> None:
    """One that is refused leaves the others undone."""
    refused = served.ask(
        f"PUT /accounts/{bram}/roles", proof(served) | {"roles": ["auditor", "king", "help-desk"]}, token
    )

    assert (refused.code, roles_of(served, bram)) == ("rights.unknown_role", [])


def test_full_queue_leaves_everything_as_it_is(served: Served, token: str, bram: AccountId) -> None:
    """Nothing is reserved and no code is used; the same request can be sent again."""
    places = [f"198.51.100.{turn}" for turn in range(64)]
    taken = [served.queue.take(place) for place in places]
    given = proof(served)
    busy = [
        served.ask(f"POST /accounts/{bram}/lock", given, token),
        served.ask(f"PUT /accounts/{bram}/roles", given | {"roles": ["auditor"]}, token),
    ]
    for place in places:
        served.queue.give_back(place)

    assert all(taken)
    assert [(one.status, one.code) for one in busy] == [(503, "signin.busy")] * 2
    assert served.ask(f"POST /accounts/{bram}/lock", given, token).status == 200


def test_mark_is_set_and_lifted(served: Served, token: str) -> None:
    """By an edit; lifting it asks for the proof (PROT-3)."""
    carl = served.world.add("carl")
    marked = served.ask(f"PATCH /accounts/{carl}", {"reason": "board", "protected": True}, token, [("if-match", "1")])
    lift = {"protected": False}
    refused = served.ask(f"PATCH /accounts/{carl}", {"reason": "x"} | lift, token, [("if-match", "2")])
    lifted = served.ask(f"PATCH /accounts/{carl}", proof(served) | lift, token, [("if-match", "2")])

    assert (marked.status, marked.json()["protected"]) == (200, True)
    assert refused.code == "protection.required"
    assert (lifted.status, lifted.json()["protected"]) == (200, False)


def test_nobody_lifts_their_own_mark(served: Served, token: str, olga: AccountId) -> None:
    """Not with the right proof either (T21)."""
    protect(served.world, olga)
    own = served.ask(f"PATCH /accounts/{olga}", proof(served) | {"protected": False}, token, [("if-match", "2")])

    assert own.code == "rights.self"
    assert served.world.standing(olga).account.protected


def test_own_new_key_asks_for_the_proof_however_fresh(served: Served, token: str, olga: AccountId) -> None:
    """A protected account always asks; a code alone is not enough (KEY-2)."""
    protect(served.world, olga)
    given = {"account_protection": proof(served)["account_protection"]}
    bodies = [None, {"code": code(SECRET, served.world.clock.now())}, given]

    assert [served.ask("POST /me/secret-key", body, token).status for body in bodies] == [403, 403, 200]


def test_session_of_a_recovery_code_gives_another_one(served: Served, olga: AccountId) -> None:
    """With the password; neither the one that opened the session, nor a code of the lost key, will do (KEY-1)."""
    protect(served.world, olga)
    with served.world.writing() as call:
        first, second, *_ = recovery_codes.make_codes(call, olga)
        recovery_codes.use_code(call, olga, first)
    own = served.token(olga, OpenedWith.RECOVERY_CODE)
    tried = [
        ("a guess", second),
        (PASSWORD, first),
        (PASSWORD, code(SECRET, served.world.clock.now())),
        (PASSWORD, second),
    ]
    answers = [
        served.ask("POST /me/secret-key", {"account_protection": {"password": password, "code": typed}}, own)
        for password, typed in tried
    ]

    assert [one.status for one in answers] == [403, 403, 403, 200]
    assert [one.code for one in answers[:3]] == ["protection.wrong"] * 3
    assert served.world.collect_mail()[0][1].kind == "recovery_code_used"


@pytest.mark.parametrize("route", ["POST /me/recovery-codes", "POST /me/passkeys/options"])
def test_session_of_a_recovery_code_burns_none_for_what_it_may_not(served: Served, olga: AccountId, route: str) -> None:
    """What it never does is refused before the proof is looked at: the code is good still (KEY-1)."""
    protect(served.world, olga)
    with served.world.writing() as call:
        first, second, *_ = recovery_codes.make_codes(call, olga)
        recovery_codes.use_code(call, olga, first)
    own = served.token(olga, OpenedWith.RECOVERY_CODE)
    given = {"account_protection": {"password": PASSWORD, "code": second}}
    refused, taken = served.ask(route, given, own), served.ask("POST /me/secret-key", given, own)

    assert (refused.status, refused.code) == (403, "session.second_factor_required")
    assert taken.status == 200
