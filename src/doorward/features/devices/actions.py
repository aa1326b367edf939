"""Codes by e-mail, temporary access codes, known browsers; and remembered devices, as people and operators see them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Account, Standing
from doorward.features.devices import rules, store
from doorward.features.devices.model import (
    BROWSER_LIFE,
    CodeIssued,
    CodeKind,
    CodeRight,
    DevicesListed,
    DevicesRevoked,
    DeviceToken,
    ListDevicesOf,
    ListOwnDevices,
    Met,
    NoDevices,
    RememberedDevice,
    RevokeDevicesOf,
    RevokeOwnDevices,
)
from doorward.features.notices import actions as notices
from doorward.features.notices.model import Kind
from doorward.features.policy import actions as policy
from doorward.kernel.act import Needs, Who, act
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId, new_id
from doorward.kernel.networks import network
from doorward.kernel.ports import Secret
from doorward.kernel.time import rfc3339
from doorward.kernel.tokens import make_token


def usable_address(account: Account, now: datetime) -> str | None:
    """Return the address that codes and links may be sent to, if the account has one (DESK-4)."""
    return rules.usable_address(account, now)


def issue_code(call: Call, standing: Standing, pending_hash: bytes) -> CodeIssued:
    """Mail a code for a pending sign-in in place of the one before, as far as the allowance goes (DEV-1).

    Beyond it nothing is sent, the code before stays good, and the answer says from when a resend works.
    """
    account = standing.account
    address = rules.usable_address(account, call.now)
    found = show_code(call, standing, pending_hash)
    if address is None or found.resend_at is None or found.resend_at > call.now:
        return found
    code = rules.make_mailed_code(call.entropy)
    expires_at = rules.ends_at(call.now, policy.password_rules(call, standing.state.password_rules).device_code_minutes)
    store.forget(call.sql, account.id, call.now - rules.MAILS_WITHIN, call.now)
    hashed = _mailed_hash(call, account.id, pending_hash, code)
    new = store.NewCode(account.id, new_id(call.now, call.entropy), pending_hash, hashed, call.now, expires_at)
    store.add(call.sql, new)
    _mail(call, account, address, code, expires_at)
    return CodeIssued(rules.in_part(address), _resend_at(call, account.id), expires_at)


def show_code(call: Call, standing: Standing, pending_hash: bytes) -> CodeIssued:
    """Return how a pending sign-in stands with its code, without sending one."""
    account = standing.account
    address = rules.usable_address(account, call.now)
    mailed = store.standing(call.sql, account.id, pending_hash)
    expires_at = mailed.stored.expires_at if mailed is not None and mailed.stored.expires_at > call.now else None
    return CodeIssued(
        sent_to=None if address is None or expires_at is None else rules.in_part(address),
        resend_at=None if address is None else _resend_at(call, account.id),
        expires_at=expires_at,
    )


def kind_of(typed: str) -> CodeKind:
    """Return which of the two codes it is that was typed; what can be neither counts as a wrong mailed one."""
    given = rules.parse(typed)
    return CodeKind.MAILED if given is None else given.kind


def check_device_code(call: Call, account: AccountId, pending_hash: bytes, typed: str) -> Result:
    """Judge what was typed as the mailed code of this pending sign-in or a temporary access code, and use it up.

    What is wrong, used, replaced, expired or another sign-in's is wrong alike; counting it is for the caller (DEV-1).
    """
    given = rules.parse(typed)
    if given is None:
        return Result.WRONG
    if given.kind is CodeKind.MAILED:
        right = _use_mailed(call, account, pending_hash, given.code)
    else:
        right = _use_temporary(call, account, given.code)
    return Result.RIGHT if right else Result.WRONG


def issue_temporary_code(call: Call, account: AccountId) -> tuple[Secret, datetime]:
    """Make a temporary access code in place of one issued before; it is shown this once (KEY-10)."""
    code = rules.make_temporary_code(call.entropy)
    expires_at = call.now + rules.TEMPORARY_LIFETIME
    hashed = _temporary_hash(call, account, code)
    store.put_temporary(call.sql, store.NewTemporaryCode(account, hashed, call.now, call.actor.name, expires_at))
    return Secret(code), expires_at


def delete_codes_of(call: Call, account: AccountId) -> None:
    """End the account's mailed codes and its temporary access code; its allowance of mails stays as spent as it is."""
    store.end_all(call.sql, account, call.now)


def know_browser(call: Call, account: AccountId, browser_hash: bytes, *, tell: bool = False) -> Met:
    """Note that a browser has completed a sign-in of the account (LOCK-11), and say how it stands to it.

    With `tell` it is decided of one that is new whether the owner hears of it; telling is for the caller (DESK-3).
    """
    seen_at = store.browser_seen_at(call.sql, account, browser_hash)
    if seen_at is None:
        return _meet(call, account, browser_hash, tell=tell)
    if call.now >= seen_at + rules.SEEN_AGAIN:
        store.see_browser(call.sql, account, browser_hash, call.now)
    return Met.BEFORE


def know_program(call: Call, account: AccountId, *, tell: bool) -> Met:
    """Note that a program has completed a sign-in of the account; its place is what it is known by (DESK-3)."""
    return know_browser(call, account, _place(call, account), tell=tell)


def knows_browser(call: Call, account: AccountId, browser_hash: bytes) -> bool:
    """Return whether a browser has completed a sign-in of the account before (LOCK-11)."""
    seen_at = store.browser_seen_at(call.sql, account, browser_hash)
    return seen_at is not None and call.now < seen_at + BROWSER_LIFE


def remember_device(call: Call, standing: Standing) -> tuple[Secret, RememberedDevice] | None:
    """Remember the device of a complete sign-in; None where the rules remember none (DEV-3).

    Its token is shown this once. Beyond the most that an account may have, the oldest are forgotten.
    """
    days = policy.password_rules(call, standing.state.password_rules).remember_device_days
    if not days:
        return None
    account = standing.account.id
    token, token_hash = make_token(account, call.entropy)
    device = RememberedDevice(
        id=new_id(call.now, call.entropy),
        epoch=standing.state.epoch,
        user_agent=call.origin.user_agent,
        address=call.origin.address,
        created_at=call.now,
        last_used_at=None,
        expires_at=rules.remembered_until(call.now, days),
    )
    store.remember(call.sql, account, token_hash, device)
    for oldest in store.devices_of(call.sql, account)[rules.MOST_DEVICES :]:
        store.end_devices(call.sql, account, oldest.id)
    return token, device


def knows_device(call: Call, standing: Standing, given: Sequence[DeviceToken]) -> RememberedDevice | None:
    """Find the device by which one of the given tokens is remembered; another account's proves nothing."""
    days = policy.password_rules(call, standing.state.password_rules).remember_device_days
    own = [token for token in given if token.account == standing.account.id]
    for token in own[: rules.MOST_DEVICES]:
        device = store.device_by_hash(call.sql, token.account, token.token_hash)
        if device is not None and rules.remembered(device, standing.state.epoch, days, call.now):
            return device
    return None


def note_use(call: Call, account: AccountId, device: RememberedDevice) -> None:
    """Note that a device has spared its account the e-mailed code."""
    store.use_device(call.sql, account, device.id, call.now)


def forget_devices_of(call: Call, account: AccountId) -> None:
    """Forget every device of an account: its factor or its password has changed (DEV-3)."""
    store.end_devices(call.sql, account, None)


def live_devices(call: Call, standing: Standing) -> tuple[RememberedDevice, ...]:
    """List the devices of an account that are remembered now, newest first."""
    days = policy.password_rules(call, standing.state.password_rules).remember_device_days
    found = store.devices_of(call.sql, standing.account.id)
    return tuple(one for one in found if rules.remembered(one, standing.state.epoch, days, call.now))


@act(who=Who.SELF, event=None, writes=False)
def list_own_devices(call: Call, command: ListOwnDevices) -> DevicesListed:
    """List one's own remembered devices (SESS-2)."""
    return DevicesListed(live_devices(call, accounts.existing(call, call.own_session.account)))


@act(who=Who.SELF, event="devices.revoked")
def revoke_own_devices(call: Call, command: RevokeOwnDevices) -> DevicesRevoked | NoDevices:
    """Forget one of one's own remembered devices, or all of them (SESS-2)."""
    session = call.own_session
    call.note.target, call.note.target_name = session.account, session.user_name
    return _revoke(call, session.account, command.device)


@act("users:read", event="accounts.viewed")
def list_devices_of(call: Call, command: ListDevicesOf) -> DevicesListed:
    """List the remembered devices of an account."""
    return DevicesListed(live_devices(call, accounts.existing(call, command.account)))


@act("users:modify", event="devices.revoked", needs=(Needs.WITHIN_REACH,))
def revoke_devices_of(call: Call, command: RevokeDevicesOf) -> DevicesRevoked | NoDevices:
    """Forget one remembered device of an account, or all of them (SESS-2)."""
    return _revoke(call, command.account, command.device)


def purge(call: Call) -> int:
    """Forget browsers whose cookie has run out, and devices that are remembered no longer."""
    browsers = store.forget_browsers(call.sql, call.now - BROWSER_LIFE)
    return browsers + store.forget_devices(call.sql, call.now)


def _revoke(call: Call, account: AccountId, device: UUID | None) -> DevicesRevoked | NoDevices:
    count = store.end_devices(call.sql, account, device)
    call.note.details["count"] = count
    return DevicesRevoked(count) if count else NoDevices()


def _meet(call: Call, account: AccountId, browser_hash: bytes, *, tell: bool) -> Met:
    """Insert a new browser, with its place if the owner is to be told of one there."""
    place = _place(call, account)
    told = store.told_places(call.sql, account, call.now - rules.TOLD_WITHIN) if tell else ()
    tells = tell and rules.tells_of_browser(told, place)
    store.meet_browser(call.sql, store.NewBrowser(account, browser_hash, call.now, place if tells else None))
    return Met.FIRST_TOLD if tells else Met.FIRST


def _place(call: Call, account: AccountId) -> bytes:
    """Hash whence a call comes, and what it calls itself, for one account: it is read from no copy of the database."""
    said = f"{account}|{network(call.origin.address)}|{call.origin.user_agent}"
    return call.sealer.keyed_hash(said, rules.PLACE)


def _resend_at(call: Call, account: AccountId) -> datetime:
    sent = store.sent_since(call.sql, account, call.now - rules.MAILS_WITHIN)
    return rules.next_mail_at(sent, call.now) or call.now


def _use_mailed(call: Call, account: AccountId, pending_hash: bytes, code: str) -> bool:
    mailed = store.standing(call.sql, account, pending_hash)
    hashed = _mailed_hash(call, account, pending_hash, code)
    verdict = rules.judge(None if mailed is None else mailed.stored, hashed, call.now)
    return mailed is not None and isinstance(verdict, CodeRight) and store.use(call.sql, account, mailed.id, call.now)


def _use_temporary(call: Call, account: AccountId, code: str) -> bool:
    hashed = _temporary_hash(call, account, code)
    verdict = rules.judge(store.temporary(call.sql, account), hashed, call.now)
    return isinstance(verdict, CodeRight) and store.use_temporary(call.sql, account, hashed)


def _mailed_hash(call: Call, account: AccountId, pending_hash: bytes, code: str) -> bytes:
    """Hash a code together with the pending sign-in that it is bound to (DEV-1)."""
    return call.sealer.keyed_hash(f"mailed|{account}|{pending_hash.hex()}|{code}", rules.PURPOSE)


def _temporary_hash(call: Call, account: AccountId, code: str) -> bytes:
    """Hash a code together with the account's epoch: when that has moved on, no code fits (KEY-6)."""
    standing = accounts.load(call, account)
    epoch = "none" if standing is None else standing.state.epoch
    return call.sealer.keyed_hash(f"temporary|{account}|{epoch}|{code}", rules.PURPOSE)


def _mail(call: Call, account: Account, address: str, code: str, expires_at: datetime) -> None:
    """Tell the account, the time, the browser and the address of the request beside the code (DEV-4)."""
    facts = {
        **notices.about_own(call, account.user_name),
        "code": code,
        "expires_at": rfc3339(expires_at),
    }
    notices.tell(call, account.id, address, Kind.DEVICE_CODE, facts, expires_at=expires_at)
