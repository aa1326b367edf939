from dataclasses import replace
from uuid import UUID

import pytest

from doorward.features.directory import rules
from doorward.features.rights.model.facts import Assignment, Effect, Scope
from doorward.kernel.ids import GroupId

HELP, AUDIT = Assignment("help-desk"), Assignment("auditor")
NORTH, SOUTH = GroupId(UUID(int=1)), GroupId(UUID(int=2))


@pytest.mark.parametrize(
    ("held", "told"),
    [
        ([], ((), (), ())),
        ([AUDIT, HELP], (("auditor", "help-desk"), ("auditor", "help-desk"), ())),
        ([replace(HELP, scope=Scope(NORTH))], (("help-desk",), (), ("help-desk over North",))),
        ([HELP, replace(HELP, scope=Scope(NORTH))], (("help-desk",), ("help-desk",), ("help-desk over North",))),
        ([replace(HELP, scope=Scope(SOUTH))], (("help-desk",), (), ("help-desk over another group",))),
        ([AUDIT, replace(HELP, effect=Effect.DENY)], (("auditor",), (), ("auditor", "not help-desk"))),
        (
            [AUDIT, replace(AUDIT, effect=Effect.DENY, scope=Scope(NORTH))],
            (("auditor",), (), ("auditor", "not auditor over North")),
        ),
    ],
    ids=["none", "over everybody", "over a group", "both", "a group out of reach", "another denied", "the same denied"],
)
def test_a_file_carries_no_role_further_than_it_reaches(
    held: list[Assignment], told: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
) -> None:
    """What a file cannot say, a scope or a denial, is told in words, and an import grants nothing of it."""
    roles = rules.roles_told(held, {NORTH: "North"})

    assert (roles.allowed, roles.everywhere, roles.elsewhere) == told
