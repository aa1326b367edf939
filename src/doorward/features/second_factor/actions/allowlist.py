"""The allowlist by hand: who may set up a second factor (KEY-5, KEY-13)."""

from datetime import datetime

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.links import actions as links
from doorward.features.notices.model import Kind
from doorward.features.passwords import actions as passwords
from doorward.features.rights.model.facts import MODIFY_OBJECT_ACLS
from doorward.features.second_factor import rules, store
from doorward.features.second_factor.actions import states
from doorward.features.second_factor.model import (
    AllowlistPage,
    AllowSetUp,
    ListAllowlist,
    ListUnchanged,
    SetUpAllowed,
    SetUpWithdrawn,
    UndoAllowSetUp,
    WithdrawSetUp,
)
from doorward.features.second_factor.rules import FactorDeed
from doorward.kernel.act import Actor, Needs, act
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from doorward.kernel.paging import page_size
from doorward.kernel.time import rfc3339


@act(MODIFY_OBJECT_ACLS, event="allowlist.added", needs=(Needs.ANOTHER, Needs.SECOND_FACTOR))
def allow_set_up(call: Call, command: AllowSetUp) -> SetUpAllowed | ListUnchanged | Refused:
    """Let a blocked account set up a new key at its next sign-in (KEY-5).

    Where it has a password, a link to set one that is on its way is worth nothing any more: with it and the code that
    is mailed now the mailbox alone would give the account (PASS-5).
    """
    decided = states.decide(call, FactorDeed.ALLOW, command.account, command.reason)
    if isinstance(decided, Refused):
        return decided
    if not decided.changes:
        return ListUnchanged()
    states.carry_out(call, decided)
    if passwords.find(call, command.account) is not None:
        links.end_of(call, command.account)
    until = decided.entry.expires_at
    states.tell(call, decided.standing, Kind.ALLOWED_TO_SET_UP, until=rfc3339(until))
    return SetUpAllowed(until)


@act(MODIFY_OBJECT_ACLS, event="allowlist.removed", needs=(Needs.ANOTHER, Needs.SECOND_FACTOR))
def withdraw_set_up(call: Call, command: WithdrawSetUp) -> SetUpWithdrawn | ListUnchanged | Refused:
    """Take an account off the allowlist; a set-up under way can no longer be completed."""
    decided = states.decide(call, FactorDeed.WITHDRAW, command.account, command.reason)
    if isinstance(decided, Refused):
        return decided
    if not decided.changes:
        return ListUnchanged()
    states.carry_out(call, decided)
    return SetUpWithdrawn()


@act(MODIFY_OBJECT_ACLS, event="allowlist.add_undone", needs=(Needs.ANOTHER, Needs.SECOND_FACTOR))
def undo_allow_set_up(call: Call, command: UndoAllowSetUp) -> SetUpWithdrawn | Refused:
    """Take back an entry that the actor has added within 10 s; a set-up under way can no longer be completed."""
    if refused := rules.judge_undo(states.entry_of(call, command.account), call.actor, call.now):
        return refused
    decided = states.decide(call, FactorDeed.WITHDRAW, command.account, command.reason)
    if isinstance(decided, Refused):
        return decided
    states.carry_out(call, decided)
    return SetUpWithdrawn()


def undoable_until(call: Call, account: AccountId, operator: Actor) -> datetime | None:
    """Return until when an operator can take back the entry that they added; None where there is none."""
    entry = states.entry_of(call, account)
    return None if entry is None or rules.judge_undo(entry, operator, call.now) else entry.added_at + rules.UNDO_FOR


@act("user-permissions:read", event=None, writes=False, needs=(Needs.SOMEWHERE,))
def list_allowlist(call: Call, command: ListAllowlist) -> AllowlistPage:
    """List the accounts that may set up a key, with who allowed it, when, why and until when (KEY-13)."""
    size = page_size(command.limit)
    found = store.entries(call.sql, call.now, store.ListPart(size + 1, command.after, call.reach))
    page = tuple(found[:size])
    following = page[-1].account if len(found) > size else None
    return AllowlistPage(page, following, accounts.people(call, [one.account for one in page]))
