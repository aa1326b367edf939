"""Bulk unlock as a job: started at once, worked off account by account (LOCK-12)."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Header, Response
from pydantic import Field, model_validator

from doorward.doors.api.answers import answer
from doorward.doors.api.asked import Holder
from doorward.doors.api.cursors import cursor_of
from doorward.doors.api.given import LONGEST_PAGE, After, Body, JobIn, Limit, ListedAccount, Reasoned
from doorward.doors.api.routing import PREFIX, Routes
from doorward.doors.api.shapes import Shape
from doorward.features.jobs.actions import show_job, start_unlocks
from doorward.features.jobs.model import JobShown, JobStarted, JobState, ShowJob, StartUnlocks
from doorward.kernel.ids import AccountId

routes = Routes("jobs")

IdempotencyKey = Annotated[
    str | None,
    Header(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$", description="the same key gives the same job"),
]


class Everyone(Body):
    """A search whose locked accounts are to be unlocked."""

    query: Annotated[str, Field(max_length=200, description="as in `GET /accounts`")] = ""
    locked: Literal[True] = True


class Unlocks(Reasoned):
    """Which accounts to unlock: either these, or all that a search finds."""

    accounts: list[ListedAccount] | None = None
    filter: Everyone | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Unlocks":
        if (self.accounts is None) == (self.filter is None):
            raise ValueError("either accounts or filter should be there")
        return self


class JobStartedJson(Shape):
    """The job runs; `GET /jobs/{id}` tells how far it is."""

    id: UUID
    state: Literal["running"]
    total: int


class JobItemJson(Shape):
    """One account of a job."""

    account_id: UUID
    user_name: str
    outcome: str | None = Field(description="`done`, `unchanged` or `refused`; null while it waits")
    code: str | None = Field(description="of a refused one")


class JobJson(Shape):
    """A job with its counts and its accounts."""

    id: UUID
    kind: str
    state: JobState
    owner: str
    made_at: datetime
    finished_at: datetime | None
    total: int
    done: int
    unchanged: int
    refused: int
    waiting: int
    counting: bool = Field(description="a very large search is still being frozen: `total` grows")
    items: list[JobItemJson] = Field(description="a part of the accounts, in the order of their ids")
    next: str | None = Field(description="`cursor` of the next part; null on the last one")


@routes.on(
    "POST /unlocks",
    start_unlocks,
    JobStartedJson,
    ("accounts.not_found", "request.reason", "jobs.nothing_selected"),
    202,
)
def unlock_many(body: Unlocks, asked: Holder, idempotency_key: IdempotencyKey = None) -> Response:
    r"""Unlock many accounts, each in a transaction of its own.

    Touches automatic locks only; a lock of `Administrator` or `Reported` is refused for that account and stays.

    curl -s https://login.example.org/api/v1/unlocks -H "authorization: Bearer $TOKEN" \
      -H 'idempotency-key: 2026-05-04-outage' -H 'content-type: application/json' \
      -d '{"filter": {"query": "branch-7"}, "reason": "keyboard layout changed overnight"}'
    """
    command = StartUnlocks(
        accounts=tuple(body.accounts or ()),
        everyone_found=body.filter is not None,
        query="" if body.filter is None else body.filter.query,
        reason=body.reason,
        idempotency_key=idempotency_key,
    )
    outcome = asked.run(start_unlocks, command)
    if isinstance(outcome, JobStarted):
        shape = JobStartedJson(id=outcome.job, state="running", total=outcome.total)
        return answer(shape, 202, headers={"location": f"{PREFIX}/jobs/{outcome.job}"})
    return asked.refuse(outcome)


@routes.on("GET /jobs/{job}", show_job, JobJson, ("jobs.not_found", "list.cursor"))
def read_job(job: JobIn, asked: Holder, limit: Limit = LONGEST_PAGE, cursor: After = None) -> Response:
    """Tell how far a job is, and what came of each account."""
    command = ShowJob(job, limit, None if cursor is None else AccountId(cursor))
    return asked.told(asked.run(show_job, command), _job)


def _job(shown: JobShown) -> JobJson:
    items = [
        JobItemJson(account_id=one.account, user_name=one.name, outcome=one.outcome, code=one.code)
        for one in shown.items
    ]
    return JobJson(
        id=shown.job,
        kind=shown.kind,
        state=shown.state,
        owner=shown.owner_name,
        made_at=shown.made_at,
        finished_at=shown.finished_at,
        total=shown.total,
        done=shown.done,
        unchanged=shown.unchanged,
        refused=shown.refused,
        waiting=shown.waiting,
        counting=shown.counting,
        items=items,
        next=cursor_of(shown.next),
    )
