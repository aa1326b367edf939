"""`doorward job`: acts on many accounts, begun at any door: how far they are, and stopping one (LOCK-12)."""

from typing import Any

import click

from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.options import DRY_RUN, LIMIT, YES, CommandGroup
from doorward.doors.cli.telling import print_facts, print_json, print_table
from doorward.features.jobs.actions.showing import list_jobs, show_job
from doorward.features.jobs.actions.starting import stop_job
from doorward.features.jobs.model import JobItem, JobRow, JobShown, JobStopped, ListJobs, ShowJob, StopJob
from doorward.kernel.ids import AccountId, JobId, parse_id
from doorward.kernel.outcome import Refused

CURSOR = click.option("--cursor", help="Go on where the last list ended.")
JOB = click.argument("named", metavar="JOB")

EXAMPLES = """\b
Examples:
  doorward job list
  doorward job show 0197c2f0-6a51-7c1e-9d0a-3f2b8c4d5e6f
  doorward job stop 0197c2f0-6a51-7c1e-9d0a-3f2b8c4d5e6f --yes
"""


@click.group(cls=CommandGroup, epilog=EXAMPLES)
def job() -> None:
    """List, show and stop jobs: one act on many accounts, whoever began it. JOB is a job's id."""


@job.command("list")
@LIMIT
@CURSOR
@with_desk
def list_all(desk: Desk, limit: int, cursor: str | None) -> None:
    """List the jobs, newest first, with their counts."""
    before = None if cursor is None else JobId(_cursor(desk, cursor))
    found = desk.run(list_jobs, ListJobs(limit, before))
    if desk.as_json:
        print_json({"items": [_json(one) for one in found.jobs], "next": found.next})
        return
    columns = ("job", "what", "state", "by", "since (UTC)", "done", "unchanged", "refused", "waiting", "reason")
    print_table(columns, [_row(one) for one in found.jobs], "There is no job.")
    if found.next is not None:
        click.echo(f"\nThere are more; go on with --cursor {found.next}", err=True)


@job.command("show")
@JOB
@LIMIT
@CURSOR
@with_desk
def show(desk: Desk, named: str, limit: int, cursor: str | None) -> None:
    """Show how far a job is, and what came of each account."""
    after = None if cursor is None else AccountId(_cursor(desk, cursor))
    shown = desk.run(show_job, ShowJob(_job(desk, named), limit, after))
    if desk.as_json:
        items = [
            {"account_id": i.account, "user_name": i.name, "outcome": i.outcome, "code": i.code} for i in shown.items
        ]
        print_json(_json(shown) | {"items": items, "next": shown.next})
        return
    tally = shown.tally
    print_facts(
        {
            "What": shown.kind.value.replace("-", " "),
            "State": _state(shown),
            "By": shown.owner_name,
            "Reason": shown.reason,
            "Begun": shown.made_at,
            "Ended": shown.finished_at,
            "Accounts": tally.total,
            "Done": tally.done,
            "Unchanged": tally.unchanged,
            "Refused": tally.refused,
            "Waiting": tally.waiting,
            "Id": shown.job,
        }
    )
    click.echo()
    print_table(("user name", "outcome", "code"), [_item(one) for one in shown.items], "No account is in it yet.")
    if shown.next is not None:
        click.echo(f"\nThere are more; go on with --cursor {shown.next}", err=True)


@job.command("stop", short_help="Do nothing more of a job; what is done stays.")
@JOB
@YES
@DRY_RUN
@with_desk
def stop(desk: Desk, named: str, *, yes: bool) -> None:
    """Do nothing more of a job: what is done stays done, what waits is left as it is."""
    wanted = _job(desk, named)
    waiting = desk.run(show_job, ShowJob(wanted, limit=1)).tally.waiting
    desk.confirm(f"Stop this job? {waiting} accounts are left as they are.", yes=yes)
    outcome = desk.run(stop_job, StopJob(wanted))
    left = outcome.left if isinstance(outcome, JobStopped) else 0
    news = isinstance(outcome, JobStopped)
    said = f"The job is stopped; accounts that are left as they are: {left}." if news else "The job was over already."
    desk.tell(outcome, said, left=left)


def _job(desk: Desk, named: str) -> JobId:
    found = parse_id(named)
    if found is None:
        raise desk.refusal(Refused("jobs.not_found", cause=named[:40]))
    return JobId(found)


def _cursor(desk: Desk, text: str) -> Any:
    found = parse_id(text)
    if found is None:
        raise desk.refusal(Refused("list.cursor"))
    return found


def _state(shown: JobRow | JobShown) -> str:
    return f"{shown.state.value}, counting" if shown.counting else shown.state.value


def _row(one: JobRow) -> tuple[Any, ...]:
    what, tally = one.kind.value.replace("-", " "), one.tally
    counts = (tally.done, tally.unchanged, tally.refused, tally.waiting)
    return one.job, what, _state(one), one.owner_name, one.made_at, *counts, one.reason


def _item(one: JobItem) -> tuple[Any, ...]:
    return one.name, one.outcome or "waiting", one.code


def _json(one: JobRow | JobShown) -> dict[str, Any]:
    """Spell a job as the API does."""
    tally = one.tally
    return {
        "id": one.job,
        "kind": one.kind.value,
        "state": one.state.value,
        "owner": one.owner_name,
        "reason": one.reason,
        "made_at": one.made_at,
        "finished_at": one.finished_at,
        "total": tally.total,
        "done": tally.done,
        "unchanged": tally.unchanged,
        "refused": tally.refused,
        "waiting": tally.waiting,
        "counting": one.counting,
    }
