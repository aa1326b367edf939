import pytest

from doorward.features.rights.model.facts import Role
from doorward.features.rights.rules import roles as rules

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
    assert rules.SHIPPED[name].rights == rights


def test_no_other_role_is_shipped() -> None:
    """Five roles, by the names that the command line takes."""
    assert set(rules.SHIPPED) == {"administrator", "super-user", "help-desk", "auditor", "no-access"}


def test_an_area_lists_its_rights() -> None:
    """Thirteen rights in six areas (RIGHT-1)."""
    assert rules.ALL_RIGHTS == EVERYTHING


@pytest.mark.parametrize(
    ("role", "code"),
    [
        (Role("night-desk", "Night desk", frozenset({"users:read"})), None),
        (Role("n", "N", frozenset()), None),
        (Role("auditor", "Mine", frozenset()), "rights.shipped_role"),
        (Role("Night", "Night desk", frozenset()), "rights.role_malformed"),
        (Role("9-to-5", "Day desk", frozenset()), "rights.role_malformed"),
        (Role("n" * 41, "N", frozenset()), "rights.role_malformed"),
        (Role("night-desk", "  ", frozenset()), "rights.role_malformed"),
        (Role("night-desk", "N" * 201, frozenset()), "rights.role_malformed"),
        (Role("night-desk", "Night\x1b[2Jdesk", frozenset()), "rights.role_malformed"),
        (Role("night-desk", "Night desk", frozenset({"users:read", "users:own"})), "rights.unknown_right"),
    ],
)
def test_what_a_role_may_be(role: Role, code: str | None) -> None:
    """Names are words that can be typed, titles can be read, and rights are those that there are."""
    refused = rules.judge_role(role)

    assert (refused.code if refused else None) == code
