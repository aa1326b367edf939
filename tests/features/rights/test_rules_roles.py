import pytest

from doorward.features.rights import rules
from doorward.features.rights.model import Assignment, Effect

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


@pytest.mark.parametrize(
    ("name", "rights"),
    [
        ("administrator", EVERYTHING),
        ("super-user", READS | {"users:modify", "users:unlock", "user-permissions:modify-object-acls"}),
        ("help-desk", {"users:read", "users:unlock"}),
        ("auditor", READS | {"audit:export"}),
        ("no-access", set()),
    ],
)
def test_shipped_role_holds_its_rights(name: str, rights: set[str]) -> None:
    """The five roles of RIGHT-2, right by right."""
    assert rules.ROLES[name].rights == rights


def test_no_other_role_is_shipped() -> None:
    """Five roles, by the names that the command line takes."""
    assert set(rules.ROLES) == {"administrator", "super-user", "help-desk", "auditor", "no-access"}


def test_an_area_lists_its_rights() -> None:
    """Thirteen rights in six areas (RIGHT-1)."""
    assert rules.ALL_RIGHTS == EVERYTHING


ALLOW_, DENY = Effect.ALLOW, Effect.DENY


@pytest.mark.parametrize(
    ("held", "rights"),
    [
        ([], set()),
        ([("help-desk", ALLOW_)], {"users:read", "users:unlock"}),
        ([("help-desk", ALLOW_), ("auditor", ALLOW_)], READS | {"users:unlock", "audit:export"}),
        ([("help-desk", ALLOW_), ("auditor", DENY)], {"users:unlock"}),
        ([("auditor", DENY), ("help-desk", ALLOW_)], {"users:unlock"}),
        ([("help-desk", ALLOW_), ("help-desk", DENY)], set()),
        ([("administrator", ALLOW_), ("super-user", DENY)],
         {"sign-in-security:modify", "audit:export", "applications:modify", "system:modify"}),
        ([("help-desk", DENY)], set()),
        ([("of-yesterday", ALLOW_), ("help-desk", ALLOW_)], {"users:read", "users:unlock"}),
    ],
)  # fmt: skip
def test_deny_wins(held: list[tuple[str, Effect]], rights: set[str]) -> None:
    """Allowed rights add up; one denial takes a right away, in whatever order; a role that is gone gives nothing."""
    assert rules.rights_of([Assignment(role, effect) for role, effect in held]) == rights


@pytest.mark.parametrize(
    ("held", "role", "code"),
    [
        (EVERYTHING, "administrator", None),
        (EVERYTHING, "no-access", None),
        (EVERYTHING, "emperor", "rights.unknown_role"),
        (READS | {"users:modify", "users:unlock", "user-permissions:modify-object-acls"}, "administrator",
         "rights.not_held"),
        (READS | {"users:modify", "users:unlock", "user-permissions:modify-object-acls"}, "help-desk", None),
        ({"user-permissions:modify-object-acls"}, "help-desk", "rights.not_held"),
        (set(), "no-access", None),
    ],
)  # fmt: skip
def test_nobody_hands_on_what_they_do_not_hold(held: set[str], role: str, code: str | None) -> None:
    """A role is given and taken by those who hold all of it (RIGHT-4)."""
    refused = rules.may_grant(frozenset(held), role)

    assert (refused.code if refused else None) == code
