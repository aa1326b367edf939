import pytest

from tests.doors.console.visiting import Site


def test_the_page_offers_a_file_with_the_same_filters(site: Site) -> None:
    """Both kinds, and what was typed goes along."""
    olga = site.operator()
    olga.get("/console/audit")
    html = olga.get("/console/audit?act=audit.viewed").html

    assert 'action="/console/audit/export"' in html
    assert '<input type="hidden" name="act" value="audit.viewed">' in html
    assert ("Export CSV" in html, "Export JSON lines" in html) == (True, True)


def test_a_file_is_downloaded(site: Site) -> None:
    """To keep, not to show; recorded once, with its filter."""
    shown = site.operator().post("/console/audit/export", {"format": "csv", "act": "audit.exported"})

    assert shown.status == 200
    assert shown.answer.headers["content-disposition"] == 'attachment; filename="doorward-audit.csv"'
    assert shown.html.splitlines()[0].startswith("id,at,act,outcome,")
    assert [(one.act, dict(one.details)) for one in site.world.entries()] == [
        ("audit.exported", {"form": "csv", "act": "audit.exported"})
    ]


def test_who_may_read_but_not_export_sees_why(site: Site) -> None:
    """The button is grey with its reason, and its form is refused with the same."""
    sue = site.operator("super-user", name="sue")
    sue.get("/console/audit")
    missing = "You do not have the right that this takes (audit:export)."

    assert missing in sue.get("/console/audit").page.text
    assert 'action="/console/audit/export"' not in sue.get("/console/audit").html
    refused = sue.post("/console/audit/export", {"format": "csv"})
    assert refused.status == 403
    assert missing in refused.page.text


def test_a_filter_that_cannot_be_read_is_told_on_its_page(site: Site) -> None:
    """At its field, where it can be mended."""
    shown = site.operator().post("/console/audit/export", {"format": "csv", "target": "nobody"})

    assert shown.status == 303
    assert shown.to == "/console/audit?actor=&target=nobody&act=&after=&before=&reference="


def test_without_the_right_nothing_is_said_of_names(site: Site) -> None:
    """Whether somebody has a name is answered after the right, and never before it."""
    site.world.add("bram")
    hank = site.operator("help-desk", name="hank")

    answers = {hank.post("/console/audit/export", {"format": "csv", "target": one}).status for one in ("bram", "x")}
    assert answers == {403}


@pytest.mark.parametrize("form", ["", "xml"])
def test_a_file_of_another_kind_is_refused(site: Site, form: str) -> None:
    """The page offers two."""
    assert site.operator().post("/console/audit/export", {"format": form}).status == 400


def test_nobody_exports_without_a_session(site: Site) -> None:
    """The form leads to sign-in."""
    assert site.browser().post("/console/audit/export", {"format": "csv"}).to == "/sign-in"
