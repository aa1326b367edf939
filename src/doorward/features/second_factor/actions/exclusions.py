"""The exclusions: accounts that sign in without a second factor, and never administer."""

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.rights.model.facts import MODIFY_OBJECT_ACLS
from doorward.features.second_factor import store
from doorward.features.second_factor.actions import states
from doorward.features.second_factor.model import (
    AccountExcluded,
    ExcludeAccount,
    ExclusionLifted,
    ExclusionsPage,
    LiftExclusion,
    ListExclusions,
    ListUnchanged,
)
from doorward.features.second_factor.rules import FactorDeed
from doorward.kernel.act import Needs, act
from doorward.kernel.outcome import Refused
from doorward.kernel.paging import page_size


@act(MODIFY_OBJECT_ACLS, event="exclusions.added", needs=(Needs.ANOTHER, Needs.SECOND_FACTOR, Needs.ADMINISTRATOR_LEFT))
def exclude_account(call: Call, command: ExcludeAccount) -> AccountExcluded | ListUnchanged | Refused:
    """Let an account sign in by password alone; its factors and its allowlist entry stay beneath."""
    decided = states.decide(call, FactorDeed.EXCLUDE, command.account, command.reason)
    if isinstance(decided, Refused):
        return decided
    if not decided.changes:
        return ListUnchanged()
    states.carry_out(call, decided)
    return AccountExcluded()


@act(MODIFY_OBJECT_ACLS, event="exclusions.removed", needs=(Needs.ANOTHER, Needs.SECOND_FACTOR))
def lift_exclusion(call: Call, command: LiftExclusion) -> ExclusionLifted | ListUnchanged | Refused:
    """Ask an account for a second factor again; sessions that its password alone has opened end."""
    decided = states.decide(call, FactorDeed.LIFT, command.account, command.reason)
    if isinstance(decided, Refused):
        return decided
    if not decided.changes:
        return ListUnchanged()
    states.carry_out(call, decided)
    return ExclusionLifted()


@act("user-permissions:read", event=None, writes=False, needs=(Needs.SOMEWHERE,))
def list_exclusions(call: Call, command: ListExclusions) -> ExclusionsPage:
    """List the accounts that sign in without a second factor, with who decided so, when and why."""
    size = page_size(command.limit)
    found = store.excluded(call.sql, store.ListPart(size + 1, command.after, call.reach))
    page = tuple(found[:size])
    following = page[-1].account if len(found) > size else None
    return ExclusionsPage(page, following, accounts.people(call, [one.account for one in page]))
