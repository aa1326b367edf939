"""The product's command line on the launcher's clock and cheap hash, with one rule of the server broken.

`python -m tests.demo.broken RULE CONTROLS serve …` is a program that the demo can be pointed at. A rule is broken by
plain assignment, in this process alone and before anything runs: the demo must notice from outside, as it would notice
a mistake in the rule itself. `nothing` breaks none, so that a test can tell the demo's verdict from the launcher's.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from doorward import starting
from doorward.config import Settings
from doorward.doors.cli.program import Welcome
from doorward.doors.cli.root import root
from doorward.edges.call import Call
from doorward.features.accounts.model import Standing
from doorward.features.lockout import rules as lockout_rules
from doorward.features.lockout.actions import attempts, locking
from doorward.features.lockout.model import Reservation
from doorward.features.otp.model import NO_STEP
from doorward.features.otp.rules import codes
from doorward.features.second_factor import rules as second_factor_rules
from doorward.features.second_factor.rules import FactorChange, FactorDeed
from doorward.features.signin.actions import pending
from doorward.kernel.ids import AccountId
from doorward.program import LazyProgram
from tests.controls import Controls, FileClock
from tests.launcher import Make


def nothing() -> None:
    """Leave every rule as it is."""


def the_lock_never_happens() -> None:
    """Break LOCK-2: every guess is admitted, and no number of failures locks."""
    lockout_rules.admit = lambda *_: lockout_rules.Reserve()
    lockout_rules.locks = lambda *_: False


def the_right_password_shows_through_a_lock() -> None:
    """Break LOCK-11: the passwords of a locked account are compared, and the right one is told of the lock."""
    reserve, conclude = attempts.reserve_attempt, attempts.conclude_attempt
    right_now: set[AccountId] = set()

    def compared(*given: Any, **named: Any) -> Any:
        reserved = reserve(*given, **named)
        return replace(reserved, counted=True) if isinstance(reserved, Reservation) else reserved

    def noted(call: Call, reservation: Reservation, standing: Standing | None, *, right: bool) -> None:
        (right_now.add if right else right_now.discard)(reservation.account)
        conclude(call, reservation, standing, right=right)

    def shown(call: Call, account: AccountId) -> bool:
        del call
        return account in right_now

    attempts.reserve_attempt, attempts.conclude_attempt = compared, noted
    pending.may_see_lock = shown


def the_actor_may_unlock_themselves() -> None:
    """Break LOCK-8: unlocking asks for the right alone, not whose account it is."""
    locking.unlock_account.act = replace(locking.unlock_account.act, needs=frozenset())


def a_code_is_accepted_twice() -> None:
    """Break KEY-9: codes are compared without the memory of the step that was used."""
    codes.verify_key = lambda key, given, now: codes.verify(key.secret, given, NO_STEP, now)


def reset_leaves_old_sessions_alive() -> None:
    """Break KEY-6: a reset does not move the epoch."""
    _decide(FactorDeed.RESET, frozenset({FactorChange.DELETE_FACTORS, FactorChange.PUT_ENTRY}))


def delete_does_not_block() -> None:
    """Break KEY-4: a delete does what a reset does."""
    _decide(
        FactorDeed.DELETE, frozenset({FactorChange.DELETE_FACTORS, FactorChange.PUT_ENTRY, FactorChange.MOVE_EPOCH})
    )


RULES: dict[str, Callable[[], None]] = {
    rule.__name__: rule
    for rule in (
        nothing,
        the_lock_never_happens,
        the_right_password_shows_through_a_lock,
        the_actor_may_unlock_themselves,
        a_code_is_accepted_twice,
        reset_leaves_old_sessions_alive,
        delete_does_not_block,
    )
}


class Launched(LazyProgram):
    """The program, but for a server with the clock and the hash of the launcher."""

    def __init__(self, controls: Controls) -> None:
        """Take what the clock is read from."""
        self._controls = controls

    def serve(self, settings: Settings, told: Callable[[Settings, Welcome], None]) -> int:
        """Serve until told to stop."""
        return starting.serve(settings, told, make=Make(self._controls), clock=FileClock(self._controls))


def _decide(deed: FactorDeed, changes: second_factor_rules.Changes) -> None:
    """Give a deed other consequences, whatever the state of the account."""
    table = second_factor_rules.TABLE
    second_factor_rules.TABLE = {**table, deed: dict.fromkeys(table[deed], changes)}


if __name__ == "__main__":
    RULES[sys.argv[1]]()
    code: Any = root.main(args=sys.argv[3:], standalone_mode=False, obj=Launched(Controls(Path(sys.argv[2]))))
    sys.exit(code)
