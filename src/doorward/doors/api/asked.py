"""What a route is given: who asks, from where, and the two ways to run something for them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, assert_never

from fastapi import Depends, Request, Response
from pydantic import BaseModel

from doorward.doors.api.answers import answer, problem_response
from doorward.doors.api.given import Protecting, proof_of
from doorward.doors.api.shapes import AccountJson, ActedJson, account_json
from doorward.doors.web.arrival import origin_of
from doorward.doors.web.changing import Changing
from doorward.doors.web.credentials import bearer_of
from doorward.doors.web.requested import Requested, requested_by_program
from doorward.edges.call import Steps
from doorward.edges.run import Runtime
from doorward.edges.steps import LoopDriver
from doorward.features.directory.actions import account_row
from doorward.features.rights.actions.reaching import keeping_to
from doorward.kernel.act import Action, Bearer, Caller, Nobody
from doorward.kernel.events import Door, Origin
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Done, Refused, Unchanged

C = TypeVar("C")
O = TypeVar("O")  # noqa: E741 - reads as "outcome" beside C, "command"
A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class ApiPlug:
    """What the API is plugged into; kept as the application's state."""

    runtime: Runtime
    driver: LoopDriver


class TurnedAway(Exception):
    """A request that comes to no act, because it lacks what every such act asks for."""

    def __init__(self, refused: Refused) -> None:
        """Keep the refusal, which is rendered like any other."""
        super().__init__(refused.code)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: who asks, from where, and what can be run for them."""

    plug: ApiPlug
    caller: Caller
    origin: Origin
    loop: asyncio.AbstractEventLoop
    requested: Requested

    def run(self, action: Action[C, O], command: C) -> O | Refused:
        """Run one act and give its outcome, committed."""
        return self.plug.runtime.run(action, command, self.caller, self.origin)

    def change(self, action: Action[C, O], command: C, given: Protecting) -> O | Refused:
        """Run one act that changes an account, with the proof that came beside it (PROT-1)."""
        return self.changing.run(action, command, proof_of(given, self.requested))

    @property
    def changing(self) -> Changing:
        """Return what changes accounts for whoever asks."""
        return Changing(self.plug.runtime, self.plug.driver, self.loop, self.caller, self.origin)

    async def drive(self, steps: Steps) -> Any:
        """Run a step of sign-in; nobody is signed in yet, whatever the request carries."""
        return await self.plug.driver.drive(steps, self.origin)

    def refuse(self, refused: Refused) -> Response:
        """Render a refusal."""
        return problem_response(refused, self.origin.reference)

    def told(self, outcome: A | Refused, spell: Callable[[A], BaseModel], status: int = 200) -> Response:
        """Render what an act has answered, or its refusal."""
        if isinstance(outcome, Refused):
            return self.refuse(outcome)
        return answer(spell(outcome), status)

    def acted(self, outcome: Done | Unchanged | Refused, account: AccountId) -> Response:
        """Render an act on an account: what came of it, and how the account stands now."""
        match outcome:
            case Done() | Unchanged():
                return answer(ActedJson(outcome=outcome.status, account=self.account(account)))
            case Refused():
                return self.refuse(outcome)
            case other:
                assert_never(other)

    def account(self, account: AccountId) -> AccountJson | None:
        """Read an account as it stands after an act on it; None where whoever asks may not read it (RIGHT-3)."""
        asker = self.caller.account if isinstance(self.caller, Bearer) else None
        with self.plug.runtime.database.read() as sql:
            call = keeping_to(self.plug.runtime.call(sql, self.origin), asker, "users:read")
            row = account_row(call, account)
        return None if row is None else account_json(row)


def as_anybody(request: Request) -> Asked:
    """Take a request for which no session is needed."""
    return _asked(request, Nobody())


async def _anybody(request: Request) -> Asked:
    return as_anybody(request)


async def _session_holder(request: Request) -> Asked:
    bearer = bearer_of(request.scope)
    if bearer is None:
        raise TurnedAway(Refused("session.required"))
    return _asked(request, bearer)


def _asked(request: Request, caller: Caller) -> Asked:
    plug: ApiPlug = request.app.state.plug
    requested = requested_by_program(request.method, request.scope["path"], getattr(request, "parsed", None))
    return Asked(plug, caller, origin_of(request.scope, Door.API), asyncio.get_running_loop(), requested)


Anybody = Annotated[Asked, Depends(_anybody)]
"""A request for which no session is needed."""
Holder = Annotated[Asked, Depends(_session_holder)]
"""A request that carries the token of a session; whether the session lives, the guard finds out."""
