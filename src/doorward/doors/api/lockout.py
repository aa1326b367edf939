"""Locking and unlocking one account (LOCK-5, LOCK-7, LOCK-8)."""

from fastapi import Response

from doorward.doors.api.asked import Holder
from doorward.doors.api.given import AccountIn, Reasoned, Undone
from doorward.doors.api.routing import Routes
from doorward.doors.api.shapes import ActedJson
from doorward.features.administration.actions.undoing import undo_unlock
from doorward.features.lockout.actions.locking import lock_account, unlock_account
from doorward.features.lockout.model import LockAccount, UndoUnlock, UnlockAccount

routes = Routes("lockout")

_CODES = ("accounts.not_found", "request.reason", "lockout.self", "rights.higher_target")
_UNDOING = (
    *_CODES, "lockout.undo_nothing", "lockout.undo_late", "lockout.undo_changed", "rights.last_administrator",
)  # fmt: skip


@routes.on("POST /accounts/{account}/unlock", unlock_account, ActedJson, _CODES)
def unlock(account: AccountIn, body: Reasoned, asked: Holder) -> Response:
    r"""Unlock an account.

    Clears Locked date and Lock reason, and sets Unlocked by. A lock of `Administrator` or `Reported` takes
    `users:modify`. Nobody unlocks their own account.

    curl -s https://login.example.org/api/v1/accounts/$ID/unlock -H "authorization: Bearer $TOKEN" \
      -H 'content-type: application/json' -d '{"reason": "called back, verified"}'
    """
    return asked.acted(asked.change(unlock_account, UnlockAccount(account, body.reason), body), account)


@routes.on("POST /accounts/{account}/unlock/undo", undo_unlock, ActedJson, _UNDOING)
def undo_an_unlock(account: AccountIn, asked: Holder, body: Undone | None = None) -> Response:
    r"""Take back an unlock: within 10 seconds, by whoever unlocked, unless something has happened since.

    The lock comes back with its date, reason, end and factor, and Unlocked by with what it said before.

    curl -s -X POST https://login.example.org/api/v1/accounts/$ID/unlock/undo -H "authorization: Bearer $TOKEN"
    """
    command = UndoUnlock(account, None if body is None else body.reason)
    return asked.acted(asked.change(undo_unlock, command, body), account)


@routes.on("POST /accounts/{account}/lock", lock_account, ActedJson, (*_CODES, "rights.last_administrator"))
def lock(account: AccountIn, body: Reasoned, asked: Holder) -> Response:
    """Lock an account by hand: bars every way in and ends all its sessions."""
    return asked.acted(asked.change(lock_account, LockAccount(account, body.reason), body), account)
