"""T30 for whoever has a passkey and nothing else: nothing weaker finishes a sign-in, and nobody else's passkey."""

from collections.abc import Iterator

import pytest

from doorward.features.otp import actions as otp
from doorward.features.signin.model import Next
from tests.authenticators import PRESENT, Authenticator
from tests.storms.phones import add_passkey, under_a_name
from tests.storms.test_downgrade import attempts, opened
from tests.storms.town import Person, Town, api, town
from tests.storms.wire import ask, request


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch a server under a host name, for an address has no passkeys."""
    with town(tmp_path_factory.mktemp("downgrade-passkeys"), under_a_name()) as begun:
        begun.rules(failures_before_lock=0, second_factor_failures_before_lock=100, failing_names_before_refusing=0)
        yield begun


def with_passkey_alone(server: Town, name: str, flags: int | None = None) -> tuple[Person, Authenticator]:
    """Add somebody whose passkey is the only factor: the secret key that they began with is gone."""
    person = server.add(name)
    phone = add_passkey(server, person, flags)
    with server.writing() as call:
        otp.delete_keys(call, person.account)
    assert server.ask(f"GET /accounts/{person.account}/factors", token=server.watch).json()["second_factor"] == "set_up"
    return person, phone


def signed(server: Town, phone: Authenticator, sign_in: str | None = None) -> dict[str, object]:
    """Let an authenticator sign for a sign-in, or for a whole one."""
    body = {} if sign_in is None else {"sign_in": sign_in}
    asked = server.ask("POST /sign-in/passkey/options", body).json()
    return {"sign_in": asked.get("sign_in", sign_in), "credential": phone.get(asked["options"])}


def test_whoever_has_a_passkey_alone_finishes_with_nothing_else(server: Town) -> None:
    """More than eight tries: none opens anything; the passkey still does, beside the password and alone."""
    bram, phone = with_passkey_alone(server, "bram")
    _, others = with_passkey_alone(server, "mallory")
    tried = attempts(server, bram)
    (sign_in,) = server.pending(bram, Next.CODE)
    code = bram.code(server.server.now())
    tried |= {
        "a code of the key that is gone": [api("POST /sign-in/code", {"sign_in": sign_in, "code": code})],
        "somebody else's passkey": [api("POST /sign-in/passkey", signed(server, others, sign_in))],
        "what was signed for the whole sign-in": [
            api("POST /sign-in/passkey", signed(server, phone) | {"sign_in": sign_in})
        ],
        "what was signed for another sign-in": [
            api("POST /sign-in/passkey", signed(server, phone, other) | {"sign_in": sign_in})
            for other in server.pending(bram, Next.CODE)
        ],
        "a hint of what was used": [
            api("POST /sign-in/code", {"sign_in": sign_in, "code": code, "amr": ["hwk", "user"], "acr": "passkey"})
        ],
    }
    let_in = {
        what: [line.split(b"\r\n")[0] for line in lines if opened(ask(server.url, line))]
        for what, lines in tried.items()
    }
    beside = server.ask("POST /sign-in/passkey", signed(server, phone, sign_in))
    alone = server.ask("POST /sign-in/passkey", signed(server, phone))

    assert len(tried) >= 8
    assert let_in == {what: [] for what in let_in}
    assert (beside.json()["next"], alone.json()["next"]) == ("done", "done")


def test_a_key_that_verifies_nobody_is_no_whole_sign_in(server: Town) -> None:
    """It stands beside the password, never for it, whatever it is shown (KEY-17)."""
    _, stick = with_passkey_alone(server, "stick", PRESENT)
    alone = server.ask("POST /sign-in/passkey", signed(server, stick))

    assert (alone.status, alone.code) == (401, "passkeys.refused")


def test_a_recovery_code_opens_the_own_page_and_counts_as_no_factor(server: Town) -> None:
    """Where the passkey is lost: `/me` and nothing beyond it, however often it is used (KEY-1)."""
    oda, _ = with_passkey_alone(server, "oda")
    (sign_in,) = server.pending(oda, Next.CODE)
    recovery = {"sign_in": sign_in, "code": server.recovery_codes(oda)[0]}
    done = server.ask("POST /sign-in/recovery-code", recovery).json()
    session = server.ask("GET /session", token=done["token"]).json()["session"]
    page = ask(server.url, request("GET /console", headers={"cookie": f"__Host-doorward={done['token']}"}))

    assert (session["used_second_factor"], session["own_page_only"]) == (False, True)
    assert (page.status, page.headers["location"]) == (303, "/me")
