"""Somebody at a browser: opens pages, fills in forms, presses buttons, and looks closely at every page they come to."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, ViewportSize, expect

from tests.journeys.household import PASSWORD, Household, Person

NARROW = 320
WIDE: ViewportSize = {"width": 1280, "height": 860}
_AXE = Path(__file__).parent / "vendor" / "axe.min.js"
_RUN = """async (rules) => {
  const found = await axe.run(document, {resultTypes: ["violations"], ...(rules ? {runOnly: rules} : {})});
  return found.violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.map((node) => node.html).join(" | ")}`);
}"""
_OVERFLOW = """() => {
  const wide = document.scrollingElement.scrollWidth;
  if (wide <= innerWidth) return "";
  const cut = (one) => /auto|scroll|hidden|clip/.test(getComputedStyle(one).overflowX);
  const scrolls = (one) => one && (cut(one) || scrolls(one.parentElement));
  const beyond = (one) => one.getBoundingClientRect().right > innerWidth + 1 && !scrolls(one.parentElement);
  const out = [...document.querySelectorAll("body *")].filter(beyond);
  return `${wide} px: ${out.slice(0, 5).map((one) => one.outerHTML.slice(0, 120)).join(" | ")}`;
}"""
COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules whose answer hangs on the colours; the others say the same in light and in dark."""
_EXPECTED = re.compile(r"Failed to load resource: the server responded with a status of (4\d\d)")
_looked_at: set[str] = set()


@cache
def _axe() -> str:
    return _AXE.read_text(encoding="utf-8")


@dataclass(slots=True)
class Visitor:
    """A browser window of its own, with its cookies."""

    context: BrowserContext
    page: Page
    house: Household
    scripts: bool = True
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen for whatever should not happen."""
        heard, asked, troubles = self._heard, self._asked, self.troubles  # Playwright marks what it is given
        self.page.on("console", lambda message: heard(message))  # noqa: PLW0108 - and a slot takes no mark
        self.page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
        self.page.on("request", lambda request: asked(request))  # noqa: PLW0108 - as above

    def open(self, path: str, title: str) -> None:
        """Open an address of the server, and see that the page is there."""
        self.page.goto(self.house.server.url + path)
        self.arrive(title)

    def arrive(self, title: str) -> None:
        """See the page that somebody has come to, by its heading, and look closely at it."""
        expect(self.page.get_by_role("heading", level=1, name=title)).to_be_visible()
        self.look()

    def press(self, name: str, title: str = "") -> None:
        """Press a button, and see the page that follows."""
        self.page.get_by_role("button", name=name, exact=True).click()
        if title:
            self.arrive(title)

    def follow(self, name: str, title: str = "") -> None:
        """Follow a link, and see the page that follows."""
        self.page.get_by_role("link", name=name, exact=True).click()
        if title:
            self.arrive(title)

    def tab(self, name: str) -> None:
        """Turn to another tab of an account."""
        self.page.locator(".tabs").get_by_role("link", name=name, exact=True).click()
        expect(self.page.locator(".tabs [aria-current=page]")).to_have_text(name)
        self.look()

    def fill(self, **fields: str) -> None:
        """Fill in fields by their labels: `fill(User_name="bram")`."""
        for label, text in fields.items():
            self.page.get_by_label(label.replace("_", " "), exact=True).filter(visible=True).fill(text)

    def told(self, words: str) -> None:
        """See some words on the page."""
        expect(self.page.locator("body")).to_contain_text(words)

    def give_password(self, person: Person, title: str, password: str = PASSWORD) -> None:
        """Begin to sign in."""
        self.open("/sign-in", "Sign in")
        self.fill(User_name=person.name, Password=password)
        self.press("Sign in", title)

    def sign_in(self, person: Person, title: str) -> None:
        """Sign in with password and key."""
        self.give_password(person, "Enter the code")
        self.fill(Code=self.house.next_code(person.key))
        self.press("Sign in", title)

    def set_up(self) -> str:
        """Set up a key on the page that shows one, and give it; two things are hidden until they are asked for."""
        how, key = self.page.get_by_text("The clock matters."), self.page.locator("#key-text")
        expect(how).to_be_hidden()
        expect(key).to_be_hidden()
        self.page.get_by_text("View how to set up two-factor authentication", exact=True).click()
        expect(how).to_be_visible()
        self.page.get_by_text("View QR code", exact=True).click()
        expect(key).to_be_visible()
        self.look()
        return key.inner_text()

    def apply(self, key: str, title: str) -> None:
        """Type a code of the new key."""
        self.fill(Code_from_the_app=self.house.code(key))
        self.press("Check and apply", title)

    def look(self) -> None:
        """Look at the page as it is: no finding in light and in dark, nothing cut off, small or large."""
        here = self._here()
        if here in _looked_at:
            return
        _looked_at.add(here)
        if self.scripts:
            self.page.evaluate(_axe())
            self._note(here, "light", self.page.evaluate(_RUN, None))
            self.page.emulate_media(color_scheme="dark")
            self._note(here, "dark", self.page.evaluate(_RUN, COLOURS))
            self.page.emulate_media(color_scheme="light")
        self._note(here, f"at {WIDE['width']} px", [self.page.evaluate(_OVERFLOW)])
        self.page.set_viewport_size({"width": NARROW, "height": 640})
        self._note(here, f"at {NARROW} px", [self.page.evaluate(_OVERFLOW)])
        self.page.set_viewport_size(WIDE)

    def leave(self) -> None:
        """Close the window; whatever went wrong in it is told now."""
        self.context.close()
        if self.troubles:
            raise AssertionError("\n".join(self.troubles))

    def _here(self) -> str:
        """Tell what kind of page this is: one look at each kind is enough."""
        parts = urlsplit(self.page.url)
        path = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[\w-]{64}", "…", parts.path)
        query = re.sub(r"=[0-9a-f-]{36}", "=…", parts.query)
        shape = self.page.evaluate(_SHAPE)
        return f"{path}?{query} {shape}"

    def _note(self, here: str, how: str, findings: list[Any]) -> None:
        self.troubles += [f"{here} {how}: {one}" for one in findings if one]

    def _heard(self, message: ConsoleMessage) -> None:
        """Note what the browser complains of; a refusal is told by its status, and that is no trouble."""
        if message.type in {"error", "warning"} and not _EXPECTED.match(message.text):
            self.troubles.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.house.server.url, "data:", "about:")):
            self.troubles.append(f"asked elsewhere: {request.url}")


_SHAPE = """() => [document.querySelector("h1")?.textContent.replace(/\\d+/g, "#"), ...[...document.querySelectorAll(
  "#refusal, #staged, .error, dialog[open], .empty, .banner, details[open], #bulk-bar:not([data-quiet])")].map((one) =>
  one.id || one.className)].join(" ")"""
