from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from doorward.features.administration.actions.editing import (
    disable_account,
    edit_account,
    enable_account,
    start_password_reset,
)
from doorward.features.administration.actions.grouping import add_member, remove_member
from doorward.features.administration.model import DisableAccount, EditAccount, EnableAccount, StartPasswordReset
from doorward.features.groups.model import AddMember, RemoveMember
from doorward.features.lockout.actions.locking import lock_account, unlock_account
from doorward.features.lockout.model import LockAccount, UnlockAccount
from doorward.features.rights.actions.granting import grant_role, revoke_role
from doorward.features.rights.model.acts.granting import GrantRole, RevokeRole
from doorward.features.second_factor.actions.allowlist import allow_set_up, withdraw_set_up
from doorward.features.second_factor.actions.exclusions import exclude_account, lift_exclusion
from doorward.features.second_factor.actions.secret_key import (
    delete_secret_key,
    issue_temporary_access_code,
    reset_secret_key,
)
from doorward.features.second_factor.model import (
    AllowSetUp,
    DeleteSecretKey,
    ExcludeAccount,
    IssueTemporaryAccessCode,
    LiftExclusion,
    ResetSecretKey,
    WithdrawSetUp,
)
from doorward.features.sessions.actions import end_sessions_of
from doorward.features.sessions.model import EndSessionsOf
from doorward.kernel.act import Action
from doorward.kernel.ids import AccountId, GroupId
from doorward.kernel.outcome import Refused
from tests.features.second_factor.protecting import (
    REQUIRED,
    WRONG_CODE,
    WRONG_PASSWORD,
    change,
    operator,
    protect,
)
from tests.worlds import World

NO_GROUP = GroupId(UUID(int=1))
Command = Callable[[AccountId], object]

CHANGES: list[tuple[Action[Any, Any], Command]] = [
    (edit_account, lambda bram: EditAccount(bram, 2, full_name="B. Rossi", reason="test")),
    (enable_account, lambda bram: EnableAccount(bram, "test")),
    (disable_account, lambda bram: DisableAccount(bram, "test")),
    (start_password_reset, lambda bram: StartPasswordReset(bram, "test")),
    (lock_account, lambda bram: LockAccount(bram, "test")),
    (unlock_account, lambda bram: UnlockAccount(bram, "test")),
    (grant_role, lambda bram: GrantRole(bram, "auditor", "test")),
    (revoke_role, lambda bram: RevokeRole(bram, "auditor", "test")),
    (allow_set_up, lambda bram: AllowSetUp(bram, "test")),
    (withdraw_set_up, lambda bram: WithdrawSetUp(bram, "test")),
    (exclude_account, lambda bram: ExcludeAccount(bram, "test")),
    (lift_exclusion, lambda bram: LiftExclusion(bram, "test")),
    (reset_secret_key, lambda bram: ResetSecretKey(bram, "test")),
    (delete_secret_key, lambda bram: DeleteSecretKey(bram, "test")),
    (issue_temporary_access_code, lambda bram: IssueTemporaryAccessCode(bram, "test")),
    (add_member, lambda bram: AddMember(bram, NO_GROUP, "test")),
    (remove_member, lambda bram: RemoveMember(bram, NO_GROUP, "test")),
    (end_sessions_of, lambda bram: EndSessionsOf(bram, reason="test")),
]


@pytest.mark.parametrize(("action", "command"), CHANGES, ids=[action.act.name for action, _ in CHANGES])
def test_change_asks_for_a_proof(world: World, action: Action[Any, Any], command: Command) -> None:
    """None and a wrong one are refused, a right one goes on to the act itself (PROT-1)."""
    grace = operator(world, "grace", "administrator")
    bram = protect(world, world.add("bram", factors=1))
    before = world.standing(bram)

    assert world.run(action, command(bram), grace) == REQUIRED
    assert change(world, action, command(bram), grace, WRONG_PASSWORD).code == "protection.wrong"
    assert change(world, action, command(bram), grace, WRONG_CODE).code == "protection.wrong"
    assert world.standing(bram) == before

    outcome = change(world, action, command(bram), grace)
    assert not isinstance(outcome, Refused) or not outcome.code.startswith("protection.")


@pytest.mark.parametrize(("action", "command"), CHANGES, ids=[action.act.name for action, _ in CHANGES])
def test_owner_is_asked_for_none(world: World, action: Action[Any, Any], command: Command) -> None:
    """The command line is not bound by protection (RIGHT-8)."""
    world.add("grace", "administrator", factors=1)
    outcome = world.run(action, command(protect(world, world.add("bram", factors=1))))

    assert not isinstance(outcome, Refused) or not outcome.code.startswith("protection.")
