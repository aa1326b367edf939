import json
from dataclasses import dataclass
from typing import Any

import pytest

from doorward.features.administration.actions.grouping import add_group
from doorward.features.groups.model import AddGroup, GroupAdded
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.ids import AccountId
from tests.authenticators import PRESENT, Authenticator
from tests.doors.console.visiting import Browser, Shown, Site
from tests.features.second_factor.adding import add, listed
from tests.features.second_factor.protecting import failures, lock_reason, protect
from tests.features.signin.walking import PASSWORD
from tests.keys import SECRET, bind, code

ASK = "/me/account-protection/options"
BUTTON = 'data-prove-with="/me/account-protection/options"'
NEEDED = "This account is protected. Prove yourself with your own password and a fresh code, or your passkey."
WRONG = "Your own password, code or passkey was wrong. Try again with a fresh code, or your passkey."


@dataclass(frozen=True)
class Desk:
    """Olga at her browser, with a passkey in her phone; Bram, whose account is protected."""

    site: Site
    olga: AccountId
    browser: Browser
    phone: Authenticator
    bram: AccountId

    @property
    def address(self) -> str:
        """Give the address of Bram's page."""
        return f"/console/users/{self.bram}"

    def signed(self, path: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Do as the script does: ask for this form, have it signed, fill it in."""
        asked = self.browser.post(ASK, fields | {"protection_for": path})
        options = asked.answer.json()["options"]
        return fields | {"protection_passkey": json.dumps(self.phone.get(options))}

    def send(self, path: str, fields: dict[str, Any]) -> Shown:
        """Send a form that is signed for."""
        return self.browser.post(path, self.signed(path, fields))


@pytest.fixture
def desk(site: Site) -> Desk:
    """Put everybody in place."""
    world, phone = site.world, Authenticator()
    olga = site.walk.person("olga", "administrator")
    bind(world, olga)
    add(world, world.sign_in(olga), phone)
    bram = protect(world, world.add("bram", factors=1))
    return Desk(site, olga, site.signed_in(olga), phone, bram)


def test_form_is_signed_for_and_sent(desk: Desk) -> None:
    """In place of password and code, once (PROT-1, PROT-2)."""
    path, fields = f"{desk.address}/lock", {"reason": "left"}
    sent = desk.signed(path, fields)
    done, again = desk.browser.post(path, sent), desk.browser.post(path, sent)

    assert done.to == f"{desk.address}?done=locked"
    assert lock_reason(desk.site.world, desk.bram) is not None
    assert again.status == 403
    assert WRONG in again.html


@pytest.mark.parametrize(
    ("path", "fields"), [("/lock", {"reason": "other"}), ("/disable", {"reason": "left"}), ("/lock", {"reason": ""})]
)
def test_form_that_was_not_signed_for_is_refused(desk: Desk, path: str, fields: dict[str, str]) -> None:
    """Another reason, another act; what is typed into it stays (T37)."""
    given = desk.signed(f"{desk.address}/lock", {"reason": "left"})
    refused = desk.browser.post(desk.address + path, given | fields)

    assert refused.status in {403, 422}
    assert lock_reason(desk.site.world, desk.bram) is None


def test_options_of_another_form_serve_none(desk: Desk) -> None:
    """What is asked for names its address: signed for nothing, it serves nothing, and counts."""
    fields = {"reason": "left"}
    given = desk.signed("/console/users/else/lock", fields)

    assert desk.browser.post(f"{desk.address}/lock", given).status == 403
    assert failures(desk.site.world, desk.olga) == 1


@pytest.mark.parametrize("given", ["", "{", "[]", '"x"', "[" * 20_000, '{"rawId": 1}'])
def test_what_no_passkey_has_signed_is_asked_for_again(desk: Desk, given: str) -> None:
    """It is no proof, and nothing is counted."""
    refused = desk.browser.post(f"{desk.address}/lock", {"reason": "left", "protection_passkey": given})

    assert refused.status == 403
    assert NEEDED in refused.html
    assert failures(desk.site.world, desk.olga) == 0


def test_too_late_is_told_at_the_fields(desk: Desk) -> None:
    """With the words that say what to do."""
    path = f"{desk.address}/lock"
    given = desk.signed(path, {"reason": "left"})
    desk.site.world.pass_time(minutes=5)
    refused = desk.browser.post(path, given)

    assert refused.status == 401
    assert "This took too long, or was answered already. Use your passkey again." in refused.html


def test_button_stands_where_a_passkey_serves(desk: Desk) -> None:
    """On forms that ask for a proof, for whoever has a passkey that verifies them; its script comes with it."""
    carl = desk.site.world.add("carl")
    staged = desk.browser.get(f"{desk.address}?stage=lock").html
    other = desk.browser.get(f"/console/users/{carl}?stage=lock").html

    assert (BUTTON in staged, "/static/passkeys.js" in staged) == (True, True)
    assert (BUTTON in other, "/static/passkeys.js" in other) == (False, False)


def test_no_button_for_a_mere_security_key(site: Site) -> None:
    """It verifies nobody; nor for whoever has none, nor where browsers allow none."""
    world = site.world
    olga = site.walk.person("olga", "administrator")
    bind(world, olga)
    bram, browser = protect(world, world.add("bram")), site.signed_in(olga)
    before = browser.get(f"/console/users/{bram}?stage=lock").html
    add(world, world.sign_in(olga), Authenticator(flags=PRESENT))

    assert BUTTON not in before
    assert BUTTON not in browser.get(f"/console/users/{bram}?stage=lock").html
    asked = browser.post(ASK, {"protection_for": "/x"})
    assert (asked.status, asked.answer.json()["code"]) == (409, "passkeys.none")


def test_several_groups_are_signed_for_as_one_form(desk: Desk) -> None:
    """Each value in its order; one more is another change."""
    groups = []
    for name in ("North", "South", "West"):
        added = desk.site.world.run(add_group, AddGroup(name))
        assert isinstance(added, GroupAdded)
        groups.append(str(added.group))
    path = f"{desk.address}/groups/add"
    fields = {"act": "join", "group": groups[:2], "reason": "moved"}
    more = desk.browser.post(path, desk.signed(path, fields) | {"group": groups})
    done = desk.send(path, fields)

    assert more.status == 403
    assert done.to == f"{desk.address}?tab=groups&done=groups-joined"


def test_own_page_takes_a_passkey(desk: Desk) -> None:
    """A new key, and new recovery codes, of one's own protected account (KEY-2)."""
    protect(desk.site.world, desk.olga)
    staged = desk.browser.get("/me?stage=key").html
    codes = desk.send("/me/recovery-codes", {})
    begun = desk.send("/me/secret-key", {})

    assert (BUTTON in staged, "/static/passkeys.js" in staged) == (True, True)
    assert codes.status == 200
    assert begun.to == "/me?tab=two-factor"


def test_own_password_takes_a_passkey_for_the_code(desk: Desk) -> None:
    """Beside the present password."""
    protect(desk.site.world, desk.olga)
    page = desk.browser.get("/me/password").html
    fields = {"user_name": "olga", "password": PASSWORD, "new_password": "a swim in the lake"}
    wrong = desk.send("/me/password", fields | {"password": "a guess"})
    done = desk.send("/me/password", fields)

    assert (BUTTON in page, "/static/passkeys.js" in page) == (True, True)
    assert wrong.status == 403
    assert done.to == "/me?done=password-changed"


def test_new_passkey_is_signed_for_by_another(desk: Desk) -> None:
    """What is signed for are the options of the new one."""
    protect(desk.site.world, desk.olga)
    page = desk.browser.get("/me/passkeys").html
    fields = {"credential": "", "sign_in": "", "name": "Blue"}
    options = desk.send("/me/passkeys/options", fields).answer.json()["options"]
    blue = Authenticator(credential_id=b"blue")
    added = desk.browser.post("/me/passkeys", {"credential": json.dumps(blue.create(options)), "name": "Blue"})

    assert BUTTON in page
    assert added.to == "/me/passkeys?done=passkey-added"


def test_new_name_is_staged_with_its_proof(desk: Desk) -> None:
    """The table has no field that could only be refused; a name that cannot be one is told at its field."""
    protect(desk.site.world, desk.olga)
    (passkey,) = listed(desk.site.world, desk.site.world.sign_in(desk.olga)).passkeys
    path = f"/me/passkeys/{passkey.id}/rename"
    table, staged = desk.browser.get("/me/passkeys").html, desk.browser.get(f"/me/passkeys?rename={passkey.id}").html
    refused = desk.browser.post(path, {"name": "Blue"})
    wrong = desk.send(path, {"name": "x" * 101})
    done = desk.send(path, {"name": "Blue"})

    assert (f'action="{path}"' in table, f'action="{path}"' in staged) == (False, True)
    assert NEEDED in refused.html
    assert (wrong.status, 'id="staged-name-error"' in wrong.html) == (422, True)
    assert done.to == "/me/passkeys?done=saved"


def test_session_of_a_recovery_code_is_offered_none(desk: Desk) -> None:
    """It gives its password and another recovery code (KEY-1)."""
    protect(desk.site.world, desk.olga)
    lost = desk.site.signed_in(desk.olga, OpenedWith.RECOVERY_CODE)

    assert BUTTON not in lost.get("/me?stage=key").html
    assert lost.post(ASK, {"protection_for": "/me/secret-key"}).status == 403


def test_options_want_a_session(site: Site) -> None:
    """Like everything on one's own pages."""
    assert site.browser().post(ASK, {"protection_for": "/x"}).status == 401


def test_password_and_code_go_on_working_beside(desk: Desk) -> None:
    """For whoever has no script running: the empty field of the passkey says nothing."""
    shown = code(SECRET, desk.site.world.clock.now())
    typed = {"protection_password": PASSWORD, "protection_code": shown, "protection_passkey": ""}
    done = desk.browser.post(f"{desk.address}/lock", {"reason": "left"} | typed)

    assert done.to == f"{desk.address}?done=locked"
