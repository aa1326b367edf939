"""What operators do to another's secret key: reset, delete, and a code for whoever has no address (KEY-3, 4, 10)."""

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Standing
from doorward.features.devices import actions as devices
from doorward.features.notices.model import Kind
from doorward.features.policy import actions as policy
from doorward.features.rights.model.facts import MODIFY_OBJECT_ACLS
from doorward.features.second_factor import rules
from doorward.features.second_factor.actions import states
from doorward.features.second_factor.model import (
    AlreadyBlocked,
    DeleteSecretKey,
    IssueTemporaryAccessCode,
    ResetSecretKey,
    SecretKeyDeleted,
    SecretKeyReset,
    TemporaryAccessCodeIssued,
)
from doorward.features.second_factor.rules import FactorDeed
from doorward.kernel.act import Needs, act
from doorward.kernel.outcome import Refused
from doorward.kernel.time import rfc3339


@act(
    MODIFY_OBJECT_ACLS,
    event="second_factor.reset",
    needs=(Needs.ANOTHER, Needs.SECOND_FACTOR, Needs.ADMINISTRATOR_LEFT),
)
def reset_secret_key(call: Call, command: ResetSecretKey) -> SecretKeyReset | Refused:
    """Delete every second factor of another and let them set up a new key, for a while (KEY-3, KEY-8)."""
    decided = states.decide(call, FactorDeed.RESET, command.account, command.reason)
    if isinstance(decided, Refused):
        return decided
    deleted = states.carry_out(call, decided)
    call.note.details["factors_deleted"] = deleted
    until = decided.entry.expires_at
    excluded = decided.standing.state.excluded
    more = {"excluded": True} if excluded else {}
    states.tell(call, decided.standing, Kind.SECOND_FACTOR_RESET, until=rfc3339(until), **more)
    return SecretKeyReset(until, deleted, excluded)


@act(
    MODIFY_OBJECT_ACLS,
    event="second_factor.deleted",
    needs=(Needs.ANOTHER, Needs.SECOND_FACTOR, Needs.ADMINISTRATOR_LEFT, Needs.DELETABLE_KEY),
)
def delete_secret_key(call: Call, command: DeleteSecretKey) -> SecretKeyDeleted | AlreadyBlocked | Refused:
    """Delete every second factor of another and block the account on every way in (KEY-4, KEY-8).

    Refused with `second_factor.internal_only` or `second_factor.excluded`.
    """
    decided = states.decide(call, FactorDeed.DELETE, command.account, command.reason)
    if isinstance(decided, Refused):
        return decided
    if not decided.changes:
        return AlreadyBlocked()
    deleted = states.carry_out(call, decided)
    call.note.details["factors_deleted"] = deleted
    states.tell(call, decided.standing, Kind.SECOND_FACTOR_DELETED)
    return SecretKeyDeleted(deleted)


@act(MODIFY_OBJECT_ACLS, event="second_factor.temporary_code", needs=(Needs.ANOTHER, Needs.SECOND_FACTOR))
def issue_temporary_access_code(call: Call, command: IssueTemporaryAccessCode) -> TemporaryAccessCodeIssued | Refused:
    """Make a code that stands in for the mailed one, where no address can be mailed to (KEY-10)."""
    standing = accounts.existing(call, command.account)
    if refused := judge_temporary_code(call, standing):
        return refused
    code, expires_at = devices.issue_temporary_code(call, command.account)
    call.note.details["until"] = rfc3339(expires_at)
    states.tell(call, standing, Kind.TEMPORARY_ACCESS_CODE_ISSUED, until=rfc3339(expires_at))
    return TemporaryAccessCodeIssued(code, expires_at)


def judge_temporary_code(call: Call, standing: Standing) -> Refused | None:
    """Refuse a temporary access code as the account and its rules stand, and to whoever could use it (KEY-10)."""
    return rules.judge_temporary_code(
        states.factor_state(call, standing),
        asked_at_sign_in=policy.password_rules(call, standing.state.password_rules).device_code_at_sign_in,
        address_usable=devices.usable_address(standing.account, call.now) is not None,
        changed_by_actor=states.changed_by_actor(call, standing.account.id),
    )
