import pytest

from doorward.features.policy import actions
from doorward.features.policy.model import PasswordRules
from doorward.kernel.ids import GroupId
from tests.doors.console.test_groups import loaded, made
from tests.doors.console.visiting import Browser, Site

RULES, SETS = "/console/password-rules", "/console/password-rule-sets"
STRICT = f"{RULES}/strict"


def order(site: Site) -> dict[str, int]:
    """List the named sets with their ranks."""
    with site.world.reading() as call:
        return actions.order(call)


def rules(site: Site, name: str) -> PasswordRules:
    """Read a set as it serves."""
    with site.world.reading() as call:
        return actions.password_rules(call, name)


def strict(site: Site) -> Browser:
    """Sign in an administrator who has made a set."""
    olga = site.operator()
    olga.post(SETS, {"name": "strict", "reason": "the works council"})
    return olga


def assigned(site: Site, group: GroupId) -> str | None:
    """Say which rules a group names."""
    found = loaded(site, group)
    assert found is not None
    return found.password_rules


def test_a_set_is_added_and_looked_at(site: Site) -> None:
    """It has a page of its own, and stands among the others from now on."""
    olga = site.operator()
    form = olga.get(f"{RULES}?stage=add").page.form(SETS)
    shown = olga.post(SETS, form.fields | {"name": "strict", "reason": "the works council"})
    page = olga.get(shown.to).page

    assert (shown.to, order(site)) == (f"{STRICT}?done=rules-added", {"strict": 1})
    assert page.title == "Password rules: strict · Doorward"
    assert STRICT in olga.get(RULES).page.links


@pytest.mark.parametrize(
    ("fields", "status"), [({"name": "Strict"}, 422), ({"name": ""}, 422), ({"name": "strict"}, 409)]
)
def test_a_set_that_cannot_be_added(site: Site, fields: dict[str, str], status: int) -> None:
    """Its name is no word, or there is one already; what was typed is still there."""
    olga = strict(site)
    shown = olga.post(SETS, fields | {"reason": "again"})

    assert shown.status == status
    assert shown.page.refusal
    assert shown.page.form(SETS).fields.get("name", "") == fields["name"]
    assert order(site) == {"strict": 1}


def test_a_set_is_changed_and_default_is_not(site: Site) -> None:
    """Settings that concern nobody's account are not on its page."""
    olga = strict(site)
    form = olga.get(STRICT).page.form(STRICT)
    shown = olga.post(STRICT, form.fields | {"min_length": "16", "reason": "asked"})

    assert shown.to == f"{STRICT}?done=saved"
    assert "lock_contact" not in form.names
    assert (rules(site, "strict"), rules(site, "default")) == (PasswordRules(min_length=16), PasswordRules())
    assert olga.post(STRICT, form.fields | {"min_length": "20", "reason": "asked"}).status == 409


def test_a_number_out_of_bounds_is_told_at_its_field(site: Site) -> None:
    """As on the page of `default`."""
    olga = strict(site)
    form = olga.get(STRICT).page.form(STRICT)
    shown = olga.post(STRICT, form.fields | {"min_length": "7", "reason": "asked"})

    assert (shown.status, "s-min_length-error" in shown.page.ids) == (422, True)


def test_a_set_is_assigned_to_a_group_and_taken_from_it(site: Site) -> None:
    """The page says whom it serves."""
    bram = site.world.add("bram")
    north, olga = made(site, "Branch North", bram), strict(site)
    put = olga.post(f"{STRICT}/assign", {"group": str(north), "reason": "asked"})
    page = olga.get(STRICT).page
    served = (assigned(site, north), site.world.standing(bram).state.password_rules)
    linked = [
        STRICT in olga.get(one).page.links for one in (f"/console/users/{bram}?tab=sign-in", f"/console/groups/{north}")
    ]
    taken = olga.post(f"{STRICT}/withdraw", {"group": str(north), "reason": "asked"})

    assert (put.to, taken.to) == (f"{STRICT}?done=rules-assigned", f"{STRICT}?done=rules-withdrawn")
    assert (served, linked) == (("strict", "strict"), [True, True])
    assert f"of-{north}-hint" in page.ids
    assert "Serves 1 user" in page.text
    assert (assigned(site, north), site.world.standing(bram).state.password_rules) == (None, "default")


def test_a_set_is_ranked(site: Site) -> None:
    """And the page says how it counts."""
    olga = strict(site)
    olga.post(SETS, {"name": "branches", "reason": "asked"})
    page = olga.get(STRICT).page
    moved = olga.post(f"{STRICT}/rank", {"rank": "7", "reason": "asked"})
    same = olga.post(f"{STRICT}/rank", {"rank": "7", "reason": "asked"})

    assert "the one of the lowest rank serves; of one rank the first by name" in page.text
    assert (moved.to, same.to) == (f"{STRICT}?done=rules-ranked", f"{STRICT}?done=unchanged")
    assert list(order(site).items()) == [("branches", 2), ("strict", 7)]


@pytest.mark.parametrize("typed", ["0", "1001", "", "x", "-1"])
def test_a_rank_that_cannot_be(site: Site, typed: str) -> None:
    """Is told with its bounds."""
    shown = strict(site).post(f"{STRICT}/rank", {"rank": typed, "reason": "asked"})

    assert (shown.status, order(site)) == (422, {"strict": 1})


def test_a_set_is_deleted_once_no_group_names_it(site: Site) -> None:
    """The staged page says so before, and the form after."""
    north, olga = made(site), strict(site)
    olga.post(f"{STRICT}/assign", {"group": str(north), "reason": "asked"})
    staged = olga.get(f"{STRICT}?stage=delete").page
    refused = olga.post(f"{STRICT}/delete", {"reason": "tidying"})
    olga.post(f"{STRICT}/withdraw", {"group": str(north), "reason": "asked"})
    deleted = olga.post(f"{STRICT}/delete", {"reason": "tidying"})

    assert "They are assigned to Branch North" in staged.text
    assert (refused.status, deleted.to, order(site)) == (409, f"{RULES}?done=rules-deleted", {})
    assert olga.get(STRICT).told == (404, "There are no password rules of this name.")


@pytest.mark.parametrize("group", ["", "x"])
def test_no_group_is_no_assignment(site: Site, group: str) -> None:
    """Nothing selected, or something that is no group."""
    fields = {"reason": "asked"} | ({"group": group} if group else {})

    assert strict(site).post(f"{STRICT}/assign", fields).status == 404


def test_an_auditor_reads_sets(site: Site) -> None:
    """Nothing on the page can be sent, and the forms are refused."""
    north, olga = made(site), strict(site)
    olga.post(f"{STRICT}/assign", {"group": str(north), "reason": "asked"})
    auditor = site.signed_in(site.world.add("piet", "auditor", factors=1))
    page = auditor.get(f"{STRICT}?stage=delete").page

    assert [form.action for form in page.forms if form.action.endswith(("/delete", "/rank", "/assign"))] == []
    assert all("sign-in-security:modify" in page.greyed[act] for act in ("Add a set", "Delete strict"))
    assert auditor.post(f"{STRICT}/withdraw", {"group": str(north), "reason": "x"}).status == 403
    assert auditor.post(SETS, {"name": "lax", "reason": "x"}).status == 403
