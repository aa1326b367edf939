from typing import Any

import pytest

from tests.doors.console.addresses import FORMS, gaps
from tests.doors.console.visiting import FROM_HERE, Site

FORM = "application/x-www-form-urlencoded"
BODIES: dict[str, dict[str, Any]] = {
    "a file": {"files": {"reason": ("why.txt", b"because")}},
    "json": {"json": {"reason": "because"}},
    "text": {"content": b"reason=because", "headers": FROM_HERE | {"content-type": "text/plain"}},
    "no kind": {"content": b"reason=because", "headers": FROM_HERE},
}
HOSTILE = {
    "a name twice": b"reason=one&reason=two",
    "no name": b"=x&reason=because",
    "broken escapes": b"reason=%zz%",
    "no utf-8": b"reason=%ff%fe%80",
    "a nul": b"reason=a%00b",
    "nothing but ampersands": b"&" * 60_000,
    "forty thousand names": b"&".join(b"a%d" % number for number in range(8_000)),
    "many accounts": b"&".join([b"account=0"] * 6_000),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_form_comes_as_a_form(site: Site, body: dict[str, Any]) -> None:
    """No page takes files, and what other pages can send without asking is no form of ours."""
    bram = gaps(site).account
    olga = site.operator()
    before = site.contents()

    shown = olga.send("POST", f"/console/users/{bram}/lock", **({"headers": FROM_HERE} | body))

    expected = (400, "The request cannot be read: a form comes as application/x-www-form-urlencoded.")
    assert shown.told == expected
    assert site.contents() == before


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_body_makes_a_page_fail(site: Site, body: bytes) -> None:
    """Whatever stands in a form, there is an answer for it."""
    olga, filled = site.operator(), gaps(site)
    headers = FROM_HERE | {"content-type": FORM}

    shown = {one.path: olga.send("POST", filled.fill(one.path), headers=headers, content=body) for one in FORMS}

    assert [path for path, one in shown.items() if one.status >= 500] == []


def test_a_body_of_more_than_64_kib_is_refused(site: Site) -> None:
    """Before anything is read from it, announced or not."""
    body = b"reason=" + b"x" * (64 * 1024)

    shown = site.operator().send("POST", "/sign-in", headers=FROM_HERE | {"content-type": FORM}, content=body)

    assert shown.status == 413
    assert shown.html.startswith("The request is larger than 64 KiB.")


@pytest.mark.parametrize("value", ["", "x", "A" * 64, "A" * 5000, "%00", '"', "é"])
@pytest.mark.parametrize("cookie", ["__Host-doorward", "__Host-doorward-sign-in", "__Host-doorward-browser"])
def test_a_cookie_that_is_not_ours_is_no_cookie(site: Site, cookie: str, value: str) -> None:
    """Whoever brings it is a stranger, at every page."""
    browser = site.browser()
    header = f"{cookie}={value}".encode()

    shown = {
        path: browser.send("GET", path, headers={"cookie": header}) for path in ("/sign-in", "/sign-in/code", "/me")
    }

    assert {path: one.status for path, one in shown.items() if one.status >= 500} == {}
    assert shown["/me"].to == "/sign-in?return_to=%2Fme"


def test_two_sessions_are_none(site: Site) -> None:
    """A cookie that comes twice was slipped in by a neighbour, and nobody can say which is meant."""
    olga = site.operator()
    token = olga.jar["__Host-doorward"]

    shown = site.browser().get("/me", cookie=f"__Host-doorward={token}; __Host-doorward={'A' * 64}")

    assert shown.to == "/sign-in?return_to=%2Fme"
