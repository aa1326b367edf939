from doorward.edges.sql import duties
from tests.doors.console.visiting import Site


def test_the_page_tells_of_the_server(site: Site) -> None:
    """Version, database, who does the duties, and how each thing is with its mend."""
    olga = site.operator()
    nobody = olga.get("/console/system").page
    with site.world.writing() as call:
        duties.take(call.sql, ["send mail"], "oak/1", call.now)
    somebody = olga.get("/console/system").page

    assert "Look Nobody does the server's own duties: no mail is sent.Start the server" in nobody.text
    assert "No duty is held" in nobody.text
    assert "Send mail" in somebody.text
    assert "oak/1" in somebody.text
    assert "done by oak" in somebody.text
    assert "https://login.example.org" in somebody.text
    assert "/console/mail?state=undelivered" in somebody.links


def test_the_page_takes_a_right(site: Site) -> None:
    """And leads back."""
    shown = site.operator("help-desk").get("/console/system")

    assert shown.told == (403, "You do not have the right that this takes (system:read).")
    assert shown.page.links[-1] == "/console"
