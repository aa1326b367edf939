"""What the journeys share: a Chromium for each file, a server for each journey, windows that are closed at the end."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.household import Household, household
from tests.journeys.visitor import WIDE, Visitor

HERE = Path(__file__).parent
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
NewVisitor = Callable[..., Visitor]


def find_chromium() -> str | None:
    """Find the distribution's Chromium."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave one journey of all where none can be made, so that one line says so."""
    if find_chromium() is None:
        journeys = sorted((one for one in items if HERE in one.path.parents), key=lambda one: one.nodeid)
        items[:] = [one for one in items if one not in journeys[1:]]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start Chromium; it ends with the file, since its event loop would be in the way of others."""
    found = find_chromium()
    if found is None:
        pytest.skip("Chromium is missing: no journey can be made")
    sandbox = () if os.geteuid() else ("--no-sandbox",)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*FLAGS, *sandbox])
        yield browser
        browser.close()


@pytest.fixture
def house(chromium: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Household]:
    """Start a server with nobody on it; under a host name where passkeys are used, since no address gets any."""
    del chromium  # without it there is no journey, and no server to start
    given: dict[str, Any] = {"options": _by_name()} if "by_name" in request.keywords else {}
    with household(tmp_path, real_cost="real_cost" in request.keywords, **given) as begun:
        yield begun


def _by_name() -> dict[str, str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return {"listen": f"127.0.0.1:{port}", "public_url": f"http://localhost:{port}"}


@pytest.fixture
def visitor(chromium: Browser, house: Household) -> Iterator[NewVisitor]:
    """Open windows, each a browser of its own; what went wrong in them fails the journey."""
    opened: list[Visitor] = []

    def window(*, scripts: bool = True) -> Visitor:
        context = chromium.new_context(
            viewport=WIDE, java_script_enabled=scripts, color_scheme="light", reduced_motion="reduce"
        )
        context.set_default_timeout(10_000)
        one = Visitor(context, context.new_page(), house, scripts)
        opened.append(one)
        return one

    yield window
    for one in opened:
        one.leave()
