import pytest

from doorward.features.administration.actions.editing import edit_account
from doorward.features.administration.model import EditAccount
from doorward.kernel.ids import AccountId
from tests.doors.console.standings import locked
from tests.doors.console.visiting import Browser, Shown, Site


def done(site: Site, deed: str, account: AccountId) -> tuple[Browser, Shown]:
    """Let an operator do a deed, and look at the page that follows."""
    olga = site.operator()
    led = olga.post(f"/console/users/{account}/{deed}", {"reason": "a slip"})
    return olga, olga.get(led.to)


@pytest.mark.parametrize(
    ("deed", "undo", "words"),
    [
        ("unlock", "unlock/undo", "The unlock is taken back: the lock is as it was."),
        ("allowlist/add", "allowlist/undo", "The entry is taken back: the account is off the allowlist."),
    ],
)
def test_what_was_just_done_is_taken_back(site: Site, deed: str, undo: str, words: str) -> None:
    """By a form beside what the page says; it needs no script."""
    account = locked(site) if deed == "unlock" else site.world.add("bram")
    before = site.world.standing(account)
    olga, shown = done(site, deed, account)
    form = next(one for one in shown.page.forms if one.action.endswith(undo))
    after = olga.get(olga.post(form.action, {}).to)

    assert words in after.page.text
    assert site.world.standing(account) == before


@pytest.mark.parametrize("seconds", [9, 11])
def test_it_is_offered_as_long_as_it_would_work(site: Site, seconds: int) -> None:
    """A page that is opened later says what was done, and offers nothing."""
    account = locked(site)
    olga, _ = done(site, "unlock", account)
    site.world.pass_time(seconds=seconds)
    page = olga.get(f"/console/users/{account}?done=unlocked").page

    assert "The account is unlocked." in page.text
    assert [form for form in page.forms if form.action.endswith("undo")] == [] or seconds < 10


def test_it_is_offered_to_nobody_else(site: Site) -> None:
    """A colleague who opens the same address sees no button."""
    account = locked(site)
    done(site, "unlock", account)
    page = site.operator(name="piet").get(f"/console/users/{account}?done=unlocked").page

    assert [form for form in page.forms if form.action.endswith("undo")] == []


def test_a_late_undo_is_told_on_the_page(site: Site) -> None:
    """With its reference, and what to do instead."""
    account = locked(site)
    olga, _ = done(site, "unlock", account)
    site.world.pass_time(seconds=11)
    late = olga.post(f"/console/users/{account}/unlock/undo", {})

    assert late.status == 409
    assert "An unlock can be taken back for 10 seconds." in late.page.ids["refusal"]
    assert "Reference" in late.page.ids["refusal"]


@pytest.mark.parametrize("account", ["x", "00000000-0000-7000-8000-000000000000"])
def test_an_account_that_is_not_there_is_told(site: Site, account: str) -> None:
    """Whether its id is no id or that of nobody."""
    assert site.operator().post(f"/console/users/{account}/allowlist/undo", {}).status == 404


@pytest.mark.parametrize(("deed", "said"), [("unlock", "unlocked"), ("allowlist/add", "allowed")])
def test_nothing_is_offered_on_a_protected_account(site: Site, deed: str, said: str) -> None:
    """Taking back is a change too, and a second code does not come within ten seconds (PROT-1)."""
    account = locked(site) if deed == "unlock" else site.world.add("bram")
    olga, before = done(site, deed, account)
    site.world.run(edit_account, EditAccount(account, None, protected=True, reason="the board"))
    after = olga.get(f"/console/users/{account}?done={said}").page

    assert [any(form.action.endswith("undo") for form in page.forms) for page in (before.page, after)] == [True, False]
