"""Changing an account for somebody at a page or a program: with the proof that a protected one asks for (PROT-1)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from doorward.edges.run import Runtime
from doorward.edges.steps import LoopDriver
from doorward.features.second_factor.actions.protection import prove
from doorward.features.second_factor.actions.proving import Proven
from doorward.features.second_factor.model import Proof
from doorward.kernel.act import Action, Caller, Prover, target_of, unproven
from doorward.kernel.events import Origin
from doorward.kernel.outcome import Refused

C = TypeVar("C")
O = TypeVar("O")  # noqa: E741 - reads as "outcome" beside C, "command"


@dataclass(frozen=True, slots=True)
class Changing:
    """Who changes something from where; for a thread of its own, which waits while the password is compared."""

    runtime: Runtime
    driver: LoopDriver
    loop: asyncio.AbstractEventLoop
    caller: Caller
    origin: Origin

    def run(self, action: Action[C, O], command: C, proof: Proof | None) -> O | Refused:
        """Run one act with the proof that came in the same request, if any, and give its outcome, committed."""
        prover = self._prover(action, command, proof)
        if isinstance(prover, Refused):
            return prover
        return self.runtime.run(action, command, self.caller, self.origin, prover)

    def run_all(self, acts: Sequence[tuple[Action[Any, Any], Any]], proof: Proof | None) -> list[Any]:
        """Run the acts of one request on one account, under its one proof, until one is refused; give their outcomes.

        What was done before a refusal stands. There is at least one act.
        """
        first, *rest = acts
        prover = self._prover(*first, proof)
        if isinstance(prover, Refused):
            return [prover]
        outcomes = [self.runtime.run(*first, self.caller, self.origin, prover)]
        for action, command in rest:
            if isinstance(outcomes[-1], Refused):
                break
            outcomes.append(self.runtime.run(action, command, self.caller, self.origin, _rest(prover, command)))
        return outcomes

    def _prover(self, action: Action[Any, Any], command: object, proof: Proof | None) -> Prover | Refused:
        """Have the password compared first, on the event loop; the rest is judged with the act."""
        if proof is None or not action.act.changes:
            return unproven
        found: Prover | Refused = self.driver.drive_for_thread(
            prove(action.act, command, self.caller, proof), self.origin, self.loop
        )
        return found


def _rest(prover: Prover, command: object) -> Prover:
    """Return the prover of a request's next act, after one that was done."""
    target = target_of(command)
    return prover.again(target) if isinstance(prover, Proven) and target is not None else prover
