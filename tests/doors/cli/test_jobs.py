from dataclasses import replace
from uuid import UUID

import pytest

from doorward.features.jobs.actions.starting import start_unlocks
from doorward.features.jobs.model import JobStarted, StartJob
from doorward.kernel.act import SYSTEM
from doorward.kernel.ids import JobId
from tests.doors.cli.shell import Shell

NOBODYS = str(UUID(int=7))


def begin(shell: Shell, *names: str, reason: str = "outage") -> JobId:
    """Begin to unlock accounts, as a console does, and leave it to the worker."""
    accounts = []
    for name in names:
        accounts.append(shell.add(name))
        shell.lock(name)
    with shell.writing() as call:
        started = start_unlocks(replace(call, actor=SYSTEM), StartJob(tuple(accounts), reason=reason))
    assert isinstance(started, JobStarted)
    return started.job


def test_jobs_are_listed_newest_first(shell: Shell) -> None:
    """Whoever began them, at whatever door; page by page."""
    empty = shell.done("job", "list").out
    older, newer = begin(shell, "ada", "bob"), begin(shell, "carol", reason="again")
    lines = shell.done("job", "list").lines
    first = shell.done("job", "list", "--limit", "1", "--json").json
    rest = shell.done("job", "list", "--cursor", first["next"], "--json").json

    assert empty == "There is no job.\n"
    assert lines[0] == "job what state by since (UTC) done unchanged refused waiting reason"
    assert [line.split()[0] for line in lines[1:]] == [str(newer), str(older)]
    assert lines[1].endswith("0 0 0 1 again")
    assert (first["items"][0]["id"], first["items"][0]["waiting"]) == (str(newer), 1)
    assert ([one["id"] for one in rest["items"]], rest["next"]) == ([str(older)], None)


def test_a_job_is_shown_with_its_accounts(shell: Shell) -> None:
    """Its counts, and what came of each; as JSON in the words of the API."""
    job = begin(shell, "ada", "bob")
    lines = shell.done("job", "show", str(job)).lines
    told = shell.done("job", "show", str(job), "--limit", "1", "--json").json
    more = shell.done("job", "show", str(job), "--cursor", told["next"], "--json").json

    assert "What unlocks" in lines
    assert "State running" in lines
    assert "Waiting 2" in lines
    assert sorted(lines[-2:]) == ["ada waiting", "bob waiting"]
    assert set(told) == {
        "id", "kind", "state", "owner", "reason", "made_at", "finished_at", "total", "done", "unchanged", "refused",
        "waiting", "counting", "items", "next",
    }  # fmt: skip
    assert {one["user_name"] for one in told["items"] + more["items"]} == {"ada", "bob"}
    assert (told["items"][0]["outcome"], told["items"][0]["code"]) == (None, None)


def test_a_job_is_stopped_once(shell: Shell) -> None:
    """What waits is left as it is; a second stop changes nothing and says so; each is recorded."""
    job = begin(shell, "ada", "bob")
    rehearsed = shell.done("job", "stop", str(job), "--dry-run").out
    running = shell.done("job", "show", str(job), "--json").json["state"]
    stopped = shell.done("job", "stop", str(job), "--yes", "--json").json
    again = shell.done("job", "stop", str(job), "--yes").out
    entries = shell.done("audit", "list", "--act", "jobs.stopped", "--json").json["items"]
    locked = shell.done("account", "list", "--locked", "--json").json["items"]

    assert rehearsed == "Would be done: The job is stopped; accounts that are left as they are: 2.\n"
    assert running == "running"
    assert stopped == {"outcome": "done", "left": 2}
    assert again == "The job was over already.\n"
    assert [(one["outcome"], one["details"]["job"]) for one in entries] == [("unchanged", str(job)), ("done", str(job))]
    assert [one["user_name"] for one in locked] == ["ada", "bob"]


@pytest.mark.parametrize("words", [["show"], ["stop", "--yes"]])
@pytest.mark.parametrize("named", [NOBODYS, "the-last-one"])
def test_a_job_that_is_not_there(shell: Shell, words: list[str], named: str) -> None:
    """Exit code 4, with the refusal's code."""
    ran = shell("job", words[0], named, *words[1:])

    assert (ran.code, "jobs.not_found" in ran.err) == (4, True)


def test_a_cursor_that_no_list_gave_is_told(shell: Shell) -> None:
    """As of every other list."""
    job = begin(shell, "ada")

    assert "list.cursor" in shell("job", "list", "--cursor", "x").err
    assert "list.cursor" in shell("job", "show", str(job), "--cursor", "x").err
