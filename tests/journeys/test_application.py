import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.journeys.conftest import FLAGS, find_chromium
from tests.journeys.household import PASSWORD, Household, household
from tests.launcher import eventually
from tests.storms.web_servers import KINDS, NAME, Front, find, fronted

FOUND = [kind for kind in KINDS if find(kind)][:1]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Household]:
    """Start a server that believes the web servers of this machine."""
    with household(tmp_path, options={"behind_proxy": ["127.0.0.1/32"]}) as begun:
        yield begun


@pytest.fixture
def front(house: Household, tmp_path: Path) -> Iterator[Front]:
    """Put an application behind a web server."""
    if not FOUND or find_chromium() is None:
        pytest.skip("nginx and caddy, or Chromium, are missing: no application can be opened")
    with fronted(house.server, tmp_path / "front", FOUND[0]) as begun:
        yield begun


@pytest.fixture
def page(front: Front) -> Iterator[Page]:
    """Open a window that finds the application on this machine."""
    flags = [flag for flag in FLAGS if not flag.startswith("--host-resolver-rules")]
    flags.append(f"--host-resolver-rules=MAP {front.host} 127.0.0.1:{front.port}")
    sandbox = () if os.geteuid() else ("--no-sandbox",)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=[*flags, *sandbox])
        yield browser.new_context(ignore_https_errors=True).new_page()
        browser.close()


def test_an_application_is_opened_by_signing_in(house: Household, front: Front, page: Page) -> None:
    """Sign-in comes between the page first asked for and the page; signing out ends it there too."""
    bram = house.add("bram")
    page.goto(f"https://{front.host}/page?x=1")
    page.get_by_label("User name").fill("bram")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code", exact=True).fill(house.next_code(bram.key))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("body")).to_contain_text('"Remote-User", "bram"')

    assert page.url == f"https://{NAME}:{front.port}/page?x=1"
    page.goto(f"{house.server.url}/me")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()
    eventually(lambda: _led_to_sign_in(page, f"https://{front.host}/page?x=1"))


def _led_to_sign_in(page: Page, address: str) -> bool:
    """Open an address, and tell whether it leads to sign-in."""
    page.goto(address)
    return page.title().startswith("Sign in")
