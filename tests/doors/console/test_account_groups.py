from uuid import UUID

import pytest

from doorward.features.groups import actions as groups
from doorward.kernel.ids import AccountId, GroupId
from tests.doors.console.test_groups import made
from tests.doors.console.visiting import Site


def address(account: AccountId, act: str) -> str:
    """Give where a form of the tab leads."""
    return f"/console/users/{account}/groups/{act}"


def groups_of(site: Site, account: AccountId) -> frozenset[GroupId]:
    """Say which groups an account is in."""
    with site.world.reading() as call:
        return groups.groups_of(call, account)


def test_an_account_shows_its_groups(site: Site) -> None:
    """Those that it is in, and those that it can be put into."""
    bram = site.world.add("bram")
    north, south = made(site, "Branch North", bram), made(site, "Branch South")
    page = site.operator().get(f"/console/users/{bram}?tab=groups").page

    assert f"/console/groups/{north}" in page.links
    assert page.form(address(bram, "remove")).names == {"act", "group", "reason"}
    assert f"out-{south}-hint" in page.ids
    assert f"out-{north}-hint" not in page.ids


def test_groups_are_looked_for(site: Site) -> None:
    """The search has an address; more than fit are told."""
    bram = site.world.add("bram")
    for number in range(22):
        made(site, f"Branch {number:02d}")
    olga = site.operator()

    assert "There are more; search to narrow them down." in olga.get(f"/console/users/{bram}?tab=groups").page.text
    found = olga.get(f"/console/users/{bram}?tab=groups&find=branch%2021").page
    assert sum(one.startswith("out-") and one.endswith("-hint") for one in found.ids) == 1
    none = olga.get(f"/console/users/{bram}?tab=groups&find=zz").page
    assert "No other group is called that." in none.text


def test_an_account_joins_and_leaves_groups(site: Site) -> None:
    """Several at once; repeating is harmless."""
    bram, olga = site.world.add("bram"), site.operator()
    north, south = made(site, "Branch North"), made(site, "Branch South")
    wanted = {"group": [str(north), str(south)], "reason": "two halves"}
    joined = [olga.post(address(bram, "add"), wanted).to for _ in range(2)]
    left = olga.post(address(bram, "remove"), {"group": [str(south)], "reason": "one half"}).to

    tab = f"/console/users/{bram}?tab=groups&done="
    assert joined == [f"{tab}groups-joined", f"{tab}unchanged"]
    assert (left, groups_of(site, bram)) == (f"{tab}groups-left", frozenset({north}))


@pytest.mark.parametrize("act", ["add", "remove"])
def test_a_membership_takes_a_reason(site: Site, act: str) -> None:
    """Told at the field of the form that was sent."""
    bram = site.world.add("bram")
    made(site, "Branch South", bram)
    form = "join" if act == "add" else "leave"
    shown = site.operator().post(address(bram, act), {"group": str(made(site)), "act": form, "reason": ""})

    assert shown.status == 422
    assert [one for one in shown.page.ids if one.endswith("-reason-error")] == [f"{form}-reason-error"]


@pytest.mark.parametrize("wanted", ["x", str(UUID(int=9))])
def test_a_group_that_is_not_there(site: Site, wanted: str) -> None:
    """Told on the page."""
    bram = site.world.add("bram")
    shown = site.operator().post(address(bram, "add"), {"group": wanted, "reason": "moved"})

    assert (shown.status, shown.page.refusal.startswith("There is no such group.")) == (404, True)


@pytest.mark.parametrize("account", ["x", str(UUID(int=9))])
def test_an_account_that_is_not_there(site: Site, account: str) -> None:
    """The same for every form of an account."""
    shown = site.operator().post(f"/console/users/{account}/groups/add", {"group": str(made(site)), "reason": "moved"})

    assert shown.told == (404, "There is no such account.")


def test_nobody_changes_their_own_groups(site: Site) -> None:
    """The tab says why not, and the form is refused (LOCK-8)."""
    olga = site.world.add("olga", "administrator", factors=1)
    group, browser = made(site, "Branch North", olga), site.signed_in(olga)
    page = browser.get(f"/console/users/{olga}?tab=groups").page
    refused = browser.post(address(olga, "remove"), {"group": str(group), "reason": "moved"})

    assert "Nobody does this to their own account." in page.text
    assert (refused.status, groups_of(site, olga)) == (403, frozenset({group}))
