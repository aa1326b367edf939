from dataclasses import replace

import pytest

from doorward.features.audit.actions import record, remove_expired
from doorward.features.policy.actions import audit_settings
from doorward.kernel.act import SYSTEM
from doorward.kernel.events import Event
from tests.doors.console.visiting import Shown, Site

PAGE = "/console/audit/retention"


def days(site: Site) -> int:
    """Read how long entries are kept."""
    with site.world.reading() as call:
        return audit_settings(call).audit_retention_days


def saved(site: Site, **changes: str) -> Shown:
    """Change the form as it stands, and send it."""
    olga = site.operator()
    form = olga.get(PAGE).page.form(PAGE)
    return olga.post(PAGE, form.fields | {"reason": "works council"} | changes)


def test_the_form_says_what_is_in_force(site: Site) -> None:
    """Sent as it is it changes nothing."""
    assert saved(site).to == f"{PAGE}?done=unchanged"
    assert days(site) == 0


def test_retention_is_changed_with_a_reason(site: Site) -> None:
    """And the entry says both."""
    assert saved(site, audit_retention_days="400").to == f"{PAGE}?done=saved"
    assert days(site) == 400
    assert [(one.act, one.reason) for one in site.world.entries()] == [("policy.changed", "works council")]


@pytest.mark.parametrize("typed", ["30", "1", "-1", "", "ten", "36501", "9" * 5000, "²"])
def test_what_no_retention_can_be_is_told_at_its_field(site: Site, typed: str) -> None:
    """As it was typed."""
    shown = saved(site, audit_retention_days=typed)

    assert shown.status == 422
    assert "from 31 to 36500" in shown.page.ids["s-days-error"]
    assert shown.page.form(PAGE).fields["audit_retention_days"] == typed
    assert days(site) == 0


def test_a_change_without_a_reason_is_told_at_its_field(site: Site) -> None:
    """Nothing is changed."""
    shown = saved(site, audit_retention_days="400", reason="")

    assert (shown.status, "reason" in shown.html, days(site)) == (422, True, 0)


def test_what_somebody_else_has_saved_is_not_overwritten(site: Site) -> None:
    """The form says which version it changes."""
    assert saved(site, audit_retention_days="400", version="7").told[0] == 409


def test_checkpoints_are_shown_in_pages(site: Site) -> None:
    """Newest first; the address of a page can be sent to a colleague."""
    for _ in range(52):
        with site.world.writing() as call:
            record(replace(call, actor=SYSTEM), Event("lockout.lapsed", "done"))
        site.world.pass_time(days=40)
        with site.world.writing() as call:
            remove_expired(replace(call, actor=SYSTEM), 31)
    olga = site.operator()
    first = olga.get(PAGE)
    following = next(link for link in first.page.links if "before=" in link)
    second = olga.get(following)

    assert (first.html.count("<code title="), second.html.count("<code title=")) == (50, 2)
    assert following == f"{PAGE}?before=3"


@pytest.mark.parametrize("before", ["x", "0", "9" * 9, "-1"])
def test_no_page_of_checkpoints_fails(site: Site, before: str) -> None:
    """What is no number begins at the newest."""
    assert site.operator().get(f"{PAGE}?before={before}").status == 200


def test_an_auditor_sees_and_changes_nothing(site: Site) -> None:
    """Greyed, with the reason."""
    browser = site.operator("auditor")
    shown = browser.get(PAGE)
    refused = browser.post(PAGE, {"audit_retention_days": "31", "version": "0", "reason": "quiet"})

    assert "You do not have the right that this takes (system:modify)." in shown.page.text
    assert (refused.status, days(site)) == (403, 0)


def test_the_help_desk_sees_no_retention(site: Site) -> None:
    """It is the trail's own."""
    assert site.operator("help-desk").get(PAGE).status == 403
