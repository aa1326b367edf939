"""Opening, checking and ending sessions, and the guard that every act passes first."""

from collections.abc import Sequence
from datetime import timedelta

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Standing
from doorward.features.lockout import rules as lockout_rules
from doorward.features.policy import actions as policy
from doorward.features.rights.actions import facts as rights
from doorward.features.rights.actions import guarding
from doorward.features.sessions import rules, store
from doorward.features.sessions.model import (
    EndOwnSessions,
    EndSession,
    EndSessionsOf,
    ListOwnSessions,
    ListSessionsOf,
    NoSessions,
    OpenedWith,
    OwnSessionsListed,
    SessionEnded,
    SessionOpened,
    SessionRow,
    SessionsEnded,
    SessionShown,
    SessionsListed,
    ShowSession,
)
from doorward.kernel.act import (
    NOBODY,
    Act,
    Actor,
    Bearer,
    Caller,
    Denied,
    Granted,
    Needs,
    Nobody,
    OnBehalf,
    Owner,
    Reach,
    SessionFacts,
    Target,
    Who,
    act,
    reason_of,
    target_of,
)
from doorward.kernel.ids import AccountId, SessionId, new_id
from doorward.kernel.outcome import Refused
from doorward.kernel.texts import judge_reason
from doorward.kernel.tokens import make_token

_WITH_SECOND_FACTOR = {
    OpenedWith.SECRET_KEY, OpenedWith.SET_UP, OpenedWith.PASSKEY, OpenedWith.PASSWORD_AND_PASSKEY,
}  # fmt: skip
_FRESH_AT_OPENING = _WITH_SECOND_FACTOR | {OpenedWith.RECOVERY_CODE}


def guard(call: Call, act: Act, command: object, caller: Caller) -> Granted | Denied:
    """Find out who asks and decide whether they may: what every act passes first (RIGHT-7)."""
    actor, standing = _who(call, caller), _target(call, command)
    about = guarding.facts_of(call, act, target_of(command), standing)
    judged = actor if isinstance(actor, Refused) else guarding.judge(call, act, actor, about)
    known = NOBODY if isinstance(actor, Refused) else actor
    protected = act.changes and _protected(call, act, known, standing)
    return _verdict(command, known, standing, judged, protected=protected)


def guard_of_many(call: Call, act: Act, commands: Sequence[object], caller: Caller) -> list[Granted | Denied]:
    """Put the guard's question for many commands of one operator, each about an account, in a handful of statements."""
    if act.who is not Who.OPERATOR or Needs.ADMINISTRATOR_LEFT in act.needs:
        return [guard(call, act, command, caller) for command in commands]
    wanted = [account for account in map(target_of, commands) if account is not None]
    actor, there = _who(call, caller), accounts.load_many(call, wanted)
    about = guarding.facts_of_each(call, wanted, there)
    known = NOBODY if isinstance(actor, Refused) else actor
    judged = [actor] * len(wanted) if isinstance(actor, Refused) else guarding.judge_each(call, act, actor, about)
    each = [(what, there.get(whose), one) for what, whose, one in zip(commands, wanted, judged, strict=True)]
    return [
        _verdict(what, known, standing, one, protected=act.changes and _protected(call, act, known, standing))
        for what, standing, one in each
    ]


def _verdict(
    command: object, known: Actor, standing: Standing | None, judged: Reach | Refused, *, protected: bool
) -> Granted | Denied:
    target = None if standing is None else Target(standing.account.id, standing.account.user_name)
    refused = judged if isinstance(judged, Refused) else None
    if refused is None and target is None and target_of(command) is not None:
        refused = Refused("accounts.not_found")
    if refused is None and (reason := reason_of(command)) is not None:
        refused = judge_reason(reason)
    if refused is not None or isinstance(judged, Refused):
        return Denied(known, target, refused or Refused("rights.missing"))
    return Granted(known, target, protected, judged)


def open_session(call: Call, account: AccountId, epoch: int, opened_with: OpenedWith) -> SessionOpened | Refused:
    """Mint a session: the one place that does, and that asks again about enabling, lock, epoch and factor."""
    standing = accounts.load(call, account)
    if standing is None or standing.state.epoch != epoch or not may_open(call, standing, opened_with):
        return Refused("signin.expired", cause="the account changed during the sign-in")
    token, token_hash = make_token(account, call.entropy)
    session = SessionId(new_id(call.now, call.entropy))
    expires_at = call.now + timedelta(hours=policy.password_rules(call, standing.state.password_rules).session_hours)
    store.add(
        call.sql,
        store.New(
            account=account,
            token_hash=token_hash,
            session=session,
            epoch=epoch,
            opened_at=call.now,
            expires_at=expires_at,
            opened_with=opened_with,
            used_second_factor=opened_with in _WITH_SECOND_FACTOR,
            own_page_only=opened_with is OpenedWith.RECOVERY_CODE,
            fresh_at=call.now if opened_with in _FRESH_AT_OPENING else None,
            origin=call.origin,
        ),
    )
    return SessionOpened(token, expires_at, session, account)


def authenticate(call: Call, bearer: Bearer) -> SessionFacts | Refused:
    """Find the live session behind a token (SESS-1), or refuse without saying why."""
    stored = store.by_token(call.sql, bearer.account, bearer.token_hash)
    standing = accounts.load(call, bearer.account) if stored is not None else None
    if stored is None or standing is None or not standing.account.enabled:
        return Refused("session.required")
    idle = policy.password_rules(call, standing.state.password_rules).idle
    if not rules.live(stored.validity, standing.state.epoch, idle, call.now):
        return Refused("session.required")
    return SessionFacts(
        id=stored.session,
        account=bearer.account,
        user_name=standing.account.user_name,
        used_second_factor=stored.used_second_factor,
        own_page_only=stored.own_page_only,
        fresh_at=stored.fresh_at,
        opened_at=stored.opened_at,
        expires_at=stored.expires_at,
    )


def touch(call: Call, bearer: Bearer) -> None:
    """Write the last activity of a live session, at most once a minute; needs a writing transaction."""
    stored = store.by_token(call.sql, bearer.account, bearer.token_hash)
    if stored is not None and rules.due_to_write(stored.last_seen_at, call.now):
        store.set_seen(call.sql, bearer.account, bearer.token_hash, call.now)


@act(who=Who.SELF, event=None, writes=False)
def show_session(call: Call, command: ShowSession) -> SessionShown:
    """Tell who is behind the token."""
    session = call.own_session
    account, usable = accounts.existing(call, session.account).account, rights.usable_rights(call, session)
    return SessionShown(session, account.full_name, account.email, account.kind.value, tuple(sorted(usable)))


@act(who=Who.SELF, event="sessions.ended", changes=False)
def end_session(call: Call, command: EndSession) -> SessionEnded:
    """Sign out."""
    session = call.own_session
    call.note.target, call.note.target_name = session.account, session.user_name
    store.end(call.sql, session.account, session.id)
    return SessionEnded()


@act(who=Who.SELF, event=None, writes=False)
def list_own_sessions(call: Call, command: ListOwnSessions) -> OwnSessionsListed:
    """List one's own live sessions (SESS-2)."""
    session = call.own_session
    return OwnSessionsListed(live_sessions(call, accounts.existing(call, session.account)), session.id)


@act(who=Who.SELF, event="sessions.ended", changes=False)
def end_own_sessions(call: Call, command: EndOwnSessions) -> SessionsEnded | NoSessions:
    """End one of one's own sessions, or all but the present one (SESS-2); nothing holds up whoever sees a stranger."""
    session = call.own_session
    account, ended = session.account, command.session
    call.note.target, call.note.target_name = account, session.user_name
    count = end_others(call, account, session.id) if ended is None else store.end(call.sql, account, ended)
    call.note.details["count"] = count
    return SessionsEnded(count) if count else NoSessions()


@act("users:read", event="accounts.viewed")
def list_sessions_of(call: Call, command: ListSessionsOf) -> SessionsListed:
    """List the live sessions of an account."""
    return SessionsListed(live_sessions(call, accounts.existing(call, command.account)))


@act("users:modify", event="sessions.ended", needs=(Needs.WITHIN_REACH,))
def end_sessions_of(call: Call, command: EndSessionsOf) -> SessionsEnded | NoSessions:
    """End one session of an account, or all of them (SESS-2)."""
    count = store.end(call.sql, command.account, command.session)
    call.note.details["count"] = count
    return SessionsEnded(count) if count else NoSessions()


def live_sessions(call: Call, standing: Standing) -> tuple[SessionRow, ...]:
    """List the sessions of an account that still stand."""
    idle = policy.password_rules(call, standing.state.password_rules).idle
    return tuple(
        row
        for row, validity in store.of_account(call.sql, standing.account.id)
        if rules.live(validity, standing.state.epoch, idle, call.now)
    )


def end_others(call: Call, account: AccountId, kept: SessionId) -> int:
    """End every session of an account but one, and say how many still stood."""
    standing = accounts.load(call, account)
    ended = () if standing is None else live_sessions(call, standing)
    store.end_others(call.sql, account, kept)
    return sum(row.session != kept for row in ended)


def carry_over(call: Call, session: SessionFacts, epoch: int) -> None:
    """Keep one session alive across a moved epoch: the one in which the key was regenerated (KEY-6)."""
    store.set_epoch(call.sql, session.account, session.id, epoch)


def note_fresh(call: Call, session: SessionFacts) -> None:
    """Note that this session has just given a code of the present key (KEY-2)."""
    store.set_fresh(call.sql, session.account, session.id, call.now)


def purge(call: Call) -> int:
    """Delete sessions past their absolute limit."""
    return store.forget_expired(call.sql, call.now)


def may_open(call: Call, standing: Standing, opened_with: OpenedWith) -> bool:
    """Ask whether an account may come in so; the minting transaction asks again what the steps before have asked."""
    state = standing.state
    if not standing.account.enabled or rules.barred(opened_with, lockout_rules.standing_lock(state.lock, call.now)):
        return False
    return rules.admits(opened_with, state, policy.password_rules(call, standing.state.password_rules).device_method)


def _who(call: Call, caller: Caller) -> Actor | Refused:
    match caller:
        case Nobody():
            return NOBODY
        case Owner(name):
            return Actor(None, name, owner=True)
        case Bearer():
            facts = authenticate(call, caller)
            return facts if isinstance(facts, Refused) else Actor(facts.account, facts.user_name, facts)
        case OnBehalf(account, used_second_factor):
            standing = accounts.load(call, account)
            if standing is None:
                return Refused("session.required")
            facts = rules.continued(standing.account, call.now, used_second_factor=used_second_factor)
            return Actor(account, facts.user_name, facts)


def _target(call: Call, command: object) -> Standing | None:
    account = target_of(command)
    return None if account is None else accounts.load(call, account)


def _protected(call: Call, act: Act, actor: Actor, standing: Standing | None) -> bool:
    """Return whether the account that is changed is protected (PROT-1); the server's owner is not asked (RIGHT-8)."""
    if act.who is Who.SELF and actor.account is not None:
        standing = accounts.load(call, actor.account)
    return standing is not None and standing.account.protected and not actor.owner
