"""Telling people in the transaction of the act, handing mail over afterwards, and what operators see of it (DEV-5)."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from doorward.edges.call import Call
from doorward.edges.run import Runtime
from doorward.edges.sql.reaching import sides
from doorward.features.notices import rules, store
from doorward.features.notices.model import (
    Kind,
    Letter,
    ListMail,
    Mail,
    MailPage,
    MailRetried,
    MailState,
    NothingToRetry,
    RetryMail,
    Told,
)
from doorward.features.policy import actions as policy
from doorward.kernel.act import act
from doorward.kernel.events import Door, Origin
from doorward.kernel.ids import AccountId, new_id
from doorward.kernel.outcome import Fact, Refused
from doorward.kernel.paging import page_size
from doorward.kernel.ports import NotDelivered, SealBroken
from doorward.kernel.time import rfc3339

LEASE = timedelta(minutes=2)
"""For how long a process holds the mails that it has claimed."""
LONGEST_DELIVERY = timedelta(seconds=60)
"""A delivery ends within this time; none is begun when less of the lease is left, so that no mail goes twice."""
BATCH = 20

Deliver = Callable[[Letter, str, UUID, datetime], None]
"""Writes a letter's message and hands it over, given the recipient, the message's id and when it was queued.

Returns when the other side has said yes, raises `NotDelivered` otherwise.
"""

_WORKER = Origin(Door.WORKER)


@dataclass(frozen=True, slots=True)
class Attempted:
    """A mail that was tried, the end of its lease, and what came of it: it may not go again before that is written."""

    mail: store.Claimed
    until: datetime
    settled: rules.Settled


def tell(  # noqa: PLR0913 - a letter has a reader, an address, a subject, its facts and an end
    call: Call,
    account: AccountId,
    recipient: str | None,
    kind: Kind,
    facts: Mapping[str, Fact],
    *,
    expires_at: datetime | None = None,
) -> None:
    """Queue a mail in the act's own transaction; an account without an address is told nothing."""
    if recipient is not None:
        store.add(call.sql, [_mail(call, Told(account, recipient, facts), kind, expires_at)])


def about(call: Call, user_name: str) -> dict[str, Fact]:
    """Collect what every mail about an account tells: whose it is, when it happened, and whom to ask."""
    return {"user_name": user_name, "at": rfc3339(call.now), "contact": policy.default_rules(call).lock_contact}


def about_own(call: Call, user_name: str) -> dict[str, Fact]:
    """Collect the same of something done in the account's own name, and from where: the address and the browser."""
    return {**about(call, user_name), "address": call.origin.address, "user_agent": call.origin.user_agent}


def tell_each(call: Call, kind: Kind, people: Iterable[Told]) -> None:
    """Queue a mail of one kind to each of several people, as `tell` does."""
    store.add(call.sql, [_mail(call, one, kind, None) for one in people if one.recipient is not None])


def _mail(call: Call, told: Told, kind: Kind, expires_at: datetime | None) -> store.NewMail:
    message = new_id(call.now, call.entropy)
    body = json.dumps({"kind": kind.value, "facts": dict(told.facts)}, ensure_ascii=False).encode()
    return store.NewMail(
        account=told.account,
        id=message,
        kind=kind,
        recipient=told.recipient or "",
        sealed_body=call.sealer.seal(body, _place(message)),
        queued_at=call.now,
        expires_at=rules.expires(call.now, expires_at),
    )


def send_due(runtime: Runtime, deliver: Deliver, attempted: list[Attempted] | None = None) -> int:
    """Hand over what is due, and give the number of mails that were settled; for the worker.

    Claiming and settling are transactions of their own, and none is open while the mail server is spoken to. What
    could not be written of a mail that was tried stays in `attempted`, and nothing is sent before it is. Should the
    process die between the other side's yes and the commit, the mail goes once more, with the same message id.
    """
    attempted = [] if attempted is None else attempted
    settle(runtime, attempted)
    with runtime.database.read() as sql:
        if not store.any_due(sql, runtime.clock.now()):
            return 0
    with runtime.writing(_WORKER) as call:
        until = call.now + LEASE
        waiting = store.claim(call.sql, call.now, until, BATCH)
    count = len(waiting)
    try:
        while waiting and runtime.clock.now() <= until - LONGEST_DELIVERY:
            _send(runtime, deliver, waiting.pop(0), until, attempted)
    finally:
        if waiting:
            _give_back(runtime, waiting, until)
    return count - len(waiting)


def settle(runtime: Runtime, attempted: list[Attempted]) -> int:
    """Write what came of mails that were tried; those that cannot be written now stay in the list.

    Written late too, as long as nobody else has claimed the mail since the lease ended.
    """
    while attempted:
        _write(runtime, attempted[0])
        attempted.pop(0)
    return 0


@act("system:read", event=None, writes=False)
def list_mail(call: Call, command: ListMail) -> MailPage:
    """Show the mail to people within reach, newest first: recipient, kind, state and error, never a body (RIGHT-3)."""
    size = page_size(command.limit)
    found = store.page(call.sql, _conditions(command) | sides(call.reach), size + 1)
    return MailPage(tuple(found[:size]), found[size - 1].id if len(found) > size else None)


def mail_of(call: Call, account: AccountId, most: int) -> tuple[Mail, ...]:
    """Show the latest mail to one account, for its page: whoever may read the account sees whether mail arrived."""
    return tuple(store.page(call.sql, {"account": account}, most))


@act("system:modify", event="notices.retried")
def retry_mail(call: Call, command: RetryMail) -> MailRetried | NothingToRetry | Refused:
    """Make mail that waits or was given up due now, as long as it can be of use."""
    if command.mail is not None:
        call.note.target = store.whose(call.sql, command.mail, call.reach)
        if call.note.target is None:
            return Refused("notices.not_found")
    count = store.retry(call.sql, command.mail, call.now, call.reach)
    call.note.details["count"] = count
    return MailRetried(count) if count else NothingToRetry()


def note_former_address(call: Call, account: AccountId, address: str | None) -> None:
    """Keep an address that is being replaced: it goes on being told what is done to the account (DESK-3)."""
    if address is not None:
        store.note_former(call.sql, account, address, call.now)


def on_record(call: Call, account: AccountId, address: str | None) -> tuple[str, ...]:
    """List every address on record: those that were replaced within seven days, and the present one (DESK-3)."""
    former = store.former_since(call.sql, account, call.now - rules.FORMER_TOLD_FOR)
    return tuple(dict.fromkeys([*former, *([] if address is None else [address])]))


def purge(call: Call) -> int:
    """Delete the rows of mail that was finished long ago, and former addresses that are told nothing any more."""
    mails = store.forget(call.sql, call.now - rules.ROW_KEPT_FOR)
    return mails + store.forget_former(call.sql, call.now - rules.FORMER_TOLD_FOR)


def _send(runtime: Runtime, deliver: Deliver, mail: store.Claimed, until: datetime, attempted: list[Attempted]) -> None:
    try:
        attempted.append(Attempted(mail, until, _attempt(runtime, deliver, mail)))
    except Exception:
        # A bug in one message must not hold up the others: it waits for its next try like any other, and is told.
        why = _failed(runtime, mail, "the message could not be written")
        attempted.append(Attempted(mail, until, why))
        raise
    finally:
        settle(runtime, attempted)


def _attempt(runtime: Runtime, deliver: Deliver, mail: store.Claimed) -> rules.Settled:
    now = runtime.clock.now()
    if mail.sealed_body is None or mail.expires_at <= now:
        return rules.expired(now, mail.error)
    try:
        deliver(_opened(runtime, mail.id, mail.sealed_body), mail.recipient, mail.id, mail.queued_at)
    except NotDelivered as no:
        return rules.refused(mail.expires_at, str(no)) if no.permanent else _failed(runtime, mail, str(no))
    except SealBroken:
        return _failed(runtime, mail, "the sealed body does not open with this server's keys")
    return rules.delivered(runtime.clock.now())


def _failed(runtime: Runtime, mail: store.Claimed, why: str) -> rules.Settled:
    return rules.failed(rules.Try(mail.attempts + 1, mail.queued_at, mail.expires_at), runtime.clock.now(), why)


def _write(runtime: Runtime, tried: Attempted) -> None:
    mail, settled = tried.mail, tried.settled
    with runtime.writing(_WORKER) as call:
        result = {
            "to_state": settled.state.value,
            "due_at": settled.next_attempt_at,
            "why": settled.error,
            "tries": mail.attempts + (settled.state is not MailState.EXPIRED),
            "over_at": call.now if settled.over else None,
        }
        store.settle(call.sql, mail, tried.until, result, erase=settled.erases)


def _give_back(runtime: Runtime, waiting: list[store.Claimed], until: datetime) -> None:
    with runtime.writing(_WORKER) as call:
        store.give_back(call.sql, waiting, until, call.now)


def _opened(runtime: Runtime, message: UUID, sealed: bytes) -> Letter:
    body = json.loads(runtime.sealer.open(sealed, _place(message)))
    return Letter(Kind(body["kind"]), body["facts"])


def _place(message: UUID) -> str:
    """Name the place for which a body is sealed: it opens in no other row."""
    return f"outbox|sealed_body|{message}"


def _conditions(command: ListMail) -> dict[str, object]:
    conditions: dict[str, object] = {}
    if command.state is MailState.QUEUED:
        conditions["waiting"] = True
    elif command.state is not None:
        conditions["state"] = command.state.value
    if command.undelivered:
        conditions["undelivered"] = True
    if command.account_id is not None:
        conditions["account"] = command.account_id
    if command.before_id is not None:
        conditions["before_id"] = command.before_id
    return conditions
