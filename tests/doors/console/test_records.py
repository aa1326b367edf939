import re
from importlib.resources import files

import pytest

from doorward.features.audit.actions import known_acts
from doorward.features.lockout.actions.locking import lock_account
from doorward.features.lockout.model import LockAccount
from doorward.features.notices import actions as notices
from doorward.kernel.ports import NotDelivered
from tests.doors.console.visiting import Shown, Site
from tests.worlds import World


def lines(shown: Shown) -> int:
    """Count the entries on the page."""
    return shown.html.count("<tr>") - 1


def test_the_audit_page_tells_who_did_what_to_whom(site: Site) -> None:
    """With the reason typed, in plain words and by its name."""
    bram, piet = site.world.add("bram", factors=1), site.world.add_operator("piet", "administrator")
    site.world.run(lock_account, LockAccount(bram, "lost his laptop"), piet)

    page = site.operator().get("/console/audit").page

    assert "Locked by handlockout.locked" in page.text
    assert "lost his laptop" in page.text


def test_a_refusal_leads_to_its_entry(site: Site) -> None:
    """The reference on the page of the refusal, typed into the audit page, finds what was refused and to whom."""
    bram, grace = site.world.add("bram", "administrator"), site.operator("help-desk", name="grace")
    refused = grace.post(f"/console/users/{bram}/unlock", {"reason": "asked"}).page
    reference = re.findall("Reference ([a-z2-7]{12})", refused.text)[0]
    page = site.operator().get(f"/console/audit?reference={reference}").page
    other = site.operator(name="piet").get("/console/audit?reference=nothing").page

    assert f"/console/audit?reference={reference}" in page.links
    assert "rights.higher_target" in page.text
    assert "No entry matches" in other.text


def test_every_act_has_its_words() -> None:
    """No line of the trail is told by its code alone."""
    told = files("doorward.doors.console").joinpath("templates/_history.html").read_text(encoding="utf-8")

    assert [one.act for one in known_acts() if f'"{one.act}":' not in told] == []


def test_opening_the_audit_page_is_recorded_once(site: Site) -> None:
    """It is an act itself (AUDIT-1)."""
    site.operator().get("/console/audit?act=lockout.locked")

    assert [(one.act, one.actor_name) for one in site.world.entries()] == [("audit.viewed", "olga")]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("target=bram", 1),
        ("target=BRAM%20", 1),
        ("actor=piet", 1),
        ("actor=nobody", 0),
        ("act=lockout.locked", 1),
        ("act=nonsense", 0),
        ("act=lockout.locked&target=olga", 0),
        ("act=lockout.locked&after=2026-05-04T12:00", 1),
        ("act=lockout.locked&before=2026-05-04T12:00", 0),
        ("act=lockout.locked&after=2026-05-04T14:30%2B02:00", 0),
    ],
)
def test_filters_narrow_each_other_down(site: Site, query: str, found: int) -> None:
    """By actor, target, act and time (AUDIT-4)."""
    bram, piet = site.world.add("bram", factors=1), site.world.add_operator("piet", "administrator")
    site.world.pass_time(minutes=1)
    site.world.run(lock_account, LockAccount(bram, "lost his laptop"), piet)

    shown = site.operator().get(f"/console/audit?{query}")

    assert shown.status == 200
    assert max(lines(shown), 0) == found


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("target=nobody", "target"),
        ("after=yesterday", "after"),
        ("before=0001-01-01T00:00%2B23:59", "before"),
        ("after=9999-12-31T23:59-23:59", "after"),
        ("after=%00", "after"),
        ("before=" + "9" * 5000, "before"),
    ],
)
def test_a_filter_that_cannot_be_read_is_told_at_its_field(site: Site, query: str, field: str) -> None:
    """And nothing is looked up."""
    shown = site.operator().get(f"/console/audit?{query}")

    assert shown.status == 200
    assert shown.page.ids[f"f-{field}-error"] != ""
    assert site.world.entries() == []


@pytest.mark.parametrize(
    "query", ["after=0001-01-01T00:00", "before=9999-12-31T23:59", "actor=%25&act=%27--", "actor=" + "x" * 9000]
)
def test_no_filter_makes_the_page_fail(site: Site, query: str) -> None:
    """From the first day there is to the last."""
    assert site.operator().get(f"/console/audit?{query}").status == 200


@pytest.mark.parametrize("cursor", ["x", "", "1" * 500])
def test_a_cursor_that_is_none_of_ours_is_told(site: Site, cursor: str) -> None:
    """The list begins again at its first page."""
    shown = site.operator().get(f"/console/audit?cursor={cursor}")

    assert shown.told == (400, "This list cannot be continued from there.")


def test_a_long_trail_goes_on(site: Site) -> None:
    """Page by page, with the filters kept."""
    bram, olga = site.world.add("bram"), site.operator()
    for _ in range(60):
        olga.get(f"/console/users/{bram}")
        site.world.pass_time(seconds=1)

    first = olga.get("/console/audit?act=accounts.viewed")
    second = olga.get(next(link for link in first.page.links if "cursor=" in link))

    assert (lines(first), lines(second)) == (50, 10)


def not_delivered(world: World) -> None:
    """Have somebody locked, and the mail server down."""
    piet = world.add_operator("piet", "administrator")
    world.run(lock_account, LockAccount(world.add("bram", factors=1), "lost his laptop"), piet)

    def down(*_: object) -> None:
        raise NotDelivered("The mail server does not answer.")

    notices.send_due(world.runtime, down)


def test_mail_tells_to_whom_and_whether_it_arrived(site: Site) -> None:
    """Never what it says (DEV-5)."""
    not_delivered(site.world)

    shown = site.operator().get("/console/mail?state=undelivered")

    assert "bram@example.org" in shown.page.text
    assert "The mail server does not answer." in shown.page.text
    assert "Waiting" in shown.page.text
    assert "lost his laptop" not in shown.html


@pytest.mark.parametrize("state", ["delivered", "failed", "expired"])
def test_mail_of_another_state_is_not_shown(site: Site, state: str) -> None:
    """Each state has its address."""
    not_delivered(site.world)

    assert "bram@example.org" not in site.operator().get(f"/console/mail?state={state}").page.text


def test_mail_of_no_state_is_all_of_it(site: Site) -> None:
    """What is not known does not filter."""
    not_delivered(site.world)

    assert "bram@example.org" in site.operator().get("/console/mail?state=nonsense&cursor=x").page.text


def test_mail_is_tried_again_one_or_all(site: Site) -> None:
    """The worker has it at once."""
    not_delivered(site.world)
    olga, mail = site.operator(), site.world.mails()[0]

    every = olga.post("/console/mail/retry")
    one = olga.post(f"/console/mail/{mail.id}/retry")

    assert every.to == one.to == "/console/mail?done=retried"
    assert "The mail is tried again now." in olga.get(one.to).page.text
    assert [recipient for recipient, _ in site.world.collect_mail()] == ["bram@example.org"]


@pytest.mark.parametrize("mail", ["x", "00000000-0000-7000-8000-000000000000"])
def test_mail_that_is_not_there_is_told(site: Site, mail: str) -> None:
    """Whether its id is no id or that of nothing."""
    assert site.operator().post(f"/console/mail/{mail}/retry").told == (404, "There is no such mail.")


def test_an_auditor_sees_mail_and_tries_none(site: Site) -> None:
    """Greyed, with the reason."""
    not_delivered(site.world)
    browser = site.operator("auditor")

    page = browser.get("/console/mail?state=undelivered").page
    shown = browser.post("/console/mail/retry")

    told = "You do not have the right that this takes (system:modify)."
    assert page.greyed["Try all again"].startswith(told)
    assert shown.told == (403, told)
