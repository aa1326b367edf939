"""The SQL on e-mailed codes, temporary access codes and known browsers."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from doorward.edges.sql.expiring import UNTIL, Expiring
from doorward.edges.sql.tables.devices import browsers, device_codes, remembered_devices, temporary_access_codes
from doorward.features.devices.model import RememberedDevice, StoredCode
from doorward.kernel.ids import AccountId

_D, _T, _B = device_codes.c, temporary_access_codes.c, browsers.c

_OF_ACCOUNT = _D.account_id == bindparam("account")
_OF_PENDING = (_OF_ACCOUNT, _D.pending_hash == bindparam("pending"))
_SENT = select(_D.issued_at).where(_OF_ACCOUNT, _D.issued_at > bindparam("since"))
_STANDING = select(_D.code_id, _D.code_hash, _D.expires_at).where(*_OF_PENDING, _D.ended_at.is_(None)).limit(1)
_ADD = insert(device_codes)
_END_OF_PENDING = update(device_codes).where(*_OF_PENDING, _D.ended_at.is_(None)).values(ended_at=bindparam("at"))
_END_OF_ACCOUNT = update(device_codes).where(_OF_ACCOUNT, _D.ended_at.is_(None)).values(ended_at=bindparam("at"))
_USE = (
    update(device_codes)
    .where(_OF_ACCOUNT, _D.code_id == bindparam("code"), _D.ended_at.is_(None))
    .values(ended_at=bindparam("at"))
)
_FORGET = delete(device_codes).where(_OF_ACCOUNT, _D.issued_at <= bindparam("since"), _D.expires_at <= bindparam("now"))

_TEMPORARY = select(_T.code_hash, _T.expires_at).where(_T.account_id == bindparam("account"))
_ADD_TEMPORARY = insert(temporary_access_codes)
_DELETE_TEMPORARY = delete(temporary_access_codes).where(_T.account_id == bindparam("account"))
_USE_TEMPORARY = _DELETE_TEMPORARY.where(_T.code_hash == bindparam("hash"))

_OF_BROWSER = (_B.account_id == bindparam("account"), _B.browser_hash == bindparam("hash"))
_KNOWN = select(_B.last_at).where(*_OF_BROWSER)
_SEEN = update(browsers).where(*_OF_BROWSER).values(last_at=bindparam("at"))
_MEET = insert(browsers)
_TOLD = (
    select(_B.told_place)
    .where(_B.account_id == bindparam("account"), _B.first_at > bindparam("since"), _B.told_place.is_not(None))
    .order_by(_B.first_at)
)
_OLD_BROWSERS = Expiring(browsers, _B.last_at <= UNTIL)

_R = remembered_devices.c
_OWNED = _R.account_id == bindparam("account")
_DEVICES = select(
    _R.device_id, _R.epoch, _R.user_agent, _R.address, _R.created_at, _R.last_used_at, _R.expires_at
).where(_OWNED)  # fmt: skip
_DEVICE_BY_HASH = _DEVICES.where(_R.device_hash == bindparam("hash"))
_DEVICES_OF = _DEVICES.order_by(_R.created_at.desc(), _R.device_id.desc())
_REMEMBER = insert(remembered_devices)
_USED = (
    update(remembered_devices).where(_OWNED, _R.device_id == bindparam("device")).values(last_used_at=bindparam("at"))
)
_END_DEVICES = delete(remembered_devices).where(_OWNED)
_END_DEVICE = _END_DEVICES.where(_R.device_id == bindparam("device"))
_OLD_DEVICES = Expiring(remembered_devices, _R.expires_at <= UNTIL)


@dataclass(frozen=True, slots=True)
class MailedCode:
    """An e-mailed code with the id of its row."""

    id: UUID
    stored: StoredCode


@dataclass(frozen=True, slots=True)
class NewCode:
    """An e-mailed code that is being sent."""

    account: AccountId
    id: UUID
    pending_hash: bytes
    code_hash: bytes = field(repr=False)
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewBrowser:
    """A browser that has completed its first sign-in of an account."""

    account: AccountId
    browser_hash: bytes = field(repr=False)
    at: datetime
    told_place: bytes | None = None
    """From where it came, keyed and hashed, if the owner is told of it."""


@dataclass(frozen=True, slots=True)
class NewTemporaryCode:
    """A temporary access code that is being issued."""

    account: AccountId
    code_hash: bytes = field(repr=False)
    issued_at: datetime
    issued_by: str
    expires_at: datetime


def sent_since(sql: Connection, account: AccountId, since: datetime) -> list[datetime]:
    """Return when codes were sent to the account after an instant, whatever became of them."""
    return list(sql.execute(_SENT, {"account": account, "since": since}).scalars())


def standing(sql: Connection, account: AccountId, pending_hash: bytes) -> MailedCode | None:
    """Load the one code of a pending sign-in that was neither used nor replaced; it may have expired."""
    row = sql.execute(_STANDING, {"account": account, "pending": pending_hash}).one_or_none()
    return None if row is None else MailedCode(row.code_id, StoredCode(row.code_hash, row.expires_at))


def add(sql: Connection, new: NewCode) -> None:
    """Insert a code, and end the one that the same pending sign-in had before (DEV-1)."""
    sql.execute(_END_OF_PENDING, {"account": new.account, "pending": new.pending_hash, "at": new.issued_at})
    sql.execute(
        _ADD,
        {
            "account_id": new.account, "code_id": new.id, "pending_hash": new.pending_hash,
            "code_hash": new.code_hash, "issued_at": new.issued_at, "expires_at": new.expires_at, "ended_at": None,
        },
    )  # fmt: skip


def use(sql: Connection, account: AccountId, code: UUID, at: datetime) -> bool:
    """Mark a code as used; tell whether it had not ended. Of two at once one is told so."""
    return sql.execute(_USE, {"account": account, "code": code, "at": at}).rowcount == 1


def end_all(sql: Connection, account: AccountId, at: datetime) -> None:
    """End the account's codes of both kinds; the mails that went out still count against its allowance."""
    sql.execute(_END_OF_ACCOUNT, {"account": account, "at": at})
    sql.execute(_DELETE_TEMPORARY, {"account": account})


def forget(sql: Connection, account: AccountId, since: datetime, now: datetime) -> None:
    """Delete the account's codes that have expired and count against no allowance any more."""
    sql.execute(_FORGET, {"account": account, "since": since, "now": now})


def temporary(sql: Connection, account: AccountId) -> StoredCode | None:
    """Load the account's temporary access code."""
    row = sql.execute(_TEMPORARY, {"account": account}).one_or_none()
    return None if row is None else StoredCode(row.code_hash, row.expires_at)


def put_temporary(sql: Connection, new: NewTemporaryCode) -> None:
    """Write a temporary access code in place of one issued before."""
    sql.execute(_DELETE_TEMPORARY, {"account": new.account})
    sql.execute(
        _ADD_TEMPORARY,
        {
            "account_id": new.account, "code_hash": new.code_hash, "issued_at": new.issued_at,
            "issued_by": new.issued_by, "expires_at": new.expires_at,
        },
    )  # fmt: skip


def use_temporary(sql: Connection, account: AccountId, code_hash: bytes) -> bool:
    """Delete a temporary access code; tell whether it was there. Of two at once one is told so."""
    return sql.execute(_USE_TEMPORARY, {"account": account, "hash": code_hash}).rowcount == 1


def see_browser(sql: Connection, account: AccountId, browser_hash: bytes, at: datetime) -> bool:
    """Note that a browser has completed another sign-in of the account; tell whether it had completed one before."""
    return sql.execute(_SEEN, {"account": account, "hash": browser_hash, "at": at}).rowcount == 1


def meet_browser(sql: Connection, new: NewBrowser) -> None:
    """Insert a browser that has completed its first sign-in of the account."""
    sql.execute(
        _MEET,
        {
            "account_id": new.account, "browser_hash": new.browser_hash, "first_at": new.at, "last_at": new.at,
            "told_place": new.told_place,
        },
    )  # fmt: skip


def told_places(sql: Connection, account: AccountId, since: datetime) -> list[bytes]:
    """List the places of the browsers that the account's owner was told of after an instant, oldest first."""
    return list(sql.execute(_TOLD, {"account": account, "since": since}).scalars())


def browser_seen_at(sql: Connection, account: AccountId, browser_hash: bytes) -> datetime | None:
    """Return when a browser last completed a sign-in of the account."""
    return sql.execute(_KNOWN, {"account": account, "hash": browser_hash}).scalar_one_or_none()


def forget_browsers(sql: Connection, before: datetime) -> int:
    """Delete a few browsers that have not completed a sign-in since."""
    return _OLD_BROWSERS.forget(sql, before)


def remember(sql: Connection, account: AccountId, device_hash: bytes, device: RememberedDevice) -> None:
    """Insert a remembered device."""
    sql.execute(
        _REMEMBER,
        {
            "account_id": account, "device_hash": device_hash, "device_id": device.id, "epoch": device.epoch,
            "user_agent": device.user_agent[:400], "address": device.address[:64], "created_at": device.created_at,
            "last_used_at": device.last_used_at, "expires_at": device.expires_at,
        },
    )  # fmt: skip


def device_by_hash(sql: Connection, account: AccountId, device_hash: bytes) -> RememberedDevice | None:
    """Load the device of an account that a token names; it may be past its end."""
    row = sql.execute(_DEVICE_BY_HASH, {"account": account, "hash": device_hash}).one_or_none()
    return None if row is None else RememberedDevice(*row)


def devices_of(sql: Connection, account: AccountId) -> list[RememberedDevice]:
    """List an account's devices, newest first, those that are past their end too."""
    return [RememberedDevice(*row) for row in sql.execute(_DEVICES_OF, {"account": account})]


def use_device(sql: Connection, account: AccountId, device: UUID, at: datetime) -> None:
    """Note when a device last spared its account the e-mailed code."""
    sql.execute(_USED, {"account": account, "device": device, "at": at})


def end_devices(sql: Connection, account: AccountId, device: UUID | None) -> int:
    """Delete one device of an account, or all of them, and say how many there were."""
    if device is None:
        return sql.execute(_END_DEVICES, {"account": account}).rowcount
    return sql.execute(_END_DEVICE, {"account": account, "device": device}).rowcount


def forget_devices(sql: Connection, now: datetime) -> int:
    """Delete a few devices that are past their end."""
    return _OLD_DEVICES.forget(sql, now)
