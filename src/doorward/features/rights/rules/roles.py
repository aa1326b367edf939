"""Which rights there are, the roles that are shipped, and what a role of one's own may be (RIGHT-1, RIGHT-2)."""

import re
from collections.abc import Mapping

from doorward.features.rights.model.facts import MODIFY_OBJECT_ACLS, Role
from doorward.kernel.outcome import Refused

AREAS: dict[str, tuple[str, ...]] = {
    "users": ("read", "modify", "unlock"),
    "user-permissions": ("read", "modify-object-acls"),
    "sign-in-security": ("read", "modify"),
    "audit": ("read", "export"),
    "applications": ("read", "modify"),
    "system": ("read", "modify"),
}
"""The rights, grouped by functional area (RIGHT-1)."""

ALL_RIGHTS = frozenset(f"{area}:{right}" for area, rights in AREAS.items() for right in rights)
_READS = frozenset(f"{area}:read" for area in AREAS)

ADMINISTRATOR = "administrator"
TITLE_LENGTH = 200
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")

SHIPPED: Mapping[str, Role] = {
    role.name: role
    for role in (
        Role(ADMINISTRATOR, "Administrator", ALL_RIGHTS),
        Role(
            "super-user",
            "Super user",
            _READS | {"users:modify", "users:unlock", MODIFY_OBJECT_ACLS},
        ),
        Role("help-desk", "Help desk", frozenset({"users:read", "users:unlock"})),
        Role("auditor", "Auditor", _READS | {"audit:export"}),
        Role("no-access", "No access", frozenset()),
    )
}
"""The shipped roles (RIGHT-2); nobody changes them."""


def judge_role(role: Role) -> Refused | None:
    """Refuse a role whose name, title or rights cannot be."""
    if role.name in SHIPPED:
        return Refused("rights.shipped_role", {"role": role.name})
    if not _NAME.fullmatch(role.name):
        return Refused("rights.role_malformed", {"field": "name"})
    if not role.title.strip() or len(role.title) > TITLE_LENGTH or not role.title.isprintable():
        return Refused("rights.role_malformed", {"field": "title"})
    if unknown := role.rights - ALL_RIGHTS:
        return Refused("rights.unknown_right", {"right": min(unknown)})
    return None
