from typing import Any

import pytest

from doorward.doors.console.account_acts import DEEDS
from doorward.features.administration.actions.grouping import add_group
from doorward.features.groups.model import AddGroup, GroupAdded
from doorward.features.recovery_codes import actions as recovery_codes
from doorward.features.rights.actions.granting import show_roles_of
from doorward.features.rights.model.acts.granting import RolesOf, ShowRolesOf
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.ids import AccountId
from tests.doors.console.standings import locked
from tests.doors.console.visiting import Browser, Site
from tests.features.second_factor.protecting import protect
from tests.features.signin.walking import PASSWORD
from tests.keys import SECRET, bind, code

NEEDED = "This account is protected. Prove yourself with your own password and a fresh code, or your passkey."
WRONG = "Your own password, code or passkey was wrong. Try again with a fresh code, or your passkey."


@pytest.fixture
def olga(site: Site) -> AccountId:
    """Olga, an administrator with a password and a key."""
    account = site.walk.person("olga", "administrator")
    bind(site.world, account)
    return account


@pytest.fixture
def browser(site: Site, olga: AccountId) -> Browser:
    """Olga's browser."""
    return site.signed_in(olga)


@pytest.fixture
def bram(site: Site) -> AccountId:
    """Bram, who is locked and whose account is protected."""
    return protect(site.world, locked(site, factors=1))


def proof(site: Site, password: str = PASSWORD, typed: str | None = None) -> dict[str, str]:
    """Fill in the fields of a proof; by default rightly."""
    shown = code(SECRET, site.world.clock.now())
    return {"protection_password": password, "protection_code": shown if typed is None else typed}


def address(account: AccountId) -> str:
    """Give the address of an account's page."""
    return f"/console/users/{account}"


@pytest.mark.parametrize("name", sorted(DEEDS))
def test_each_form_asks_for_a_proof(site: Site, browser: Browser, bram: AccountId, name: str) -> None:
    """Without one it comes back with the words at its field, and nothing was done (PROT-1)."""
    before = site.world.standing(bram)
    shown = browser.post(f"{address(bram)}/{name}", {"reason": "a test"})
    at = "unlock" if name == "unlock" else "staged"

    assert shown.status == 403
    assert NEEDED in shown.page.text
    assert shown.page.ids[f"{at}-proof-password-error"].startswith(NEEDED)
    assert site.world.standing(bram) == before


def test_right_proof_makes_the_change(site: Site, browser: Browser, bram: AccountId) -> None:
    """And the page says so."""
    shown = browser.post(f"{address(bram)}/unlock", {"reason": "called back"} | proof(site))

    assert shown.to == f"{address(bram)}?done=unlocked"
    assert site.world.standing(bram).state.lock is None


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"password": "a guess"}, ("password", WRONG)),
        ({"typed": "000000"}, ("password", WRONG)),
        ({"typed": "12345"}, ("code", "A code is six digits")),
        ({"password": ""}, ("password", NEEDED)),
        ({"typed": ""}, ("password", NEEDED)),
    ],
)
def test_wrong_proof_is_told_at_its_field(
    site: Site, browser: Browser, bram: AccountId, typed: dict[str, Any], told: tuple[str, str]
) -> None:
    """The reason is kept as it was typed; password and code are not."""
    field, words = told
    given = proof(site, **typed)
    shown = browser.post(f"{address(bram)}/reset-secret-key", {"reason": "lost phone"} | given)
    form = shown.page.form(f"{address(bram)}/reset-secret-key").fields

    assert shown.page.ids[f"staged-proof-{field}-error"].startswith(words)
    assert form["reason"] == "lost phone"
    assert (form["protection_password"], form["protection_code"]) == ("", "")
    assert site.world.standing(bram).state.factors == 1


def test_fields_stand_where_they_are_needed(site: Site, browser: Browser, bram: AccountId) -> None:
    """On each form of a protected account, and on none of another."""
    carl = site.world.add("carl", factors=1)
    queries = ["?stage=unlock", "?stage=edit", "?stage=lock", "?tab=two-factor&stage=reset-key", "?tab=roles"]
    names = {"protection_password", "protection_code"}

    def asked(account: AccountId) -> list[bool]:
        pages = [browser.get(address(account) + query).page for query in queries]
        forms = [[one for one in page.forms if one.method == "post" and "reason" in one.names] for page in pages]
        return [any(names <= form.names for form in there) for there in forms]

    assert asked(bram) == [True] * 5
    assert asked(carl) == [False] * 5


def test_unlock_is_staged_with_its_fields(browser: Browser, bram: AccountId) -> None:
    """The banner leads to them, and the list of users to the page instead of a dialog without them."""
    page = browser.get(address(bram)).page
    row = browser.get("/console/users?locked=1")

    assert f"{address(bram)}?stage=unlock#lock" in page.links
    assert [form for form in page.forms if form.action == f"{address(bram)}/unlock"] == []
    assert f"{address(bram)}?stage=unlock" in row.page.links
    assert 'data-dialog="unlock-dialog"' not in row.answer.text


def test_mark_is_set_and_lifted(site: Site, browser: Browser) -> None:
    """Staged on the page; lifting it asks for the proof (PROT-3)."""
    carl = site.world.add("carl")
    staged = browser.get(f"{address(carl)}?stage=protect").page.form(f"{address(carl)}/protect").fields
    marked = browser.post(f"{address(carl)}/protect", staged | {"reason": "board"})
    lift = browser.get(f"{address(carl)}?stage=unprotect").page.form(f"{address(carl)}/unprotect").fields
    refused = browser.post(f"{address(carl)}/unprotect", lift | {"reason": "left"})
    lifted = browser.post(f"{address(carl)}/unprotect", lift | {"reason": "left"} | proof(site))

    assert marked.to == f"{address(carl)}?done=protected"
    assert refused.page.ids["staged-proof-password-error"].startswith(NEEDED)
    assert lifted.to == f"{address(carl)}?done=unprotected"


@pytest.mark.parametrize("name", ["protect", "unprotect"])
def test_mark_of_another_version_is_lost(site: Site, browser: Browser, name: str) -> None:
    """Whoever saved in between is not overwritten."""
    carl = site.world.add("carl")
    shown = browser.post(f"{address(carl)}/{name}", {"version": "7", "reason": "x"})

    assert shown.told[0] == 409
    assert browser.post("/console/users/nobody/protect", {"reason": "x"}).status == 404


def test_a_role_takes_the_proof(site: Site, browser: Browser, bram: AccountId) -> None:
    """Given with it, and left as it is without; the words stand at the field of that form."""
    fields = {"role": "auditor", "over": "", "effect": "allow", "reason": "joined"}
    without = browser.post(f"{address(bram)}/roles/add", fields)
    shown = browser.post(f"{address(bram)}/roles/add", fields | proof(site))
    held = site.world.run(show_roles_of, ShowRolesOf(bram))
    assert isinstance(held, RolesOf)

    assert without.page.ids["give-proof-password-error"].startswith(NEEDED)
    assert shown.to == f"{address(bram)}?tab=roles&done=role-granted"
    assert [one.role for one in held.assignments] == ["auditor"]


def test_one_session_is_ended_on_a_page_of_its_own(site: Site, browser: Browser) -> None:
    """A row of the table has no room for a proof: it leads to where there is."""
    bram = protect(site.world, site.world.add("bram", factors=1))
    site.signed_in(bram)
    links = [one for one in browser.get(f"{address(bram)}?tab=sessions").page.links if "stage=end-session&" in one]
    staged = browser.get(links[0]).page.form(f"{address(bram)}/sessions/end").fields
    refused = browser.post(f"{address(bram)}/sessions/end", staged | {"reason": "x"})
    again = refused.page.form(f"{address(bram)}/sessions/end").fields
    done = browser.post(f"{address(bram)}/sessions/end", again | {"reason": "x"} | proof(site))

    assert len(links) == 1
    assert refused.page.ids["staged-proof-password-error"].startswith(NEEDED)
    assert again["session"] == staged["session"]
    assert done.to == f"{address(bram)}?tab=sessions&done=sessions-ended"


def test_last_wrong_proof_leads_to_sign_in(site: Site, browser: Browser, bram: AccountId) -> None:
    """The session is over, and the page of another is not shown once more (PROT-1)."""
    site.world.add("anna", "administrator", factors=1)
    form = {"reason": "x"} | proof(site, "a guess")
    shown = [browser.post(f"{address(bram)}/lock", form) for _ in range(10)]

    assert [one.status for one in shown] == [403] * 9 + [303]
    assert shown[-1].to == "/sign-in"


def test_own_key_of_a_protected_account(site: Site, browser: Browser, olga: AccountId) -> None:
    """The page lays the change out with its fields; a code alone does not begin it (KEY-2)."""
    protect(site.world, olga)
    first = browser.get("/me?tab=two-factor").page
    staged = browser.get("/me?stage=key").page.form("/me/secret-key")
    refused = browser.post("/me/secret-key", {"code": code(SECRET, site.world.clock.now())})
    malformed = browser.post("/me/secret-key", proof(site, typed="12"))
    begun = browser.post("/me/secret-key", proof(site))

    assert "/me?tab=two-factor&stage=key" in first.links
    assert "/me?tab=two-factor&stage=recovery_codes" in first.links
    assert {"protection_password", "protection_code"} <= staged.names
    assert refused.page.ids["key-proof-password-error"].startswith(NEEDED)
    assert malformed.page.ids["key-proof-code-error"].startswith("A code is six digits")
    assert begun.to == "/me?tab=two-factor"


def test_own_recovery_codes_of_a_protected_account(site: Site, browser: Browser, olga: AccountId) -> None:
    """As the key."""
    protect(site.world, olga)
    refused = browser.post("/me/recovery-codes", proof(site, "a guess"))
    made = browser.post("/me/recovery-codes", proof(site))

    assert refused.page.ids["recovery_codes-proof-password-error"].startswith(WRONG)
    assert len(made.page.items["recovery-codes"]) == 10


def test_own_key_after_a_recovery_code(site: Site, olga: AccountId) -> None:
    """The page asks for another one of them (KEY-1)."""
    protect(site.world, olga)
    with site.world.writing() as call:
        _, second, *_ = recovery_codes.make_codes(call, olga)
    browser = site.signed_in(olga, OpenedWith.RECOVERY_CODE)
    page = browser.get("/me?stage=key").page
    begun = browser.post("/me/secret-key", proof(site, typed=second.lower()))

    assert "Another recovery code" in page.text
    assert begun.to == "/me?tab=two-factor"


def test_own_password_of_a_protected_account(site: Site, browser: Browser, olga: AccountId) -> None:
    """The present one is asked for once, and a code besides (PROT-1)."""
    protect(site.world, olga)
    form = {"password": PASSWORD, "new_password": "a swim in the lake"}
    asked = browser.get("/me/password").page.form("/me/password").names
    refused = browser.post("/me/password", form)
    wrong = browser.post("/me/password", form | {"protection_code": "000000"})
    done = browser.post("/me/password", form | {"protection_code": proof(site)["protection_code"]})

    assert "protection_code" in asked
    assert refused.page.ids["own-proof-code-error"].startswith(NEEDED)
    assert wrong.page.ids["f-password-error"].startswith(WRONG)
    assert done.to == "/me?done=password-changed"


def test_one_proof_serves_all_groups_of_one_form(site: Site, browser: Browser, bram: AccountId) -> None:
    """And without it none is joined."""
    groups = [site.world.run(add_group, AddGroup(name)) for name in ("North", "South")]
    chosen = [str(one.group) for one in groups if isinstance(one, GroupAdded)]
    refused = browser.post(f"{address(bram)}/groups/add", {"act": "join", "group": chosen[0], "reason": "moved"})
    joined = browser.send(
        "POST", f"{address(bram)}/groups/add", headers={"origin": "https://login.example.org"},
        data={"act": "join", "group": chosen, "reason": "moved", **proof(site)},
    )  # fmt: skip
    page = browser.get(f"{address(bram)}?tab=groups").page

    assert refused.page.ids["join-proof-password-error"].startswith(NEEDED)
    assert joined.to == f"{address(bram)}?tab=groups&done=groups-joined"
    assert all(f"/console/groups/{group}" in page.links for group in chosen)
