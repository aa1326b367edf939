from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from doorward.features.audit import actions
from doorward.features.audit.model import CheckpointsPage, ListCheckpoints
from doorward.features.audit.rules import expiry
from doorward.features.policy.actions import change_audit_settings
from doorward.features.policy.model import ChangeAuditSettings
from doorward.kernel.act import SYSTEM
from doorward.kernel.events import Event
from doorward.kernel.outcome import Refused
from tests.worlds import NOON, World


def write(world: World, count: int, act: str = "a.one") -> None:
    """Write so many entries in one transaction."""
    with world.writing() as call:
        actions.record_many(replace(call, actor=SYSTEM), [Event(act, "done") for _ in range(count)])


def remove(world: World, days: int, most: int = 200) -> int:
    """Remove one batch as the server does."""
    with world.writing() as call:
        return actions.remove_expired(replace(call, actor=SYSTEM), days, most)


def checkpoints(world: World, limit: int = 50, before: int | None = None) -> CheckpointsPage:
    """Read the checkpoints as the server's owner."""
    page = world.run(actions.list_checkpoints, ListCheckpoints(limit, before))
    assert isinstance(page, CheckpointsPage)
    return page


def acts(world: World) -> list[str]:
    """Name what the trail holds."""
    return [entry.act for entry in world.entries()]


def test_nothing_expires_where_entries_are_kept_for_ever(world: World) -> None:
    """That is how a server begins: nothing is removed unless somebody said so."""
    write(world, 3)
    world.pass_time(days=4_000)

    with world.reading() as call:
        assert not actions.has_expired(call, 0)
    assert remove(world, 0) == 0
    assert (len(acts(world)), checkpoints(world).checkpoints) == (3, ())


def test_old_end_goes_and_leaves_a_checkpoint_and_an_entry(world: World) -> None:
    """Count, first, last and hash stand in both; what is young enough stays (AUDIT-4)."""
    write(world, 3, "a.old")
    old = world.entries()
    world.pass_time(days=40)
    write(world, 2, "a.young")

    with world.reading() as call:
        assert actions.has_expired(call, 31)
    assert remove(world, 31) == 0

    (run,) = checkpoints(world).checkpoints
    link = expiry.extended(expiry.begun(old[0], None, old[0].at), old).link
    entry = world.entries()[-1]
    assert acts(world) == ["a.young", "a.young", "audit.expired"]
    assert (run.number, run.count, run.first_id, run.last_id, run.link) == (1, 3, old[0].id, old[2].id, link)
    assert (entry.actor_name, entry.outcome, entry.details["count"], entry.details["link"]) == (
        "system", "done", 3, link.hex(),
    )  # fmt: skip


def test_day_of_the_cut_is_kept_whole(world: World) -> None:
    """What was written on the oldest kept day is not parted."""
    write(world, 1)
    world.pass_time(days=31, hours=11, minutes=59)
    assert remove(world, 31) == 0
    assert acts(world) == ["a.one"]

    world.pass_time(minutes=1)
    remove(world, 31)
    assert acts(world) == ["audit.expired"]


def test_one_run_of_many_batches_is_one_checkpoint_and_one_entry(world: World) -> None:
    """The checkpoint is as far as the removal in each transaction; the entry comes with the end."""
    write(world, 5)
    old = world.entries()
    world.pass_time(days=40)

    steps = []
    for _ in range(3):
        left = remove(world, 31, most=2)
        run = checkpoints(world).checkpoints[0]
        steps.append((left, run.number, run.count, run.ended_at is None, acts(world)))

    assert steps == [
        (2, 1, 2, True, ["a.one"] * 3),
        (2, 1, 4, True, ["a.one"]),
        (0, 1, 5, False, ["audit.expired"]),
    ]
    assert checkpoints(world).checkpoints[0].link == expiry.extended(expiry.begun(old[0], None, old[0].at), old).link


def test_next_run_links_to_the_one_before(world: World) -> None:
    """All that was ever removed is one chain, the entries about removals too."""
    write(world, 2)
    world.pass_time(days=40)
    remove(world, 31)
    first = world.entries()
    world.pass_time(days=40)
    remove(world, 31)

    second, one = checkpoints(world).checkpoints
    assert (second.number, second.count) == (2, 1)
    assert second.link == expiry.linked(one.link, first[0])


def test_run_ends_where_somebody_keeps_more_meanwhile(world: World) -> None:
    """What is removed is removed, and told; the rest stays."""
    write(world, 5)
    world.pass_time(days=40)
    remove(world, 31, most=2)
    with world.reading() as call:
        assert actions.has_expired(call, 0)

    assert remove(world, 0, most=2) == 0
    (run,) = checkpoints(world).checkpoints
    assert (run.count, run.ended_at is not None, acts(world)) == (2, True, ["a.one"] * 3 + ["audit.expired"])
    with world.reading() as call:
        assert not actions.has_expired(call, 0)


def test_two_processes_remove_nothing_twice(world: World) -> None:
    """Each batch is one writing transaction: racing ones follow each other."""
    write(world, 60)
    world.pass_time(days=40)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: remove(world, 31, most=7), range(20)))

    assert [(run.count, run.ended_at is not None) for run in checkpoints(world).checkpoints] == [(60, True)]
    assert acts(world) == ["audit.expired"]


def test_dying_in_the_middle_leaves_nothing_unaccounted_for(world: World) -> None:
    """What is rolled back is neither removed nor counted; the next process goes on with the run."""
    write(world, 5)
    world.pass_time(days=40)
    remove(world, 31, most=2)

    def die() -> None:
        with world.writing() as call:
            actions.remove_expired(replace(call, actor=SYSTEM), 31, 2)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        die()

    (run,) = checkpoints(world).checkpoints
    assert (run.count, len(acts(world))) == (2, 3)
    assert [remove(world, 31, most=2) for _ in range(2)] == [2, 0]
    assert [(one.number, one.count) for one in checkpoints(world).checkpoints] == [(1, 5)]


def test_figures_of_thirty_days_do_not_change(world: World) -> None:
    """The shortest retention there is keeps what the overview tells of."""
    for _ in range(45):
        write(world, 1, "signin.completed")
        world.pass_time(days=1)
    with world.reading() as call:
        before = actions.days(call)
    remove(world, 31)
    with world.reading() as call:
        after = actions.days(call)

    assert after == before
    assert sum(day.sign_ins for day in after) == 29


def test_last_page_says_until_when_entries_were_removed(world: World) -> None:
    """Whoever reads a history to its end learns that it is not the beginning."""
    bram = world.add("bram")
    write(world, 1)
    world.pass_time(days=40)
    remove(world, 31)
    with world.writing() as call:
        actions.record_many(replace(call, actor=SYSTEM), [Event("a.his", "done", target=bram) for _ in range(2)])
    with world.reading() as call:
        first = actions.entries_of_target(call, bram, 1, None)
        last = actions.entries_of_target(call, bram, 1, first.next_id)

    assert (first.removed_until, last.removed_until) == (None, NOON)


def test_checkpoints_come_in_pages(world: World) -> None:
    """Newest first, each page leads to the next."""
    for _ in range(3):
        write(world, 1)
        world.pass_time(days=40)
        remove(world, 31)
    first = checkpoints(world, limit=2)
    second = checkpoints(world, limit=2, before=first.next_number)

    def numbers(page: CheckpointsPage) -> list[int]:
        return [run.number for run in page.checkpoints]

    assert (numbers(first), first.next_number, numbers(second), second.next_number) == ([3, 2], 2, [1], None)


def test_help_desk_reads_no_checkpoints(world: World) -> None:
    """They tell what the trail tells: the right is `audit:read`."""
    refused = world.run(actions.list_checkpoints, ListCheckpoints(), world.add_operator("hanna", "help-desk"))

    assert refused == Refused("rights.missing", {"right": "audit:read"})


@pytest.mark.parametrize("role", ["auditor", "super-user", "help-desk"])
def test_only_administrators_shorten_the_trail(world: World, role: str) -> None:
    """It takes `system:modify`; the try is recorded."""
    caller = world.add_operator("arno", role)

    outcome = world.run(change_audit_settings, ChangeAuditSettings({"audit_retention_days": 31}), caller)

    assert outcome == Refused("rights.missing", {"right": "system:modify"})
    assert [(one.act, one.outcome) for one in world.entries()] == [("policy.changed", "refused")]
