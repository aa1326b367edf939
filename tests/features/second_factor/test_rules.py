from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.accounts.model import AccountKind
from doorward.features.policy.model import TwoFactorSettings
from doorward.features.second_factor import rules
from doorward.features.second_factor.model import AllowlistEntry, Cause, FactorState
from doorward.features.second_factor.rules import Changes, FactorChange, FactorDeed, Situation
from doorward.kernel.act import Actor, SessionFacts
from doorward.kernel.ids import AccountId, SessionId
from doorward.kernel.outcome import Refused
from tests.worlds import NOON

ALICE = AccountId(UUID(int=1))
INTERNAL, EXTERNAL = AccountKind.INTERNAL, AccountKind.EXTERNAL
SET_UP, MAY_SET_UP, BLOCKED, EXCLUDED = FactorState
SECOND = timedelta(seconds=1)


def entry(expires_at: datetime = NOON + SECOND) -> AllowlistEntry:
    """Give an entry that lasts until then."""
    return AllowlistEntry(ALICE, Cause.RESET, NOON, "grace", None, "lost phone", expires_at)


SITUATIONS = [
    Situation(INTERNAL, factors=1, entry=None, excluded=False),
    Situation(INTERNAL, factors=0, entry=entry(), excluded=False),
    Situation(INTERNAL, factors=0, entry=None, excluded=False),
    Situation(INTERNAL, factors=0, entry=None, excluded=False, factor_due=False),
    Situation(INTERNAL, factors=0, entry=None, excluded=True),
]
"""An account in each state: set up, may set up, blocked, never set up, excluded."""
SET_UP_ONE, ALLOWED_ONE, *_ = SITUATIONS

RESET: Changes = frozenset({FactorChange.DELETE_FACTORS, FactorChange.PUT_ENTRY, FactorChange.MOVE_EPOCH})
DELETE: Changes = frozenset({FactorChange.DELETE_FACTORS, FactorChange.TAKE_ENTRY, FactorChange.MOVE_EPOCH})
PUT: Changes = frozenset({FactorChange.PUT_ENTRY})
TAKE: Changes = frozenset({FactorChange.TAKE_ENTRY})
EXCLUDE: Changes = frozenset({FactorChange.EXCLUDE})
LIFT: Changes = frozenset({FactorChange.LIFT, FactorChange.MOVE_EPOCH})
NOTHING: Changes = frozenset()
REFUSED_EXCLUDED = Refused("second_factor.excluded")
INTERNAL_ONLY = Refused("second_factor.internal_only")

EXPECTED: list[tuple[FactorDeed, AccountKind, list[Changes | Refused]]] = [
    # deed, kind, what it changes of an account that is set up, may set up, is blocked, was never set up, is excluded
    (FactorDeed.RESET, INTERNAL, [RESET, RESET, RESET, RESET, RESET]),
    (FactorDeed.RESET, EXTERNAL, [RESET, RESET, RESET, RESET, RESET]),
    (FactorDeed.DELETE, INTERNAL, [DELETE, DELETE, NOTHING, DELETE, REFUSED_EXCLUDED]),
    (FactorDeed.DELETE, EXTERNAL, [INTERNAL_ONLY, INTERNAL_ONLY, INTERNAL_ONLY, INTERNAL_ONLY, INTERNAL_ONLY]),
    (FactorDeed.ALLOW, INTERNAL, [NOTHING, NOTHING, PUT, PUT, PUT]),
    (FactorDeed.ALLOW, EXTERNAL, [NOTHING, NOTHING, PUT, PUT, PUT]),
    (FactorDeed.WITHDRAW, INTERNAL, [NOTHING, TAKE, NOTHING, NOTHING, NOTHING]),
    (FactorDeed.WITHDRAW, EXTERNAL, [NOTHING, TAKE, NOTHING, NOTHING, NOTHING]),
    (FactorDeed.EXCLUDE, INTERNAL, [EXCLUDE, EXCLUDE, EXCLUDE, EXCLUDE, NOTHING]),
    (FactorDeed.EXCLUDE, EXTERNAL, [EXCLUDE, EXCLUDE, EXCLUDE, EXCLUDE, NOTHING]),
    (FactorDeed.LIFT, INTERNAL, [NOTHING, NOTHING, NOTHING, NOTHING, LIFT]),
    (FactorDeed.LIFT, EXTERNAL, [NOTHING, NOTHING, NOTHING, NOTHING, LIFT]),
]


@pytest.mark.parametrize(
    ("factors", "allowed", "excluded", "expected"),
    [
        (1, None, None, SET_UP),
        (1, entry(), None, SET_UP),
        (2, None, None, SET_UP),
        (0, entry(), None, MAY_SET_UP),
        (0, entry(NOON), None, BLOCKED),
        (0, None, None, BLOCKED),
        (0, None, "yes", EXCLUDED),
        (0, entry(), "yes", EXCLUDED),
        (1, None, "yes", EXCLUDED),
        (1, entry(), "yes", EXCLUDED),
    ],
)
def test_state_is_the_table_of_key(
    factors: int, allowed: AllowlistEntry | None, excluded: str | None, expected: FactorState
) -> None:
    """An exclusion wins, then a factor, then an entry that has not expired; else the account is blocked."""
    assert rules.state(factors, allowed, NOON, excluded=bool(excluded)) is expected


@pytest.mark.parametrize(("deed", "kind", "changes"), EXPECTED)
def test_each_deed_in_each_state(deed: FactorDeed, kind: AccountKind, changes: list[Changes | Refused]) -> None:
    """The whole table of deeds and states, for staff and for others."""
    decided = [rules.decide(deed, replace(one, kind=kind), NOON) for one in SITUATIONS]

    assert decided == changes


def test_allowlist_beneath_an_exclusion() -> None:
    """An excluded account with a factor is not put on the list, one that stands on it can be taken off."""
    with_factor = replace(SET_UP_ONE, excluded=True)
    allowed = replace(ALLOWED_ONE, excluded=True)

    assert rules.decide(FactorDeed.ALLOW, with_factor, NOON) == NOTHING
    assert rules.decide(FactorDeed.WITHDRAW, allowed, NOON) == TAKE


def carried_out(situation: Situation, changes: Changes) -> Situation:
    """Do to a situation what the changes say."""
    if FactorChange.DELETE_FACTORS in changes:
        situation = replace(situation, factors=0, factor_due=True)
    if FactorChange.PUT_ENTRY in changes:
        situation = replace(situation, entry=entry())
    if FactorChange.TAKE_ENTRY in changes:
        situation = replace(situation, entry=None)
    return replace(
        situation, excluded=(situation.excluded or FactorChange.EXCLUDE in changes) and FactorChange.LIFT not in changes
    )


def state_of(situation: Situation) -> FactorState:
    """Say what follows the right password of an account in this situation."""
    return rules.state(situation.factors, situation.entry, NOON, excluded=situation.excluded)


situations = st.builds(
    Situation,
    kind=st.sampled_from(AccountKind),
    factors=st.integers(0, 2),
    entry=st.sampled_from([None, entry(), entry(NOON - SECOND)]),
    excluded=st.booleans(),
    factor_due=st.booleans(),
)


@given(situations, st.sampled_from(FactorDeed))
def test_repeating_a_deed_leaves_the_same_state(situation: Situation, deed: FactorDeed) -> None:
    """Whatever a deed did, doing it again is harmless (KEY-8)."""
    first = rules.decide(deed, situation, NOON)
    if isinstance(first, Refused):
        return
    once = carried_out(situation, first)
    second = rules.decide(deed, once, NOON)

    assert not isinstance(second, Refused)
    assert carried_out(once, second) == once


@given(
    situations, st.lists(st.sampled_from([deed for deed in FactorDeed if deed is not FactorDeed.EXCLUDE]), max_size=8)
)
def test_only_an_exclusion_gives_a_way_in_by_password(situation: Situation, deeds: list[FactorDeed]) -> None:
    """No sequence of the other deeds leads to it: deleting blocks, and a reset asks for a set-up."""
    situation = replace(situation, excluded=False)
    for deed in deeds:
        changes = rules.decide(deed, situation, NOON)
        situation = situation if isinstance(changes, Refused) else carried_out(situation, changes)

    assert state_of(situation) is not EXCLUDED


@given(situations, st.sampled_from(FactorDeed))
def test_deleted_factors_move_the_epoch(situation: Situation, deed: FactorDeed) -> None:
    """What ends a factor ends the sessions that it opened, and so does what ends an exclusion (KEY-6)."""
    changes = rules.decide(deed, situation, NOON)

    assert (
        isinstance(changes, Refused)
        or not changes & {FactorChange.DELETE_FACTORS, FactorChange.LIFT}
        or (FactorChange.MOVE_EPOCH in changes)
    )


@given(situations)
def test_no_deed_gives_a_factor(situation: Situation) -> None:
    """Factors come from a set-up by their owner alone."""
    for deed in FactorDeed:
        changes = rules.decide(deed, situation, NOON)
        assert isinstance(changes, Refused) or carried_out(situation, changes).factors <= situation.factors


@pytest.mark.parametrize(
    ("cause", "lasts"),
    [
        (Cause.NEW_ACCOUNT, timedelta(days=14)),
        (Cause.RESET, timedelta(hours=72)),
        (Cause.ALLOWED, timedelta(hours=72)),
        (Cause.RESCUE, timedelta(hours=72)),
    ],
)
def test_entry_lasts_by_its_cause(cause: Cause, lasts: timedelta) -> None:
    """14 days for a new account, 72 hours after what an operator did (KEY-13)."""
    assert rules.expiry(cause, TwoFactorSettings(), NOON) == NOON + lasts


def test_lifetimes_of_entries_are_settings() -> None:
    """Both can be set."""
    settings = TwoFactorSettings(allowlist_hours_after_reset=5, allowlist_days_for_new_account=2)

    assert rules.expiry(Cause.NEW_ACCOUNT, settings, NOON) == NOON + timedelta(days=2)
    assert rules.expiry(Cause.RESET, settings, NOON) == NOON + timedelta(hours=5)


NOT_ALLOWED = Refused("second_factor.not_allowed_to_set_up")
USABLE = Refused("second_factor.address_usable")
CHANGED = Refused("second_factor.changed_by_actor")


@pytest.mark.parametrize(
    ("state", "facts", "expected"),
    [
        (MAY_SET_UP, set(), None),
        (MAY_SET_UP, {"address"}, USABLE),
        (MAY_SET_UP, {"changed"}, CHANGED),
        (MAY_SET_UP, {"address", "changed"}, USABLE),
        (SET_UP, set(), NOT_ALLOWED),
        (BLOCKED, set(), NOT_ALLOWED),
        (EXCLUDED, set(), NOT_ALLOWED),
        (SET_UP, {"address", "changed"}, NOT_ALLOWED),
        (SET_UP, {"asked"}, None),
        (SET_UP, {"asked", "address"}, USABLE),
        (SET_UP, {"asked", "changed"}, CHANGED),
        (BLOCKED, {"asked"}, NOT_ALLOWED),
        (EXCLUDED, {"asked"}, NOT_ALLOWED),
    ],
)
def test_temporary_code_where_nothing_else_works(state: FactorState, facts: set[str], expected: Refused | None) -> None:
    """Only where a code is asked for and no address can be mailed to, never by whoever set either (KEY-10, DEV-2)."""
    refused = rules.judge_temporary_code(
        state,
        asked_at_sign_in="asked" in facts,
        address_usable="address" in facts,
        changed_by_actor="changed" in facts,
    )

    assert refused == expected


@pytest.mark.parametrize("entry", [True, False])
def test_dev_2_delete_blocks_whoever_never_had_a_factor(*, entry: bool) -> None:
    """Else a method that asks such accounts for no factor would still let it in."""
    allowed = AllowlistEntry(ALICE, Cause.NEW_ACCOUNT, NOON, "system", None, "", NOON + timedelta(days=14))
    situation = Situation(INTERNAL, 0, allowed if entry else None, excluded=False, factor_due=False)

    assert rules.decide(FactorDeed.DELETE, situation, NOON) == DELETE


def session(fresh_at: datetime | None, *, own_page_only: bool = False) -> SessionFacts:
    """Give a session that gave its proof then."""
    return SessionFacts(
        id=SessionId(UUID(int=7)), account=ALICE, user_name="alice", used_second_factor=not own_page_only,
        own_page_only=own_page_only, fresh_at=fresh_at, opened_at=NOON, expires_at=NOON + timedelta(hours=12),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("session", "seconds", "expected"),
    [
        (session(NOON), 0, [True]),
        (session(NOON), 299, [True]),
        (session(NOON), 300, [False]),
        (session(NOON, own_page_only=True), 300, [True]),
        (session(NOON, own_page_only=True), 899, [True]),
        (session(NOON, own_page_only=True), 900, [False]),
        (session(None), 0, [False]),
        (session(None, own_page_only=True), 0, [False]),
    ],
)
def test_proof_is_fresh_for_a_while(session: SessionFacts, seconds: int, expected: list[bool]) -> None:
    """A code for 5 minutes (KEY-2), the recovery code that opened the session for 15 (KEY-1)."""
    fresh = rules.fresh(session, NOON + timedelta(seconds=seconds))

    assert [fresh] == expected


BY_GRACE = AllowlistEntry(ALICE, Cause.ALLOWED, NOON, "grace", ALICE, "a slip", NOON + timedelta(hours=72))
GRACE = Actor(ALICE, "grace")


@pytest.mark.parametrize(
    ("standing", "actor", "now", "code"),
    [
        (BY_GRACE, GRACE, NOON, None),
        (BY_GRACE, GRACE, NOON + 10 * SECOND, None),
        (BY_GRACE, GRACE, NOON + 11 * SECOND, "second_factor.undo_late"),
        (BY_GRACE, GRACE, NOON - SECOND, "second_factor.undo_late"),
        (None, GRACE, NOON, "second_factor.undo_nothing"),
        (replace(BY_GRACE, cause=Cause.RESET), GRACE, NOON, "second_factor.undo_nothing"),
        (BY_GRACE, Actor(None, "grace"), NOON, "second_factor.undo_nothing"),
        (BY_GRACE, Actor(ALICE, "henk"), NOON, "second_factor.undo_nothing"),
    ],
)
def test_an_entry_is_taken_back_by_whoever_has_just_added_it(
    standing: AllowlistEntry | None, actor: Actor, now: datetime, code: str | None
) -> None:
    """For ten seconds, by the server's clock."""
    assert rules.judge_undo(standing, actor, now) == (None if code is None else Refused(code))
