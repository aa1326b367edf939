"""One act on many accounts: the same job as the console's and the API's, worked off here and now (LOCK-12)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import click

from doorward.doors.cli.desk import Acts, Desk
from doorward.doors.cli.telling import print_json, print_table, with_progress
from doorward.features.directory.model import Search
from doorward.features.jobs.actions.showing import show_job
from doorward.features.jobs.actions.starting import START_ACTS, count_found
from doorward.features.jobs.actions.working import go_on
from doorward.features.jobs.model import (
    CountFound,
    JobFound,
    JobItem,
    JobKind,
    JobShown,
    JobStarted,
    JobState,
    ShowJob,
    StartJob,
)
from doorward.kernel.ids import JobId

_SEARCH = (
    click.option("--all", "everybody", is_flag=True, help="In place of NAME: every account."),
    click.option("--query", metavar="TEXT", default="", help="In place of NAME: whom this search finds."),
    click.option("--group", metavar="G", help="In place of NAME: of those the members of this group."),
    click.option("--locked", is_flag=True, help="In place of NAME: of those the locked."),
    click.option("--without-key", "without_factor", is_flag=True, help="In place of NAME: of those without a factor."),
)


@dataclass(frozen=True, slots=True)
class Bulk:
    """How one act on many accounts is asked about and told."""

    kind: JobKind
    question: str
    rehearsed: str
    progress: str
    said: str
    not_done: str


UNLOCK = Bulk(
    JobKind.UNLOCKS,
    "Unlock {found} accounts that automatic locks have shut out?",
    "{found} accounts are unlocked.",
    "Unlocking",
    "Unlocked: {done}. Were open already: {unchanged}. Refused: {refused}.",
    "not unlocked",
)
RESET = Bulk(
    JobKind.RESETS,
    "Reset the secret keys of {found} accounts? Their present ones stop working and all their sessions end.",
    "the secret keys of {found} accounts are reset.",
    "Resetting",
    "Reset: {done}. Refused: {refused}.",
    "not reset",
)
ALLOW = Bulk(
    JobKind.ALLOWLIST,
    "Let those of {found} accounts that have no second factor set one up?",
    "those of {found} accounts that have no second factor may set one up.",
    "Allowing",
    "Allowed: {done}. Have a second factor, or were allowed already: {unchanged}. Refused: {refused}.",
    "not allowed",
)
EXCLUDE = Bulk(
    JobKind.EXCLUSIONS,
    "Let {found} accounts sign in without a second factor?",
    "{found} accounts sign in without a second factor.",
    "Excluding",
    "Excluded: {done}. Were excluded already: {unchanged}. Refused: {refused}.",
    "not excluded",
)


def or_many(command: Callable[..., Any]) -> Callable[..., Any]:
    """Let a command take a search in place of one account's name."""
    for option in reversed(_SEARCH):
        command = option(command)
    return click.argument("name", required=False)(command)


def search_of(name: str | None, *, everybody: bool, **asked: Any) -> Search | None:
    """Read whom a command is about: None for the one account that it names."""
    many = everybody or any(asked.values())
    if (name is None) != many:
        raise click.UsageError(
            "Name one account, or say whom you mean by --query TEXT, --group G, --locked, --without-key or --all."
        )
    return Search(**asked) if many else None


def do_many(desk: Desk, bulk: Bulk, search: Search | None, reason: str | None, *, yes: bool) -> None:
    """Do one act to all whom a search finds, account by account, and tell what came of each."""
    if search is None or reason is None:
        raise click.UsageError("What is done to many takes a --reason TEXT.")
    found = desk.run(count_found, CountFound(bulk.kind, search)).count
    desk.confirm(bulk.question.format(found=found), yes=yes)
    start: Acts[StartJob, JobStarted | JobFound] = START_ACTS[bulk.kind]
    started = desk.run(start, StartJob(search=search, reason=reason))
    if desk.dry_run:
        desk.tell(started, bulk.rehearsed.format(found=found), total=found)
        return
    with_progress(bulk.progress, found, _worked_off(desk, started.job))
    job, items = desk.run(show_job, ShowJob(started.job, limit=1)), list(_items(desk, started.job))
    if desk.as_json:
        print_json(_job_json(job, items))
        return
    tally = job.tally
    click.echo(bulk.said.format(done=tally.done, unchanged=tally.unchanged, refused=tally.refused))
    refused = [(item.name, item.code) for item in items if item.outcome == "refused"]
    if refused:
        print_table((bulk.not_done, "code"), refused, "")


def _worked_off(desk: Desk, job: JobId) -> Iterator[int]:
    """Work until the job is over; a server that is running does its part as well."""
    while True:
        shown = desk.run(show_job, ShowJob(job, limit=1))
        yield shown.tally.total - shown.tally.waiting
        if shown.state is not JobState.RUNNING:
            return
        go_on(desk.runtime)


def _items(desk: Desk, job: JobId) -> Iterator[JobItem]:
    page = desk.run(show_job, ShowJob(job))
    yield from page.items
    while page.next is not None:
        page = desk.run(show_job, ShowJob(job, after=page.next))
        yield from page.items


def _job_json(job: JobShown, items: list[JobItem]) -> dict[str, object]:
    """Spell what came of each account, as the API's jobs do. `id` is the older name of `account_id`."""
    tally = job.tally
    counts = {"total": tally.total, "done": tally.done, "unchanged": tally.unchanged, "refused": tally.refused}
    listed = [
        {"account_id": i.account, "id": i.account, "user_name": i.name, "outcome": i.outcome, "code": i.code}
        for i in items
    ]
    return {"outcome": "done" if tally.done else "unchanged", "job": job.job, **counts, "items": listed}
