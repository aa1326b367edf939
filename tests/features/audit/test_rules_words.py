from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from doorward.features.audit.rules import words
from doorward.kernel.events import Entry
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Fact
from tests.architecture.test_acts import EVENTS

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
BRAM = AccountId(UUID("01900000-0000-7000-8000-00000000000b"))
GRACE = AccountId(UUID("01900000-0000-7000-8000-00000000000c"))
ENTRY = Entry(
    id=UUID("01900000-0000-7000-8000-000000000001"), at=NOON, act="lockout.unlocked", outcome="done", result=None,
    code=None, actor_id=GRACE, actor_name="grace", target_id=BRAM, target_name="bram", reason=None, reference="",
    address="", user_agent="", session_id=None, door="api", node="node-1", details={},
)  # fmt: skip


def signed_in(act: str, outcome: str, result: str | None = None, **details: Fact) -> Entry:
    """Make the entry of an attempt at a sign-in."""
    return replace(
        ENTRY,
        act=act,
        outcome=outcome,
        result=result,
        actor_id=None,
        actor_name="",
        address="192.0.2.7",
        details=details,
    )


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (ENTRY, "Unlocked by grace"),
        (replace(ENTRY, reason="caller identified by phone"), "Unlocked by grace: caller identified by phone"),
        (replace(ENTRY, outcome="unchanged"), "Unlock by grace found nothing to change"),
        (replace(ENTRY, outcome="refused", code="rights.missing"), "Unlock by grace refused (rights.missing)"),
        (replace(ENTRY, outcome="refused"), "Unlock by grace refused"),
        (replace(ENTRY, act="lockout.locked", reason="left us"), "Locked by grace: left us"),
        (replace(ENTRY, act="accounts.edited", details={"changed": "email"}), "Edited by grace"),
        (replace(ENTRY, act="accounts.edited", details={"protected": True}), "Edited by grace, now protected"),
        (
            replace(ENTRY, act="accounts.edited", details={"protected": False}, reason="left"),
            "Edited by grace, no longer protected: left",
        ),
        (replace(ENTRY, act="second_factor.regenerated", actor_id=BRAM), "Secret key regenerated"),
        (replace(ENTRY, act="sessions.ended"), "Sessions ended by grace"),
        (replace(ENTRY, act="sessions.ended", actor_id=BRAM), "Signed out"),
        (replace(ENTRY, act="sessions.ended", actor_id=BRAM, details={"count": 2}), "Sessions ended"),
        (
            replace(ENTRY, act="sessions.ended", actor_id=BRAM, details={"count": 1, "cause": "a new sign-in"}),
            "Sessions ended by a new sign-in",
        ),
        (replace(ENTRY, act="rights.granted", details={"role": "auditor"}), "Role granted by grace: auditor"),
        (
            replace(ENTRY, act="rights.granted", details={"role": "auditor", "over": None}),
            "Role granted by grace: auditor, over the members of a group outside your scope",
        ),
        (
            replace(ENTRY, act="groups.member_added", details={"group": None}),
            "Added to a group by grace: a group outside your scope",
        ),
        (replace(ENTRY, act="groups.member_added", details={"group": "North"}), "Added to a group by grace: North"),
        (replace(ENTRY, act="something.new"), "something.new by grace"),
        (replace(ENTRY, act="accounts.added", actor_id=None, actor_name="cli:root"), "Account added by cli:root"),
    ],
)
def test_act_has_its_sentence(entry: Entry, said: str) -> None:
    """A timeline says what was done, by whom and why."""
    assert words.sentence(entry) == said


@pytest.mark.parametrize(
    ("details", "said"),
    [
        ({"lock_reason": "Failures", "factor": "password"}, "Locked by itself after wrong passwords"),
        ({"factor": "password", "failures": 10}, "Locked by itself after 10 wrong passwords"),
        ({"factor": "second_factor", "failures": 3}, "Locked by itself after 3 wrong codes"),
        ({"lock_reason": "Inactivity"}, "Locked by itself after days without a sign-in"),
        ({}, "Locked by itself"),
    ],
)
def test_lock_without_a_hand_says_its_cause(details: dict[str, Fact], said: str) -> None:
    """A lock that the server set says after what."""
    entry = replace(ENTRY, act="lockout.locked", actor_id=None, actor_name="system", details=details)

    assert words.sentence(entry) == said


def test_key_without_a_hand_says_how_often_it_failed() -> None:
    """A key that the server has disabled says after how many codes (LOCK-14)."""
    details: dict[str, Fact] = {"failures": 100}
    entry = replace(ENTRY, act="second_factor.key_disabled", actor_id=None, actor_name="system", details=details)

    assert words.sentence(entry) == "Secret key disabled by itself after 100 wrong codes in a row"


def test_lapse_needs_no_actor() -> None:
    """A lock that ran out says so, whoever met it first."""
    entry = replace(ENTRY, act="lockout.lapsed", actor_id=None, actor_name="system")

    assert words.sentence(entry) == "The lock came to its end"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (signed_in("signin.password", "checked", "wrong"), "Wrong password from 192.0.2.7"),
        (signed_in("signin.password", "checked", "right"), "Right password from 192.0.2.7"),
        (signed_in("signin.code", "checked", "used"), "Code used already from 192.0.2.7"),
        (signed_in("signin.device_code", "checked", "wrong"), "Wrong e-mailed code from 192.0.2.7"),
        (
            signed_in("signin.password", "checked", "unknown"),
            "Attempt with a password cut short: nobody knows how it would have ended from 192.0.2.7",
        ),
        (
            signed_in("signin.password", "refused", cause="locked"),
            "Attempt with a password not checked: locked from 192.0.2.7",
        ),
        (
            signed_in("signin.password", "refused", count=1204),
            "Attempt with a password not checked from 192.0.2.7, 1,204 times",
        ),
        (
            signed_in("signin.code", "checked", "wrong", clock_error_minutes=-1),
            "Wrong code from 192.0.2.7, by a clock about 1 minute slow",
        ),
        (
            signed_in("signin.code", "checked", "wrong", clock_error_minutes=4),
            "Wrong code from 192.0.2.7, by a clock about 4 minutes fast",
        ),
        (signed_in("signin.completed", "done", opened_with="secret_key"), "Signed in from 192.0.2.7"),
        (
            signed_in("signin.completed", "done", opened_with="secret_key", new_browser=True),
            "Signed in from 192.0.2.7, in a new browser",
        ),
        (
            signed_in("signin.completed", "done", opened_with="secret_key", new_program=True),
            "Signed in from 192.0.2.7, by a new program",
        ),
        (
            signed_in("signin.completed", "done", opened_with="recovery_code"),
            "Signed in with a recovery code from 192.0.2.7",
        ),
        (
            signed_in("signin.completed", "done", opened_with="device_code"),
            "Signed in with a code by e-mail, without a second factor from 192.0.2.7",
        ),
        (replace(signed_in("signin.later", "checked", "right"), address=""), "Right signin.later"),
    ],
)
def test_attempt_has_its_sentence(entry: Entry, said: str) -> None:
    """An attempt says with what, how it ended, and from where."""
    assert words.sentence(entry) == said


def test_acts_are_listed_with_feature_and_meaning() -> None:
    """For the choice of a filter: whatever the product can record, once."""
    told = {one.act: (one.feature, one.words) for one in words.ACTS}

    assert set(told) == EVENTS
    assert told["lockout.unlocked"] == ("lockout", "Unlocked")
    assert told["signin.code"] == ("signin", "Attempt with a code")
    assert told["signin.completed"] == ("signin", "Signed in")


@pytest.mark.parametrize(
    ("typed", "acts"),
    [
        ("lockout", ("lockout.lapsed", "lockout.locked", "lockout.unlock_undone", "lockout.unlocked")),
        ("lockout.locked", ("lockout.locked",)),
        ("lockout.", ("lockout.",)),
        ("what.ever", ("what.ever",)),
        ("lock", ()),
        ("", ()),
    ],
)
def test_filter_means_an_act_or_all_of_a_feature(typed: str, acts: tuple[str, ...]) -> None:
    """A name that no act has finds what a newer release has written under it; a word finds the acts of a feature."""
    assert words.acts_meant(typed) == acts


def test_removal_of_expired_entries_says_how_many() -> None:
    """The server does it by itself."""
    entry = replace(ENTRY, act="audit.expired", actor_id=None, actor_name="system", details={"count": 12_304})

    assert words.sentence(entry) == "Expired entries removed: 12,304"


def test_every_event_of_the_product_has_words() -> None:
    """No act shows its bare name in a timeline."""
    bare = {event for event in EVENTS if words.sentence(replace(ENTRY, act=event)).startswith(event)}

    assert bare == set()
