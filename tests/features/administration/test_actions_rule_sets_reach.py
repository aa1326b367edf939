"""Over whose groups password rules are assigned (RIGHT-3)."""

from doorward.features.administration.actions.rule_sets import (
    assign_password_rules,
    delete_password_rules,
    list_password_rules,
)
from doorward.features.groups.model import AssignPasswordRules, GroupUnchanged
from doorward.features.policy.model import DeletePasswordRules, ListPasswordRules, RuleSetsListed
from doorward.kernel.outcome import Refused
from tests.features.administration.test_actions_rule_sets import a_group, a_set
from tests.features.rights.giving import DENY, hold, scoped
from tests.worlds import World


def test_group_over_which_the_right_is_denied_is_left_alone(world: World) -> None:
    """It is not there to be assigned to, and neither listed nor named in a refusal (RIGHT-3)."""
    a_set(world, "strict")
    board, north = a_group(world, "Board", "strict"), a_group(world, "North")
    ann = world.add("ann", "administrator", factors=1)
    hold(world, ann, "administrator", DENY, board)
    by = world.sign_in(ann)
    assigned = [world.run(assign_password_rules, AssignPasswordRules(one, None), by) for one in (board, north)]
    in_use = world.run(delete_password_rules, DeletePasswordRules("strict"), by)
    listed = world.run(list_password_rules, ListPasswordRules(), by)

    assert assigned == [Refused("groups.not_found"), GroupUnchanged()]
    assert in_use == Refused("policy.in_use", {"groups": "a group outside your scope"})
    assert isinstance(listed, RuleSetsListed)
    assert [one.groups for one in listed.sets] == [(), ()]
    assert "Board" not in f"{in_use}{listed}"


def test_rules_are_the_servers_whoever_looks_after_the_group(world: World) -> None:
    """Somebody who holds the right over one group only assigns none (RIGHT-3)."""
    north = a_group(world, "North")
    by = scoped(world, "ann", north, "sign-in-security:modify", "users:read")

    assert world.run(assign_password_rules, AssignPasswordRules(north, "default"), by) == Refused(
        "rights.missing", {"right": "sign-in-security:modify"}
    )
