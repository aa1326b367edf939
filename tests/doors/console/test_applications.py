import pytest

from doorward.features.applications.actions.hosts import add_host
from doorward.features.applications.model import AddHost
from tests.doors.console.visiting import Site

HERE = "/console/applications"
ADDED = {"host": "App.example.org:8443", "reason": "the wiki"}


def test_a_host_is_added_and_its_configuration_shown(site: Site) -> None:
    """For the web server that the address names; nginx first."""
    browser = site.operator()
    empty = browser.get(HERE)
    staged = browser.get(f"{HERE}?stage=add")
    saved = browser.post(HERE, ADDED)
    nginx = browser.get(f"{HERE}?host=app.example.org:8443&done=host-added")
    caddy = browser.get(f"{HERE}?host=app.example.org:8443&kind=caddy")

    assert "No hosts yet" in empty.html
    assert "Add this host" in staged.html
    assert saved.to == f"{HERE}?host=app.example.org:8443&done=host-added"
    assert "The host is added." in nginx.html
    assert "listen 8443 ssl;" in nginx.html
    assert "app.example.org:8443 {" in caddy.html


def test_a_second_time_changes_nothing(site: Site) -> None:
    """And the page says so."""
    browser = site.operator()
    browser.post(HERE, ADDED)

    assert browser.post(HERE, ADDED).to == f"{HERE}?host=app.example.org:8443&done=unchanged"


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"host": "https://a", "reason": "x"}, 422, "This is no host."),
        ({"host": "login.example.org", "reason": "x"}, 409, "This is the name of Doorward itself"),
        ({"host": "app.example.org", "reason": ""}, 422, "A reason has 1 to 500 characters"),
    ],
)
def test_what_is_refused_is_told_at_its_field(site: Site, form: dict[str, str], status: int, said: str) -> None:
    """With what was typed still there."""
    answered = site.operator().post(HERE, form)

    assert (answered.status, said in answered.html) == (status, True)
    assert f'value="{form["host"]}"' in answered.html


def test_a_host_is_removed_with_its_consequence_told(site: Site) -> None:
    """By name, with a reason."""
    browser = site.operator()
    browser.post(HERE, ADDED)
    staged = browser.get(f"{HERE}?stage=remove&host=app.example.org:8443")
    without = browser.post(f"{HERE}/app.example.org:8443/remove", {"reason": ""})
    removed = browser.post(f"{HERE}/app.example.org:8443/remove", {"reason": "gone"})
    again = browser.post(f"{HERE}/app.example.org:8443/remove", {"reason": "gone"})

    assert "nobody is signed in there any more" in staged.html
    assert "Remove app.example.org:8443" in staged.html
    assert (without.status, "A reason has" in without.html) == (422, True)
    assert removed.to == f"{HERE}?done=host-removed"
    assert again.status == 404


def test_whoever_only_reads_changes_nothing(site: Site) -> None:
    """Buttons are grey with their reason, and the forms refuse."""
    site.world.run(add_host, AddHost("app.example.org"))
    browser = site.operator("aud", "auditor")
    shown = browser.get(f"{HERE}?host=app.example.org")
    refused = browser.post(HERE, ADDED)

    assert shown.html.count('aria-disabled="true"') == 2
    assert "listen 443 ssl;" in shown.html
    assert refused.status == 403


def test_the_help_desk_has_no_such_page(site: Site) -> None:
    """Neither in the menu."""
    browser = site.operator("grace", "help-desk")
    answered = browser.get(HERE)

    assert answered.status == 403
    assert f'href="{HERE}"' not in answered.html


@pytest.mark.parametrize(
    "query", ["host=nothing.example", "kind=iis", "stage=remove", "stage=remove&host=a", "host=%00"]
)
def test_an_odd_address_shows_the_list(site: Site, query: str) -> None:
    """What makes no sense in it is passed over."""
    site.world.run(add_host, AddHost("app.example.org"))
    shown = site.operator().get(f"{HERE}?{query}")

    assert (shown.status, "<pre" in shown.html, "Not saved yet" in shown.html) == (200, False, False)
