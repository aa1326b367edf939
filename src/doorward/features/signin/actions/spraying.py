"""Many names that fail from one address: they slow it down, and then shut it out (LOCK-17).

A name is entered for its address before anything is compared, and leaves again with a right password; so the number of
names that one address can guess at is exact, however many processes it asks at once.
"""

from doorward.edges.call import Call
from doorward.features.audit import actions as audit
from doorward.features.devices import actions as devices
from doorward.features.lockout import rules as lockout_rules
from doorward.features.policy import actions as policy
from doorward.features.signin import store
from doorward.features.signin.rules import spraying as rules
from doorward.features.signin.rules.spraying import Entered, NoRoomYet
from doorward.features.signin.store import Spot
from doorward.kernel.events import Event
from doorward.kernel.ids import AccountId
from doorward.kernel.networks import network
from doorward.kernel.outcome import Refused


def enter(call: Call, account: AccountId) -> Entered | NoRoomYet | Refused:
    """Enter a name for whoever tries it; refused with `signin.throttled`, whatever the name (LOCK-11).

    The command line has no address, and is never held up.
    """
    limits = _limits(call)
    source = _source(call, account) if limits.refusing else ""
    if not source:
        return Entered("", slowed=False)
    call.hold_source(source)
    spot, since = Spot(source, account), rules.counted_since(call.now)
    failed = store.enter(call.sql, spot, call.now, since, limits.refusing)
    if failed is None:
        store.forget_names_of(call.sql, source, since)
        failed = store.enter(call.sql, spot, call.now, since, limits.refusing)
    if failed is not None:
        return rules.entered(source, failed, limits)
    names = store.names_of(call.sql, source, lockout_rules.in_flight(call.now))
    return rules.weigh(source, account, names, limits, call.now)


def leave(call: Call, source: str, account: AccountId, *, right: bool) -> None:
    """Take a name out again after a right password; else it has failed. What others did stays as it is.

    The name with which its source is shut out is told in the trail, once, so that an alarm can be hung on it.
    """
    if not source:
        return
    call.hold_source(source)
    if right:
        store.take_out(call.sql, Spot(source, account))
        return
    limits, names = _limits(call), store.names_of(call.sql, source, lockout_rules.in_flight(call.now))
    store.note_failed(call.sql, Spot(source, account), call.now)
    if rules.shuts_out(account, names, limits, call.now):
        audit.record(call, Event("signin.spray_suspected", "done", details={"names": limits.refusing}))


def withdraw(call: Call, account: AccountId) -> None:
    """Take out a name whose attempt was not made after all; one that has failed before stays."""
    if call.origin.address:
        source = _source(call, account)
        call.hold_source(source)
        store.withdraw(call.sql, Spot(source, account))


def _source(call: Call, account: AccountId) -> str:
    """Name whom an attempt is counted for: a browser that knows the account for itself, everybody else by address."""
    browser, address = call.origin.browser, call.origin.address
    if browser is not None and address and devices.knows_browser(call, account, browser):
        return f"browser {browser.hex()[:32]}"
    return network(address)[:64]


def _limits(call: Call) -> rules.SprayLimits:
    settings = policy.default_rules(call)
    return rules.SprayLimits(settings.failing_names_before_slowing, settings.failing_names_before_refusing)
