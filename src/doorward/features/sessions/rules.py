"""When a session is over (SESS-1), and what stands for one that has done its part."""

from datetime import datetime, timedelta

from doorward.features.accounts.model import Account, AccountState, Lock
from doorward.features.policy.model import DeviceMethod
from doorward.features.sessions.model import OpenedWith, Validity
from doorward.kernel.act import NO_SESSION, SessionFacts

WRITE_EVERY = timedelta(minutes=1)
"""Last activity is written at most this often."""


def live(session: Validity, account_epoch: int, idle: timedelta, now: datetime) -> bool:
    """Return whether a session still stands: same epoch, inside its idle and its absolute limit."""
    return session.epoch == account_epoch and now < session.expires_at and now - session.last_seen_at < idle


def admits(opened_with: OpenedWith, state: AccountState, method: DeviceMethod) -> bool:
    """Return whether the account's factors still allow a session that is opened so (KEY's table, DEV-2)."""
    match opened_with:
        case OpenedWith.PASSWORD:
            return state.excluded
        case OpenedWith.DEVICE_CODE | OpenedWith.REMEMBERED_DEVICE:
            return spared_factor(state, method)
        case OpenedWith.RECOVERY_CODE:
            return True
        case OpenedWith.PASSKEY:
            return state.factors > 0 and not state.excluded
        case _:
            return state.factors > 0


def spared_factor(state: AccountState, method: DeviceMethod) -> bool:
    """Return whether an account goes in without a second factor: none was ever set up, reset or deleted (DEV-2).

    An account that has one is asked for it under every method; nothing is downgraded.
    """
    if method is DeviceMethod.APP_MANDATORY or state.excluded:
        return False
    return not state.factors and not state.factor_due


def barred(opened_with: OpenedWith, lock: Lock | None) -> bool:
    """Return whether a standing lock bars a session that is opened so: an automatic one not a passkey's (LOCK-15)."""
    return lock is not None and not (lock.reason.automatic and opened_with is OpenedWith.PASSKEY)


def due_to_write(last_seen_at: datetime, now: datetime) -> bool:
    """Return whether the last activity is old enough to be written again."""
    return now - last_seen_at >= WRITE_EVERY


def continued(account: Account, now: datetime, *, used_second_factor: bool) -> SessionFacts:
    """Return the facts of a session that has done its part: a job goes on when its owner has signed out (LOCK-12)."""
    return SessionFacts(
        id=NO_SESSION,
        account=account.id,
        user_name=account.user_name,
        used_second_factor=used_second_factor,
        own_page_only=False,
        fresh_at=None,
        opened_at=now,
        expires_at=now,
    )
