from dataclasses import replace
from uuid import UUID

import pytest

from doorward.features.rights.model.facts import Assignment, Role, Scope, TargetFacts
from doorward.features.rights.rules import deciding, scopes
from doorward.features.rights.rules.roles import SHIPPED
from doorward.features.rights.rules.scopes import everywhere
from doorward.kernel.ids import GroupId
from tests.features.rights.test_rules_deciding import BRAM, EVERYTHING, GRACE, OPERATOR, UNLOCK, VIEW, answer

NORTH = GroupId(UUID(int=1))
SENIOR = Role("senior", "Senior desk", frozenset({"users:unlock"}), reaches_higher=True)
KEYS = "user-permissions:modify-object-acls"


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


@pytest.mark.parametrize(
    ("held", "changed", "code"),
    [
        ([Assignment("administrator")], {}, "rights.reaches_higher"),
        ([Assignment("administrator"), Assignment("senior")], {}, None),
        ([Assignment("administrator"), Assignment("senior", scope=Scope(NORTH))], {}, "rights.reaches_higher"),
        ([Assignment("help-desk")], {}, "rights.missing"),
        ([Assignment("keeper", scope=Scope(NORTH))], {}, "rights.reaches_higher"),
        ([Assignment("administrator"), Assignment("senior")], {"session_used_second_factor": False},
         "session.second_factor_required"),
        ([], {}, "rights.reaches_higher"),
    ],
)  # fmt: skip
def test_who_could_make_a_role_that_reaches_higher(
    held: list[Assignment], changed: dict[str, bool], code: str | None
) -> None:
    """Whoever holds a right by such a role over everything, and may hand on roles (RIGHT-4)."""
    roles = {**SHIPPED, "senior": SENIOR, "keeper": Role("keeper", "Keeper", frozenset({KEYS}))}
    actor = replace(OPERATOR, rights=scopes.holdings(held, roles), **changed)  # type: ignore[arg-type]
    refused = deciding.may_reach_higher(actor)

    assert (refused.code if refused else None) == code
