from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.accounts.model import AccountKind, Lock, LockReason
from doorward.features.applications.model import Visitor
from doorward.features.directory import rules
from doorward.features.directory.model import LockKind, LockStory, Search, SearchPart, SessionBehind
from doorward.features.rights.model.facts import ActorFacts, Holdings
from doorward.features.second_factor.model import FactorState
from doorward.kernel.act import Bearer, SessionFacts
from doorward.kernel.events import Entry
from doorward.kernel.ids import AccountId, SessionId

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
BRAM = AccountId(UUID("01900000-0000-7000-8000-00000000000b"))
ENTRY = Entry(
    id=UUID(int=1), at=NOON, act="signin.password", outcome="checked", result="wrong", code=None, actor_id=None,
    actor_name="", target_id=BRAM, target_name="bram", reason=None, reference="", address="192.0.2.7", user_agent="",
    session_id=None, door="api", node="node-1", details={},
)  # fmt: skip
LOCK = Lock(NOON, LockReason.FAILURES, factor="password")
NOTHING = LockStory(failures=0, factor="password", addresses=(), first_at=None, last_at=None)


def wrong(seconds: int, **fields: object) -> Entry:
    """Make a wrong password of so many seconds before noon."""
    return replace(ENTRY, at=NOON - timedelta(seconds=seconds), **fields)  # type: ignore[arg-type]


def test_cursor_spells_name_and_id() -> None:
    """It is one word that can stand in an address."""
    assert rules.cursor("bram rossi", BRAM) == "AZAAAAAAcACAAAAAAAAAC2JyYW0gcm9zc2k"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), st.uuids())
def test_cursor_is_read_back(name: str, account: UUID) -> None:
    """What a page gives out leads to the next."""
    assert rules.parse_cursor(rules.cursor(name, AccountId(account))) == (name, account)


@pytest.mark.parametrize(
    "text",
    ["", "x", "AAAA", "é", "AZAAAAAAcACAAAAAAAAAC2JyYW0gcm9zc2k=", "AZAAAAAAcACAAAAAAAAAC_8", "a b", "{}"],
    ids=["empty", "short", "no id", "letters", "padded", "no text", "space", "json"],
)
def test_forged_cursor_is_none(text: str) -> None:
    """A cursor that no page has given out leads nowhere."""
    assert rules.parse_cursor(text) is None


def test_a_list_goes_on_after_a_place() -> None:
    """Named as the stores ask for it."""
    assert rules.going_on("ada", BRAM) == {"after": True, "after_name": "ada", "after_account": BRAM}


def test_cursor_with_nul_is_none() -> None:
    """No name holds it, and PostgreSQL takes it in no text."""
    assert rules.parse_cursor(rules.cursor("a\0b", AccountId(UUID(int=1)))) is None


@given(st.text())
def test_any_text_is_a_cursor_of_ours_or_none(text: str) -> None:
    """Nothing that is typed breaks the list, and one place has one spelling."""
    parsed = rules.parse_cursor(text)

    assert parsed is None or rules.cursor(*parsed) == text


def test_story_counts_failures_and_where_they_came_from() -> None:
    """How many, of which factor, from which addresses, from when to when; the address that guessed last comes last."""
    elsewhere = wrong(5, result="unknown", address="198.51.100.9")
    entries = [wrong(0, address=""), wrong(1), elsewhere, wrong(9), wrong(20, address="203.0.113.4")]

    assert rules.lock_story(LOCK, entries) == LockStory(
        failures=5,
        factor="password",
        addresses=("203.0.113.4", "198.51.100.9", "192.0.2.7"),
        first_at=NOON - timedelta(seconds=20),
        last_at=NOON,
    )


@pytest.mark.parametrize("act", ["signin.completed", "lockout.unlocked", "lockout.lapsed"])
def test_story_begins_after_the_last_success(act: str) -> None:
    """What was counted before a sign-in, an unlock or the end of a lock has no part in it."""
    entries = [wrong(1), wrong(2, act=act, outcome="done", result=None), wrong(3), wrong(4)]

    assert rules.lock_story(LOCK, entries).failures == 1


@pytest.mark.parametrize(
    "other",
    [
        wrong(2, act="accounts.viewed", outcome="done", result=None),
        wrong(2, outcome="refused", result=None),
        wrong(2, result="right"),
        wrong(2, act="signin.code"),
        wrong(2, act="lockout.unlocked", outcome="refused", result=None),
    ],
    ids=["look", "unchecked", "right", "other factor", "refused unlock"],
)
def test_story_counts_nothing_else(other: Entry) -> None:
    """Only wrong attempts with the factor that caused the lock."""
    assert rules.lock_story(LOCK, [wrong(1), other, wrong(3)]).failures == 2


@pytest.mark.parametrize("act", ["signin.code", "signin.device_code", "signin.recovery_code"])
def test_second_factor_has_its_own_attempts(act: str) -> None:
    """Codes of every kind count for the second factor's lock (LOCK-3)."""
    lock = replace(LOCK, factor="second_factor")

    assert rules.lock_story(lock, [wrong(1, act=act), wrong(2)]).failures == 1


def test_lock_without_entries_has_a_bare_story() -> None:
    """Entries may have been removed by age."""
    assert rules.lock_story(LOCK, []) == NOTHING


def test_lock_for_inactivity_counts_nothing() -> None:
    """No factor caused it."""
    lock = Lock(NOON, LockReason.INACTIVITY)

    assert rules.lock_story(lock, [wrong(1)]) == replace(NOTHING, factor=None)


def test_lock_by_hand_says_who_and_why() -> None:
    """The latest lock's actor and reason, past whatever happened since."""
    lock = Lock(NOON, LockReason.ADMINISTRATOR)
    entries = [
        wrong(1),
        wrong(2, act="lockout.locked", outcome="unchanged", actor_name="henk"),
        wrong(3, act="lockout.locked", outcome="done", actor_name="grace", reason="left us"),
        wrong(4, act="lockout.locked", outcome="done", actor_name="system"),
    ]

    assert rules.lock_story(lock, entries) == replace(NOTHING, factor=None, by="grace", why="left us")


def test_lock_by_hand_without_its_entry_says_nothing() -> None:
    """The entry may have been removed by age."""
    assert rules.lock_story(Lock(NOON, LockReason.REPORTED), []) == replace(NOTHING, factor=None)


@pytest.mark.parametrize(
    ("actor_id", "actor_name", "kept"),
    [
        (None, "", True),
        (BRAM, "bram", True),
        (AccountId(UUID(int=7)), "grace", False),
        (None, "cli:root", False),
        (None, "system", False),
    ],
)
def test_a_person_does_not_learn_where_others_acted(actor_id: AccountId | None, actor_name: str, *, kept: bool) -> None:
    """Their own acts and nameless attempts keep address and browser; who, when and why are told of all (AUDIT-4)."""
    entry = replace(ENTRY, actor_id=actor_id, actor_name=actor_name, user_agent="tests/1", reason="lost phone")
    told = rules.as_told_to_its_target(entry)

    assert (told.address, told.user_agent) == (("192.0.2.7", "tests/1") if kept else ("", ""))
    assert (told.actor_name, told.at, told.reason) == (actor_name, NOON, "lost phone")


def test_what_is_about_nobody_is_nobodys_own() -> None:
    """Two things unknown are not the same."""
    entry = replace(ENTRY, actor_name="cli:root", target_id=None)

    assert rules.as_told_to_its_target(entry).address == ""


@pytest.mark.parametrize(
    ("search", "conditions"),
    [
        (Search(), {}),
        (Search("bram", locked=True, enabled=False), {"locked": True, "enabled": False}),
        (Search(second_factor=FactorState.BLOCKED, without_factor=True), {"blocked": True, "without factor": True}),
        (Search(lock=LockKind.AUTOMATIC), {"locked": True, "automatic": True}),
        (Search(locked=True, lock=LockKind.BY_HAND), {"locked": True, "by_hand": True}),
        (Search(cursor="x", group="branch 7"), {}),
    ],
)
def test_search_asks_for_what_its_filters_say(search: Search, conditions: dict[str, object]) -> None:
    """All of them; its words, which page is shown, and which group it is are found out elsewhere."""
    assert rules.conditions(search) == conditions


@pytest.mark.parametrize(
    ("part", "conditions"),
    [
        (SearchPart(NOON, 5), {"as_of": NOON}),
        (SearchPart(NOON, 5, BRAM, automatic_locks=True), {"as_of": NOON, "after_id": BRAM, "automatic locks": True}),
    ],
)
def test_job_wants_a_part(part: SearchPart, conditions: dict[str, object]) -> None:
    """Who was there when it began, after those that it has, and for unlocking the automatic locks."""
    assert rules.only(part) == conditions


@pytest.mark.parametrize(
    ("search", "said"),
    [
        (Search(), "everybody"),
        (Search("bram", locked=True), "query=bram, locked"),
        (Search(second_factor=FactorState.BLOCKED, enabled=False), "second_factor=blocked, enabled=false"),
        (Search(without_factor=True, enabled=True), "without_factor, enabled=true"),
        (Search(lock=LockKind.BY_HAND, group="branch 7"), "group=branch 7, lock=by_hand"),
    ],
)
def test_search_is_spelled_for_the_trail(search: Search, said: str) -> None:
    """In one line."""
    assert rules.told(search) == said


BEHIND = SessionBehind(
    SessionFacts(
        SessionId(UUID(int=3)), BRAM, "bram", used_second_factor=True, own_page_only=False, fresh_at=None,
        opened_at=NOON, expires_at=NOON + timedelta(hours=12),
    ),
    4, NOON, "Bram Rossi", "bram@example.org", AccountKind.INTERNAL, enabled=True, account_epoch=4, lock_reason=None,
    factors=1, excluded=False, password_rules="default",
)  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "barred"), [(None, False), (LockReason.FAILURES, False), (LockReason.ADMINISTRATOR, True)]
)
def test_an_automatic_lock_takes_no_right(reason: LockReason | None, *, barred: bool) -> None:
    """From a session that was opened before it (LOCK-5)."""
    held: Holdings = {}
    actor = rules.actor_behind(replace(BEHIND, lock_reason=reason), held)

    assert actor == ActorFacts(
        account=BRAM, kind=AccountKind.INTERNAL, enabled=True, barred=barred, has_factor=True, excluded=False,
        rights=held, session_used_second_factor=True, own_page_only=False,
    )  # fmt: skip


@pytest.mark.parametrize(("seconds", "due"), [(59, False), (60, True)])
def test_a_host_is_told_who_is_behind_a_session(seconds: int, *, due: bool) -> None:
    """And whether the visit is to be written as activity (SESS-1)."""
    session = Bearer(BRAM, b"s" * 32)

    assert rules.visitor(BEHIND, session, ("North",), NOON + timedelta(seconds=seconds)) == Visitor(
        BRAM, "bram", "bram@example.org", ("North",), used_second_factor=True, own_page_only=False, session=session,
        due_to_touch=due,
    )  # fmt: skip
