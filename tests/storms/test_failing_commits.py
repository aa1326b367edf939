import base64
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from doorward.features.accounts import actions as accounts
from doorward.features.devices import actions as devices
from doorward.features.links import actions as links
from doorward.features.links.model import LinkKind
from doorward.features.signin.model import Next
from tests.storms.town import PASSWORD, Person, Town, api, password_of, town
from tests.storms.wire import ask, form, request

REASON = {"reason": "a test"}
MANY = {
    "reset many": "/secret-key-resets",
    "allow many": "/allowlist-additions",
    "exclude many": "/exclusion-additions",
}
NEW_PASSWORD = "eleven green bicycles"
DEEDS = ("lock", "disable", "reset-password", "reset-secret-key", "delete-secret-key", "exclusions/add")
Prepare = Callable[[Town, str], bytes]
"""Prepares everything for a request that works, and writes it; the name is for somebody new."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch a server."""
    with town(tmp_path_factory.mktemp("commits")) as begun:
        yield begun


def operator(line: str, *prepared: str, **body: Any) -> Prepare:
    """Let an operator do something to somebody new, once other acts have prepared it."""

    def written(server: Town, name: str) -> bytes:
        account = server.add(name).account
        for one in prepared:
            first = one.format(account) if " " in one else f"POST /accounts/{account}/{one}"
            assert server.ask(first, REASON, server.watch).status == 200
        told = {"if_match": str(server.count("SELECT version FROM accounts WHERE account_id = ?", account.bytes))}
        return api(line.format(account), {**REASON, **body}, server.watch, **told)

    return written


def many(path: str) -> Prepare:
    """Let an operator begin a job on somebody new."""
    return lambda server, name: api(
        f"POST {path}", {**REASON, "accounts": [str(server.add(name).account)]}, server.watch
    )


def plain(line: str, body: Any, **names: str) -> Prepare:
    """Let an operator do something that is about nobody; `names` are fields made of somebody new's name."""

    def written(server: Town, name: str) -> bytes:
        return api(line, body | {field: words.format(name) for field, words in names.items()}, server.watch)

    return written


def own(line: str, body: Any = None, **before: Any) -> Prepare:
    """Let somebody do something to their own account; `before` is asked first."""

    def written(server: Town, name: str) -> bytes:
        token = server.token(server.add(name))
        for first, given in before.items():
            assert server.ask(first, given, token).status == 200
        return api(line, body, token)

    return written


def step(line: str, at: Next, proof: Callable[[Town, Person, str], dict[str, str]]) -> Prepare:
    """Take a step of sign-in with the right proof."""

    def written(server: Town, name: str) -> bytes:
        open_ones = at in {Next.DEVICE_CODE, Next.SET_UP}
        person = server.add(name, key=not open_ones, allowed=open_ones, must_change=at is Next.NEW_PASSWORD)
        (sign_in,) = server.pending(person, Next.CODE if at is Next.NEW_PASSWORD else at)
        return api(f"POST /sign-in{line}", {"sign_in": sign_in, **proof(server, person, sign_in)})

    return written


def code(server: Town, person: Person, sign_in: str) -> dict[str, str]:
    """Read the app."""
    del sign_in
    return {"code": person.code(server.server.now())}


def first_code(server: Town, person: Person, sign_in: str) -> dict[str, str]:
    """Read the app that has just scanned the shown key."""
    shown = server.ask("POST /sign-in/set-up", {"sign_in": sign_in}).json()
    return code(server, Person("", person.account, "", base64.b32decode(shown["secret_key"])), sign_in)


def temporary(server: Town, person: Person, sign_in: str) -> dict[str, str]:
    """Have a temporary access code."""
    del sign_in
    with server.writing() as call:
        return {"code": devices.issue_temporary_code(call, person.account)[0].reveal()}


def new_password(server: Town, person: Person, sign_in: str) -> dict[str, str]:
    """Give the code before, and then a new password."""
    answered = server.ask("POST /sign-in/code", {"sign_in": sign_in, **code(server, person, sign_in)})
    assert answered.json()["next"] == "new_password"
    return {"password": NEW_PASSWORD}


def link(kind: LinkKind, written: Callable[[Town, str], bytes]) -> Prepare:
    """Use a one-time link of somebody new."""

    def prepared(server: Town, name: str) -> bytes:
        person = server.add(name)
        with server.writing() as call:
            standing = accounts.load(call, person.account)
            assert standing is not None
            path, _ = links.make_link(call, person.account, kind, standing.state.epoch)
        return written(server, path.reveal().rpartition("/")[2])

    return prepared


def regenerated(line: str) -> Prepare:
    """Prove one's new key, or save it once it is proven."""

    def written(server: Town, name: str) -> bytes:
        person = server.add(name)
        token = server.token(person)
        shown = server.ask("POST /me/secret-key", {}, token).json()
        proof = code(server, Person("", person.account, "", base64.b32decode(shown["secret_key"])), "")
        if line.startswith("POST"):
            return api(line, proof, token)
        assert server.ask("POST /me/secret-key/check", proof, token).status == 200
        return api(line, {}, token)

    return written


def page(path: str, **fields: str) -> Prepare:
    """Post a form of an account's page as an operator."""

    def written(server: Town, name: str) -> bytes:
        line = f"POST {path.format(server.add(name).account)}"
        return form(line, server.url, {**REASON, **fields}, f"__Host-doorward={server.watch}")

    return written


CASES: dict[str, Prepare] = {
    "sign in": lambda server, name: password_of(server.add(name).name),
    "sign in without a factor": lambda server, name: password_of(server.add(name, key=False, excluded=True).name),
    "guess": lambda server, name: password_of(server.add(name).name, "wrong"),
    "guess at a name that nobody has": lambda _, name: password_of(name, "wrong"),
    "code": step("/code", Next.CODE, code),
    "recovery code": step("/recovery-code", Next.CODE, lambda server, one, _: {"code": server.recovery_codes(one)[0]}),
    "temporary code": step("/device-code", Next.DEVICE_CODE, temporary),
    "resend": step("/device-code/resend", Next.DEVICE_CODE, lambda *_: {}),
    "show the key": step("/set-up", Next.SET_UP, lambda *_: {}),
    "set up": step("/set-up/confirm", Next.SET_UP, first_code),
    "new password": step("/new-password", Next.NEW_PASSWORD, new_password),
    "forgotten password": lambda server, name: api(
        "POST /sign-in/forgotten-password", {"user_name": server.add(name).name}),
    "set a forgotten password": link(LinkKind.FORGOTTEN_PASSWORD, lambda _, token: api(
        "POST /sign-in/forgotten-password/confirm", {"token": token, "password": NEW_PASSWORD})),
    "not me": link(LinkKind.NOT_ME, lambda _, token: api("POST /not-me", {"token": token})),
    "sign out": own("DELETE /session"),
    "end own sessions": own("DELETE /me/sessions"),
    "forget own devices": own("DELETE /me/devices"),
    "begin a key": own("POST /me/secret-key", {}),
    "check a key": regenerated("POST /me/secret-key/check"),
    "save a key": regenerated("PUT /me/secret-key"),
    "discard a key": own("DELETE /me/secret-key", **{"POST /me/secret-key": {}}),
    "change one's password": own("POST /me/password", {"password": PASSWORD, "new_password": NEW_PASSWORD}),
    "new recovery codes": own("POST /me/recovery-codes", {}),
    "add": plain("POST /accounts", {}, user_name="new-{}", email="{}@example.net"),
    "edit": operator("PATCH /accounts/{}", full_name="Somebody Else"),
    "disable": operator("POST /accounts/{}/disable"),
    "enable": operator("POST /accounts/{}/enable", "disable"),
    "start a password reset": operator("POST /accounts/{}/reset-password"),
    "lock": operator("POST /accounts/{}/lock"),
    "unlock": operator("POST /accounts/{}/unlock", "lock"),
    "end sessions": operator("DELETE /accounts/{}/sessions"),
    "forget devices": operator("DELETE /accounts/{}/devices"),
    "reset the key": operator("POST /accounts/{}/reset-secret-key"),
    "delete the key": operator("POST /accounts/{}/delete-secret-key"),
    "allow": operator("PUT /allowlist/{}", "delete-secret-key"),
    "withdraw": operator("POST /allowlist/{}/remove", "reset-secret-key"),
    "exclude": operator("PUT /exclusions/{}"),
    "roles": operator("PUT /accounts/{}/roles", roles=["help-desk"]),
    "open an account": lambda server, name: api(f"GET /accounts/{server.add(name).account}", token=server.watch),
    "open a history": lambda server, name: api(f"GET /accounts/{server.add(name).account}/history", token=server.watch),
    "open the trail": lambda server, _: api("GET /audit", token=server.watch),
    "unlock many": lambda server, name: api("POST /unlocks", {
        **REASON, "accounts": [str(one.account) for one in server.add_locked(name, 3)]}, server.watch),
    **{what: many(path) for what, path in MANY.items()},
    "undo an unlock": operator("POST /accounts/{}/unlock/undo", "lock", "unlock"),
    "undo an addition": operator("POST /allowlist/{}/undo", "delete-secret-key", "PUT /allowlist/{}"),
    "password rules": plain("PUT /password-rules", {"min_length": 13}, lock_contact="the desk of {}"),
    "two-factor settings": plain("PUT /two-factor", {}, issuer="Example {}"),
    "page: set a password": link(LinkKind.SET_PASSWORD, lambda server, token: form(
        f"POST /set-password/{token}", server.url, {"new_password": NEW_PASSWORD})),
    "page: rescue": link(LinkKind.RESCUE, lambda server, token: form(
        f"POST /rescue/{token}", server.url, {"new_password": NEW_PASSWORD})),
    "page: sign in": lambda server, name: form(
        "POST /sign-in", server.url, {"user_name": server.add(name).name, "password": PASSWORD}),
    "page: an account": lambda server, name: request(
        f"GET /console/users/{server.add(name).account}", headers={"cookie": f"__Host-doorward={server.watch}"}),
    **{f"page: {deed}": page(f"/console/users/{{}}/{deed}") for deed in DEEDS},
    "page: add": lambda server, name: form("POST /console/users/new", server.url, {
        "user_name": f"{name}-2", "email": "a@example.org", "kind": "internal"}, f"__Host-doorward={server.watch}"),
    "page: sign out": lambda server, name: form(
        "POST /sign-out", server.url, {}, f"__Host-doorward={server.token(server.add(name))}"),
}  # fmt: skip


def kept(server: Town) -> dict[str, list[str]]:
    """Read the whole database, but for which process holds which duty."""
    tables = {row["name"] for row in server.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
    tables -= {"duties", "outbox"}
    return {name: sorted(map(repr, server.rows(f"SELECT * FROM {name}"))) for name in tables}  # noqa: S608 - ours


def mails(server: Town) -> int:
    """Count the mail that was ever queued; the worker goes on sending it meanwhile."""
    return server.count("SELECT count(*) FROM outbox")


@pytest.mark.parametrize("case", CASES)
def test_what_was_not_committed_is_not_said(server: Town, case: str) -> None:
    """Where COMMIT fails the answer is a 5xx that tells nothing, and nothing is there; the same request works then."""
    written = CASES[case](server, re.sub(r"\W+", "-", case))
    server.server.fail_commits()
    before = kept(server), mails(server)
    failed = ask(server.url, written)
    after = kept(server), mails(server)
    server.server.fail_commits(fail=False)
    worked = ask(server.url, written)

    assert failed.status == 500
    assert b"CommitFailed" not in failed.body
    assert "set-cookie" not in failed.headers
    assert after == before
    assert worked.status in ({401} if case.startswith("guess") else {200, 201, 202, 303})
