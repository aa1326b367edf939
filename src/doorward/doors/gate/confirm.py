"""The gate's two errands to the database: confirming sessions, and writing that they were used."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from doorward.doors.gate.answers import ready_json
from doorward.doors.gate.live_sessions import Confirmed
from doorward.doors.web.session_answer import session_json
from doorward.edges.run import Runtime
from doorward.features.directory.actions import check_sessions
from doorward.features.directory.model import SessionChecked
from doorward.features.sessions.actions import authenticate, touch
from doorward.kernel.act import Bearer, SessionFacts
from doorward.kernel.events import Door, Origin
from doorward.kernel.outcome import Refused

_GATE = Origin(Door.API)


@dataclass(frozen=True, slots=True)
class Confirmer:
    """Asks the database on behalf of the gate; called on a thread."""

    runtime: Runtime
    every: tuple[tuple[bytes, bytes], ...] = ()
    """The headers that each answer carries."""

    def confirm(self, bearers: Sequence[Bearer]) -> list[Confirmed | Refused]:
        """Look sessions up: for each the answer, or the refusal."""
        with self.runtime.database.read() as sql:
            checked = check_sessions(self.runtime.call(sql, _GATE), bearers)
        return [self._confirmed(checked.get(one)) for one in bearers]

    def touch(self, bearers: Sequence[Bearer]) -> Collection[Bearer]:
        """Write the activity of those whose session is live and due, and say whose are live at all.

        Asks before it takes the writers' lane.
        """
        with self.runtime.database.read() as sql:
            live = check_sessions(self.runtime.call(sql, _GATE), bearers)
        due = [one for one, checked in live.items() if checked.due_to_touch]
        if due:
            self._write(due)
        return live.keys()

    def _write(self, due: Sequence[Bearer]) -> None:
        with self.runtime.writing(_GATE) as call:
            for one in due:
                if isinstance(authenticate(call, one), SessionFacts):
                    touch(call, one)

    def _confirmed(self, checked: SessionChecked | None) -> Confirmed | Refused:
        if checked is None:
            return Refused("session.required")
        body = session_json(checked.shown).model_dump_json().encode()
        return Confirmed(*ready_json(body, self.every), checked.due_to_touch)
