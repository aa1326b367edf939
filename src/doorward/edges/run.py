"""Running an act: open the transaction, ask guard and prover, act, record, commit; only then is anything rendered.

The action may be run again when it lost a race, which is safe because deciding has no effects outside the transaction.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from doorward.edges.breach_lists import UnreachableBreachLists
from doorward.edges.call import Call, Note, Site
from doorward.edges.refusal_log import RefusalLog
from doorward.edges.sql.engine import Database
from doorward.kernel.act import (
    EVERYBODY,
    NOBODY,
    Action,
    Caller,
    Denied,
    Granted,
    Guard,
    GuardOfMany,
    Prover,
    Recorder,
    RecorderOfMany,
    unproven,
)
from doorward.kernel.events import Origin
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import BreachLists, Clock, Entropy, Sealer

C = TypeVar("C")
O = TypeVar("O")  # noqa: E741 - reads as "outcome" beside C, "command"

TRIES = 5


class LostRace(Exception):
    """What was loaded has changed before it could be saved: run the action again on what is there now."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """Everything an act needs from outside, plugged together once by `app`."""

    database: Database
    clock: Clock
    entropy: Entropy
    sealer: Sealer
    site: Site
    guard: Guard
    recorder: Recorder
    guard_of_many: GuardOfMany
    recorder_of_many: RecorderOfMany
    refusals: RefusalLog | None = None
    breach_lists: BreachLists = field(default_factory=UnreachableBreachLists)

    def run(
        self, action: Action[C, O], command: C, caller: Caller, origin: Origin, prover: Prover = unproven
    ) -> O | Refused:
        """Run one act in one transaction of its own, and give its outcome after the commit.

        Without a prover every change to a protected account is refused (PROT-1): no door can forget to ask.
        """
        for left in reversed(range(TRIES)):
            try:
                return self._once(action, command, caller, origin, prover)
            except (LostRace, IntegrityError):
                if not left:
                    raise
        raise AssertionError("unreachable: the last try returns or raises")

    def call(self, sql: Connection, origin: Origin) -> Call:
        """Make the call of a transaction: its `now` is read when the transaction has begun."""
        return Call(sql, self.clock.now(), NOBODY, origin, self.entropy, self.sealer, self.site, refusals=self.refusals)

    @contextmanager
    def writing(self, origin: Origin, *, shared: bool = False) -> Iterator[Call]:
        """Open a writing transaction and give its call; for steps and for the worker's own duties."""
        with self.database.write(shared=shared) as sql:
            yield self.call(sql, origin)

    def _once(self, action: Action[C, O], command: C, caller: Caller, origin: Origin, prover: Prover) -> O | Refused:
        transaction = self.database.write() if action.act.writes else self.database.read()
        with transaction as sql:
            return self._within(self.call(sql, origin), action, command, caller, prover)

    def perform_each(
        self, call: Call, action: Action[C, O], commands: Sequence[C], caller: Caller
    ) -> Sequence[O | Refused]:
        """Run one act for many commands within one transaction: each has its own guard's answer, outcome and entry.

        An act that says how (`for_many`) is performed for all at once, any other for one after the other. Whatever
        raises spoils the whole transaction.
        """
        if action.together is not None:
            return self._together(call, action, commands, caller)
        outcomes: list[O | Refused] = []
        for command in commands:
            call = replace(call, note=Note(entries=call.note.entries))
            outcomes.append(self._within(call, action, command, caller, unproven))
        return outcomes

    def _within(self, call: Call, action: Action[C, O], command: C, caller: Caller, prover: Prover) -> O | Refused:
        verdict = prover(call, self.guard(call, action.act, command, caller))
        call = _made_for(verdict, call, call.note)
        outcome: O | Refused = verdict.refused if isinstance(verdict, Denied) else action(call, command)
        if action.act.event is not None and verdict.actor != NOBODY:
            self.recorder(call, action.act, command, outcome)
        return outcome

    def _together(
        self, call: Call, action: Action[C, O], commands: Sequence[C], caller: Caller
    ) -> Sequence[O | Refused]:
        if action.together is None or not commands:
            return []
        verdicts = [unproven(call, one) for one in self.guard_of_many(call, action.act, commands, caller)]
        calls = [_made_for(one, call, Note(entries=turn)) for turn, one in enumerate(verdicts)]
        asked = zip(calls, commands, verdicts, strict=True)
        performed = iter(action.together([(one, what) for one, what, v in asked if isinstance(v, Granted)]))
        outcomes = [one.refused if isinstance(one, Denied) else next(performed) for one in verdicts]
        if action.act.event is not None:
            done = zip(calls, commands, outcomes, strict=True)
            self.recorder_of_many(action.act, [one for one in done if one[0].actor != NOBODY])
        return outcomes


def _made_for(verdict: Granted | Denied, call: Call, note: Note) -> Call:
    """Make the call of whoever the guard has found."""
    reach = verdict.reach if isinstance(verdict, Granted) else EVERYBODY
    return replace(call, actor=verdict.actor, target=verdict.target, reach=reach, note=note)
