"""Acts on many accounts as jobs: started at once, worked off account by account (LOCK-12)."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Header, Response
from pydantic import Field, model_validator

from doorward.doors.api.answers import answer
from doorward.doors.api.asked import Asked, Holder
from doorward.doors.api.cursors import cursor_of
from doorward.doors.api.given import After, Body, JobIn, Limit, ListedAccount, Reasoned
from doorward.doors.api.routing import PREFIX, Routes
from doorward.doors.api.shapes import OutcomeJson, Page, Shape
from doorward.features.directory.model import LockKind, Search
from doorward.features.jobs.actions.showing import list_jobs, show_job
from doorward.features.jobs.actions.starting import (
    Start,
    start_allowlist_additions,
    start_exclusion_additions,
    start_secret_key_resets,
    start_unlocks,
    stop_job,
)
from doorward.features.jobs.model import (
    JobKind,
    JobRow,
    JobShown,
    JobsListed,
    JobState,
    ListJobs,
    ShowJob,
    StartJob,
    StopJob,
)
from doorward.features.second_factor.model import FactorState
from doorward.kernel.ids import AccountId, JobId
from doorward.kernel.outcome import Refused
from doorward.kernel.paging import DEFAULT_PAGE, LARGEST_PAGE

routes = Routes("jobs")

_CODES = ("accounts.not_found", "request.reason", "jobs.nothing_selected", "jobs.key_used")
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="the same key gives the same job; with another body it is refused",
    ),
]


class AccountFilter(Body):
    """A search, as in `GET /accounts`; an empty one finds everybody."""

    query: Annotated[str, Field(max_length=200, description="name, login or e-mail")] = ""
    locked: Annotated[bool, Field(description="only accounts that are locked")] = False
    second_factor: Annotated[
        Literal["set_up", "may_set_up", "blocked", "excluded"] | None, Field(description="only accounts like that")
    ] = None
    without_factor: Annotated[bool, Field(description="only accounts on the allowlist or blocked")] = False
    enabled: Annotated[bool | None, Field(description="only accounts that are, or are not")] = None
    group: Annotated[str | None, Field(max_length=200, description="only accounts in this group: its id or name")] = (
        None
    )

    lock: Annotated[
        Literal["automatic", "by_hand"] | None, Field(description="only accounts that are locked, in this way")
    ] = None

    def search(self) -> Search:
        """Put it as the search that it is."""
        state = None if self.second_factor is None else FactorState(self.second_factor)
        return Search(
            query=self.query,
            locked=self.locked,
            second_factor=state,
            without_factor=self.without_factor,
            enabled=self.enabled,
            group=self.group,
            lock=None if self.lock is None else LockKind(self.lock),
        )


class LockedFilter(AccountFilter):
    """A search whose locked accounts are to be unlocked."""

    locked: Literal[True] = True


class Many(Reasoned):
    """Which accounts it is about: either these, or all that a search finds."""

    accounts: list[ListedAccount] | None = None
    filter: AccountFilter | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Many":
        if (self.accounts is None) == (self.filter is None):
            raise ValueError("either accounts or filter should be there")
        return self


class Unlocks(Many):
    """Which accounts to unlock: either these, or all that a search finds locked."""

    filter: LockedFilter | None = None


class JobStartedJson(Shape):
    """The job runs; `GET /jobs/{id}` tells how far it is."""

    id: UUID
    state: Literal["running"]
    total: int
    counting: bool = Field(description="a search is being looked for: `total` grows")


class JobItemJson(Shape):
    """One account of a job."""

    account_id: UUID
    user_name: str
    outcome: str | None = Field(description="`done`, `unchanged` or `refused`; null while it waits")
    code: str | None = Field(description="of a refused one")


class JobRowJson(Shape):
    """A job with its counts."""

    id: UUID
    kind: JobKind
    state: JobState
    reason: str | None
    made_at: datetime
    finished_at: datetime | None
    total: int
    done: int
    unchanged: int
    refused: int
    waiting: int = Field(description="of a stopped job: those that are left as they were")
    counting: bool = Field(description="a search is still being frozen: `total` grows")


class JobJson(JobRowJson):
    """A job with its counts and its accounts."""

    owner: str
    items: list[JobItemJson] = Field(description="a part of the accounts, in the order of their ids")
    next: str | None = Field(description="`cursor` of the next part; null on the last one")


@routes.on("POST /unlocks", start_unlocks, JobStartedJson, _CODES, 202)
def unlock_many(body: Unlocks, asked: Holder, idempotency_key: IdempotencyKey = None) -> Response:
    r"""Unlock many accounts, a few in each transaction.

    Touches automatic locks only; a lock of `Administrator` or `Reported` is refused for that account and stays.

    curl -s https://login.example.org/api/v1/unlocks -H "authorization: Bearer $TOKEN" \
      -H 'idempotency-key: 2026-05-04-outage' -H 'content-type: application/json' \
      -d '{"filter": {"query": "branch-7"}, "reason": "keyboard layout changed overnight"}'
    """
    return _start(asked, start_unlocks, body, idempotency_key)


@routes.on("POST /secret-key-resets", start_secret_key_resets, JobStartedJson, _CODES, 202)
def reset_many(body: Many, asked: Holder, idempotency_key: IdempotencyKey = None) -> Response:
    r"""Reset the secret keys of many accounts, a few in each transaction.

    Every second factor of each is deleted, its sessions end, and it is put on the allowlist. Protected accounts, one's
    own and the last administrator's are refused for that account and stay as they are.

    curl -s https://login.example.org/api/v1/secret-key-resets -H "authorization: Bearer $TOKEN" \
      -H 'idempotency-key: stolen-phones' -H 'content-type: application/json' \
      -d '{"accounts": ["'$ID'"], "reason": "phones were stolen"}'
    """
    return _start(asked, start_secret_key_resets, body, idempotency_key)


@routes.on("POST /allowlist-additions", start_allowlist_additions, JobStartedJson, _CODES, 202)
def allow_many(body: Many, asked: Holder, idempotency_key: IdempotencyKey = None) -> Response:
    r"""Let many accounts set up a second factor at their next sign-in, a few in each transaction.

    curl -s https://login.example.org/api/v1/allowlist-additions -H "authorization: Bearer $TOKEN" \
      -H 'content-type: application/json' \
      -d '{"filter": {"second_factor": "blocked"}, "reason": "roll-out of the spring"}'
    """
    return _start(asked, start_allowlist_additions, body, idempotency_key)


@routes.on("POST /exclusion-additions", start_exclusion_additions, JobStartedJson, _CODES, 202)
def exclude_many(body: Many, asked: Holder, idempotency_key: IdempotencyKey = None) -> Response:
    r"""Let many accounts sign in without a second factor, a few in each transaction.

    curl -s https://login.example.org/api/v1/exclusion-additions -H "authorization: Bearer $TOKEN" \
      -H 'content-type: application/json' -d '{"filter": {"query": "svc-"}, "reason": "service accounts"}'
    """
    return _start(asked, start_exclusion_additions, body, idempotency_key)


@routes.on("GET /jobs", list_jobs, Page[JobRowJson], ("list.cursor",))
def read_jobs(asked: Holder, limit: Limit = DEFAULT_PAGE, cursor: After = None) -> Response:
    """List one's own jobs, newest first, with their counts."""
    command = ListJobs(limit, None if cursor is None else JobId(cursor))
    return asked.told(asked.run(list_jobs, command), _jobs)


@routes.on("GET /jobs/{job}", show_job, JobJson, ("jobs.not_found", "list.cursor"))
def read_job(job: JobIn, asked: Holder, limit: Limit = LARGEST_PAGE, cursor: After = None) -> Response:
    """Tell how far a job is, and what came of each account."""
    command = ShowJob(job, limit, None if cursor is None else AccountId(cursor))
    return asked.told(asked.run(show_job, command), _job)


@routes.on("POST /jobs/{job}/stop", stop_job, OutcomeJson, ("jobs.not_found",))
def stop(job: JobIn, asked: Holder) -> Response:
    r"""Do nothing more of a job: what is done stays done, what waits is left as it is.

    curl -s -X POST https://login.example.org/api/v1/jobs/$JOB/stop -H "authorization: Bearer $TOKEN"
    """
    outcome = asked.run(stop_job, StopJob(job))
    return asked.refuse(outcome) if isinstance(outcome, Refused) else answer(OutcomeJson(outcome=outcome.status))


def _start(asked: Asked, act: Start, body: Many, key: str | None) -> Response:
    command = StartJob(
        accounts=tuple(body.accounts or ()),
        search=None if body.filter is None else body.filter.search(),
        reason=body.reason,
        idempotency_key=key,
    )
    outcome = asked.run(act, command)
    if isinstance(outcome, Refused):
        return asked.refuse(outcome)
    shape = JobStartedJson(id=outcome.job, state="running", total=outcome.total, counting=outcome.counting)
    return answer(shape, 202, headers={"location": f"{PREFIX}/jobs/{outcome.job}"})


def _row(shown: JobRow | JobShown) -> JobRowJson:
    tally = shown.tally
    return JobRowJson(
        id=shown.job,
        kind=shown.kind,
        state=shown.state,
        reason=shown.reason,
        made_at=shown.made_at,
        finished_at=shown.finished_at,
        total=tally.total,
        done=tally.done,
        unchanged=tally.unchanged,
        refused=tally.refused,
        waiting=tally.waiting,
        counting=shown.counting,
    )


def _jobs(listed: JobsListed) -> Page[JobRowJson]:
    return Page(items=[_row(one) for one in listed.jobs], next=cursor_of(listed.next))


def _job(shown: JobShown) -> JobJson:
    items = [
        JobItemJson(account_id=one.account, user_name=one.name, outcome=one.outcome, code=one.code)
        for one in shown.items
    ]
    return JobJson(**dict(_row(shown)), owner=shown.owner_name, items=items, next=cursor_of(shown.next))
