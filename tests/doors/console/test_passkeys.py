import json
from dataclasses import replace
from typing import Any

import pytest

from doorward.edges.call import Site as Here
from doorward.features.otp import actions as otp
from doorward.kernel.ids import AccountId
from tests.authenticators import Authenticator, new_key
from tests.doors.console.signing_in import give_password
from tests.doors.console.visiting import Browser, Shown, Site
from tests.features.passkeys.touching import register
from tests.keys import SECRET, bind, code

YOURS = "/me/passkeys"


@pytest.fixture
def bram(site: Site) -> AccountId:
    """Add Bram, who has a password and a secret key."""
    account = site.walk.person("bram")
    bind(site.world, account)
    return account


def fetch(browser: Browser, path: str, fields: dict[str, str] | None = None) -> dict[str, Any]:
    """Fetch what a script fetches."""
    answered: dict[str, Any] = browser.post(path, fields or {}).answer.json()
    return answered


def add(browser: Browser, phone: Authenticator, name: str = "") -> Shown:
    """Add a passkey, as the page's script does."""
    options = fetch(browser, f"{YOURS}/options")["options"]
    return browser.post(YOURS, {"credential": json.dumps(phone.create(options)), "name": name})


def sign_in(browser: Browser, phone: Authenticator, **more: str) -> Shown:
    """Sign in with a passkey alone."""
    asked = fetch(browser, "/sign-in/passkey/options")
    credential = json.dumps(phone.get(asked["options"]))
    return browser.post("/sign-in/passkey", {"credential": credential, "sign_in": asked["sign_in"], **more})


def test_passkey_is_added_renamed_and_removed(site: Site, bram: AccountId) -> None:
    """Each step leads back to the page, which tells what was done."""
    browser, phone = site.signed_in(bram), Authenticator()
    empty = browser.get(YOURS).page
    added = add(browser, phone, "Phone")
    page = browser.get(added.to).page
    action = next(form.action for form in page.forms if form.action.endswith("/rename"))
    renamed = browser.post(action, {"name": "Old phone"})
    passkey = action.split("/")[3]
    staged = browser.get(f"{YOURS}?remove={passkey}").page
    removed = browser.post(f"{YOURS}/{passkey}/remove")

    assert "No passkey yet." in empty.text
    assert (added.to, renamed.to, removed.to) == (
        f"{YOURS}?done=passkey-added", f"{YOURS}?done=saved", f"{YOURS}?done=passkey-removed",
    )  # fmt: skip
    assert "1 passkey of at most 10" in page.text
    assert "Remove the passkey “Old phone”" in staged.text
    assert "No passkey yet." in browser.get(removed.to).page.text


def test_own_page_names_the_passkeys(site: Site, bram: AccountId) -> None:
    """And leads to their page; an operator sees them with their times, and no key."""
    browser = site.signed_in(bram)
    add(browser, Authenticator(), "Phone")
    operator = site.operator().get(f"/console/users/{bram}?tab=two-factor").page

    pages = [browser.get(path).page for path in ("/me", "/me?tab=two-factor")]

    assert ["PasskeysPhone · Manage passkeys" in page.text for page in pages] == [True, True]
    assert "Phone: added 2026-05-04, last used never" in operator.text


def test_passkey_is_the_whole_sign_in(site: Site, bram: AccountId) -> None:
    """It leads where the person wanted to go."""
    phone, browser = Authenticator(), site.browser()
    register(site.world, bram, phone)
    signed_in = sign_in(browser, phone, return_to="/me?tab=history")

    assert signed_in.to == "/me?tab=history"
    assert "Signed in with a passkey" in browser.get("/me?tab=history").page.text
    assert browser.get("/me").status == 200


def test_whoever_is_signed_in_already_may_sign_in_again(site: Site, bram: AccountId) -> None:
    """An old cookie in the browser is in nobody's way."""
    phone, browser = Authenticator(), site.signed_in(bram)
    register(site.world, bram, phone)
    browser.post("/sign-out")
    browser.client.cookies.set("__Host-doorward", "A" * 64, domain="login.example.org")

    assert sign_in(browser, phone).to == "/"


def test_wrong_passkey_keeps_the_page(site: Site, bram: AccountId) -> None:
    """With what may be the matter, and whom to ask."""
    phone, browser = Authenticator(), site.browser()
    register(site.world, bram, phone)
    phone.key = new_key()
    shown = sign_in(browser, phone)

    assert shown.status == 401
    assert "This passkey was not accepted." in shown.page.text
    assert "/sign-in" in [form.action for form in shown.page.forms]


@pytest.mark.parametrize("credential", ["", "{", "null", "[" * 15_000, '{"response": {}}'])
def test_what_is_no_credential_is_told_so(site: Site, bram: AccountId, credential: str) -> None:
    """On each of the pages that take one."""
    browser = site.signed_in(bram)
    register(site.world, bram, Authenticator())
    told = [browser.post(YOURS, {"credential": credential}).status]
    stranger = site.browser()
    told.append(stranger.post("/sign-in/passkey", {"credential": credential, "sign_in": "A" * 64}).status)
    give_password(stranger)
    told.append(stranger.post("/sign-in/code/passkey", {"credential": credential}).status)

    assert told == [422, 422, 422]


def test_passkey_is_the_second_factor(site: Site, bram: AccountId) -> None:
    """The page of the code offers it to whoever has one."""
    phone, browser = Authenticator(), site.browser()
    give_password(browser)
    without = [form.action for form in browser.get("/sign-in/code").page.forms]
    register(site.world, bram, phone)
    offered = [form.action for form in browser.get("/sign-in/code").page.forms]
    options = fetch(browser, "/sign-in/code/passkey/options")["options"]
    signed_in = browser.post("/sign-in/code/passkey", {"credential": json.dumps(phone.get(options))})

    assert (without, offered) == (["/sign-in/code"], ["/sign-in/code", "/sign-in/code/passkey"])
    assert (signed_in.to, browser.get("/me").status) == ("/", 200)


def test_account_without_a_key_is_asked_for_its_passkey_alone(site: Site, bram: AccountId) -> None:
    """There is no code to type (LOCK-14)."""
    register(site.world, bram, Authenticator())
    with site.world.writing() as call:
        otp.disable_key(call, bram)
    browser = site.browser()
    give_password(browser)
    page = browser.get("/sign-in/code").page

    assert [form.action for form in page.forms] == ["/sign-in/code/passkey"]
    assert "Use your passkey" in page.text


def test_wrong_second_factor_keeps_the_page(site: Site, bram: AccountId) -> None:
    """And the sign-in goes on."""
    phone, browser = Authenticator(), site.browser()
    register(site.world, bram, phone)
    give_password(browser)
    phone.key = new_key()
    options = fetch(browser, "/sign-in/code/passkey/options")["options"]
    shown = browser.post("/sign-in/code/passkey", {"credential": json.dumps(phone.get(options))})

    assert shown.status == 401
    assert "This passkey was not accepted." in shown.page.text
    assert browser.get("/sign-in/code").status == 200


def test_stale_session_proves_itself_at_the_page(site: Site, bram: AccountId) -> None:
    """By a code or by a passkey; until then nothing can be added (KEY-2)."""
    phone, browser = Authenticator(), site.signed_in(bram)
    register(site.world, bram, phone)
    site.world.pass_time(minutes=6)
    stale = browser.get(YOURS).page
    refused = browser.post(f"{YOURS}/options").answer
    malformed = browser.post(f"{YOURS}/proof", {"code": "12 34"})
    wrong = browser.post(f"{YOURS}/proof", {"code": code(SECRET, steps=99)})
    options = fetch(browser, f"{YOURS}/proof/options")["options"]
    proven = browser.post(f"{YOURS}/proof", {"credential": json.dumps(phone.get(options))})

    assert "First prove that it is you" in stale.text
    assert YOURS not in [form.action for form in stale.forms]
    assert (refused.status_code, refused.json()["code"]) == (403, "session.fresh_code_required")
    assert refused.json()["detail"].startswith("This takes a fresh code")
    assert (malformed.status, wrong.status, proven.to) == (422, 401, YOURS)
    assert YOURS in [form.action for form in browser.get(YOURS).page.forms]


def test_key_2_passkey_is_the_proof_for_a_new_key(site: Site, bram: AccountId) -> None:
    """The own page leads there when it asks for a code; afterwards none is asked for."""
    phone, browser = Authenticator(), site.signed_in(bram)
    register(site.world, bram, phone)
    site.world.pass_time(minutes=6)
    asked = browser.post("/me/secret-key").page
    options = fetch(browser, f"{YOURS}/proof/options")["options"]
    browser.post(f"{YOURS}/proof", {"credential": json.dumps(phone.get(options))})

    assert "Prove it with a passkey instead" in asked.text
    assert browser.post("/me/secret-key").to == "/me?tab=two-factor"


def test_code_proves_at_the_page_too(site: Site, bram: AccountId) -> None:
    """Without any script."""
    browser = site.signed_in(bram)
    site.world.pass_time(minutes=6)
    proven = browser.post(f"{YOURS}/proof", {"code": code(SECRET, site.world.clock.now())})

    assert proven.to == YOURS
    assert "First prove" not in browser.get(YOURS).page.text


def test_what_a_script_fetches_is_refused_in_json(site: Site, bram: AccountId) -> None:
    """With a code for the script and a sentence for whoever looks."""
    stranger, browser = site.browser(), site.signed_in(bram)
    asked = [
        stranger.post("/sign-in/code/passkey/options").answer,
        stranger.post(f"{YOURS}/options").answer,
        stranger.post(f"{YOURS}/proof/options").answer,
        browser.post(f"{YOURS}/proof/options").answer,
    ]

    assert [(one.status_code, one.json()["code"]) for one in asked] == [
        (401, "signin.expired"), (401, "session.required"), (401, "session.required"), (409, "passkeys.none"),
    ]  # fmt: skip


@pytest.mark.parametrize("passkey", ["x", "00000000-0000-0000-0000-000000000007"])
def test_passkey_that_is_not_there(site: Site, bram: AccountId, passkey: str) -> None:
    """However its id is spelled."""
    browser = site.signed_in(bram)

    assert [browser.post(f"{YOURS}/{passkey}/{act}", {"name": "x"}).status for act in ("rename", "remove")] == [
        404,
        404,
    ]
    assert "Remove the passkey" not in browser.get(f"{YOURS}?remove={passkey}").page.text


def test_bad_name_stands_at_its_field(site: Site, bram: AccountId) -> None:
    """And nothing is renamed."""
    browser = site.signed_in(bram)
    register(site.world, bram, Authenticator(), "Phone")
    page = browser.get(YOURS).page
    action = next(form.action for form in page.forms if form.action.endswith("/rename"))
    shown = browser.post(action, {"name": "n" * 101})

    assert shown.status == 422
    assert "A passkey's name has at most 100 characters" in shown.page.text


def test_protected_account_asks_for_its_proof(site: Site, bram: AccountId) -> None:
    """Before anything is made, and before anything is removed (PROT-1)."""
    browser = site.signed_in(bram)
    passkey = register(site.world, bram, Authenticator())
    with site.world.writing() as call:
        call.sql.exec_driver_sql("UPDATE accounts SET protected = 1")
    refused = browser.post(f"{YOURS}/options").answer.json()["code"]
    removed = browser.post(f"{YOURS}/{passkey.id}/remove")
    staged = browser.get(f"{YOURS}?remove={passkey.id}").page

    assert (refused, removed.status) == ("protection.required", 403)
    assert "protection_password" in staged.form(f"{YOURS}/{passkey.id}/remove").names


def test_passkeys_are_offered_where_browsers_allow_them(site: Site) -> None:
    """At a host name over HTTPS, as this one; elsewhere the sign-in page is as it was."""
    offered = [form.action for form in site.browser().get("/sign-in").page.forms]
    elsewhere = replace(site.world.runtime, site=Here("http://127.0.0.1:8420", "node-1"))
    moved = replace(site, world=replace(site.world, runtime=elsewhere)).again()

    assert offered == ["/sign-in", "/sign-in/passkey"]
    assert [form.action for form in moved.browser().get("/sign-in").page.forms] == ["/sign-in"]
