from dataclasses import replace
from uuid import UUID

from doorward.edges.refusal_log import Joined
from doorward.features.audit import actions
from doorward.features.audit.model import ActsListed, EntriesPage, Filter, KnownAct, ListActs, ListEntries
from doorward.features.lockout.actions.locking import lock_account, unlock_account
from doorward.features.lockout.model import LockAccount, UnlockAccount
from doorward.kernel.act import SYSTEM, Act, Who
from doorward.kernel.events import Door, Event, Origin
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Done, Refused
from tests.worlds import API, NOON, World


def listed(world: World, command: ListEntries) -> EntriesPage:
    """Read the trail as the server's owner."""
    page = world.run(actions.list_entries, command)
    assert isinstance(page, EntriesPage)
    return page


def write(world: World, *acts: str, target: AccountId | None = None) -> None:
    """Write entries in one transaction."""
    with world.writing() as call:
        for act in acts:
            actions.record(replace(call, actor=SYSTEM), Event(act, "done", target=target))


def test_entry_holds_who_and_whence(world: World) -> None:
    """Actor, door, address, browser, reference, time and node come from the call."""
    with world.writing(Origin(Door.CONSOLE, "2001:db8::1", "Browser/1", reference="r-9")) as call:
        actions.record(replace(call, actor=SYSTEM), Event("lockout.lapsed", "done", target_name="alice"))

    (entry,) = world.entries()
    assert (entry.at, entry.door, entry.address, entry.user_agent, entry.reference, entry.node, entry.actor_name) == (
        NOON, "console", "2001:db8::1", "Browser/1", "r-9", "node-1", "system",
    )  # fmt: skip


def test_what_strangers_typed_is_cut_and_inert(world: World) -> None:
    """Lengths end where the columns do, and no control character is kept."""
    with world.writing(Origin(Door.API, "1" * 100, "\x1b" + "A" * 1000, reference="r" * 100)) as call:
        actions.record(call, Event("lockout.locked", "done", target_name="n" * 300, reason="\n" + "w" * 900))

    (entry,) = world.entries()
    assert entry.user_agent == r"\u001b" + "A" * 394
    assert entry.reason == r"\u000a" + "w" * 494
    assert (len(entry.address), len(entry.reference), len(entry.target_name or "")) == (64, 60, 200)


def test_entries_of_one_transaction_keep_their_order(world: World) -> None:
    """A timeline reads in the order of writing, although one instant covers it."""
    write(world, "a.one", "a.two", "a.three", "a.four")

    assert [entry.act for entry in world.entries()] == ["a.one", "a.two", "a.three", "a.four"]


def test_act_is_recorded_with_its_target_and_reason(world: World) -> None:
    """The entry names the account that the guard found, and the reason that was typed."""
    bram = world.add("bram")
    world.run(lock_account, LockAccount(bram, "left us"))

    (entry,) = world.entries()
    assert (entry.act, entry.outcome, entry.actor_name, entry.target_id, entry.target_name, entry.reason) == (
        "lockout.locked", "done", "cli:root", bram, "bram", "left us",
    )  # fmt: skip


def test_act_that_changed_nothing_is_recorded_so(world: World) -> None:
    """Unlocking an open account leaves an entry too."""
    world.run(unlock_account, UnlockAccount(world.add("bram"), "just in case"))

    assert [entry.outcome for entry in world.entries()] == ["unchanged"]


def test_refusal_is_recorded_with_its_code(world: World) -> None:
    """A refused act says who tried, on whom, and which code they met."""
    grace, bram = world.add_operator("grace", "auditor"), world.add("bram")
    world.run(unlock_account, UnlockAccount(bram, "please"), grace)

    (entry,) = world.entries()
    assert (entry.outcome, entry.code, entry.actor_id, entry.actor_name, entry.target_id) == (
        "refused", "rights.missing", grace.account, "grace", bram,
    )  # fmt: skip
    assert entry.session_id is not None


def test_cause_is_kept_in_the_details(world: World) -> None:
    """What really was the matter stands in the trail, beside what the action noted."""
    told = Act("act", Who.OPERATOR, "users:read", "things.done", frozenset(), writes=True)
    with world.writing() as call:
        call.note.details["count"] = 2
        actions.recorder(call, told, None, Refused("signin.refused", cause="disabled"))

    (entry,) = world.entries()
    assert (entry.code, entry.details) == ("signin.refused", {"count": 2, "cause": "disabled"})


def test_noted_target_wins(world: World) -> None:
    """An action that finds its target by itself names it."""
    told = Act("act", Who.SELF, None, "sessions.ended", frozenset(), writes=True)
    bram = world.add("bram")
    with world.writing() as call:
        call.note.target, call.note.target_name = bram, "bram"
        actions.recorder(call, told, None, Done())

    (entry,) = world.entries()
    assert (entry.target_id, entry.target_name) == (bram, "bram")


def test_account_that_is_not_there_is_named_as_it_was_asked_for(world: World) -> None:
    """A try on an unknown account keeps the id that was tried."""
    nobody = AccountId(UUID(int=5))
    world.run(unlock_account, UnlockAccount(nobody, "please"))

    (entry,) = world.entries()
    assert (entry.code, entry.target_id, entry.target_name) == ("accounts.not_found", nobody, None)


def test_act_without_an_event_writes_nothing(world: World) -> None:
    """Lists and figures leave no entry."""
    told = Act("act", Who.OPERATOR, "users:read", None, frozenset(), writes=False)
    with world.writing() as call:
        actions.recorder(call, told, None, Done())

    assert world.entries() == []


def test_reading_the_trail_is_recorded_once(world: World) -> None:
    """Loading the audit page is an act of its own (AUDIT-1)."""
    listed(world, ListEntries())

    assert [entry.act for entry in world.entries()] == ["audit.viewed"]


def test_pages_follow_each_other_without_gap_or_overlap(world: World) -> None:
    """The last id of a page leads to the next, and the last page to none."""
    write(world, "a.one", "a.two", "a.three", target=world.add("bram"))
    first = listed(world, ListEntries(Filter(actor="system"), limit=2))
    second = listed(world, ListEntries(Filter(actor="system"), limit=2, before_id=first.next_id))

    assert [entry.act for entry in first.entries] == ["a.three", "a.two"]
    assert [entry.act for entry in second.entries] == ["a.one"]
    assert second.next_id is None


def test_actor_is_found_by_id_and_by_name(world: World) -> None:
    """Whoever asks for an actor may type either."""
    grace, bram = world.add_operator("grace", "help-desk"), world.add("bram")
    world.run(unlock_account, UnlockAccount(bram), grace)

    for typed in (str(grace.account), "grace"):
        assert [entry.act for entry in listed(world, ListEntries(Filter(actor=typed))).entries] == ["lockout.unlocked"]


def test_acts_of_a_feature_are_found_together(world: World) -> None:
    """In the order of writing, page by page, whatever their acts are."""
    write(world, "lockout.locked", "signin.completed", "lockout.unlocked", "lockout.locked")
    first = listed(world, ListEntries(Filter(act="lockout"), limit=2))
    second = listed(world, ListEntries(Filter(act="lockout"), limit=2, before_id=first.next_id))

    assert [[entry.act for entry in page.entries] for page in (first, second)] == [
        ["lockout.locked", "lockout.unlocked"],
        ["lockout.locked"],
    ]
    assert (first.next_id is None, second.next_id) == (False, None)


def test_known_acts_are_listed(world: World) -> None:
    """For whoever may read the trail."""
    told = world.run(actions.list_acts, ListActs(), world.add_operator("arno", "auditor"))
    refused = world.run(actions.list_acts, ListActs(), world.add_operator("hanna", "help-desk"))

    assert isinstance(told, ActsListed)
    assert told.acts[0] == KnownAct("accounts.added", "accounts", "Account added")
    assert refused == Refused("rights.missing", {"right": "audit:read"})


def test_span_of_time_includes_its_beginning_and_not_its_end(world: World) -> None:
    """`after` is the first instant that is shown, `before` the first that is not."""
    write(world, "a.early")
    world.pass_time(hours=1)
    write(world, "a.between")
    world.pass_time(hours=1)
    write(world, "a.late")
    span = Filter(after=NOON.replace(hour=13), before=NOON.replace(hour=14))

    assert [entry.act for entry in listed(world, ListEntries(span)).entries] == ["a.between"]


def test_history_of_an_account_is_its_own(world: World) -> None:
    """A timeline shows what happened to one account alone."""
    bram, other = world.add("bram"), world.add("other")
    write(world, "a.his", target=bram)
    write(world, "a.other", target=other)
    with world.reading() as call:
        page = actions.entries_of_target(call, bram, 50, None)

    assert [entry.act for entry in page.entries] == ["a.his"]


def test_days_end_with_today(world: World) -> None:
    """The figures of the last 30 days include what happened a moment ago."""
    write(world, "signin.completed", "lockout.locked")
    world.run(lock_account, LockAccount(world.add("bram")))
    with world.reading() as call:
        figures = actions.days(call)

    assert (len(figures), figures[-1].day) == (30, NOON.replace(hour=0))
    assert (figures[-1].sign_ins, figures[-1].locks_automatic, figures[-1].locks_by_hand) == (1, 1, 1)


def test_flood_is_one_entry(world: World) -> None:
    """Joined refusals are written with their count, at the address that they came from, by nobody."""
    flood = Joined(Event("signin.password", "refused", code="signin.busy"), API, 812, NOON)
    with world.writing(Origin(Door.WORKER)) as call:
        actions.record_joined(replace(call, actor=SYSTEM), [flood])

    (entry,) = world.entries()
    assert (entry.act, entry.code, entry.address, entry.door, entry.actor_name, entry.details) == (
        "signin.password", "signin.busy", "192.0.2.7", "api", "", {"count": 812, "since": "2026-05-04T12:00:00Z"},
    )  # fmt: skip


def test_auditor_reads_the_trail_and_help_desk_does_not(world: World) -> None:
    """The page takes the right `audit:read`."""
    auditor, help_desk = world.add_operator("arno", "auditor"), world.add_operator("hanna", "help-desk")
    read = world.run(actions.list_entries, ListEntries(), auditor)
    refused = world.run(actions.list_entries, ListEntries(), help_desk)

    assert isinstance(read, EntriesPage)
    assert refused == Refused("rights.missing", {"right": "audit:read"})
