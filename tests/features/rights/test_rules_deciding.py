from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.accounts.model import AccountKind
from doorward.features.rights.model.facts import EVERYTHING as EVERYBODY
from doorward.features.rights.model.facts import ActorFacts, Allowed, Permission, TargetFacts
from doorward.features.rights.rules import deciding as rules
from doorward.features.rights.rules.roles import SHIPPED
from doorward.features.rights.rules.scopes import everywhere, lacking
from doorward.kernel.act import Act, Needs, Who
from doorward.kernel.ids import AccountId, GroupId
from doorward.kernel.outcome import Refused

NORTH = GroupId(UUID(int=1))
GRACE, BRAM = AccountId(UUID(int=11)), AccountId(UUID(int=12))
READS = {
    "users:read",
    "user-permissions:read",
    "sign-in-security:read",
    "audit:read",
    "applications:read",
    "system:read",
}
EVERYTHING = READS | {
    "users:modify", "users:unlock", "user-permissions:modify-object-acls", "sign-in-security:modify", "audit:export",
    "applications:modify", "system:modify",
}  # fmt: skip
OPERATOR = ActorFacts(
    account=GRACE,
    kind=AccountKind.INTERNAL,
    enabled=True,
    barred=False,
    has_factor=True,
    excluded=False,
    rights=everywhere(EVERYTHING),
    session_used_second_factor=True,
    own_page_only=False,
)
OTHER = TargetFacts(BRAM, {}, last_administrator=False)
OWN = TargetFacts(GRACE, everywhere(EVERYTHING), last_administrator=False)


def act(right: str | None, event: str, *needs: Needs) -> Act:
    """Describe an act as its declaration does."""
    return Act("some_act", Who.OPERATOR, right, event, frozenset(needs), writes=True)


VIEW = act("users:read", "accounts.viewed")
UNLOCK = act("users:unlock", "lockout.unlocked", Needs.ANOTHER)
DISABLE = act("users:modify", "accounts.disabled", Needs.ANOTHER, Needs.ADMINISTRATOR_LEFT)
END_SESSIONS = act("users:modify", "sessions.ended", Needs.WITHIN_REACH)
ADD = act("users:modify", "accounts.added")
RESET = act(
    "user-permissions:modify-object-acls", "second_factor.reset", Needs.ANOTHER, Needs.SECOND_FACTOR,
    Needs.ADMINISTRATOR_LEFT,
)  # fmt: skip
ALLOW = act("user-permissions:modify-object-acls", "allowlist.added", Needs.ANOTHER, Needs.SECOND_FACTOR)
EXCLUDE = act("user-permissions:modify-object-acls", "exclusions.added", Needs.ANOTHER, Needs.SECOND_FACTOR)
GRANT = act("user-permissions:modify-object-acls", "rights.granted", Needs.ANOTHER, Needs.SECOND_FACTOR)
ALL_ACTS = [VIEW, UNLOCK, DISABLE, END_SESSIONS, ADD, RESET, ALLOW, EXCLUDE, GRANT]


def answer(actor: ActorFacts, asked: Act, target: TargetFacts | None) -> str:
    """Say `allowed`, or the code of the refusal."""
    verdict = rules.may(actor, asked, target)
    return "allowed" if isinstance(verdict, Allowed) else verdict.code


@pytest.mark.parametrize(
    ("changed", "view", "unlock", "reset"),
    [
        ({}, "allowed", "allowed", "allowed"),
        ({"kind": AccountKind.EXTERNAL}, "rights.missing", "rights.missing", "rights.missing"),
        ({"enabled": False}, "rights.missing", "rights.missing", "rights.missing"),
        ({"barred": True}, "rights.missing", "rights.missing", "rights.missing"),
        ({"own_page_only": True}, "session.second_factor_required", "session.second_factor_required",
         "session.second_factor_required"),
        ({"own_page_only": True, "rights": {}}, "rights.missing", "rights.missing", "rights.missing"),
        ({"rights": {}}, "rights.missing", "rights.missing", "rights.missing"),
        ({"excluded": True}, "allowed", "session.second_factor_required", "session.second_factor_required"),
        ({"excluded": True, "session_used_second_factor": False}, "allowed", "session.second_factor_required",
         "session.second_factor_required"),
        ({"session_used_second_factor": False}, "allowed", "session.second_factor_required",
         "session.second_factor_required"),
        ({"has_factor": False}, "allowed", "allowed", "session.second_factor_required"),
        ({"rights": everywhere({"users:read"})}, "allowed", "rights.missing", "rights.missing"),
        ({"rights": everywhere({"users:unlock"})}, "rights.missing", "allowed", "rights.missing"),
        ({"rights": everywhere({"user-permissions:modify-object-acls"})},
         "rights.missing", "rights.missing", "allowed"),
    ],
)  # fmt: skip
def test_who_may(changed: dict[str, object], view: str, unlock: str, reset: str) -> None:
    """What each fact about the actor does to an account without rights: LOCK-8, KEY-7, and the excluded of KEY."""
    actor = replace(OPERATOR, **changed)  # type: ignore[arg-type]

    assert (answer(actor, VIEW, OTHER), answer(actor, UNLOCK, OTHER), answer(actor, RESET, OTHER)) == (
        view,
        unlock,
        reset,
    )


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (VIEW, "allowed"),
        (ADD, "allowed"),
        (END_SESSIONS, "allowed"),
        (UNLOCK, "lockout.self"),
        (RESET, "second_factor.self"),
        (ALLOW, "second_factor.self"),
        (EXCLUDE, "second_factor.self"),
        (DISABLE, "rights.self"),
        (GRANT, "rights.self"),
    ],
)
def test_own_account(asked: Act, code: str) -> None:
    """Nobody unlocks, resets, allows, excludes, disables or promotes themselves (LOCK-8, KEY-4)."""
    assert answer(OPERATOR, asked, OWN) == code


@pytest.mark.parametrize(
    ("held", "asked", "targets", "code"),
    [
        ({"users:read", "users:unlock"}, UNLOCK, set(), "allowed"),
        ({"users:read", "users:unlock"}, UNLOCK, {"users:read", "users:unlock"}, "allowed"),
        ({"users:read", "users:unlock"}, UNLOCK, {"users:read", "audit:read"}, "rights.higher_target"),
        ({"users:read", "users:unlock"}, UNLOCK, EVERYTHING, "rights.higher_target"),
        ({"users:read", "users:modify"}, END_SESSIONS, EVERYTHING, "rights.higher_target"),
        ({"users:read", "users:modify"}, END_SESSIONS, {"users:read"}, "allowed"),
        ({"users:read", "users:unlock"}, VIEW, EVERYTHING, "allowed"),
    ],
)
def test_nobody_reaches_higher(held: set[str], asked: Act, targets: set[str], code: str) -> None:
    """Acting on an account takes every right that it holds; looking at it does not (RIGHT-4)."""
    actor = replace(OPERATOR, rights=everywhere(held))

    assert answer(actor, asked, TargetFacts(BRAM, everywhere(targets), last_administrator=False)) == code


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (UNLOCK, "allowed"),
        (ALLOW, "allowed"),
        (DISABLE, "rights.last_administrator"),
        (RESET, "rights.last_administrator"),
    ],
)
def test_last_administrator_stays(asked: Act, code: str) -> None:
    """Acts that could take away the last able administrator are refused on that account alone (RIGHT-5)."""
    last = TargetFacts(BRAM, everywhere(EVERYTHING), last_administrator=True)

    assert answer(OPERATOR, asked, last) == code


def test_refusal_names_the_missing_right() -> None:
    """Whoever lacks a right reads which one it is."""
    verdict = rules.may(replace(OPERATOR, rights={}), UNLOCK, OTHER)

    assert verdict == Refused("rights.missing", {"right": "users:unlock"})


@pytest.mark.parametrize(
    ("changed", "code", "cause"),
    [
        ({"own_page_only": True}, "session.second_factor_required", "opened with a recovery code"),
        ({"excluded": True}, "session.second_factor_required", "signs in without a second factor"),
        ({"kind": AccountKind.EXTERNAL}, "rights.missing", "external, disabled or locked by an operator"),
    ],
)
def test_cause_is_for_the_trail_alone(changed: dict[str, object], code: str, cause: str) -> None:
    """The visitor sees one code; the audit trail says what really was the matter."""
    verdict = rules.may(replace(OPERATOR, **changed), UNLOCK, OTHER)  # type: ignore[arg-type]

    assert isinstance(verdict, Refused)
    assert (verdict.code, verdict.cause) == (code, cause)


def test_act_without_a_right_is_no_operators() -> None:
    """Unsure means no."""
    assert answer(OPERATOR, act(None, "accounts.viewed"), OTHER) == "rights.missing"


def test_act_about_nobody_asks_for_the_right_alone() -> None:
    """Adding an account or listing has no target to compare with."""
    assert answer(OPERATOR, ADD, None) == "allowed"


@pytest.mark.parametrize(
    ("changed", "target", "shown"),
    [
        ({}, OTHER, Permission(True, True, True, None)),
        ({"session_used_second_factor": False}, OTHER,
         Permission(False, True, False,
                    Refused("session.second_factor_required", cause="signs in without a second factor"))),
        ({"has_factor": False}, OTHER,
         Permission(False, True, True, Refused("session.second_factor_required"))),
        ({}, OWN, Permission(False, True, True, Refused("second_factor.self"))),
        ({"excluded": True, "session_used_second_factor": False}, OTHER,
         Permission(False, True, False,
                    Refused("session.second_factor_required", cause="signs in without a second factor"))),
        ({"rights": everywhere({"users:read"}), "session_used_second_factor": False}, OTHER,
         Permission(False, False, False,
                    Refused("rights.missing", {"right": "user-permissions:modify-object-acls"}))),
    ],
)  # fmt: skip
def test_two_questions_are_answered_apart(changed: dict[str, object], target: TargetFacts, shown: Permission) -> None:
    """May you by right, did this session use the second factor: and the reason of the whole answer (KEY-7)."""
    assert rules.permission(replace(OPERATOR, **changed), RESET, target) == shown  # type: ignore[arg-type]


def test_act_without_a_right_gives_no_permission() -> None:
    """What no right covers, nobody has the right to."""
    shown = rules.permission(OPERATOR, act(None, "accounts.viewed"), OTHER)

    assert (shown.allowed, shown.has_right) == (False, False)


@pytest.mark.parametrize(
    ("changed", "usable"),
    [
        ({"rights": everywhere({"users:read", "users:unlock"})}, {"users:read", "users:unlock"}),
        ({"rights": everywhere({"users:read", "users:unlock"}), "excluded": True}, {"users:read"}),
        ({"rights": everywhere({"users:read", "users:unlock"}), "session_used_second_factor": False}, {"users:read"}),
        ({"own_page_only": True}, set()),
        ({"kind": AccountKind.EXTERNAL}, set()),
        ({"rights": {}}, set()),
    ],
)
def test_usable_rights_are_those_that_pass_the_guard(changed: dict[str, object], usable: set[str]) -> None:
    """A console shows what the guard will let pass, and nothing else (RIGHT-7)."""
    assert rules.usable(replace(OPERATOR, **changed)) == usable  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "role", "code"),
    [
        ({}, "administrator", None),
        ({"rights": everywhere({"user-permissions:modify-object-acls"})}, "no-access", None),
        ({"rights": everywhere({"user-permissions:modify-object-acls"})}, "help-desk", "rights.not_held"),
        ({"rights": everywhere({"users:read", "users:unlock"})}, "help-desk", "rights.missing"),
        ({"barred": True}, "help-desk", "rights.missing"),
        ({"own_page_only": True}, "help-desk", "session.second_factor_required"),
        ({"excluded": True}, "help-desk", "session.second_factor_required"),
        ({"has_factor": False}, "help-desk", "session.second_factor_required"),
        ({"session_used_second_factor": False}, "help-desk", "session.second_factor_required"),
    ],
)
def test_who_may_hand_on_a_role(changed: dict[str, object], role: str, code: str | None) -> None:
    """By right, by session, and by what the role holds: on whatever way it is given (RIGHT-4, KEY-7)."""
    refused = rules.may_hand_on(replace(OPERATOR, **changed), SHIPPED[role], EVERYBODY)  # type: ignore[arg-type]

    assert (refused.code if refused else None) == code


SETS_OF_RIGHTS = st.frozensets(st.sampled_from(sorted(EVERYTHING))).map(everywhere)
ACTORS = st.builds(
    ActorFacts,
    account=st.sampled_from([GRACE, BRAM]),
    kind=st.sampled_from(AccountKind),
    enabled=st.booleans(),
    barred=st.booleans(),
    has_factor=st.booleans(),
    excluded=st.booleans(),
    rights=SETS_OF_RIGHTS,
    session_used_second_factor=st.booleans(),
    own_page_only=st.booleans(),
)
TARGETS = st.builds(TargetFacts, account=st.just(BRAM), rights=SETS_OF_RIGHTS, last_administrator=st.booleans())
DONE_TO_OTHERS = st.sampled_from([one for one in ALL_ACTS if one.needs])


@given(ACTORS, DONE_TO_OTHERS, TARGETS)
def test_whoever_acts_holds_all_that_the_target_holds(actor: ActorFacts, asked: Act, target: TargetFacts) -> None:
    """No act on an account passes with fewer rights than the account has, whatever else is so."""
    if isinstance(rules.may(actor, asked, target), Allowed):
        assert lacking(actor.rights, target.rights) == frozenset()
        assert asked.right in rules.usable(actor)


@given(ACTORS, st.sampled_from(ALL_ACTS), TARGETS)
def test_permission_and_guard_agree(actor: ActorFacts, asked: Act, target: TargetFacts) -> None:
    """A button is grey exactly where the act would be refused, and says the same reason."""
    verdict, shown = rules.may(actor, asked, target), rules.permission(actor, asked, target)

    assert shown.allowed == isinstance(verdict, Allowed)
    assert shown.reason == (None if shown.allowed else verdict)
