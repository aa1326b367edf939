"""Take the pictures of the documentation from a real server in a real browser; everybody on it is made up.

python -m tools.pictures          writes docs/pictures
python -m tools.pictures FOLDER   takes every page, light and dark, wide and narrow, to be looked at
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from doorward.demo.people import Person as Played
from doorward.demo.people import others
from doorward.edges.call import Call
from doorward.edges.crypto.argon2 import Argon2Hasher
from doorward.edges.entropy import SystemEntropy
from doorward.edges.steps import PlainDriver
from doorward.features.accounts import store as accounts_store
from doorward.features.accounts.model import AccountKind, NewAccount
from doorward.features.audit import actions as audit
from doorward.features.lockout.actions.locking import lock_account
from doorward.features.lockout.model import LockAccount
from doorward.features.rights import store as rights_store
from doorward.features.rights.model.facts import Assignment
from doorward.features.second_factor.actions.allowlist import allow_set_up
from doorward.features.second_factor.actions.exclusions import exclude_account
from doorward.features.second_factor.model import AllowSetUp, ExcludeAccount
from doorward.features.signin.actions.password import sign_in
from doorward.features.signin.model import SignIn
from doorward.kernel.act import SYSTEM
from doorward.kernel.events import Door, Event, Origin
from doorward.kernel.ids import AccountId, new_id
from doorward.kernel.ports import Secret
from tests.journeys.household import Household, Person, household
from tests.journeys.visitor import Visitor
from tests.launcher import CHEAP

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs" / "pictures"
SIZE: ViewportSize = {"width": 1360, "height": 900}
NARROW: ViewportSize = {"width": 320, "height": 720}
DAYS = 30
PEOPLE = 196
BLOCKED = 23
"""One in this many has no second factor."""
LOCKED = {4: 2, 52: 5, 97: 30}
"""Who has been locked for how many hours."""
SIGN_INS = (31, 34, 29, 37, 33, 9, 6)
"""On each day of a week."""
LOCKS = (0, 1, 0, 0, 2, 0, 0, 1, 0, 0, 0, 1, 0, 0, 3, 7, 1, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 1, 0, 1)
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Safari/604.1"


def add(call: Call, person: Played, **state: object) -> AccountId:
    """Add somebody with a full name."""
    account = AccountId(new_id(call.now, call.entropy))
    kind = AccountKind.INTERNAL
    accounts_store.add(call.sql, NewAccount(account, person.user_name, person.full_name, person.email, kind, call.now))
    for role in person.roles:
        rights_store.grant(call.sql, account, Assignment(role), rights_store.WriteStamp("system", call.now))
    accounts_store.set_state(call.sql, account, **state)
    return account


def month(house: Household) -> None:
    """Let thirty days go by."""
    for day in range(DAYS):
        house.server.turn(days=1)
        with house.world.writing() as call:
            acting = replace(call, actor=SYSTEM)
            for number in range(SIGN_INS[call.now.weekday()] + day * 5 % 7 + LOCKS[day]):
                act = "lockout.locked" if number < LOCKS[day] else "signin.completed"
                audit.record(acting, Event(act, "done", details={"reason": "Failures"}))


def crowd(house: Household) -> list[AccountId]:
    """Add the many who work here."""
    with house.world.writing() as call:
        people = enumerate(others(PEOPLE))
        return [add(call, person, factors=0 if number % BLOCKED == 0 else 1) for number, person in people]


def last_seen(house: Household, known: list[AccountId]) -> None:
    """Let everybody have signed in within the last days, and a few be locked."""
    with house.world.writing() as call:
        for number, account in enumerate(known):
            seen = call.now - timedelta(hours=number * 7 % 90, minutes=number * 13 % 60)
            accounts_store.set_state(call.sql, account, last_sign_in_at=seen)
        for number, hours in LOCKED.items():
            lock = {
                "locked_at": call.now - timedelta(hours=hours),
                "lock_reason": "Failures",
                "lock_factor": "password",
            }
            accounts_store.set_state(call.sql, known[number], **lock)


def guessed_at(house: Household, name: str) -> None:
    """Guess at somebody's password until the account locks."""
    driver = PlainDriver(house.world.runtime, Argon2Hasher(SystemEntropy(), CHEAP).run)
    for number in range(10):
        address, agent = ("203.0.113.24", FIREFOX) if number % 3 else ("198.51.100.7", IPHONE)
        origin = Origin(Door.CONSOLE, address, agent, reference="q2w3e4r5t6y7")
        driver.drive(sign_in(SignIn(name, Secret("Summer2026!"))), origin)
        house.server.turn(seconds=24)


def furnish(house: Household) -> tuple[Person, dict[str, AccountId]]:
    """Let a month go by in a house of two hundred, and give its administrator with those who need somebody now."""
    house.server.turn(days=-DAYS, hours=-1)
    world, known = house.world, crowd(house)
    house.add("hugo.lindqvist", "help-desk")
    ada, bram = house.add("ada.novak", "administrator"), house.add("bram.rossi")
    rename(house, {"ada.novak": "Ada Novak", "hugo.lindqvist": "Hugo Lindqvist", "bram.rossi": "Bram Rossi"})
    month(house)
    last_seen(house, [*known, bram.account])
    operator = world.sign_in(ada.account)
    world.run(lock_account, LockAccount(known[31], "Laptop stolen on the train, police report 4411"), operator)
    world.run(exclude_account, ExcludeAccount(known[60], "Prints reports at night"), operator)
    world.run(allow_set_up, AllowSetUp(known[BLOCKED], "New phone, identified in person"), operator)
    with world.writing() as call:
        unlocked = {"unlocked_by": "hugo.lindqvist", "unlocked_at": call.now - timedelta(days=21)}
        accounts_store.set_state(call.sql, bram.account, **unlocked)
    guessed_at(house, "bram.rossi")
    house.server.turn(minutes=26)
    return ada, {"bram": bram.account, "by_hand": known[31], "excluded": known[60], "allowed": known[BLOCKED]}


def rename(house: Household, names: dict[str, str]) -> None:
    """Give people the names that they go by."""
    with house.world.writing() as call:
        for user_name, full_name in names.items():
            words = (full_name, full_name.lower(), user_name)
            call.sql.exec_driver_sql("UPDATE accounts SET full_name=?, full_name_canonical=? WHERE user_name=?", words)


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium."""
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


def take(page: Page, file: Path, *, dark: bool = False, narrow: bool = False) -> None:
    """Take one picture."""
    page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
    page.set_viewport_size(NARROW if narrow else SIZE)
    page.screenshot(path=file, full_page=narrow)


def signed_in(chromium: Browser, house: Household, ada: Person) -> Page:
    """Sign the administrator in."""
    context = chromium.new_context(viewport=SIZE)
    visitor = Visitor(context, context.new_page(), house, scripts=True)
    visitor.page.goto(f"{house.server.url}/sign-in")
    visitor.fill(User_name=ada.name, Password="a walk in the wood")
    visitor.press("Sign in")
    visitor.fill(Code=house.next_code(ada.key))
    visitor.press("Sign in")
    visitor.page.wait_for_url("**/console")
    return visitor.page


def for_the_documentation(page: Page, url: str, account: AccountId) -> None:
    """Take the pictures that the documentation shows."""
    DOCS.mkdir(exist_ok=True)
    page.goto(f"{url}/console/users/{account}")
    take(page, DOCS / "account.png")
    page.goto(f"{url}/console/users?locked=1")
    take(page, DOCS / "users.png", dark=True)
    page.goto(f"{url}/console")
    take(page, DOCS / "overview.png", dark=True)


def everything(page: Page, url: str, known: dict[str, AccountId], folder: Path) -> None:
    """Take every page in four ways."""
    bram = f"/console/users/{known['bram']}"
    tabs = ("general", "two-factor", "sign-in", "sessions", "roles", "history", "two-factor&stage=reset-key")
    pages = {
        "overview": "/console",
        "users": "/console/users",
        "locked": "/console/users?locked=1",
        "everyone": "/console/users?locked=1&stage=unlock-everyone",
        "new": "/console/users/new",
        "rules": "/console/password-rules",
        "two-factor": "/console/two-factor",
        "roles": "/console/roles",
        "audit": "/console/audit",
        "mail": "/console/mail",
        "me": "/me",
        "edit": f"{bram}?stage=edit",
        "nowhere": "/nowhere",
        **{f"bram-{tab.partition('=')[2] or tab}": f"{bram}?tab={tab}" for tab in tabs},
        **{name: f"/console/users/{account}?tab=two-factor" for name, account in known.items() if name != "bram"},
    }
    for name, address in pages.items():
        page.goto(url + address)
        for dark, narrow in ((False, False), (True, False), (False, True), (True, True)):
            take(page, folder / f"{name}{'-dark' * dark}{'-320' * narrow}.png", dark=dark, narrow=narrow)


def main() -> None:
    """Start a server, furnish it, and take the pictures."""
    with tempfile.TemporaryDirectory() as place, browser() as chromium, household(Path(place)) as house:
        ada, known = furnish(house)
        page = signed_in(chromium, house, ada)
        if sys.argv[1:]:
            folder = Path(sys.argv[1])
            folder.mkdir(parents=True, exist_ok=True)
            everything(page, house.server.url, known, folder)
        else:
            for_the_documentation(page, house.server.url, known["bram"])


if __name__ == "__main__":
    main()
