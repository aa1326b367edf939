from doorward.features.lockout.actions.locking import lock_account
from doorward.features.lockout.model import LockAccount
from tests.doors.console.signing_in import at_code, give_code
from tests.doors.console.standings import crowd, guessed_at
from tests.doors.console.visiting import Site


def test_figures_lead_to_their_lists(site: Site) -> None:
    """What needs somebody now, each with an address."""
    now = site.world.clock.now()
    guessed_at(site)
    site.world.add("carl", factors=1, locked_at=now, lock_reason="Administrator")
    site.world.add("dora")

    page = site.operator().get("/console").page

    assert "1locked automatically" in page.text
    assert "1locked by hand" in page.text
    assert "1without a second factor" in page.text
    assert {
        "/console/users?locked=1&lock=automatic",
        "/console/users?second_factor=none",
        "/console/mail?state=undelivered",
    } <= set(page.links)


def test_large_figures_are_parted(site: Site) -> None:
    """As the command line writes them."""
    crowd(site, 1_000)

    page = site.operator().get("/console").page

    assert "1,000without a second factor" in page.text


def test_the_last_30_days_are_a_picture_and_a_table(site: Site) -> None:
    """The picture says its sum in words, the table each day."""
    browser, key = at_code(site)
    give_code(site, browser, key)

    shown = site.operator().get("/console")

    assert "Sign-ins by day: at most 2, 2 in all." in shown.html
    assert shown.html.count("<tr>") >= 31


def test_an_empty_house_says_what_would_be_seen(site: Site) -> None:
    """Instead of a picture of nothing."""
    page = site.operator().get("/console").page

    assert "Nothing has happened yet" in page.text


def test_mail_is_for_those_who_may_see_it(site: Site) -> None:
    """A help desk sees no figure that leads to a list it may not open."""
    page = site.operator("help-desk").get("/console").page

    assert "mails not delivered" not in page.text
    assert [link for link in page.links if link.startswith("/console/mail")] == []


def test_whoever_has_no_right_sees_no_overview(site: Site) -> None:
    """And is led to their own page (RIGHT-6)."""
    shown = site.operator("no-access").get("/console")

    assert shown.told == (403, "You do not have the right that this takes (users:read).")
    assert shown.page.links[-1] == "/me"


def test_each_figure_leads_to_the_list_behind_it(site: Site) -> None:
    """Locks of each kind, accounts without a factor, and each day to its entries, if they may be read."""
    now = site.world.clock.now()
    site.world.add("anna", locked_at=now, lock_reason="Failures")
    bram = site.world.add("bram")
    site.world.run(lock_account, LockAccount(bram, "left his desk"))
    olga, henk = site.operator().get("/console").page, site.operator("help-desk", name="henk").get("/console").page
    day = "/console/audit?act=lockout.locked&after=2026-05-04T00%3A00&before=2026-05-05T00%3A00"

    assert "/console/users?locked=1&lock=automatic" in olga.links
    assert "/console/users?locked=1&lock=by_hand" in olga.links
    assert "/console/users?second_factor=none" in olga.links
    assert day in olga.links
    assert day not in henk.links
