from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from doorward.features.jobs.actions.starting import start_unlocks
from doorward.features.jobs.actions.working import go_on
from doorward.features.jobs.model import JobStarted, StartJob
from tests.doors.console.visiting import Browser, Site


class Slow:
    """The clock of a machine on which everything takes long: each reading is 60 ms later."""

    def __init__(self, now: datetime) -> None:
        """Begin now."""
        self._now = now

    def now(self) -> datetime:
        """Read it."""
        self._now += timedelta(milliseconds=60)
        return self._now


def begun(site: Site, olga: Browser, people: int, reason: str = "a test") -> str:
    """Begin to unlock so many people, and give the job's address."""
    now = site.world.clock.now()
    chosen = [str(site.world.add(f"p{one}", locked_at=now, lock_reason="Failures")) for one in range(people)]
    return olga.post("/console/users/unlock", {"account": chosen, "reason": reason}).to


@pytest.mark.parametrize("job", ["x", "00000000-0000-7000-8000-000000000000"])
def test_a_job_that_is_not_there_is_told(site: Site, job: str) -> None:
    """Whether its id is no id or that of nothing."""
    olga = site.operator()

    assert olga.get(f"/console/jobs/{job}").told == (404, "There is no such job.")
    assert olga.post(f"/console/jobs/{job}/stop", {}).status == 404


def test_a_list_without_jobs_says_what_would_be_in_it(site: Site) -> None:
    """And leads to where jobs begin."""
    page = site.operator().get("/console/jobs").page

    assert "No jobs yet" in page.text
    assert "/console/users" in page.links


def test_own_jobs_are_listed(site: Site) -> None:
    """What it was, how it stands, why; somebody else's is not there."""
    olga = site.operator()
    address = begun(site, olga, 2, "storm is over")
    site.world.run(start_unlocks, StartJob((site.world.add("zoe"),), reason="of the owner"))
    page = olga.get("/console/jobs").page

    assert address in page.links
    assert "Unlocking 2 users" in page.text
    assert "storm is over" in page.text
    assert "of the owner" not in page.text


def test_a_cursor_that_is_none_of_ours_is_told(site: Site) -> None:
    """The list begins again at its first page."""
    assert site.operator().get("/console/jobs?cursor=x").status == 400


def test_a_list_of_jobs_goes_on(site: Site) -> None:
    """Page by page."""
    olga, chosen = site.operator(), str(site.world.add("zoe"))
    for number in range(51):
        site.world.pass_time(seconds=1)
        olga.post("/console/users/unlock", {"account": chosen, "reason": f"number {number}."})
    first = olga.get("/console/jobs").page
    onward = next(link for link in first.links if "cursor=" in link)
    second = olga.get(onward).page

    assert "number 50." in first.text
    assert "number 0." not in first.text
    assert "number 0." in second.text


def test_a_running_job_is_stopped(site: Site) -> None:
    """What waits is left; the page says so, and offers it no more."""
    olga = site.operator()
    address = begun(site, olga, 25)
    go_on(replace(site.world.runtime, clock=Slow(site.world.clock.now())))
    before = olga.get(address).page
    after = olga.get(olga.post(f"{address}/stop", {}).to).page

    assert "Stop this job" in before.text
    assert "The job is stopped. What was done stays done." in after.text
    assert "Unlocked 5 of 25 users" in after.text
    assert "20 not done" in after.text
    assert "Stop this job" not in after.text


def test_accounts_of_a_job_go_on(site: Site) -> None:
    """Two hundred at a time."""
    olga = site.operator()
    chosen = sorted(site.world.add(f"p{number:03d}") for number in range(201))
    job = site.world.run(start_unlocks, StartJob(tuple(chosen), reason="a test"))
    assert isinstance(job, JobStarted)
    while go_on(site.world.runtime):
        pass
    first = olga.get(f"/console/jobs/{job.job}").page
    onward = next(link for link in first.links if "cursor=" in link)
    second = olga.get(onward).page

    assert f"item-{chosen[200]}" not in first.ids
    assert f"item-{chosen[200]}" in second.ids
