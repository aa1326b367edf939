import pytest

from doorward.features.accounts.model import AccountKind
from tests.doors.console.visiting import Browser, Site
from tests.features.rights.giving import group, hold, own_role

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


@pytest.fixture
def auditor(site: Site) -> Browser:
    """Sign in whoever reads and exports the trail of Branch North, in which Ingrid is, and Otto is not."""
    world = site.world
    north = group(world, "North", world.add("ingrid"))
    world.add("otto")
    own_role(world, "branch-audit", "audit:read", "audit:export", "users:read")
    olav = world.add("olav", factors=1)
    hold(world, olav, "branch-audit", over=north)
    return site.signed_in(olav)


@pytest.mark.parametrize(("name", "told"), [("ingrid", False), ("otto", True), ("nobody", True)])
def test_a_name_out_of_reach_is_nobodys(auditor: Browser, name: str, told: bool) -> None:
    """The trail of one branch does not tell which names there are elsewhere (RIGHT-3)."""
    page = auditor.get(f"/console/audit?target={name}").page

    assert ("Nobody has this user name." in page.text) == told


@pytest.mark.parametrize(("name", "status"), [("ingrid", 200), ("otto", 303), ("nobody", 303)])
def test_an_export_knows_no_name_out_of_reach(auditor: Browser, name: str, status: int) -> None:
    """It leads back to the page, as for a name that nobody has (RIGHT-3)."""
    assert auditor.post("/console/audit/export", {"target": name, "format": "csv"}).status == status
