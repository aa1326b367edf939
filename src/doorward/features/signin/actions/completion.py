"""The end of every sign-in: a new password if one is due, else the session."""

import hashlib
from dataclasses import replace

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Account, Standing
from doorward.features.audit import actions as audit
from doorward.features.devices import actions as devices
from doorward.features.devices import rules as devices_rules
from doorward.features.devices.model import Met
from doorward.features.links import actions as links
from doorward.features.lockout.actions import attempts as lockout
from doorward.features.notices import actions as notices
from doorward.features.notices.model import Kind
from doorward.features.passwords import actions as passwords
from doorward.features.policy import actions as policy
from doorward.features.sessions import actions as sessions
from doorward.features.sessions.model import OpenedWith, SessionOpened
from doorward.features.signin import store
from doorward.features.signin.actions.pending import UnderWay, as_person, open_pending, record_own
from doorward.features.signin.model import SignedIn, SignInGoesOn
from doorward.features.signin.rules import machine
from doorward.features.signin.rules.machine import Input, SignInState
from doorward.kernel.events import Door, Event
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Fact, Refused
from doorward.kernel.ports import Secret
from doorward.kernel.time import rfc3339
from doorward.kernel.tokens import make_token


def proven(
    call: Call, found: UnderWay, opened_with: OpenedWith, recovery_codes: tuple[str, ...] = ()
) -> SignedIn | SignInGoesOn | Refused:
    """Go on after the last proof: to a new password where one is due (PASS-3), else into a session."""
    state = _end(call, found.standing, found.state)
    if state is SignInState.SIGNED_IN:
        outcome = complete(call, replace(found, state=state), opened_with, recovery_codes)
        return outcome if isinstance(outcome, Refused) else remember(call, found, opened_with, outcome)
    pending = replace(
        found.pending,
        step=machine.step_of(state),
        opened_with=opened_with,
        expires_at=call.now + machine.LIFE,
        sealed_secret=None,
    )
    store.save(call.sql, pending)
    return SignInGoesOn(pending.step, expires_at=pending.expires_at, recovery_codes=recovery_codes)


def enter(call: Call, standing: Standing, happened: Input) -> SignedIn | SignInGoesOn | Refused:
    """Open the session of whoever was asked for one thing alone, unless a new password is due (PASS-3)."""
    opened_with = machine.OPENED_BY[happened]
    state = _end(call, standing, machine.after(SignInState.PASSWORD, happened))
    if state is SignInState.SIGNED_IN:
        return open_session(call, standing, standing.state.epoch, opened_with)
    token, opened = open_pending(call, standing, machine.step_of(state))
    store.save(call.sql, replace(opened, opened_with=opened_with))
    return SignInGoesOn(opened.step, token, opened.expires_at)


def complete(
    call: Call, found: UnderWay, opened_with: OpenedWith, recovery_codes: tuple[str, ...] = ()
) -> SignedIn | Refused:
    """Open the session and end the pending sign-in; one that the table has not led there is a bug."""
    if found.state is not SignInState.SIGNED_IN:
        raise ValueError(f"no session is opened at {found.state}")
    remembered = _remembers(call, found, opened_with)
    outcome = open_session(call, found.standing, found.pending.epoch, opened_with, remembered=remembered)
    store.end(call.sql, found.pending)
    return replace(outcome, recovery_codes=recovery_codes) if isinstance(outcome, SignedIn) else outcome


def remember(call: Call, found: UnderWay, opened_with: OpenedWith, outcome: SignedIn) -> SignedIn:
    """Remember the device of a complete sign-in, if that is wished and allowed, and tell its owner (DEV-3)."""
    remembered = devices.remember_device(call, found.standing) if _remembers(call, found, opened_with) else None
    if remembered is None:
        return outcome
    token, device = remembered
    until = rfc3339(device.expires_at)
    record_own(call, found.standing, "devices.remembered", device=str(device.id), until=until)
    account = found.standing.account
    facts = {**notices.about_own(call, account.user_name), "until": until}
    links.tell_with_not_me(call, account.id, account.email, Kind.DEVICE_REMEMBERED, facts)
    return replace(outcome, device=token, device_expires_at=device.expires_at)


def open_session(
    call: Call, standing: Standing, epoch: int, opened_with: OpenedWith, *, remembered: bool = False
) -> SignedIn | Refused:
    """Mint the session, clear the counters of the factors used in it (LOCK-4), and record the complete sign-in.

    Its owner is told of a browser or program that is new, unless another letter tells of this sign-in (DESK-3).
    """
    account = standing.account
    opened = sessions.open_session(call, account.id, epoch, opened_with)
    if not isinstance(opened, SessionOpened):
        return opened
    lockout.clear_counters(call, account.id, *machine.cleared(opened_with))
    accounts.signed_in(call, account.id)
    told_otherwise = remembered or opened_with.told
    tell = devices_rules.concerns_owner(standing.state.last_sign_in_at, told_otherwise=told_otherwise)
    cookie, met = _know_browser(call, account.id, tell=tell)
    new: dict[str, Fact] = {} if met is Met.BEFORE else {"new_program" if _by_program(call) else "new_browser": True}
    audit.record(
        as_person(call, standing),
        Event(
            "signin.completed",
            "done",
            target=account.id,
            target_name=account.user_name,
            details={"opened_with": opened_with.value, "session": str(opened.session), **new},
        ),
    )
    if met is Met.FIRST_TOLD:
        _tell_of_browser(call, account)
    _end_others(call, standing, opened)
    return SignedIn(
        token=opened.token,
        expires_at=opened.expires_at,
        account=account.id,
        own_page_only=opened_with is OpenedWith.RECOVERY_CODE,
        browser=cookie,
    )


def _end(call: Call, standing: Standing, state: SignInState) -> SignInState:
    """Return where a sign-in ends after its last proof: signed in, or first at a new password (PASS-3)."""
    return machine.after(state, Input.PASSWORD_DUE if password_due(call, standing) else Input.NOTHING_DUE)


def password_due(call: Call, standing: Standing) -> bool:
    """Return whether a new password must be given before the session."""
    stored = passwords.find(call, standing.account.id)
    return stored is not None and passwords.must_change(call, stored, standing.state.password_rules)


def _end_others(call: Call, standing: Standing, opened: SessionOpened) -> None:
    """End the account's other sessions where the rules allow it one at a time (*Prevent multiple sessions*, SESS-1)."""
    if not policy.password_rules(call, standing.state.password_rules).prevent_multiple_sessions:
        return
    count = sessions.end_others(call, opened.account, opened.session)
    if count:
        record_own(call, standing, "sessions.ended", count=count, cause="a new sign-in")


def _remembers(call: Call, found: UnderWay, opened_with: OpenedWith) -> bool:
    """Return whether the device of this sign-in is going to be remembered (DEV-3)."""
    wished = found.pending.remember_device and opened_with in machine.REMEMBERED_AFTER
    return wished and bool(policy.password_rules(call, found.standing.state.password_rules).remember_device_days)


def _know_browser(call: Call, account: AccountId, *, tell: bool) -> tuple[Secret | None, Met]:
    """Remember by what a sign-in was completed (LOCK-11, DESK-3); give a browser's cookie its value if it had none.

    What comes through another door is a program, which keeps no cookie.
    """
    if _by_program(call):
        return None, devices.know_program(call, account, tell=tell)
    if call.origin.browser is not None:
        return None, devices.know_browser(call, account, call.origin.browser, tell=tell)
    cookie, _ = make_token(account, call.entropy)
    browser_hash = hashlib.sha256(cookie.reveal().encode()).digest()
    return cookie, devices.know_browser(call, account, browser_hash, tell=tell)


def _tell_of_browser(call: Call, account: Account) -> None:
    """Tell the owner that a sign-in was completed by a browser or program that had completed none before (DESK-3)."""
    facts = {**notices.about_own(call, account.user_name), "program": _by_program(call)}
    links.tell_with_not_me(call, account.id, account.email, Kind.NEW_BROWSER, facts)


def _by_program(call: Call) -> bool:
    return call.origin.door is not Door.CONSOLE
