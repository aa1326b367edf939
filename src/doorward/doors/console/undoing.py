"""Undo: a button for ten seconds beside what was just done, and what it does; the server's clock decides."""

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from doorward.doors.console.account import Typed, account_address, page
from doorward.doors.console.operator import account_in
from doorward.doors.console.visit import Visit
from doorward.features.administration.actions.undoing import undo_unlock
from doorward.features.lockout.model import UndoUnlock
from doorward.features.second_factor.actions.allowlist import undo_allow_set_up
from doorward.features.second_factor.model import UndoAllowSetUp
from doorward.kernel.act import Action
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused


def undo_unlocking(visit: Visit) -> Response:
    """Take back an unlock of a moment ago."""
    return _undo(visit, undo_unlock, UndoUnlock, "general", "relocked")


def undo_allowing(visit: Visit) -> Response:
    """Take back an allowlist entry of a moment ago."""
    return _undo(visit, undo_allow_set_up, UndoAllowSetUp, "two-factor", "add-undone")


def _undo(visit: Visit, action: Action[Any, Any], command: Callable[[AccountId], Any], tab: str, done: str) -> Response:
    account = account_in(visit)
    if isinstance(account, Refused):
        return visit.problem(account, "/console/users")
    outcome = visit.run(action, command(account))
    if not isinstance(outcome, Refused):
        return visit.go(account_address(account, tab, done))
    if outcome.code in {"session.required", "accounts.not_found"}:
        return visit.problem(outcome, "/console/users")
    return page(visit, Typed(outcome, tab))
