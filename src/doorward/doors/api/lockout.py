"""Locking and unlocking one account (LOCK-5, LOCK-7, LOCK-8)."""

from fastapi import Response

from doorward.doors.api.asked import Holder
from doorward.doors.api.given import AccountIn, Reasoned
from doorward.doors.api.routing import Routes
from doorward.doors.api.shapes import ActedJson
from doorward.features.lockout.actions import lock_account, unlock_account
from doorward.features.lockout.model import LockAccount, UnlockAccount

routes = Routes("lockout")

_CODES = ("accounts.not_found", "request.reason", "lockout.self", "rights.higher_target")


@routes.on("POST /accounts/{account}/unlock", unlock_account, ActedJson, _CODES)
def unlock(account: AccountIn, body: Reasoned, asked: Holder) -> Response:
    r"""Unlock an account.

    Clears Locked date and Lock reason, and sets Unlocked by. A lock of `Administrator` or `Reported` takes
    `users:modify`. Nobody unlocks their own account.

    curl -s https://login.example.org/api/v1/accounts/$ID/unlock -H "authorization: Bearer $TOKEN" \
      -H 'content-type: application/json' -d '{"reason": "called back, verified"}'
    """
    return asked.acted(asked.change(unlock_account, UnlockAccount(account, body.reason), body), account)


@routes.on("POST /accounts/{account}/lock", lock_account, ActedJson, (*_CODES, "rights.last_administrator"))
def lock(account: AccountIn, body: Reasoned, asked: Holder) -> Response:
    """Lock an account by hand: bars every way in and ends all its sessions."""
    return asked.acted(asked.change(lock_account, LockAccount(account, body.reason), body), account)
