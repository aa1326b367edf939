"""The gate's errands to the database: confirming sessions, here and at hosts, and writing that they were used."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from doorward.doors.gate.answers import ready, ready_json
from doorward.doors.gate.identity import identity
from doorward.doors.gate.live_sessions import Confirmed
from doorward.doors.web.session_answer import session_json
from doorward.edges.run import Runtime
from doorward.features.applications.actions.hosts import registered
from doorward.features.applications.model import HostBearer, Visitor
from doorward.features.directory.actions import check_sessions, check_visitors
from doorward.features.directory.model import SessionChecked
from doorward.features.sessions.actions import authenticate, touch
from doorward.kernel.act import Bearer, SessionFacts
from doorward.kernel.events import Door, Origin
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Signer

AT_ONCE = 50
"""At most this many sessions are written in one transaction: after an outage all are due, and others write too."""
_GATE = Origin(Door.API)


@dataclass(frozen=True, slots=True)
class Confirmer:
    """Asks the database on behalf of the gate; called on a thread."""

    runtime: Runtime
    signer: Signer
    every: tuple[tuple[bytes, bytes], ...] = ()
    """The headers that each answer carries."""

    def confirm(self, bearers: Sequence[Bearer]) -> list[Confirmed | Refused]:
        """Look sessions up: for each the answer, or the refusal."""
        with self.runtime.database.read() as sql:
            checked = check_sessions(self.runtime.call(sql, _GATE), bearers)
        return [self._confirmed(one, checked.get(one)) for one in bearers]

    def confirm_visitors(self, bearers: Sequence[HostBearer]) -> list[Confirmed | Refused]:
        """Look up who is signed in at hosts: for each the headers for its upstream, or the refusal."""
        with self.runtime.database.read() as sql:
            call = self.runtime.call(sql, _GATE)
            checked = check_visitors(call, bearers)
        return [self._visitor(one.host, checked.get(one), call.now) for one in bearers]

    def hosts(self) -> frozenset[str]:
        """Name the registered hosts."""
        with self.runtime.database.read() as sql:
            return registered(self.runtime.call(sql, _GATE))

    def touch(self, bearers: Sequence[Bearer]) -> Collection[Bearer]:
        """Write the activity of those whose session is live and due, and say whose are live at all.

        Asks before it takes the writers' lane.
        """
        with self.runtime.database.read() as sql:
            live = check_sessions(self.runtime.call(sql, _GATE), bearers)
        due = [one for one, checked in live.items() if checked.due_to_touch]
        for begin in range(0, len(due), AT_ONCE):
            self._write(due[begin : begin + AT_ONCE])
        return live.keys()

    def _write(self, due: Sequence[Bearer]) -> None:
        with self.runtime.writing(_GATE) as call:
            for one in due:
                if isinstance(authenticate(call, one), SessionFacts):
                    touch(call, one)

    def _visitor(self, host: str, visitor: Visitor | None, now: datetime) -> Confirmed | Refused:
        if visitor is None:
            return Refused("session.required")
        if visitor.own_page_only:
            return Refused("session.second_factor_required")
        headers = identity(visitor, host, self.runtime.site.public_url, self.signer, now)
        if headers is None:
            return Refused("session.required")
        return Confirmed(*ready(headers, self.every), visitor.session if visitor.due_to_touch else None)

    def _confirmed(self, bearer: Bearer, checked: SessionChecked | None) -> Confirmed | Refused:
        if checked is None:
            return Refused("session.required")
        body = session_json(checked.shown).model_dump_json().encode()
        return Confirmed(*ready_json(body, self.every), bearer if checked.due_to_touch else None)
