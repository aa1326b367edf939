import pytest

from tests.doors.console.addresses import PAGES, gaps
from tests.doors.console.visiting import Site

USERS = (
    "/console", "/console/users", "/console/palette", "/console/jobs", "/console/jobs/{job}",
    "/console/users/bulk", "/console/users/{account}", "/console/groups", "/console/groups/{group}",
)  # fmt: skip
READ = (
    *USERS,
    "/console/password-rules",
    "/console/password-rules/{name}",
    "/console/two-factor",
    "/console/tokens",
    "/console/roles",
    "/console/applications",
    "/console/audit",
    "/console/audit/retention",
    "/console/mail",
    "/console/system",
)
OPENS = {
    "administrator": {*READ, "/console/users/new"},
    "super-user": {*READ, "/console/users/new"},
    "auditor": {*READ},
    "help-desk": {*USERS},
    "no-access": set(),
}
SOME = ["Overview", "Users", "Locked now", "Groups", "Jobs"]
ALL = [
    *SOME,
    "Roles",
    "Password rules",
    "Two-factor authentication",
    "Hardware tokens",
    "Hosts",
    "Audit",
    "Mail",
    "System",
]
MENU = {"administrator": ALL, "super-user": ALL, "auditor": ALL, "help-desk": SOME, "no-access": []}


@pytest.mark.parametrize("role", OPENS)
def test_a_role_opens_its_pages_and_no_others(site: Site, role: str) -> None:
    """Whoever lacks a right is told which; nothing else fails (RIGHT-2, RIGHT-7)."""
    browser, filled = site.operator(role), gaps(site)

    console = [one.path for one in PAGES if one.path.startswith("/console")]
    found = {path: browser.get(filled.fill(path)).status for path in console}

    assert found == {path: 200 if path in OPENS[role] else 403 for path in console}


@pytest.mark.parametrize("role", MENU)
def test_the_menu_holds_what_can_be_opened(site: Site, role: str) -> None:
    """A page that would be refused is not in it."""
    page = site.operator(role).get("/me").page

    words = [item for name in ("", "side-2", "side-3", "side-4", "side-5") for item in page.menus.get(name, [])]
    assert words == MENU[role]


def test_a_page_without_its_right_leads_back(site: Site) -> None:
    """With the code and the reference that find the refusal."""
    page = site.operator("help-desk").get("/console/audit").page

    assert "Coderights.missing" in page.text
    assert page.links[-1] == "/console"
