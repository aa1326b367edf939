"""B6: unlocking a crowd as one job, each account with its entry and notice, against writing these rows in batches.

The work is measured alone first, so that its ceiling has done the same. Then an operator begins the job at a server
where somebody signs in all the while, one sign-in after the other, and their times are held against those before it.
"""

import time
from dataclasses import dataclass, field

from sqlalchemy import text

from bench import people
from bench.crowded import fill
from bench.databases import SQLITE, home
from bench.measuring import NotMeasured, Row
from bench.operating import Desk, lock_crowd, opened
from doorward import app
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
ROUNDS, IDLE = 3, 120
MOST_RATIO, MOST_SLOWER = 4.0, 2.0
_HERE, _OWNER = Origin(Door.CLI), Owner("cli:bench")


@dataclass(slots=True)
class _Beside:
    """Seconds that sign-ins took before the job and while it ran, and that the job took beside them."""

    idle: list[float] = field(default_factory=list)
    meanwhile: list[float] = field(default_factory=list)
    job: list[float] = field(default_factory=list)


def measure(kind: str = SQLITE, count: int = COUNT, rounds: int = ROUNDS) -> Row:
    """Unlock everybody by a search: alone, then beside sign-ins."""
    ceiling, spent = _alone(kind, count)
    beside = _beside_sign_ins(kind, count, rounds)
    ratio, slower = spent / ceiling, _p99(beside.meanwhile) / _p99(beside.idle)
    said = "reached" if slower <= MOST_SLOWER else "missed"
    return Row(
        f"B6 bulk unlock on {kind}",
        f"unlocking {count:,} accounts as one job on {kind}, against writing their entries and notices in batches",
        f"<= {MOST_RATIO:.0f}, and sign-ins beside it <= {MOST_SLOWER:.0f} x idle",
        ratio,
        ratio <= MOST_RATIO and slower <= MOST_SLOWER,
        {
            "entries and notices in batches": f"{ceiling:.1f} s ({count / ceiling:,.0f} a second)",
            "the job, alone": f"{spent:.1f} s ({count / spent:,.0f} accounts a second)",
            "the job, beside sign-ins": f"{max(beside.job):.1f} s at most ({max(beside.job) / ceiling:.1f} x batches)",
            "complete sign-in, idle: median and p99": _times(beside.idle),
            "complete sign-in, while the job runs: median and p99": _times(beside.meanwhile),
            "p99 while the job runs, against idle": f"{slower:.2f} (goal <= {MOST_SLOWER:.0f}: {said})",
            "rounds beside sign-ins": f"{rounds} of {IDLE} sign-ins idle, then as many as the job lasts",
        },
        "The ratio is that of the job alone, whose ceiling had the machine for itself as well. Beside it one client "
        "signs in, one time after the other; its times are its own, also where it waits for a core.",
    )


def _alone(kind: str, count: int) -> tuple[float, float]:
    """Give the seconds of the batches, and those of the job."""
    with home(kind) as there:
        fill(there.data, count)
        runtime = app.open_runtime(people.settings_of(there.data))
        lock_crowd(runtime)
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
    return ceiling, spent


def _beside_sign_ins(kind: str, count: int, rounds: int) -> _Beside:
    """Go round by round through idle and job, so that both meet the same machine."""
    beside = _Beside()
    with opened(kind, count) as desk:
        desk.sign_in_some(IDLE // 4)
        for _ in range(rounds):
            desk.lock_everybody()
            beside.idle += desk.sign_in_some(IDLE)
            meanwhile, lasted = _while_unlocking(desk, count)
            beside.meanwhile += meanwhile
            beside.job.append(lasted)
    return beside


def _while_unlocking(desk: Desk, count: int) -> tuple[list[float], float]:
    """Sign in, five at a time, until the job is done; give their times, and its own."""
    began, job, times = time.perf_counter(), desk.unlock_everybody(), list[float]()
    while not desk.ended(job, count):
        times += desk.sign_in_some(5)
    return times, time.perf_counter() - began


def _p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


def _times(times: list[float]) -> str:
    middle = sorted(times)[len(times) // 2]
    return f"{middle * 1000:.1f} and {_p99(times) * 1000:.1f} ms ({len(times)} of them)"


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
