"""Writing entries in the transaction of their acts (AUDIT-2), and reading them."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from doorward.edges.call import Call
from doorward.edges.lines import csv_line, json_line
from doorward.edges.refusal_log import Joined
from doorward.edges.run import LostRace
from doorward.edges.sql.reaching import named_within, sides
from doorward.features.audit import store
from doorward.features.audit.model import (
    ActsListed,
    CheckpointsPage,
    DayFigures,
    EntriesPage,
    ExportBegun,
    ExportEntries,
    ExportFormat,
    ExportPart,
    Filter,
    KnownAct,
    ListActs,
    ListCheckpoints,
    ListEntries,
    ReadExport,
    Stretch,
)
from doorward.features.audit.rules import entries, expiry, scopes, words
from doorward.kernel.act import NO_SESSION, Act, Needs, act, reason_of, target_of
from doorward.kernel.events import Entry, Event
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from doorward.kernel.paging import LARGEST_PAGE, page_size
from doorward.kernel.time import rfc3339

COLUMNS = tuple(field.name for field in fields(Entry))
"""The columns of an export: the fields of an entry, in the order of the API."""


def record(call: Call, event: Event) -> None:
    """Write the entry of an event: actor, origin, time and node come from the call alone."""
    record_many(call, [event])


def record_many(call: Call, events: Iterable[Event]) -> None:
    """Write the entries of many events at once, in their order."""
    store.add_many(call.sql, [_entry(call, event) for event in events])


def record_each(call: Call, event: Event, targets: Sequence[tuple[AccountId, str]]) -> None:
    """Write an event's entry for each of many targets, with their names: all that is not theirs is looked at once."""
    if not targets:
        return
    pattern, turn = _entry(call, event), call.note.entries
    call.note.entries += len(targets)
    chance = call.entropy.bytes(entries.CHANCE * len(targets))
    store.add_each(
        call.sql,
        pattern,
        [
            (one, target, entries.inert(name, entries.NAME))
            for one, (target, name) in zip(entries.entry_ids(call.now, turn, chance), targets, strict=True)
        ],
    )


def _entry(call: Call, event: Event) -> Entry:
    actor, origin, session, turn = call.actor, call.origin, call.actor.session, call.note.entries
    call.note.entries += 1
    return Entry(
        id=entries.entry_id(call.now, turn, call.entropy.bytes(entries.CHANCE)),
        at=call.now,
        act=event.act,
        outcome=event.outcome,
        result=event.result,
        code=event.code,
        actor_id=actor.account,
        actor_name=entries.inert(actor.name, entries.NAME),
        target_id=event.target,
        target_name=entries.inert_or_none(event.target_name, entries.NAME),
        reason=entries.inert_or_none(event.reason, entries.REASON),
        reference=entries.inert(origin.reference, entries.REFERENCE),
        address=entries.inert(origin.address, entries.ADDRESS),
        user_agent=entries.inert(origin.user_agent, entries.USER_AGENT),
        session_id=None if session is None or session.id == NO_SESSION else session.id,
        door=origin.door.value,
        node=call.site.node,
        details=entries.inert_details(event.details),
    )


def recorder(call: Call, act: Act, command: object, outcome: Any) -> None:
    """Write the entry of an act, with whatever the action noted about it; for `edges.run`."""
    recorder_of_many(act, [(call, command, outcome)])


def recorder_of_many(act: Act, done: Sequence[tuple[Call, object, Any]]) -> None:
    """Write the entries of an act that was done many times in one transaction, in their order; for `edges.run`."""
    if act.event is None:
        return
    events = [(call, _event(act.event, call, command, outcome)) for call, command, outcome in done]
    entries = [_entry(call, event) for call, event in events if not _joins(call, event)]
    if entries:
        store.add_many(done[0][0].sql, entries)


def _event(event: str, call: Call, command: object, outcome: Any) -> Event:
    details, code = dict(call.note.details), None
    if isinstance(outcome, Refused):
        code = outcome.code
        details |= {} if outcome.cause is None else {"cause": outcome.cause}
    target, name = _target(call, command)
    return Event(
        act=call.note.act or event,
        outcome=outcome.status,
        code=code,
        target=target,
        target_name=name,
        reason=reason_of(command),
        details=details,
    )


def _joins(call: Call, event: Event) -> bool:
    """Tell whether a refusal is joined with its like; what was compared with a secret never is, nor what succeeded."""
    if call.refusals is None or event.outcome != Refused.status or event.code in entries.GUESSES:
        return False
    return not call.refusals.offer(event, call.origin, call.actor)


def record_joined(call: Call, floods: Sequence[Joined]) -> list[Joined]:
    """Write the entries of refusals, one for each that were joined, all at once; for the worker (AUDIT-1).

    What an earlier try has committed after all is left out; give the others with the entries that they have now.
    """
    there = store.there(call.sql, [flood.entry for flood in floods if flood.entry is not None])
    missing = [flood for flood in floods if flood.entry not in there]
    written = [_joined(replace(call, actor=flood.actor, origin=flood.origin), flood) for flood in missing]
    if written:
        store.add_many(call.sql, written)
    return [replace(flood, entry=entry.id) for flood, entry in zip(missing, written, strict=True)]


def _joined(call: Call, flood: Joined) -> Entry:
    return _entry(call, entries.joined(flood.event, flood.count, flood.since))


@act("audit:read", event="audit.viewed", needs=(Needs.SOMEWHERE,))
def list_entries(call: Call, command: ListEntries) -> EntriesPage:
    """Read the audit trail, newest first; filters narrow each other down."""
    return _page(call, command.filter, command.limit, command.before_id)


@act("audit:export", event="audit.exported", needs=(Needs.SOMEWHERE,))
def export_entries(call: Call, command: ExportEntries) -> ExportBegun:
    """Begin to export the audit trail; what was asked for stands in the one entry that this writes (AUDIT-4)."""
    wanted = command.filter
    asked = {
        "account": None if wanted.account is None else str(wanted.account),
        "actor": wanted.actor,
        "act": wanted.act,
        "after": None if wanted.after is None else rfc3339(wanted.after),
        "before": None if wanted.before is None else rfc3339(wanted.before),
        "reference": wanted.reference,
    }
    call.note.details["form"] = command.form.value
    call.note.details.update({name: value for name, value in asked.items() if value is not None})
    return ExportBegun(csv_line(COLUMNS) if command.form is ExportFormat.CSV else "")


@act("audit:export", event=None, writes=False, needs=(Needs.SOMEWHERE,))
def read_export(call: Call, command: ReadExport) -> ExportPart:
    """Read the next part of an export that has begun, newest first; a file of any length takes one page of memory."""
    page = _page(call, command.filter, LARGEST_PAGE, command.before_id)
    spelled = ({name: getattr(entry, name) for name in COLUMNS} for entry in page.entries)
    write = json_line if command.form is ExportFormat.JSON_LINES else _csv_of
    return ExportPart("".join(map(write, spelled)), len(page.entries), page.next_id)


@act("audit:read", event=None, writes=False, needs=(Needs.SOMEWHERE,))
def list_acts(call: Call, command: ListActs) -> ActsListed:
    """Say which acts are recorded, for the choice of a filter."""
    return ActsListed(words.ACTS)


@act("audit:read", event=None, writes=False)
def list_checkpoints(call: Call, command: ListCheckpoints) -> CheckpointsPage:
    """Read what was removed from the old end of the trail, newest run first (AUDIT-4)."""
    size = page_size(command.limit)
    found = store.checkpoints(call.sql, command.before_number, size + 1)
    return CheckpointsPage(tuple(found[:size]), found[size - 1].number if len(found) > size else None)


def has_expired(call: Call, days: int) -> bool:
    """Return whether there is something to remove, or a run to end."""
    run, cut = store.last_checkpoint(call.sql), expiry.cut(call.now, days)
    under_way = run is not None and run.ended_at is None
    return under_way or (cut is not None and bool(store.oldest(call.sql, entries.first_id(cut), 1)))


def remove_expired(call: Call, days: int, most: int = expiry.BATCH) -> int:
    """Remove expired entries from the old end, and keep a checkpoint of them; give 0 when the run has ended (AUDIT-4).

    Each batch leaves the checkpoint as far as it has come, so that a process that dies leaves nothing unaccounted for;
    the run's one entry is written with its end.
    """
    before, cut = store.last_checkpoint(call.sql), expiry.cut(call.now, days)
    run = before if before is not None and before.ended_at is None else None
    found = [] if cut is None else store.oldest(call.sql, entries.first_id(cut), most)
    if found:
        run = expiry.extended(run or expiry.begun(found[0], before, call.now), found)
        if store.remove(call.sql, run.last_id) != len(found):
            raise LostRace
    if run is None:
        return 0
    more = len(found) == most
    if not more:
        run = replace(run, ended_at=call.now)
        record(call, Event("audit.expired", "done", details=expiry.told(run)))
    store.save_checkpoint(call.sql, run)
    return len(found) if more else 0


def entries_of_target(call: Call, account: AccountId, limit: int, before: UUID | None) -> EntriesPage:
    """Read what has happened to one account, newest first: its timeline (AUDIT-4)."""
    return _page(call, Filter(account=account), limit, before)


def last_done(call: Call, account: AccountId, act: str, since: datetime) -> Entry | None:
    """Find the last entry of an act that was done to an account, from an instant on."""
    found = _page(call, Filter(account=account, act=act, after=since), LARGEST_PAGE, None).entries
    return next((entry for entry in found if entry.outcome == "done"), None)


def days(call: Call) -> tuple[DayFigures, ...]:
    """Count completed sign-ins and locks on each of the last 30 UTC days, oldest first."""
    first = entries.first_day(call.now)
    from_id = entries.first_id(first)
    if call.reach.whole:
        counts = store.days(call.sql, entries.TOLD, entries.day_of(first), from_id)
    else:
        counts = store.days_within(call.sql, entries.TOLD, from_id, call.reach)
    return entries.figures(first, counts)


def uncounted(call: Call, most: int) -> Stretch | None:
    """Count some entries that the days do not have yet, old enough to be followed by none; None where all are."""
    from_id, below_id = entries.first_id(entries.first_day(call.now)), entries.settled_below(call.now)
    each = (store.uncounted(call.sql, act, from_id, below_id, most) for act in entries.TOLD)
    return next((one for one in each if one is not None), None)


def keep_counts(call: Call, counted: Stretch) -> bool:
    """Add entries that were counted to their days, and forget old days; tell whether nobody else had counted them."""
    store.forget_days(call.sql, entries.day_of(entries.first_day(call.now)))
    return store.keep_counts(call.sql, counted)


def _csv_of(spelled: dict[str, Any]) -> str:
    return csv_line(spelled.values())


def _page(call: Call, wanted: Filter, limit: int, before_id: UUID | None) -> EntriesPage:
    size = page_size(limit)
    conditions = entries.conditions(wanted, before_id) | sides(call.reach)
    if wanted.act is None:
        found = store.page(call.sql, conditions, size + 1)
    else:  # an index gives the entries of each act in their order, and of no two acts together
        each = (store.page(call.sql, {**conditions, "act": act}, size + 1) for act in words.acts_meant(wanted.act))
        found = sorted((entry for one in each for entry in one), key=lambda entry: entry.id, reverse=True)
    if not call.reach.whole:
        reached = named_within(call.sql, scopes.named(found), call.reach)
        found = [scopes.within(entry, reached) for entry in found]
    if len(found) > size:
        return EntriesPage(tuple(found[:size]), found[size - 1].id)
    run = store.last_checkpoint(call.sql)
    return EntriesPage(tuple(found), None, None if run is None else run.last_at)


def _target(call: Call, command: object) -> tuple[AccountId | None, str | None]:
    """Return whom an act was about: as the action noted it, as the guard found it, or as it was asked for."""
    if call.note.target is not None or call.note.target_name is not None:
        return call.note.target, call.note.target_name
    if call.target is not None:
        return call.target.account, call.target.name
    return target_of(command), None


def known_acts() -> tuple[KnownAct, ...]:
    """List every act that is recorded, for the choice of a filter."""
    return words.ACTS
