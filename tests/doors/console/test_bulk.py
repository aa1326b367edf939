import pytest

from doorward.features.jobs.actions.working import go_on
from doorward.kernel.ids import AccountId
from tests.doors.console.standings import crowd
from tests.doors.console.visiting import Browser, Shown, Site


def three(site: Site) -> dict[str, AccountId]:
    """Add two people without a second factor and one with it."""
    return {
        "anna": site.world.add("anna", factors=1),
        "bram": site.world.add("bram"),
        "carl": site.world.add("carl"),
    }


def address(act: str, *accounts: AccountId, search: str = "") -> str:
    """Spell the page that asks whether an act for many is meant."""
    chosen = "".join(f"&account={one}" for one in accounts) or f"&everyone=1{search}"
    return f"/console/users/bulk?act={act}{chosen}"


def worked_off(site: Site, browser: Browser, fields: dict[str, object]) -> Shown:
    """Send the form, let the worker do its part, and look at the job."""
    led = browser.post("/console/users/bulk", fields)
    while go_on(site.world.runtime):
        pass
    return browser.get(led.to) if led.to else led


@pytest.mark.parametrize(
    ("act", "title"),
    [
        ("unlocks", "Unlock 2 users"),
        ("secret-key-resets", "Reset the secret keys of 2 users"),
        ("allowlist-additions", "Allow 2 users to set up a second factor"),
        ("exclusion-additions", "Exclude 2 users from two-factor authentication"),
    ],
)
def test_the_page_names_the_count_and_the_people(site: Site, act: str, title: str) -> None:
    """Before anything is done; the address can be sent to a colleague, and changes nothing."""
    known = three(site)
    page = site.operator("super-user").get(address(act, known["anna"], known["bram"])).page

    assert title in page.text
    assert "anna, bram" in page.ids["staged"]
    assert page.form("/console/users/bulk").names >= {"act", "account", "reason"}


def test_keys_are_reset_when_the_number_is_typed(site: Site) -> None:
    """What has no way back asks for it."""
    known, sue = three(site), site.operator("super-user")
    fields: dict[str, object] = {
        "act": "secret-key-resets", "account": [str(one) for one in known.values()], "reason": "stolen", "count": "3",
    }  # fmt: skip
    shown = worked_off(site, sue, fields)

    assert "Reset the secret keys of 3 of 3 users" in shown.page.text
    assert site.world.standing(known["anna"]).state.factors == 0


@pytest.mark.parametrize("count", ["", "2", "03x", "-3"])
def test_another_number_is_told_and_nothing_is_done(site: Site, count: str) -> None:
    """The page comes again, with what was typed."""
    known, sue = three(site), site.operator("super-user")
    fields: dict[str, object] = {
        "act": "exclusion-additions", "account": [str(one) for one in known.values()], "reason": "svc", "count": count,
    }  # fmt: skip
    shown = worked_off(site, sue, fields)

    assert shown.status == 422
    assert "This is about 3 accounts" in shown.page.text
    assert not site.world.standing(known["bram"]).state.excluded


@pytest.mark.parametrize("count", ["1,000", "1000"])
def test_a_large_number_is_typed_as_it_is_written_or_plain(site: Site, count: str) -> None:
    """Its thousands parted or not."""
    crowd(site, 1_000)
    sue = site.operator("super-user")
    fields: dict[str, object] = {
        "act": "secret-key-resets", "everyone": "1", "query": "crowd", "reason": "stolen", "count": count,
    }  # fmt: skip

    staged = sue.get(address("secret-key-resets", search="&query=crowd"))
    led = sue.post("/console/users/bulk", fields)

    assert "Type the number of users, 1,000, to confirm" in staged.page.text
    assert led.status == 303


def test_one_account_needs_no_number(site: Site) -> None:
    """It is named on the page."""
    known, sue = three(site), site.operator("super-user")
    fields: dict[str, object] = {"act": "secret-key-resets", "account": str(known["anna"]), "reason": "stolen"}

    assert "Reset the secret keys of 1 of 1 user" in worked_off(site, sue, fields).page.text


def test_everyone_whom_a_search_finds(site: Site) -> None:
    """The search is told in words, and carried on."""
    three(site)
    sue = site.operator("super-user")
    page = sue.get(address("allowlist-additions", search="&query=carl&second_factor=blocked")).page
    fields: dict[str, object] = {
        "act": "allowlist-additions", "everyone": "1", "second_factor": "blocked", "reason": "roll-out",
    }  # fmt: skip
    shown = worked_off(site, sue, fields)

    assert "Everyone whom this search finds now: “carl”, blocked." in page.ids["staged"]
    assert "Allowed set-up to 2 of 2 users" in shown.page.text


def test_everyone_who_is_locked_is_unlocked(site: Site) -> None:
    """Whom automatic locks have shut out, nobody else (LOCK-12)."""
    now, olga = site.world.clock.now(), site.operator()
    for name, reason in (("anna", "Failures"), ("bram", "Inactivity"), ("carl", "Administrator")):
        site.world.add(name, locked_at=now, lock_reason=reason)
    staged = olga.get(address("unlocks", search="&locked=1"))
    shown = worked_off(site, olga, {"act": "unlocks", "everyone": "1", "locked": "1", "reason": "Attack blocked"})

    assert "Unlock 2 users" in staged.page.text
    assert "Unlocked 2 of 2 users" in shown.page.text


def test_a_search_that_finds_nobody_says_so(site: Site) -> None:
    """There is nothing to confirm."""
    page = site.operator("super-user").get(address("secret-key-resets", search="&query=nobody")).page

    assert "This search finds nobody for it" in page.text
    assert "/console/users/bulk" not in [form.action for form in page.forms]


def test_who_may_not_is_told_why(site: Site) -> None:
    """The page has the reason in place of the form, and the form is refused all the same (RIGHT-7)."""
    known, olga = three(site), site.operator("help-desk")
    page = olga.get(address("secret-key-resets", known["anna"])).page
    refused = olga.post(
        "/console/users/bulk", {"act": "secret-key-resets", "account": str(known["anna"]), "reason": "stolen"}
    )

    assert "You do not have the right that this takes (user-permissions:modify-object-acls)." in page.text
    assert "/console/users/bulk" not in [form.action for form in page.forms]
    assert refused.status == 403
    assert site.world.standing(known["anna"]).state.factors == 1


@pytest.mark.parametrize(
    ("query", "status"),
    [("act=unlocks&account=x", 404), ("act=nonsense&everyone=1", 404)],
)
def test_what_is_no_question_is_told(site: Site, query: str, status: int) -> None:
    """No account, no such act; in the address and in the form alike."""
    olga = site.operator()
    fields = dict(pair.split("=") for pair in query.split("&") if pair)

    assert olga.get(f"/console/users/bulk?{query}").status == status
    assert olga.post("/console/users/bulk", {**fields, "reason": "a test"}).status == status


def test_nobody_selected_is_told(site: Site) -> None:
    """The page says what to do, and the form is refused."""
    olga = site.operator()

    assert "Nobody is selected" in olga.get("/console/users/bulk").page.text
    assert olga.post("/console/users/bulk", {"act": "unlocks", "reason": "a test"}).told == (
        422, "No account is selected.",
    )  # fmt: skip


def test_a_reason_is_asked_for(site: Site) -> None:
    """And told at its field."""
    known, sue = three(site), site.operator("super-user")
    shown = worked_off(site, sue, {"act": "allowlist-additions", "account": str(known["bram"]), "reason": " "})

    assert shown.status == 422
    assert "A reason has 1 to 500 characters" in shown.page.ids["staged-reason-error"]


def test_the_list_of_users_leads_to_the_acts(site: Site) -> None:
    """For the selected and for everyone; what is not allowed is greyed with its reason."""
    three(site)
    sue = site.operator("super-user", name="sue").get("/console/users?query=a&locked=0").page
    olga = site.operator("help-desk").get("/console/users").page

    assert "/console/users/bulk?act=secret-key-resets&everyone=1&query=a" in sue.links
    assert "user-permissions:modify-object-acls" in olga.ids["bulk-bar"]
    assert "/console/users/bulk?act=unlocks&everyone=1" in olga.links
    assert not [link for link in olga.links if "secret-key-resets" in link]
    assert "user-permissions:modify-object-acls" in olga.greyed["Exclude…"]
    assert "everyone-why" not in sue.ids
