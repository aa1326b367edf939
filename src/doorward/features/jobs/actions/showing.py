"""Looking at jobs: one with its accounts, or one's own as a list."""

from dataclasses import replace

from doorward.edges.call import Call
from doorward.features.jobs import rules, store
from doorward.features.jobs.model import JobRow, JobShown, JobsListed, ListJobs, ShowJob
from doorward.features.rights.actions.reaching import reached_among
from doorward.kernel.act import Needs, act
from doorward.kernel.outcome import Refused
from doorward.kernel.paging import page_size


@act("users:read", event=None, writes=False, needs=(Needs.SOMEWHERE,))
def show_job(call: Call, command: ShowJob) -> JobShown | Refused:
    """Show how far a job is, and a part of its items with what came of each.

    A name that was within reach when the job began is told for as long as it is (RIGHT-3).
    """
    job = store.find(call.sql, command.job)
    if job is None or not (rules.owns(job.beginner, call.actor) or call.reach.whole):
        return Refused("jobs.not_found")  # its items name people whom another may not reach (RIGHT-3)
    size = page_size(command.limit)
    items = store.items(call.sql, job.id, command.after, size + 1)
    within = reached_among(call, [item.account for item in items[:size]])
    return JobShown(
        job=job.id,
        kind=job.kind,
        state=job.state,
        owner_name=job.beginner.name,
        reason=job.reason,
        made_at=job.made_at,
        finished_at=job.finished_at,
        tally=store.tallies(call.sql, [job])[job.id],
        items=tuple(item if item.account in within else replace(item, name="") for item in items[:size]),
        counting=rules.counting(job),
        next=items[size - 1].account if len(items) > size else None,
    )


@act("users:read", event=None, writes=False, needs=(Needs.SOMEWHERE,))
def list_jobs(call: Call, command: ListJobs) -> JobsListed:
    """List one's own jobs, newest first, with their counts; the server's owner owns them all (RIGHT-8)."""
    size = page_size(command.limit)
    whose = None if call.actor.owner else call.actor.account
    found = store.newest(call.sql, whose, command.before, size + 1)
    page = found[:size]
    tallies = store.tallies(call.sql, page)
    rows = (
        JobRow(
            job=job.id,
            kind=job.kind,
            state=job.state,
            owner_name=job.beginner.name,
            reason=job.reason,
            made_at=job.made_at,
            finished_at=job.finished_at,
            tally=tallies[job.id],
            counting=rules.counting(job),
        )
        for job in page
    )
    return JobsListed(tuple(rows), page[-1].id if len(found) > size else None)
