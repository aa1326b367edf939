"""Searching accounts and opening one: what operators see, and what people see of themselves."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from doorward.edges.call import Call
from doorward.edges.sql.reaching import sides
from doorward.edges.sql.searching import matching, parts
from doorward.features.accounts.model import Standing
from doorward.features.applications.model import HostBearer, Visitor
from doorward.features.audit import actions as audit
from doorward.features.audit.rules import entries, words
from doorward.features.directory import rules
from doorward.features.directory.model import (
    AccountRow,
    AccountShown,
    CountLocked,
    Found,
    HistoryShown,
    LockedCounted,
    LockStory,
    MeShown,
    OverviewShown,
    OwnEntry,
    OwnHistoryShown,
    Search,
    SearchPart,
    SessionBehind,
    SessionChecked,
    ViewAccount,
    ViewHistory,
    ViewMe,
    ViewOverview,
    ViewOwnHistory,
)
from doorward.features.directory.store import belonging, lists, locked_names, searches
from doorward.features.groups import actions as groups
from doorward.features.lockout import rules as lockout_rules
from doorward.features.otp import actions as otp
from doorward.features.passkeys.actions import keeping as passkeys
from doorward.features.passwords import actions as passwords
from doorward.features.policy import actions as policy
from doorward.features.recovery_codes import actions as recovery_codes
from doorward.features.rights.actions import facts as rights
from doorward.features.rights.actions import permissions
from doorward.features.rights.model.facts import Holdings
from doorward.features.rights.rules import deciding
from doorward.features.second_factor import rules as factor_rules
from doorward.features.second_factor.actions import states as second_factor
from doorward.features.sessions import actions as sessions
from doorward.features.sessions import rules as session_rules
from doorward.features.sessions.model import SessionShown
from doorward.kernel.act import EVERYBODY, Bearer, Needs, Who, act
from doorward.kernel.ids import AccountId, GroupId, parse_id
from doorward.kernel.outcome import Refused
from doorward.kernel.paging import page_size


@act("users:read", event=None, writes=False, needs=(Needs.SOMEWHERE,))
def search_accounts(call: Call, command: Search) -> Found | Refused:
    """Search accounts by name, login or e-mail address; filters narrow each other down (LOCK-6)."""
    conditions = _conditions_from(call, command)
    if isinstance(conditions, Refused):
        return conditions
    size = page_size(command.limit)
    found = searches.search(call.sql, {**conditions, "parts": parts(command.query)}, call.now, size + 1)
    last = found[size - 1] if len(found) > size else None
    following = None if last is None else rules.cursor(last.canonical_name, last.standing.account.id)
    return Found(_rows(call, found[:size]), following)


@act("users:read", event="accounts.viewed")
def view_account(call: Call, command: ViewAccount) -> AccountShown:
    """Open an account: what is known of it, why it is locked, and what the actor may do to it."""
    listed = _existing(call, command.account)
    account = listed.standing.account
    password = passwords.find(call, account.id)
    return AccountShown(
        account=_rows(call, [listed])[0],
        lock_story=_lock_story(call, listed.standing),
        created_at=account.created_at,
        key=otp.key_facts(call, account.id),
        passkeys=passkeys.facts_of(call, account.id),
        recovery_codes_left=recovery_codes.left(call, account.id),
        allowlist=listed.entry if factor_rules.live(listed.entry, call.now) else None,
        exclusion=second_factor.exclusion_of(call, account.id),
        permissions=permissions.permissions_on(call, listed.standing),
        must_change_password=password is not None
        and passwords.must_change(call, password, listed.standing.state.password_rules),
        has_password=password is not None,
        key_disabled_at=otp.disabled_at(call, account.id),
    )


@act("users:read", event="accounts.viewed")
def view_history(call: Call, command: ViewHistory) -> HistoryShown | Refused:
    """Open an account's history, newest first (AUDIT-4)."""
    return _history(call, command.account, command.limit, command.before_id)


@act(who=Who.SELF, event=None, writes=False)
def view_own_history(call: Call, command: ViewOwnHistory) -> OwnHistoryShown | Refused:
    """Open one's own history: everything that was done to one's sign-in, by whom and why (AUDIT-4)."""
    shown = _history(call, call.own_session.account, command.limit, command.before_id)
    if isinstance(shown, Refused):
        return shown
    told = (rules.as_told_to_its_target(entry) for entry in shown.entries)
    said = tuple(OwnEntry(entry, words.sentence(entry)) for entry in told)
    return OwnHistoryShown(said, shown.next_id, shown.removed_until)


@act("users:read", event=None, writes=False, needs=(Needs.SOMEWHERE,))
def view_overview(call: Call, command: ViewOverview) -> OverviewShown:
    """Give the figures of the first page, each with a list behind it."""
    locked = _counted(call, "")
    return OverviewShown(
        locked_automatic=locked.automatic,
        locked_by_hand=locked.by_hand,
        without_second_factor=lists.without_factor(call.sql, call.reach),
        mail_not_delivered=lists.mail_not_delivered(call.sql, call.reach),
        days=audit.days(call),
    )


@act("users:read", event=None, writes=False, needs=(Needs.SOMEWHERE,))
def count_locked(call: Call, command: CountLocked) -> LockedCounted:
    """Count the locked accounts that a search finds."""
    return _counted(call, command.query)


@act(who=Who.SELF, event=None, writes=False)
def view_me(call: Call, command: ViewMe) -> MeShown:
    """Open one's own account page: profile, state of the factor, sessions."""
    session = call.own_session
    listed = _existing(call, session.account)
    candidate = otp.find_candidate(call, session)
    return MeShown(
        account=_rows(call, [listed])[0],
        key=otp.key_facts(call, session.account),
        passkeys=passkeys.facts_of(call, session.account),
        recovery_codes_left=recovery_codes.left(call, session.account),
        sessions=sessions.live_sessions(call, listed.standing),
        own_page_only=session.own_page_only,
        new_key_under_way=candidate is not None,
        new_key_proven=candidate is not None and candidate.confirmed_step is not None,
    )


def account_row(call: Call, account: AccountId) -> AccountRow | None:
    """Read an account as lists show it, if it is within reach; for answers that name the account after an act."""
    listed = _one(call, account) if rights.reaches(call, account) else None
    return None if listed is None else _rows(call, [listed])[0]


def found_part(call: Call, command: Search, part: SearchPart) -> list[tuple[AccountId, str]] | Refused:
    """List a part of what a search finds, with user names: for a job, which freezes it part by part (LOCK-12)."""
    found, most = _conditions(call, command), part.most
    return found if isinstance(found, Refused) else searches.ids(call.sql, found | rules.only(part), call.now, most)


def count_found(call: Call, command: Search, part: SearchPart) -> int | Refused:
    """Count what a search finds, before a job begins on it."""
    found = _conditions(call, command)
    return found if isinstance(found, Refused) else searches.count(call.sql, found | rules.only(part), call.now)


def check_sessions(call: Call, bearers: Sequence[Bearer]) -> dict[Bearer, SessionChecked]:
    """Tell of many tokens at once whose live sessions they are: what `show_session` says of each, in few reads.

    For the gate, which is asked as often as an application is clicked. A token that is left out opens nothing.
    """
    found = lists.behind(call.sql, bearers)
    assignments = belonging.assignments_of(call.sql, [one.account for one in found])
    return {
        bearer: SessionChecked(
            _shown(one, rights.holdings_from(call, assignments.get(bearer.account, ()))),
            session_rules.due_to_write(one.last_seen_at, call.now),
        )
        for bearer, one in found.items()
        if one.enabled and _alive(call, one)
    }


def check_visitors(call: Call, bearers: Sequence[HostBearer]) -> dict[HostBearer, Visitor]:
    """Tell of many tokens of hosts at once who is signed in there, as the gate asks; one left out opens nothing."""
    found = lists.behind_hosts(call.sql, bearers)
    groups_of = belonging.groups_of(call.sql, [one.account for one in found], EVERYBODY)
    return {
        bearer: rules.visitor(one, session, groups_of.get(bearer.account, ()), call.now)
        for bearer, (session, one) in found.items()
        if one.enabled and _alive(call, one)
    }


def _alive(call: Call, one: SessionBehind) -> bool:
    idle = policy.password_rules(call, one.password_rules).idle
    return session_rules.live(one.validity, one.account_epoch, idle, call.now)


def _shown(one: SessionBehind, held: Holdings) -> SessionShown:
    usable = tuple(sorted(deciding.usable(rules.actor_behind(one, held))))
    return SessionShown(one.facts, one.full_name, one.email, one.kind.value, usable)


def _one(call: Call, account: AccountId) -> lists.JoinedAccount | None:
    return next(iter(lists.search(call.sql, {"account": account}, call.now, 1)), None)


def _existing(call: Call, account: AccountId) -> lists.JoinedAccount:
    """Find an account that the guard has found."""
    listed = _one(call, account)
    if listed is None:
        raise AssertionError("the guard lets nobody look at an account that is not there")
    return listed


def _rows(call: Call, found: Sequence[lists.JoinedAccount]) -> tuple[AccountRow, ...]:
    belongs = belonging.of_accounts(call.sql, [one.standing.account.id for one in found], call.reach)
    names = groups.names_within(call, belongs.over())
    return tuple(_row(call, one, belongs, names) for one in found)


def _row(
    call: Call, listed: lists.JoinedAccount, belongs: belonging.Belongs, names: Mapping[GroupId, str]
) -> AccountRow:
    account, state = listed.standing.account, listed.standing.state
    roles = rules.roles_told(belongs.held.get(account.id, ()), names)
    return AccountRow(
        id=account.id,
        user_name=account.user_name,
        full_name=account.full_name,
        email=account.email,
        kind=account.kind,
        enabled=account.enabled,
        protected=account.protected,
        lock=lockout_rules.standing_lock(state.lock, call.now),
        unlocked_by=state.unlocked_by,
        unlocked_by_id=state.unlocked_by_id,
        unlocked_at=state.unlocked_at,
        second_factor=factor_rules.state(state.factors, listed.entry, call.now, excluded=state.excluded),
        signs_in_by_email=session_rules.spared_factor(
            state, policy.password_rules(call, state.password_rules).device_method
        ),
        groups=belongs.groups.get(account.id, ()),
        roles=roles.allowed,
        roles_everywhere=roles.everywhere,
        roles_elsewhere=roles.elsewhere,
        last_sign_in_at=state.last_sign_in_at,
        password_changed_at=listed.password_changed_at,
        version=account.version,
    )


def _history(call: Call, account: AccountId, limit: int, before_id: str | None) -> HistoryShown | Refused:
    before = None if before_id is None else parse_id(before_id)
    if before_id is not None and before is None:
        return Refused("list.cursor")
    page = audit.entries_of_target(call, account, limit, before)
    return HistoryShown(page.entries, None if page.next_id is None else str(page.next_id), page.removed_until)


def _conditions_from(call: Call, command: Search) -> dict[str, Any] | Refused:
    """Return the conditions of a page of a search; refuse a cursor that no page has given out."""
    conditions = _conditions(call, command)
    if command.cursor is None or isinstance(conditions, Refused):
        return conditions
    after = rules.parse_cursor(command.cursor)
    return Refused("list.cursor") if after is None else conditions | rules.going_on(*after)


def _conditions(call: Call, command: Search) -> dict[str, Any] | Refused:
    """Return the conditions of a search, whichever of its pages is asked for; refuse a group that is not there."""
    conditions = rules.conditions(command) | matching(command.query) | sides(call.reach)
    if command.group is None:
        return conditions
    group = groups.named(call, command.group)
    if group is None or groups.reached(call, group.id) is None:
        return Refused("groups.not_found")
    return {**conditions, "group": group.id}


def _counted(call: Call, query: str) -> LockedCounted:
    counts = locked_names.count_by_reason(call.sql, query, call.now, call.reach)
    automatic = sum(count for reason, count in counts.items() if reason.automatic)
    return LockedCounted(automatic, sum(counts.values()) - automatic)


def _lock_story(call: Call, standing: Standing) -> LockStory | None:
    """Return why an account is locked by what was recorded until then: whoever goes on guessing does not bury it."""
    lock = lockout_rules.standing_lock(standing.state.lock, call.now)
    if lock is None:
        return None
    after = entries.first_id(lock.at + timedelta(seconds=1))  # a lock's date is to the second (LOCK-5)
    page = audit.entries_of_target(call, standing.account.id, rules.ENTRIES, after)
    return rules.lock_story(lock, page.entries)
