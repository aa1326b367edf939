"""B6: unlocking a crowd as one job, each account with its entry and notice, against writing these rows in batches."""

import time

from sqlalchemy import text

from bench import crowd, people
from bench.databases import SQLITE, home
from bench.measuring import NotMeasured, Row
from doorward import app, starting
from doorward.edges.call import Call
from doorward.edges.run import Runtime
from doorward.features.audit import actions as audit
from doorward.features.directory.model import Search
from doorward.features.jobs.actions.starting import start_unlocks
from doorward.features.jobs.actions.working import Pace, go_on
from doorward.features.jobs.model import JobStarted, StartJob
from doorward.features.notices import actions as notices
from doorward.features.notices.model import Kind, Told
from doorward.kernel.act import Owner
from doorward.kernel.events import Door, Event, Origin
from doorward.kernel.ids import AccountId, new_id

COUNT = 10_000
BATCH = 500
MOST_RATIO = 4.0
_HERE, _OWNER = Origin(Door.CLI), Owner("cli:bench")


def measure(kind: str = SQLITE, count: int = COUNT) -> Row:
    """Unlock everybody by a search; the ceiling writes as many entries and notices without deciding anything."""
    with home(kind) as there:
        settings = people.settings_of(there.data)
        starting.first_run(settings)
        runtime = app.open_runtime(settings)
        with runtime.database.write() as sql:
            crowd.fill(sql, count)
            sql.execute(text("UPDATE account_state SET locked_at = 1, lock_reason = 'Failures'"))
        ceiling = _ceiling(runtime, count)
        began = time.perf_counter()
        started = runtime.run(start_unlocks, StartJob((), search=Search(locked=True), reason="bench"), _OWNER, _HERE)
        if not isinstance(started, JobStarted):
            raise NotMeasured(f"the job was not begun: {started}")
        pace = Pace()
        while go_on(runtime, pace):
            pass
        spent = time.perf_counter() - began
        with runtime.database.read() as sql:
            left = sql.execute(text("SELECT count(*) FROM account_state WHERE locked_at IS NOT NULL")).scalar_one()
        runtime.database.close()
    if left:
        raise NotMeasured(f"{left} are locked still")
    ratio = spent / ceiling
    return Row(
        f"B6 bulk unlock on {kind}",
        f"unlocking {count:,} accounts as one job on {kind}, against writing their entries and notices in batches",
        f"<= {MOST_RATIO:.0f}",
        ratio,
        ratio <= MOST_RATIO,
        {
            "entries and notices in batches": f"{ceiling:.1f} s ({count / ceiling:,.0f} a second)",
            "the job": f"{spent:.1f} s ({count / spent:,.0f} accounts a second)",
        },
    )


def _ceiling(runtime: Runtime, count: int) -> float:
    began = time.perf_counter()
    for start in range(0, count, BATCH):
        with runtime.writing(_HERE) as call:
            _write(call, min(BATCH, count - start))
    return time.perf_counter() - began


def _write(call: Call, count: int) -> None:
    """Write so many entries and notices, each table by one statement."""
    accounts = [AccountId(new_id(call.now, call.entropy)) for _ in range(count)]
    done = [Event("lockout.unlocked", "done", target=one, target_name="somebody") for one in accounts]
    audit.record_many(call, done)
    told = [Told(one, "somebody@example.org", {"user_name": "somebody"}) for one in accounts]
    notices.tell_each(call, Kind.ACCOUNT_UNLOCKED, told)
