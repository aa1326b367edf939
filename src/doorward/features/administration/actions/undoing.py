"""Taking back an unlock of a moment ago: a slip of the hand costs nobody anything."""

from dataclasses import replace
from datetime import datetime

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.audit import actions as audit
from doorward.features.lockout import rules
from doorward.features.lockout.actions import locking as lockout
from doorward.features.lockout.model import Lifted, UndoUnlock, UnlockUndone
from doorward.features.rights.actions import administrators
from doorward.kernel.act import Actor, Needs, act
from doorward.kernel.events import Entry
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from doorward.kernel.time import rfc3339


@act("users:unlock", event="lockout.unlock_undone", needs=(Needs.ANOTHER,))
def undo_unlock(call: Call, command: UndoUnlock) -> UnlockUndone | Refused:
    """Put back the lock that the actor has lifted within 10 s, unless something has happened since."""
    standing = accounts.existing(call, command.account)
    verdict = rules.judge_undo(_unlock_of(call, command.account), standing.state, call.actor, call.now)
    if isinstance(verdict, Refused):
        return verdict
    if refused := _may_lock_again(call, command.account, verdict):
        return refused
    accounts.put_back(call, command.account, verdict.lock, verdict.before)
    if verdict.lock.reason.by_hand:
        accounts.move_epoch(call, command.account)
    call.note.details |= {"lock_reason": verdict.lock.reason.value, "locked_at": rfc3339(verdict.lock.at)}
    elsewhere = replace(call, origin=replace(call.origin, address=""))  # the lock's own address is not the operator's
    lockout.tell_locked(elsewhere, standing, verdict.lock)
    return UnlockUndone(verdict.lock)


def undoable_until(call: Call, account: AccountId, operator: Actor) -> datetime | None:
    """Say until when an operator can take back their unlock of an account; None where there is nothing to take back."""
    standing, unlock = accounts.load(call, account), _unlock_of(call, account)
    if standing is None or unlock is None:
        return None
    verdict = rules.judge_undo(unlock, standing.state, operator, call.now)
    return None if isinstance(verdict, Refused) else unlock.at + rules.UNDO_FOR


def _unlock_of(call: Call, account: AccountId) -> Entry | None:
    """Find the entry of the last unlock, as far back as an undo could reach, or a clock that was set back."""
    return audit.last_done(call, account, "lockout.unlocked", call.now - 2 * rules.UNDO_FOR)


def _may_lock_again(call: Call, account: AccountId, lift: Lifted) -> Refused | None:
    """Ask what setting the lock would ask: the right for one by hand, and an administrator left (RIGHT-5)."""
    if lift.lock.reason.by_hand and not lockout.may_lift_by_hand(call, account):
        return Refused("rights.missing", {"right": "users:modify"})
    if administrators.last_able_administrator(call, account) or administrators.last_open_administrator(call, account):
        return Refused("rights.last_administrator")
    return None
