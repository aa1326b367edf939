"""*This was not me*: the mailed link by which a person stops what others do to their account (DESK-3)."""

from dataclasses import replace

from doorward.edges.call import Call, Resumed, Steps
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Lock, LockReason, Standing
from doorward.features.audit import actions as audit
from doorward.features.links.model import LinkKind
from doorward.features.lockout import rules as lockout_rules
from doorward.features.lockout.actions import locking as lockout
from doorward.features.lockout.model import AccountLocked
from doorward.features.rights.actions import administrators
from doorward.features.sessions import actions as sessions
from doorward.features.signin.actions import opened, pending
from doorward.features.signin.model import Disowned, SayNotMe
from doorward.kernel.act import NO_SESSION
from doorward.kernel.events import Event
from doorward.kernel.outcome import Begin, Fact, Refused
from doorward.kernel.time import to_the_second

_THROUGH: dict[str, Fact] = {"through": LinkKind.NOT_ME.value}


def say_not_me(command: SayNotMe) -> Steps:
    """Lock the account and end its sessions; whoever holds the link is taken for the account's owner."""
    resumed: Resumed = yield Begin()
    call = resumed.call
    found = opened.use(call, command.token, LinkKind.NOT_ME)
    if isinstance(found, Refused):
        return found
    standing = found.standing
    if lockout.clear_lapsed(call, standing):
        standing = replace(standing, state=replace(standing.state, lock=None))
    call = pending.as_person(call, standing)
    account = standing.account
    last = administrators.last_able_administrator(call, account.id)
    if last:
        _end_sessions_only(call, standing)
    else:
        _lock(call, standing)
    accounts.move_epoch(call, account.id)
    return Disowned(account.user_name, locked=not last)


def _lock(call: Call, standing: Standing) -> None:
    """Lock as `Reported`, in the place of an automatic lock; an operator's stays (LOCK-5)."""
    account = standing.account
    wanted = Lock(to_the_second(call.now), LockReason.REPORTED)
    locks = isinstance(lockout_rules.replace(standing.state.lock, wanted, call.now), AccountLocked)
    if locks:
        accounts.set_lock(call, account.id, wanted)
        lockout.tell_locked(call, standing, wanted)
    details = {"lock_reason": wanted.reason.value, **_THROUGH}
    outcome = "done" if locks else "unchanged"
    event = Event("lockout.locked", outcome, target=account.id, target_name=account.user_name, details=details)
    audit.record(call, event)


def _end_sessions_only(call: Call, standing: Standing) -> None:
    """End the sessions of the last able administrator, and record that no lock is set (RIGHT-5)."""
    account = standing.account
    count = sessions.end_others(call, account.id, NO_SESSION)
    pending.record_own(call, standing, "sessions.ended", count=count, cause="*this was not me*", **_THROUGH)
    event = Event(
        "lockout.locked",
        "refused",
        code="rights.last_administrator",
        target=account.id,
        target_name=account.user_name,
        details=_THROUGH,
    )
    audit.record(call, event)
