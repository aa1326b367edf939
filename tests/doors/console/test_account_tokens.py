import pytest

from doorward.features.accounts.model import AccountKind
from doorward.features.second_factor.actions.exclusions import exclude_account
from doorward.features.second_factor.model import ExcludeAccount
from doorward.kernel.ids import AccountId
from tests.doors.console.visiting import Browser, Shown, Site
from tests.features.second_factor.handing import (
    COUNTING,
    TICKING,
    assign,
    display,
    expiring,
    give,
    held,
    press,
    resynchronise,
    stock,
)
from tests.features.second_factor.protecting import protect
from tests.keys import bind

WRONG_PAIR = "These are not two codes in a row of this token."


@pytest.fixture
def bram(site: Site) -> AccountId:
    """Have two tokens in stock, and somebody with a key of an app."""
    stock(site.world, COUNTING, TICKING)
    account = site.world.add("bram")
    bind(site.world, account)
    return account


def tab(browser: Browser, account: AccountId, stage: str = "") -> Shown:
    """Open the tab of the second factor."""
    return browser.get(f"/console/users/{account}?tab=two-factor{f'&stage={stage}' if stage else ''}")


def post(browser: Browser, account: AccountId, act: str, **fields: str) -> Shown:
    """Send one of the forms, with a reason."""
    return browser.post(f"/console/users/{account}/token/{act}", {"reason": "at the desk", **fields})


def test_a_token_is_assigned_on_the_page(site: Site, bram: AccountId) -> None:
    """Staged with what follows; afterwards the tab says which it is, and offers what can be done with it."""
    browser = site.operator()
    before, staged = tab(browser, bram), tab(browser, bram, "assign-token")

    done = post(browser, bram, "assign", serial=" 100 ", manufacturer="")
    after = tab(browser, bram)

    assert "Resynchronise the token" not in before.html
    assert "Assign a hardware token to Bram" in staged.html
    assert done.to == f"/console/users/{bram}?tab=two-factor&done=token-assigned"
    assert "<dt>Hardware token</dt><dd>100" in after.html
    assert "Resynchronise the token" in after.html
    assert give(site.world, bram, press(0)) == "right"


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"serial": "7"}, 404, "There is no such hardware token."),
        ({"serial": ""}, 404, "There is no such hardware token."),
        ({"serial": "200"}, 409, "The hardware token 200 is somebody"),
        ({"serial": "100", "reason": ""}, 422, "A reason has 1 to 500 characters"),
    ],
)
def test_what_cannot_be_assigned_is_told_at_its_field(
    site: Site, bram: AccountId, fields: dict[str, str], status: int, told: str
) -> None:
    """What was typed stays, and nothing is changed."""
    assign(site.world, site.world.add("dora"), "200")

    refused = post(site.operator(), bram, "assign", **fields)

    assert (refused.status, told in refused.html) == (status, True)
    assert "Assign a hardware token to Bram" in refused.html
    assert held(site.world, bram) is None


def test_a_token_is_taken_back_on_the_page(site: Site, bram: AccountId) -> None:
    """Once; then there is none to take."""
    assign(site.world, bram, "100")
    browser = site.operator()

    staged = tab(browser, bram, "unassign-token")
    done, again = post(browser, bram, "unassign"), post(browser, bram, "unassign")

    assert "Take the hardware token from Bram" in staged.html
    assert done.to == f"/console/users/{bram}?tab=two-factor&done=token-unassigned"
    assert (again.status, "No hardware token is in use here." in again.html) == (409, True)


def test_a_token_is_put_in_step_on_the_page(site: Site, bram: AccountId) -> None:
    """By two codes that its holder reads out; a slip is told at the first of them, and no code is shown again."""
    assign(site.world, bram, "100")
    browser = site.operator()

    wrong = post(browser, bram, "resynchronise", first_code=press(300), second_code=press(302))
    halves = [
        post(browser, bram, "resynchronise", first_code="12345", second_code=press(1)),
        post(browser, bram, "resynchronise", first_code=press(1), second_code="x"),
    ]
    done = post(browser, bram, "resynchronise", first_code=press(300), second_code=press(301))

    assert (wrong.status, WRONG_PAIR in wrong.html, press(302) in wrong.html) == (401, True, False)
    assert [one.status for one in halves] == [422, 422]
    assert 'id="f-first_code-error"' in halves[0].html
    assert 'id="f-second_code-error"' in halves[1].html
    assert done.to == f"/console/users/{bram}?tab=two-factor&done=token-in-step"
    assert give(site.world, bram, press(302)) == "right"


def test_a_clock_that_is_allowed_for_is_shown(site: Site, bram: AccountId) -> None:
    """By how many minutes; it is no trouble any more."""
    assign(site.world, bram, "200")
    resynchronise(site.world, bram, (display(site.world, -42.5), display(site.world, -42)))

    assert "its clock is about 42 minutes slow, which is allowed for" in tab(site.operator(), bram).html


def test_a_token_whose_time_is_over_is_shown(site: Site) -> None:
    """Operators see at once why no code is right."""
    dora = site.world.add("dora")
    stock(site.world, expiring(TICKING, site.world, hours=1))
    assign(site.world, dora, "200")
    site.world.pass_time(hours=2)

    assert "The time of the hardware token was over on 2026-05-04" in tab(site.operator(), dora).html


def test_a_protected_account_asks_for_the_proof(site: Site, bram: AccountId) -> None:
    """As for every change to it (PROT-1)."""
    protect(site.world, bram)
    browser = site.operator()

    staged, refused = tab(browser, bram, "assign-token"), post(browser, bram, "assign", serial="100")

    assert "protection_password" in staged.html
    assert (refused.status, "This account is protected" in refused.html) == (403, True)
    assert held(site.world, bram) is None


@pytest.mark.parametrize("act", ["assign", "unassign", "resynchronise"])
def test_whoever_may_not_is_refused_as_the_page_says(site: Site, bram: AccountId, act: str) -> None:
    """The same reason in the greyed button and after the form (RIGHT-7)."""
    assign(site.world, bram, "100")
    desk = site.operator("help-desk")

    shown = tab(desk, bram)
    refused = post(desk, bram, act, serial="200", first_code=press(300), second_code=press(301))

    assert "stage=assign-token" not in shown.html
    assert "user-permissions:modify-object-acls" in shown.html
    assert refused.status == 403
    assert desk.post(f"/console/users/nobody/token/{act}", {"reason": "x"}).status == 404


def test_taking_a_token_is_no_deleting_of_a_key(site: Site, bram: AccountId) -> None:
    """Of an excluded account the token can be taken, while its keys are not deleted; of an external one it cannot."""
    assign(site.world, bram, "100")
    dora = site.world.add("dora", kind=AccountKind.EXTERNAL)
    assign(site.world, dora, "200")
    site.world.run(exclude_account, ExcludeAccount(bram, "a printer"))
    browser = site.operator()

    excluded, external = tab(browser, bram).page, tab(browser, dora).page
    taken, kept = post(browser, bram, "unassign"), post(browser, dora, "unassign")

    assert ("Take the token" in excluded.greyed, "Take the token" in external.greyed) == (False, True)
    assert ("Delete secret key" in excluded.greyed, "Delete secret key" in external.greyed) == (True, True)
    assert taken.to.endswith("done=token-unassigned")
    assert kept.told[1].startswith(external.greyed["Take the token"])


def test_a_session_that_is_over_leads_to_sign_in(site: Site, bram: AccountId) -> None:
    """Whatever the form says."""
    assert post(site.browser(), bram, "assign", serial="100").to == "/sign-in"
