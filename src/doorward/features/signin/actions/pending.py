"""What all steps share: opening and finding a pending sign-in, and answering whoever is locked out."""

from dataclasses import dataclass, replace
from datetime import datetime

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Lock, Standing
from doorward.features.audit import actions as audit
from doorward.features.devices import actions as devices
from doorward.features.lockout import rules as lockout_rules
from doorward.features.lockout.actions import attempts, locking
from doorward.features.lockout.model import Factor
from doorward.features.policy import actions as policy
from doorward.features.signin import store
from doorward.features.signin.model import Next, Pending, PendingToken
from doorward.features.signin.rules import machine
from doorward.kernel.act import Actor
from doorward.kernel.events import Checked, Event, Result
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Fact, Refused
from doorward.kernel.ports import Secret
from doorward.kernel.time import rfc3339
from doorward.kernel.tokens import make_token


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A pending sign-in with its account."""

    pending: Pending
    standing: Standing
    state: machine.SignInState
    """Where it stands: at its step, or after the input that it was found for."""

    @property
    def account(self) -> AccountId:
        """The account that is signing in."""
        return self.standing.account.id


def open_pending(call: Call, standing: Standing, step: Next, *, through_link: bool = False) -> tuple[Secret, Pending]:
    """Open a pending sign-in at a step; its token is shown this once."""
    token, token_hash = make_token(standing.account.id, call.entropy)
    pending = Pending(
        account=standing.account.id,
        token_hash=token_hash,
        epoch=standing.state.epoch,
        step=step,
        opened_at=call.now,
        expires_at=call.now + machine.LIFE,
        through_link=through_link,
    )
    store.add(call.sql, pending)
    return token, pending


def extend(call: Call, pending: Pending, until: datetime | None) -> Pending:
    """Let a pending sign-in wait for its e-mailed code as long as that is valid, and never shorter than its life."""
    longer = pending.expires_at if until is None else max(pending.expires_at, until)
    extended = replace(pending, expires_at=longer)
    store.save(call.sql, extended)
    return extended


def find_pending(call: Call, token: PendingToken) -> UnderWay | Refused:
    """Find the live pending sign-in that a token names."""
    call.hold(token.account)
    pending = store.find(call.sql, token.account, token.token_hash)
    standing = accounts.load(call, token.account) if pending is not None else None
    if pending is None or standing is None or not standing.account.enabled:
        return Refused("signin.expired")
    if not machine.alive(pending, standing.state.epoch, call.now):
        return Refused("signin.expired")
    if locking.clear_lapsed(call, standing):
        standing = accounts.load(call, token.account) or standing
    return UnderWay(pending, standing, machine.STEPS[pending.step])


def find_at(call: Call, token: PendingToken, happened: machine.Input) -> UnderWay | Refused:
    """Find a pending sign-in that waits for this input, and give the state after it; any other step refuses it."""
    found = find_pending(call, token)
    if isinstance(found, Refused):
        return found
    after = machine.after(found.state, happened)
    if after is machine.SignInState.REFUSED:
        return Refused("signin.expired", cause=f"the sign-in waits for {found.pending.step}")
    return replace(found, state=after)


def wishing(found: UnderWay, *, remember_device: bool) -> UnderWay:
    """Keep the wish that the device be remembered, which any of the steps may bring."""
    wish = found.pending.remember_device or remember_device
    return replace(found, pending=replace(found.pending, remember_device=wish))


def record_unchecked(call: Call, token: PendingToken, act: str, refused: Refused) -> Refused:
    """Record a guess that no sign-in waits for, because it is over or at another step: unchecked (AUDIT-1)."""
    record_attempt(call, accounts.load(call, token.account), act, None, cause=refused.cause or refused.code)
    return refused


def admit_guess(call: Call, found: UnderWay, act: str) -> Refused | None:
    """Refuse a guess at a second factor that may not be compared, and record it as refused (LOCK-11)."""
    if attempts.may_try(call, found.standing, Factor.SECOND_FACTOR):
        return None
    record_attempt(call, found.standing, act, None, cause="locked")
    standing = accounts.load(call, found.account) or found.standing
    lock = lockout_rules.standing_lock(standing.state.lock, call.now)
    return refused(call) if lock is None or not may_see_lock(call, found.account) else locked_page(call, lock)


def count_wrong(call: Call, found: UnderWay) -> Refused | None:
    """Count a wrong code; when it locks the account, its giver is told so, and the sign-in is over (LOCK-11)."""
    lock = attempts.count_failures(call, found.account, Factor.SECOND_FACTOR, found.standing)
    return None if lock is None else end_locked(call, found, lock)


def end_of(call: Call, account: AccountId) -> None:
    """End the sign-ins of an account that are under way: what they have proven is no longer what counts."""
    store.end_of(call.sql, account)


def end_locked(call: Call, found: UnderWay, lock: Lock) -> Refused:
    """End a sign-in whose last guess has locked the account."""
    store.end(call.sql, found.pending)
    return locked_page(call, lock)


def refused(call: Call) -> Refused:
    """Return the one answer for unknown, wrong, locked, disabled and passwordless (LOCK-11)."""
    return Refused("signin.refused", {"contact": policy.default_rules(call).lock_contact})


def set_up_not_available(call: Call, cause: str | None = None) -> Refused:
    """Return the answer to a right password of an account that has no second factor, and may not set one up."""
    return Refused("signin.set_up_not_available", {"contact": policy.default_rules(call).lock_contact}, cause=cause)


def end_without_set_up(call: Call, found: UnderWay) -> Refused:
    """End a sign-in whose account has lost meanwhile what it would have gone on with."""
    store.end(call.sql, found.pending)
    return set_up_not_available(call)


def locked_page(call: Call, lock: Lock) -> Refused:
    """Return the answer that says since when, until when, and whom to ask."""
    facts: dict[str, Fact] = {
        "contact": policy.default_rules(call).lock_contact,
        "locked_at": rfc3339(lock.at),
        "ends_at": None if lock.ends_at is None else rfc3339(lock.ends_at),
    }
    return Refused("signin.locked", facts)


def may_see_lock(call: Call, account: AccountId) -> bool:
    """Return whether the locked page gives nothing away: a known browser, or a site that shows it to everybody."""
    if policy.default_rules(call).show_locked_page_to_everybody:
        return True
    browser = call.origin.browser
    return browser is not None and devices.knows_browser(call, account, browser)


def record_attempt(call: Call, standing: Standing | None, act: str, result: Result | None, **details: Fact) -> None:
    """Write the entry of an attempt: `checked` with its result, or `refused` unchecked; a flood of those is joined."""
    account = None if standing is None else standing.account
    event = Event(
        act,
        Checked.REFUSED if result is None else Checked.CHECKED,
        result,
        target=None if account is None else account.id,
        target_name=None if account is None else account.user_name,
        details=details,
    )
    if call.refusals is None or call.refusals.offer(event, call.origin):
        audit.record(call, event)


def as_person(call: Call, standing: Standing) -> Call:
    """Act as the person who is signing in, from the moment they have proven who they are."""
    return replace(call, actor=Actor(standing.account.id, standing.account.user_name))


def record_own(call: Call, standing: Standing, act: str, **details: Fact) -> None:
    """Write the entry of what the person did to their own account."""
    account = standing.account
    audit.record(
        as_person(call, standing),
        Event(act, "done", target=account.id, target_name=account.user_name, details=details),
    )
