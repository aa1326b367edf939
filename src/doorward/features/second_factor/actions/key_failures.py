"""Wrong codes of a secret key: counted on its account and on the key itself, which one day has had enough (LOCK-14).

The account's counter is cleared by an unlock; the key's is cleared by a right code alone, so that somebody who guesses,
is locked out and is unlocked again and again comes to an end (NIST SP 800-63B-4 section 3.2.2).
"""

from dataclasses import dataclass, replace

from doorward.edges.call import Call
from doorward.features.accounts.model import Lock, Standing
from doorward.features.audit import actions as audit
from doorward.features.lockout.actions import attempts, locking
from doorward.features.lockout.model import Context, Factor
from doorward.features.notices import actions as notices
from doorward.features.notices.model import Kind
from doorward.features.otp import actions as otp
from doorward.features.otp.rules import codes
from doorward.features.rights.actions import administrators
from doorward.features.second_factor import store
from doorward.kernel.act import SYSTEM
from doorward.kernel.events import Event
from doorward.kernel.ids import AccountId


@dataclass(frozen=True, slots=True)
class Counted:
    """What a wrong code has led to."""

    lock: Lock | None
    """The lock that it caused."""
    key_disabled: bool


def count_wrong_code(call: Call, standing: Standing, context: Context = Context.EVERYWHERE) -> Counted:
    """Count a wrong code that the key has counted already; lock the account, disable the key, or both."""
    account = standing.account.id
    lock = attempts.count_failures(call, account, Factor.SECOND_FACTOR, standing, context=context)
    failures = otp.failures_in_a_row(call, account)
    if not codes.worn_out(failures):
        return Counted(lock, key_disabled=False)
    if _last_administrator(call, account):
        lock = lock or locking.lock_for_failures(call, standing, Factor.SECOND_FACTOR, failures)
        return Counted(lock, key_disabled=False)
    _disable(call, standing, failures)
    return Counted(lock, key_disabled=True)


def _last_administrator(call: Call, account: AccountId) -> bool:
    """Return whether the key must stay, since nobody could administer without it (RIGHT-5)."""
    return administrators.last_able_administrator(call, account) or administrators.last_open_administrator(
        call, account
    )


def _disable(call: Call, standing: Standing, failures: int) -> None:
    """Leave the account without a key and without permission to set one up; record it, and tell the person."""
    account = standing.account
    otp.disable_key(call, account.id)
    store.take_entry(call.sql, account.id)
    audit.record(
        replace(call, actor=SYSTEM),
        Event(
            "second_factor.key_disabled",
            "done",
            target=account.id,
            target_name=account.user_name,
            details={"failures": failures, "address": call.origin.address},
        ),
    )
    facts = {**notices.about(call, account.user_name), "address": call.origin.address}
    notices.tell(call, account.id, account.email, Kind.SECOND_FACTOR_KEY_DISABLED, facts)
