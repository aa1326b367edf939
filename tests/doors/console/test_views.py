from tests.doors.console.visiting import Site

SEARCH = {"query": "branch-7", "locked": "1", "second_factor": "none"}
HERE = "/console/users?query=branch-7&second_factor=none&locked=1"


def test_a_search_is_kept_above_the_search(site: Site) -> None:
    """As a link to itself, marked where it is shown."""
    olga = site.operator()
    before = olga.get(HERE).page
    led = olga.post("/console/views", SEARCH | {"name": "Branch 7"})
    after = olga.get("/console/users").page
    there = olga.get(HERE).page

    assert "Save this search as a view" in before.text
    assert led.to == HERE
    assert HERE in after.links
    assert "Branch 7" in after.text
    assert "Change this view" in there.text
    assert "Change this view" not in after.text


def test_a_view_is_renamed_and_deleted(site: Site) -> None:
    """On the page that shows it."""
    olga = site.operator()
    olga.post("/console/views", SEARCH | {"name": "Branch 7"})
    rename = olga.get(HERE).page.form("/console/views/rename")
    olga.post("/console/views/rename", rename.fields | {"name": "Seven"})
    renamed = olga.get(HERE).page
    olga.post("/console/views/delete", renamed.form("/console/views/delete").fields)

    assert "Delete “Seven”" in renamed.text
    assert "Seven" not in olga.get("/console/users").page.text


def test_views_of_others_are_not_shown(site: Site) -> None:
    """Each has their own."""
    site.operator().post("/console/views", SEARCH | {"name": "Branch 7"})

    assert "Branch 7" not in site.operator(name="piet").get("/console/users").page.text


def test_what_cannot_be_kept_is_told(site: Site) -> None:
    """A name that cannot be, a view that is not there."""
    olga = site.operator()

    assert olga.post("/console/views", {"name": "a/b"}).status == 422
    assert olga.post("/console/views/rename", {"view": "none", "name": "x"}).status == 404
    assert olga.post("/console/views/delete", {"view": "none"}).status == 404


def test_everybody_is_no_view_to_keep(site: Site) -> None:
    """Without a search there is nothing to save."""
    assert "Save this search as a view" not in site.operator().get("/console/users").page.text
