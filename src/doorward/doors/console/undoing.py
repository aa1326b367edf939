"""Undo: a button for ten seconds beside what was just done, and what it does; the server's clock decides."""

from starlette.responses import Response

from doorward.doors.console.account_acts import Afterwards, answer
from doorward.doors.console.operator import for_account
from doorward.doors.console.visit import Visit
from doorward.features.administration.actions.undoing import undo_unlock
from doorward.features.lockout.model import UndoUnlock
from doorward.features.second_factor.actions.allowlist import undo_allow_set_up
from doorward.features.second_factor.model import UndoAllowSetUp
from doorward.kernel.ids import AccountId


@for_account
def undo_unlocking(visit: Visit, account: AccountId) -> Response:
    """Take back an unlock of a moment ago."""
    outcome = visit.run(undo_unlock, UndoUnlock(account))
    return answer(visit, account, Afterwards("relocked"), outcome, {})


@for_account
def undo_allowing(visit: Visit, account: AccountId) -> Response:
    """Take back an allowlist entry of a moment ago."""
    outcome = visit.run(undo_allow_set_up, UndoAllowSetUp(account))
    return answer(visit, account, Afterwards("add-undone", tab="two-factor"), outcome, {})
