import pytest

from doorward.features.accounts.model import AccountKind
from tests.doors.console.visiting import Site

MISSING = "You do not have the right that this takes (audit:read). Ask an administrator for it."


@pytest.mark.parametrize("filters", ["", "?target=bram", "?target=nobody", "?after=yesterday"])
def test_who_may_not_read_the_trail_learns_of_no_name(site: Site, filters: str) -> None:
    """Whether somebody has a name, or the filter can be read, is answered after the right, and never before it."""
    site.world.add("bram")
    eve = site.world.add("eve", kind=AccountKind.EXTERNAL, factors=1)

    shown = site.signed_in(eve).get(f"/console/audit{filters}")

    assert shown.status == 403
    assert MISSING in shown.page.text


def test_who_may_read_the_trail_is_told_of_an_unknown_name(site: Site) -> None:
    """The field says so, and the page has no entries."""
    shown = site.operator("auditor").get("/console/audit?target=nobody")

    assert shown.status == 200
    assert "Nobody has this user name." in shown.page.text
