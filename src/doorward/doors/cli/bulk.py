"""Unlocking many accounts at once: the same job as the console's, worked off here and now (LOCK-12)."""

from collections.abc import Iterator

import click

from doorward.doors.cli.desk import Desk
from doorward.doors.cli.telling import print_json, print_table, with_progress
from doorward.features.directory.actions import count_locked
from doorward.features.directory.model import CountLocked
from doorward.features.jobs.actions import go_on, show_job, start_unlocks
from doorward.features.jobs.model import JobShown, JobState, ShowJob, StartUnlocks
from doorward.kernel.ids import JobId


def unlock_all(desk: Desk, query: str, reason: str, *, yes: bool) -> None:
    """Unlock all that automatic locks have shut out, or those of them whom a search finds."""
    found = desk.run(count_locked, CountLocked(query)).automatic
    desk.confirm(f"Unlock {found} accounts that automatic locks have shut out?", yes=yes)
    started = desk.run(start_unlocks, StartUnlocks(everyone_found=True, query=query, reason=reason))
    if desk.dry_run:
        desk.tell(started, f"{started.total} accounts are unlocked.", total=started.total)
        return
    with_progress("Unlocking", started.total, _worked_off(desk, started.job))
    job = desk.run(show_job, ShowJob(started.job))
    if desk.as_json:
        print_json(_job_json(job))
        return
    click.echo(f"Unlocked: {job.done}. Were open already: {job.unchanged}. Refused: {job.refused}.")
    refused = [(item.name, item.code) for item in job.items if item.outcome == "refused"]
    if refused:
        print_table(("not unlocked", "code"), refused, "")


def _worked_off(desk: Desk, job: JobId) -> Iterator[int]:
    """Work until the job is finished; a server that is running does its part as well."""
    while True:
        shown = desk.run(show_job, ShowJob(job, limit=1))
        yield shown.total - shown.waiting
        if shown.state is JobState.FINISHED:
            return
        go_on(desk.runtime)


def _job_json(job: JobShown) -> dict[str, object]:
    counts = {"total": job.total, "done": job.done, "unchanged": job.unchanged, "refused": job.refused}
    items = [{"id": i.account, "user_name": i.name, "outcome": i.outcome, "code": i.code} for i in job.items]
    return {"outcome": "done" if job.done else "unchanged", "job": job.job, **counts, "items": items}
