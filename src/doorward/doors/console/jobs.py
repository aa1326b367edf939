"""Jobs: one's own as a list, one with what came of each account, and stopping it."""

from typing import Any

from starlette.responses import Response

from doorward.doors.console.operator import shell, signed_in, word_for
from doorward.doors.console.visit import Visit
from doorward.features.jobs.actions.showing import list_jobs, show_job
from doorward.features.jobs.actions.starting import stop_job
from doorward.features.jobs.model import JobShown, JobsListed, ListJobs, ShowJob, StopJob
from doorward.features.sessions.model import SessionShown
from doorward.kernel.ids import AccountId, JobId, parse_id
from doorward.kernel.outcome import Refused
from doorward.kernel.refusals.table import REFUSALS
from doorward.kernel.sentences import sentence

_JOBS = "/console/jobs"


@signed_in
def show_jobs(visit: Visit, shown: SessionShown) -> Response:
    """Show one's own jobs, newest first."""
    before = parse_id(visit.query["cursor"]) if "cursor" in visit.query else None
    if "cursor" in visit.query and before is None:
        return visit.problem(Refused("list.cursor"), _JOBS)
    listed = visit.run(list_jobs, ListJobs(before=None if before is None else JobId(before)))
    if isinstance(listed, Refused):
        return visit.problem(listed, "/console")
    return visit.show("jobs.html", **shell(visit, shown), jobs=list(listed.jobs), page=_pager(visit, listed))


@signed_in
def show_progress(visit: Visit, shown: SessionShown) -> Response:
    """Show how far a job is, and what came of each account."""
    after = parse_id(visit.query["cursor"]) if "cursor" in visit.query else None
    job = _job(visit)
    command = None if job is None else ShowJob(job, after=None if after is None else AccountId(after))
    progress = Refused("jobs.not_found") if command is None else visit.run(show_job, command)
    if not isinstance(progress, JobShown):
        return visit.problem(progress, "/console/users")
    codes = {item.code for item in progress.items if item.code}
    address = f"{_JOBS}/{progress.job}"
    return visit.show(
        "job.html",
        **shell(visit, shown),
        shown=progress,
        sentences={code: sentence(Refused(code)) for code in codes if code in REFUSALS},
        page={
            "shown": len(progress.items),
            "first": address if after else None,
            "next": None if progress.next is None else f"{address}?cursor={progress.next}",
        },
    )


def stop(visit: Visit) -> Response:
    """Do nothing more of a job."""
    job = _job(visit)
    outcome = Refused("jobs.not_found") if job is None else visit.run(stop_job, StopJob(job))
    if isinstance(outcome, Refused):
        return visit.problem(outcome, _JOBS)
    return visit.go(f"{_JOBS}/{job}?done={word_for(outcome, 'stopped')}")


def _job(visit: Visit) -> JobId | None:
    found = parse_id(visit.request.path_params["job"])
    return None if found is None else JobId(found)


def _pager(visit: Visit, listed: JobsListed) -> dict[str, Any]:
    following = None if listed.next is None else f"{_JOBS}?cursor={listed.next}"
    return {"shown": len(listed.jobs), "first": _JOBS if "cursor" in visit.query else None, "next": following}
