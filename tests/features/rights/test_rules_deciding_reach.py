from dataclasses import replace
from uuid import UUID

import pytest

from doorward.features.rights.model.facts import Assignment, Role, Scope, TargetFacts
from doorward.features.rights.rules import scopes
from doorward.features.rights.rules.roles import SHIPPED
from doorward.features.rights.rules.scopes import everywhere
from doorward.kernel.ids import GroupId
from tests.features.rights.test_rules_deciding import BRAM, EVERYTHING, GRACE, OPERATOR, UNLOCK, VIEW, answer

NORTH = GroupId(UUID(int=1))


@pytest.mark.parametrize(
    ("over", "groups", "code"),
    [
        (Scope(NORTH), {NORTH}, "allowed"),
        (Scope(NORTH), set(), "accounts.not_found"),
        (Scope(), set(), "allowed"),
    ],
)
def test_out_of_reach_is_not_there(over: Scope, groups: set[GroupId], code: str) -> None:
    """Whoever may read some people only is not told that there are others (RIGHT-3)."""
    desk = scopes.holdings([Assignment("help-desk", scope=over)], SHIPPED)
    target = TargetFacts(BRAM, {}, last_administrator=False, groups=frozenset(groups))

    assert answer(replace(OPERATOR, rights=desk), UNLOCK, target) == code
    assert answer(replace(OPERATOR, rights=desk), VIEW, replace(target, account=GRACE)) in {"allowed", "rights.missing"}


def test_a_role_that_reaches_higher_says_so_explicitly() -> None:
    """Its holders act on accounts of more rights; over its scope alone (RIGHT-4)."""
    senior = Role("senior", "Senior desk", frozenset({"users:unlock"}), reaches_higher=True)
    held = scopes.holdings([Assignment("senior")], {"senior": senior})
    target = TargetFacts(BRAM, everywhere(EVERYTHING), last_administrator=False)

    assert answer(replace(OPERATOR, rights=held), UNLOCK, target) == "allowed"
