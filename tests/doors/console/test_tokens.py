from dataclasses import replace

import pytest

from tests.doors.console.visiting import Site
from tests.features.second_factor.handing import COUNTING, TICKING, assign, stock
from tests.features.tokens.stock import SEED, token_of


def rows(html: str) -> list[str]:
    """List the serial numbers of the table."""
    return [part.partition("</b>")[0] for part in html.split('<th scope="row"><b>')[1:]]


def test_tokens_stand_in_a_list_with_who_holds_them(site: Site) -> None:
    """By serial number, with kind and state; the holder's name leads to the account; no seed anywhere (KEY-16)."""
    stock(site.world, TICKING, COUNTING)
    bram = site.world.add("bram")
    assign(site.world, bram, "100")

    shown = site.operator().get("/console/tokens")

    assert rows(shown.html) == ["100", "200"]
    assert f'<a href="/console/users/{bram}?tab=two-factor" data-open>bram</a>' in shown.html
    assert "HOTP, SHA1" in shown.html
    assert "TOTP, SHA1, 30 s" in shown.html
    assert SEED.decode() not in shown.html
    assert SEED.hex() not in shown.html


@pytest.mark.parametrize(
    ("query", "serials"),
    [
        ("query=10", ["100", "101"]),
        ("state=assigned", ["100"]),
        ("state=in_stock&query=2", ["200"]),
        ("state=nonsense", ["100", "101", "200"]),
        ("cursor=nonsense", ["100", "101", "200"]),
        ("query=nothing", []),
    ],
)
def test_a_search_has_an_address(site: Site, query: str, serials: list[str]) -> None:
    """It can be sent to a colleague; what makes no sense in it is passed over."""
    stock(site.world, COUNTING, TICKING, replace(COUNTING, serial="101"))
    assign(site.world, site.world.add("bram"), "100")

    assert rows(site.operator().get(f"/console/tokens?{query}").html) == serials


def test_a_long_list_goes_on(site: Site) -> None:
    """Page by page, with the search kept."""
    stock(site.world, *(replace(COUNTING, serial=f"7{n:03}") for n in range(60)))
    browser = site.operator()

    first = browser.get("/console/tokens?query=7&state=in_stock")
    following = first.html.partition('href="/console/tokens?query=7&amp;state=in_stock&amp;cursor=')[2].partition('"')[
        0
    ]
    second = browser.get(f"/console/tokens?query=7&state=in_stock&cursor={following}")

    assert (len(rows(first.html)), len(rows(second.html))) == (50, 10)


def test_an_empty_list_says_where_tokens_come_from(site: Site) -> None:
    """From a file, at the command line."""
    shown = site.operator().get("/console/tokens")

    assert "No hardware tokens yet" in shown.html
    assert "doorward token import FILE" in shown.html


def test_a_token_is_retired_by_its_form(site: Site) -> None:
    """Staged first, with what follows; a reason is asked for."""
    (token,) = stock(site.world, COUNTING)
    browser = site.operator()
    address = f"/console/tokens/{token}/retire"

    staged = browser.get(f"/console/tokens?stage=retire&token={token}")
    without = browser.post(address, {"reason": ""})
    done = browser.post(address, {"reason": "lost"})
    again = browser.post(address, {"reason": "lost"})

    assert "Retire the hardware token 100" in staged.html
    assert (without.status, "A reason has 1 to 500 characters" in without.html) == (422, True)
    assert done.to == "/console/tokens?done=token-retired"
    assert token_of(site.world, token).state == "retired"
    assert (again.status, "is retired, and its seed is erased" in again.html) == (409, True)
    assert browser.post("/console/tokens/nonsense/retire", {"reason": "lost"}).status == 404


def test_whoever_may_only_read_retires_nothing(site: Site) -> None:
    """The button is greyed with its reason, and the form is refused."""
    (token,) = stock(site.world, COUNTING)
    auditor = site.operator("auditor")

    listed = auditor.get("/console/tokens")
    staged = auditor.get(f"/console/tokens?stage=retire&token={token}")
    refused = auditor.post(f"/console/tokens/{token}/retire", {"reason": "lost"})

    assert f"stage=retire&amp;token={token}" not in listed.html
    assert "user-permissions:modify-object-acls" in listed.html
    assert "Not saved yet" not in staged.html
    assert (refused.status, token_of(site.world, token).state) == (403, "in_stock")


def test_the_help_desk_has_no_such_page(site: Site) -> None:
    """It is not in its menu either."""
    desk = site.operator("help-desk")

    assert desk.get("/console/tokens").status == 403
    assert "/console/tokens" not in desk.get("/console").html
