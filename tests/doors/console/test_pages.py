import re

import pytest
from starlette.routing import Match

from doorward.doors.console.app import routes
from doorward.doors.console.pages import OTHERWISE, at_field
from doorward.kernel.outcome import Refused
from doorward.kernel.sentences import sentence
from tests.doors.console.addresses import PAGES, gaps
from tests.doors.console.visiting import Shown, Site, visited

POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "htmx",
}


def policy_of(shown: Shown) -> dict[str, str]:
    """Read an answer's Content-Security-Policy."""
    parts = shown.answer.headers["content-security-policy"].split("; ")
    return {name: value for name, _, value in (part.partition(" ") for part in parts)}


def nonce_of(shown: Shown) -> str:
    """Give the one source of scripts."""
    return policy_of(shown)["script-src"].removeprefix("'nonce-").removesuffix("'")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shown]:
    """Give every page that an administrator sees, and some that nobody is meant to."""
    with visited(tmp_path_factory.mktemp("pages")) as site:
        olga, filled = site.operator(), gaps(site)
        shown = {one.path: olga.get(filled.fill(one.path)) for one in PAGES}
        strange = ("/sign-in", "/nowhere", "/console/users/x", "/rescue/x", "/set-password/x", "/welcome/x")
        shown |= {path: site.browser().get(path) for path in strange}
    return {path: one for path, one in shown.items() if not one.to}


def test_every_page_has_the_policy(pages: dict[str, Shown]) -> None:
    """What is not named is forbidden; scripts come by nonce alone."""
    policies = {path: policy_of(shown) for path, shown in pages.items()}

    assert len(pages) > 15
    without = {
        path: {name: value for name, value in one.items() if name != "script-src"} for path, one in policies.items()
    }
    assert without == dict.fromkeys(pages, POLICY)
    assert [path for path, one in policies.items() if not re.fullmatch(r"'nonce-[\w-]{24}'", one["script-src"])] == []


def test_a_nonce_is_used_once(pages: dict[str, Shown]) -> None:
    """Each answer has its own, and its scripts bear it."""
    nonces = {path: nonce_of(shown) for path, shown in pages.items()}
    scripts = {path: set(re.findall(r'<script[^>]* nonce="([^"]*)"', shown.html)) for path, shown in pages.items()}

    assert len(set(nonces.values())) == len(pages)
    assert [path for path, found in scripts.items() if not found <= {nonces[path]}] == []


def test_nothing_is_inline(pages: dict[str, Shown]) -> None:
    """No script, style or handler stands in a page, so the policy has nothing to allow."""
    inline = re.compile(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|javascript:")

    found = {path: inline.findall(shown.html) for path, shown in pages.items()}

    assert {path: hits for path, hits in found.items() if hits} == {}


def test_nothing_comes_from_elsewhere(pages: dict[str, Shown]) -> None:
    """Whatever a page loads or leads to is of this server."""
    away = re.compile(r'(?:src|href|action)="(?![/#?])[^"]+"')

    found = {path: away.findall(shown.html) for path, shown in pages.items()}

    assert {path: hits for path, hits in found.items() if hits} == {}


def test_no_page_is_kept(pages: dict[str, Shown]) -> None:
    """Neither by proxies nor by the browser that somebody else uses next."""
    assert {path: one.answer.headers["cache-control"] for path, one in pages.items()} == dict.fromkeys(
        pages, "no-store"
    )


def leads(method: str, address: str) -> bool:
    """Tell whether a route takes a request."""
    scope = {"type": "http", "method": method, "path": address.partition("?")[0], "headers": []}
    return any(route.matches(scope)[0] is Match.FULL for route in routes())


def test_every_link_and_form_leads_somewhere(pages: dict[str, Shown]) -> None:
    """No page leads to an address that is not there."""
    links = {("GET", link) for shown in pages.values() for link in shown.page.links if link.startswith("/")}
    forms = {(form.method.upper(), form.action) for shown in pages.values() for form in shown.page.forms if form.action}

    assert len(links) > 30
    assert len(forms) >= 10
    assert [one for one in sorted(links | forms) if not leads(*one)] == []


@pytest.mark.parametrize("path", ["app.css", "app.js", "htmx.min.js", "icons.svg", "favicon.svg"])
def test_what_pages_are_made_of_may_be_kept(site: Site, path: str) -> None:
    """It changes with the version of the product only."""
    shown = site.browser().get(f"/static/{path}")

    assert shown.status == 200
    assert shown.answer.headers["cache-control"] == "public, max-age=86400"


@pytest.mark.parametrize(
    ("refused", "field"),
    [
        (Refused("request.reason"), "reason"),
        (Refused("accounts.name_missing", {"field": "full_name"}), "full_name"),
        (Refused("passwords.min_letters", {"least": 2}), "new_password"),
        (Refused("passwords.one_change_a_day"), ""),
        (Refused("otp.wrong"), "code"),
    ],
    ids=lambda one: one.code if isinstance(one, Refused) else None,
)
def test_a_refusal_stands_at_its_field(refused: Refused, field: str) -> None:
    """By its code first, then by its feature, then where all others do; a field without a name is none."""
    fields = {
        "request.reason": "reason",
        "accounts.name_missing": "{field}",
        "passwords": "new_password",
        "passwords.one_change_a_day": "",
        OTHERWISE: "code",
    }

    assert at_field(refused, fields) == ({field: sentence(refused)} if field else {})


def test_what_has_no_field_concerns_the_whole() -> None:
    """As does no refusal at all."""
    assert at_field(Refused("otp.wrong"), {"request.reason": "reason"}) == {}
    assert at_field(None, {OTHERWISE: "code"}) == {}
