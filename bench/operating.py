"""A server with a locked crowd, an operator of the help desk who unlocks it, and people who sign in meanwhile."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection
from typing import Any

from sqlalchemy import text

from bench import people
from bench.crowded import fill
from bench.databases import home
from bench.measuring import NotMeasured, serving
from bench.sign_in import sign_in
from doorward import app
from doorward.edges.run import Runtime
from doorward.features.rights.actions.granting import grant_role
from doorward.features.rights.model.acts.granting import GrantRole, RoleGranted
from doorward.kernel.act import Owner
from doorward.kernel.events import Door, Origin

PEOPLE = 3_000
CODE_SECONDS = 60
"""After how long somebody's app surely shows a code that was not taken yet."""
_HERE, _OWNER = Origin(Door.CLI), Owner("cli:bench")
_AT_ONCE = 1_000
"""How many are locked in one transaction, which is within the time that the database gives a statement."""
_LOCK = text("""
    UPDATE account_state SET locked_at = 1, lock_reason = 'Failures' WHERE account_id IN (
      SELECT s.account_id FROM account_state s JOIN accounts a ON a.account_id = s.account_id
      WHERE s.locked_at IS NULL AND a.user_name LIKE '%.%' LIMIT :most)""")
"""The crowd's names have a dot, those of people have none."""


@dataclass(slots=True)
class Desk:
    """The operator and those who sign in, each on a connection of their own."""

    runtime: Runtime
    token: str
    everybody: list[people.Person]
    operator: HTTPConnection
    others: HTTPConnection
    used: dict[int, float] = field(default_factory=dict)
    turn: int = 0

    def lock_everybody(self) -> None:
        """Lock the crowd, and forget the mail of the last round, which would be sent while the idle server is timed."""
        lock_crowd(self.runtime)
        with self.runtime.database.write() as sql:
            sql.execute(text("DELETE FROM outbox"))
        self.operator.close()  # the server hangs up on whoever is silent for long; the next request connects again
        self.others.close()

    def sign_in_some(self, count: int) -> list[float]:
        """Sign so many people in, one after the other, and give how long each took in seconds."""
        times = []
        for _ in range(count):
            person = self._next()
            began = time.perf_counter()
            sign_in(self.others, person)
            times.append(time.perf_counter() - began)
        return times

    def unlock_everybody(self) -> str:
        """Begin the job as the operator, and give its id."""
        body = {"filter": {"locked": True}, "reason": "bench"}
        return str(self._asked("POST", "/api/v1/unlocks", HTTPStatus.ACCEPTED, body)["id"])

    def ended(self, job: str, count: int) -> bool:
        """Tell whether a job is over; it has unlocked as many accounts as it should."""
        told = self._asked("GET", f"/api/v1/jobs/{job}?limit=1", HTTPStatus.OK)
        if told["state"] == "running":
            return False
        if told["done"] != count:
            raise NotMeasured(f"of {count} accounts {told['done']} were unlocked: {told}")
        return True

    def _next(self) -> people.Person:
        """Take whoever has not signed in for longest, whose code was not taken yet."""
        place, self.turn = self.turn % len(self.everybody), self.turn + 1
        if time.monotonic() - self.used.get(place, -CODE_SECONDS) < CODE_SECONDS:
            raise NotMeasured("there were too few people to sign in")
        self.used[place] = time.monotonic()
        return self.everybody[place]

    def _asked(self, method: str, path: str, wanted: int, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"content-type": "application/json", "authorization": f"Bearer {self.token}"}
        self.operator.request(method, path, None if body is None else json.dumps(body), headers)
        response = self.operator.getresponse()
        content = response.read()
        if response.status != wanted:
            raise NotMeasured(f"{method} {path} answered {response.status}: {content.decode()[:200]}")
        answer: dict[str, Any] = json.loads(content)
        return answer


@contextmanager
def opened(kind: str, count: int) -> Iterator[Desk]:
    """Start a server beside so many accounts, and give its operator and its people."""
    with home(kind) as there:
        fill(there.data, count)
        everybody = people.make(there.data, PEOPLE)
        operator = people.make(there.data, 1, name="operator")
        token = people.open_sessions(there.data, operator, 1)[0]
        runtime = app.open_runtime(people.settings_of(there.data))
        granted = runtime.run(grant_role, GrantRole(operator[0].account, "help-desk"), _OWNER, _HERE)
        if not isinstance(granted, RoleGranted):
            raise NotMeasured(f"the operator has no role: {granted}")
        with serving(there.data, beside=there.postmaster) as server:
            operating, others = (HTTPConnection("127.0.0.1", server.port, timeout=60) for _ in range(2))
            yield Desk(runtime, token, everybody, operating, others)
        runtime.database.close()


def lock_crowd(runtime: Runtime) -> None:
    """Lock everybody of the crowd who is open."""
    locked = _AT_ONCE
    while locked:
        with runtime.database.write() as sql:
            locked = sql.execute(_LOCK, {"most": _AT_ONCE}).rowcount
