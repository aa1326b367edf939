"""Accounts in every state that their page can meet, each made as it comes about."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from doorward.features.accounts import actions as accounts
from doorward.features.accounts import store as accounts_store
from doorward.features.accounts.model import AccountKind, NewAccount
from doorward.features.administration.actions.editing import disable_account
from doorward.features.administration.model import DisableAccount
from doorward.features.lockout.actions.locking import lock_account
from doorward.features.lockout.model import LockAccount
from doorward.features.second_factor.actions.exclusions import exclude_account
from doorward.features.second_factor.model import ExcludeAccount
from doorward.kernel.ids import AccountId, new_id
from tests.doors.console.visiting import Site
from tests.features.signin.walking import PASSWORD, allow, authenticator


def crowd(site: Site, many: int) -> None:
    """Add many at once, without a second factor."""
    with site.world.writing() as call:
        for number in range(many):
            account, name = AccountId(new_id(call.now, call.entropy)), f"crowd{number}"
            accounts_store.add(call.sql, NewAccount(account, name, name.title(), None, AccountKind.INTERNAL, call.now))


def locked(site: Site, reason: str = "Failures", **more: Any) -> AccountId:
    """Add an account that has been locked for an hour."""
    since = site.world.clock.now() - timedelta(hours=1)
    return site.world.add("bram", locked_at=since, lock_reason=reason, **more)


def guessed_at(site: Site) -> AccountId:
    """Add an account that ten wrong passwords from two addresses have locked."""
    bram = site.walk.person("bram", factors=1)
    for number in range(10):
        site.browser(f"192.0.2.{2 - number % 2}").post("/sign-in", {"user_name": "bram", "password": "a wrong one"})
        site.world.pass_time(seconds=10)
    return bram


def locked_by_hand(site: Site) -> AccountId:
    """Add an account that an operator has locked."""
    bram, piet = site.world.add("bram", factors=1), site.world.add_operator("piet", "administrator")
    site.world.run(lock_account, LockAccount(bram, "lost his laptop"), piet)
    return bram


def with_wrong_clock(site: Site) -> AccountId:
    """Add an account whose phone is eight minutes slow, as two codes in a row have shown."""
    key, browser = site.walk.with_key("bram"), site.browser()
    browser.post("/sign-in", {"user_name": "bram", "password": PASSWORD})
    for steps in (-17, -16):
        browser.post("/sign-in/code", {"code": authenticator(key, site.world, steps=steps)})
    return named(site, "bram")


def with_jumped_clock(site: Site) -> AccountId:
    """Add an account whose last code was taken by a clock that ran a year ahead."""
    site.walk.with_key("bram")
    site.world.pass_time(days=-365)
    return named(site, "bram")


def excluded(site: Site) -> AccountId:
    """Add an account that signs in without a second factor."""
    bram = site.walk.person("bram")
    site.world.run(exclude_account, ExcludeAccount(bram, "prints reports"))
    return bram


def on_the_allowlist(site: Site) -> AccountId:
    """Add an account that may set up a key."""
    bram = site.walk.person("bram")
    allow(site.world, bram)
    return bram


def disabled(site: Site, **state: Any) -> AccountId:
    """Add an account that is not in use."""
    bram = site.world.add("bram", **state)
    site.world.run(disable_account, DisableAccount(bram, "left"))
    return bram


def without_name_or_address(site: Site) -> AccountId:
    """Add an account of which nothing is known but its user name."""
    bram = site.world.add("bram")
    with site.world.writing() as call:
        call.sql.exec_driver_sql("UPDATE accounts SET full_name = '', email = NULL")
    return bram


def protected(site: Site) -> AccountId:
    """Add an account that is marked protected."""
    bram = site.world.add("bram")
    with site.world.writing() as call:
        call.sql.exec_driver_sql("UPDATE accounts SET protected = 1")
    return bram


def named(site: Site, name: str) -> AccountId:
    """Find an account."""
    with site.world.reading() as call:
        standing = accounts.find(call, name)
    assert standing is not None
    return standing.account.id


STATES: dict[str, Callable[[Site], AccountId]] = {
    "blocked": lambda site: site.world.add("bram"),
    "set up": lambda site: site.world.add("bram", factors=1),
    "on the allowlist": on_the_allowlist,
    "excluded": excluded,
    "external": lambda site: site.world.add("bram", kind=AccountKind.EXTERNAL),
    "disabled": disabled,
    "disabled and locked": lambda site: disabled(site, locked_at=site.world.clock.now(), lock_reason="Failures"),
    "guessed at": guessed_at,
    "locked for codes": lambda site: locked(site, lock_factor="second_factor"),
    "locked for a while": lambda site: locked(site, lock_ends_at=site.world.clock.now() + timedelta(hours=2)),
    "locked until just now": lambda site: locked(site, lock_ends_at=site.world.clock.now()),
    "locked for inactivity": lambda site: locked(site, "Inactivity"),
    "locked by hand": locked_by_hand,
    "reported": lambda site: locked(site, "Reported"),
    "unlocked": lambda site: site.world.add("bram", unlocked_by="piet", unlocked_at=site.world.clock.now()),
    "with a wrong clock": with_wrong_clock,
    "with a clock that jumped": with_jumped_clock,
    "without name or address": without_name_or_address,
    "protected": protected,
}
