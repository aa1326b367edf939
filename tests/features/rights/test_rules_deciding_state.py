from dataclasses import replace

import pytest

from doorward.features.rights.model.facts import ActorFacts
from doorward.features.rights.rules import deciding as rules
from doorward.features.rights.rules.scopes import everywhere
from doorward.kernel.act import Act, Needs
from tests.features.rights.test_rules_deciding import OPERATOR, OTHER, UNLOCK, act

LIFT = act("users:unlock", "lockout.unlocked", Needs.ANOTHER, Needs.LIFTABLE_LOCK)
DELETE = act("users:unlock", "second_factor.deleted", Needs.ANOTHER, Needs.DELETABLE_KEY)
DESK = replace(OPERATOR, rights=everywhere({"users:read", "users:unlock"}))


@pytest.mark.parametrize(
    ("actor", "asked", "state", "code", "has_right"),
    [
        (DESK, LIFT, {}, None, True),
        (DESK, LIFT, {"locked_by_hand": True}, "rights.missing", False),
        (OPERATOR, LIFT, {"locked_by_hand": True}, None, True),
        (DESK, UNLOCK, {"locked_by_hand": True}, None, True),
        (DESK, DELETE, {}, None, True),
        (DESK, DELETE, {"external": True}, "second_factor.internal_only", True),
        (DESK, DELETE, {"external": True, "excluded": True}, "second_factor.internal_only", True),
        (DESK, DELETE, {"excluded": True}, "second_factor.excluded", True),
        (DESK, LIFT, {"excluded": True, "external": True}, None, True),
    ],
)
def test_the_state_of_an_account_is_looked_at(
    actor: ActorFacts, asked: Act, state: dict[str, bool], code: str | None, has_right: bool
) -> None:
    """A lock set by hand takes another right (LOCK-12), and some keys are not to be deleted (KEY-4)."""
    told = rules.permission(actor, asked, replace(OTHER, **state))  # type: ignore[arg-type]

    assert (told.allowed, told.has_right) == (code is None, has_right)
    assert (None if told.reason is None else told.reason.code) == code
