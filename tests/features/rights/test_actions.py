from typing import Any
from uuid import UUID

import pytest

from doorward.features.accounts import store as accounts_store
from doorward.features.accounts.model import AccountKind, Lock, LockReason
from doorward.features.rights import store
from doorward.features.rights.actions import administrators, facts, granting, roles
from doorward.features.rights.model.acts.granting import (
    GrantRole,
    RevokeRole,
    RoleGranted,
    RoleRevoked,
    RolesOf,
    RolesUnchanged,
    ShowRolesOf,
)
from doorward.features.rights.model.acts.roles import ListRoles, RolesListed
from doorward.features.rights.model.facts import Assignment, Effect
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.worlds import NOON, World


@pytest.fixture
def grace(world: World) -> Bearer:
    """Grace, an administrator who signed in with her factor."""
    return world.add_operator("grace", "administrator")


def grant(world: World, account: AccountId, role: str, by: Bearer | None = None) -> object:
    """Grant a role; as the server's owner where nobody else is named."""
    command = GrantRole(account, role, "she asked")
    return world.run(granting.grant_role, command) if by is None else world.run(granting.grant_role, command, by)


def revoke(world: World, account: AccountId, role: str, by: Bearer | None = None) -> object:
    """Revoke a role; as the server's owner where nobody else is named."""
    command = RevokeRole(account, role, "she asked")
    return world.run(granting.revoke_role, command) if by is None else world.run(granting.revoke_role, command, by)


def roles_of(world: World, account: AccountId) -> list[str]:
    """Read an account's roles as the server's owner, without an entry of it."""
    shown = world.run(granting.show_roles_on_page, ShowRolesOf(account))
    assert isinstance(shown, RolesOf)
    return [one.role for one in shown.assignments]


def lock_by_hand(world: World, account: AccountId, reason: LockReason = LockReason.ADMINISTRATOR) -> None:
    """Lock an account without its act."""
    with world.database.write() as sql:
        accounts_store.set_lock(sql, account, Lock(NOON, reason))


def test_roles_are_listed(world: World, grace: Bearer) -> None:
    """The five shipped roles, by name and title."""
    listed = world.run(roles.list_roles, ListRoles(), grace)

    assert isinstance(listed, RolesListed)
    assert [(role.name, role.title) for role in listed.roles] == [
        ("administrator", "Administrator"),
        ("super-user", "Super user"),
        ("help-desk", "Help desk"),
        ("auditor", "Auditor"),
        ("no-access", "No access"),
    ]


def test_granted_role_is_held_and_recorded(world: World, grace: Bearer) -> None:
    """The entry says who gave which role to whom, and why."""
    bram = world.add("bram")

    assert grant(world, bram, "help-desk", grace) == RoleGranted()
    assert roles_of(world, bram) == ["help-desk"]
    entry = world.entries()[-1]
    assert (entry.act, entry.outcome, entry.actor_name, entry.target_name, entry.reason, entry.details) == (
        "rights.granted", "done", "grace", "bram", "she asked", {"role": "help-desk"},
    )  # fmt: skip


def test_role_that_is_held_is_not_granted_twice(world: World, grace: Bearer) -> None:
    """Repeating a grant is harmless, and says so."""
    bram = world.add("bram", "help-desk")

    assert grant(world, bram, "help-desk", grace) == RolesUnchanged()
    assert world.entries()[-1].outcome == "unchanged"


def test_revoked_role_is_gone_and_recorded(world: World, grace: Bearer) -> None:
    """Repeating a revoke is harmless too."""
    bram = world.add("bram", "help-desk", "auditor")

    assert revoke(world, bram, "help-desk", grace) == RoleRevoked()
    assert revoke(world, bram, "help-desk", grace) == RolesUnchanged()
    assert roles_of(world, bram) == ["auditor"]
    assert [(one.act, one.outcome) for one in world.entries()[-2:]] == [
        ("rights.revoked", "done"),
        ("rights.revoked", "unchanged"),
    ]


@pytest.mark.parametrize("act", [grant, revoke])
@pytest.mark.parametrize(
    ("role", "code"),
    [("emperor", "rights.unknown_role"), ("administrator", "rights.not_held"), ("auditor", "rights.not_held")],
)
def test_nobody_hands_on_what_they_do_not_hold(world: World, act: object, role: str, code: str) -> None:
    """A super user makes no administrator and no auditor, and unmakes none (RIGHT-4)."""
    assert callable(act)
    sam = world.add_operator("sam", "super-user")
    bram = world.add("bram")

    refused = act(world, bram, role, sam)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.facts) == (code, {"role": role})


def test_account_with_more_rights_is_out_of_reach(world: World, grace: Bearer) -> None:
    """A super user cannot even take away what they hold themselves, where the target holds more."""
    sam = world.add_operator("sam", "super-user")
    world.add("deputy", "administrator", factors=1)

    assert revoke(world, grace.account, "help-desk", sam) == Refused("rights.higher_target")


def test_nobody_changes_their_own_roles(world: World, grace: Bearer) -> None:
    """Not even to take one away."""
    assert grant(world, grace.account, "auditor", grace) == Refused("rights.self")
    assert revoke(world, grace.account, "administrator", grace) == Refused("rights.self")


def test_roles_are_given_with_the_second_factor_alone(world: World) -> None:
    """A session without it gives nothing (KEY-7)."""
    hugo = world.sign_in(world.add("hugo", "administrator", factors=1), OpenedWith.RECOVERY_CODE)

    refused = grant(world, world.add("bram"), "help-desk", hugo)
    assert isinstance(refused, Refused)
    assert refused.code == "session.second_factor_required"


def test_external_account_gets_no_role(world: World, grace: Bearer) -> None:
    """Customers and partners only sign in."""
    carl = world.add("carl", kind=AccountKind.EXTERNAL)

    assert grant(world, carl, "help-desk", grace) == Refused("rights.internal_only")
    assert grant(world, carl, "help-desk") == Refused("rights.internal_only")


def test_last_administrator_keeps_the_role(world: World) -> None:
    """Not even the server's owner takes it away; other roles may go (RIGHT-5, RIGHT-8)."""
    grace = world.add("grace", "administrator", "auditor", factors=1)
    world.add("hugo", "administrator")

    assert revoke(world, grace, "administrator") == Refused("rights.last_administrator")
    assert revoke(world, grace, "auditor") == RoleRevoked()


def test_one_of_two_able_administrators_may_go(world: World) -> None:
    """The last is whoever remains, not whoever came first."""
    grace, hugo = (world.add(name, "administrator", factors=1) for name in ("grace", "hugo"))

    assert revoke(world, grace, "administrator") == RoleRevoked()
    assert revoke(world, hugo, "administrator") == Refused("rights.last_administrator")


def test_unknown_account_has_no_roles_to_show(world: World, grace: Bearer) -> None:
    """An id that nobody has is not found, by whoever may look."""
    nobody = AccountId(UUID(int=99))

    assert world.run(granting.show_roles_of, ShowRolesOf(nobody), grace) == Refused("accounts.not_found")
    assert grant(world, nobody, "auditor", grace) == Refused("accounts.not_found")


EXTERNAL, DISABLED = {"kind": AccountKind.EXTERNAL}, {"enabled": False}


@pytest.mark.parametrize(
    ("fields", "state", "lock", "counts"),
    [
        ({}, {"factors": 1}, None, True),
        ({}, {"factors": 0}, None, False),
        ({}, {"factors": 1, "excluded": True}, None, False),
        (EXTERNAL, {"factors": 1}, None, False),
        (DISABLED, {"factors": 1}, None, False),
        ({}, {"factors": 1}, LockReason.FAILURES, True),
        ({}, {"factors": 1}, LockReason.INACTIVITY, True),
        ({}, {"factors": 1}, LockReason.ADMINISTRATOR, False),
        ({}, {"factors": 1}, LockReason.REPORTED, False),
    ],
)
def test_who_counts_as_an_able_administrator(
    world: World, fields: dict[str, Any], state: dict[str, Any], lock: LockReason | None, *, counts: bool
) -> None:
    """Enabled, with a factor, not excluded, not locked by hand or by report; an automatic lock does not matter."""
    grace, hugo = world.add("grace", "administrator", factors=1), world.add("hugo", "administrator", **state)
    if lock is not None:
        lock_by_hand(world, hugo, lock)
    with world.writing() as call:
        accounts_store.save_fields(call.sql, world.standing(hugo).account, fields, call.now)

    with world.reading() as call:
        assert administrators.last_able_administrator(call, grace) is not counts


def test_automatic_lock_leaves_the_others_alone_open(world: World) -> None:
    """For inactivity only the administrators without a standing automatic lock are counted (RIGHT-5)."""
    grace, hugo = (world.add(name, "administrator", factors=1) for name in ("grace", "hugo"))
    with world.reading() as call:
        assert not administrators.last_open_administrator(call, grace)
    lock_by_hand(world, hugo, LockReason.INACTIVITY)

    with world.reading() as call:
        assert administrators.last_open_administrator(call, grace)
        assert not administrators.last_open_administrator(call, hugo)


def test_lapsed_lock_counts_as_open(world: World) -> None:
    """A timed lock that has come to its end bars nobody (LOCK-9)."""
    grace, hugo = (world.add(name, "administrator", factors=1) for name in ("grace", "hugo"))
    with world.database.write() as sql:
        accounts_store.set_lock(sql, hugo, Lock(NOON, LockReason.FAILURES, NOON))

    with world.reading() as call:
        assert not administrators.last_open_administrator(call, grace)


@pytest.mark.parametrize(("roles_held", "there"), [((), False), (("super-user",), False), (("administrator",), True)])
def test_administrator_exists_by_role_alone(world: World, roles_held: tuple[str, ...], *, there: bool) -> None:
    """One who cannot sign in counts as well: the first link is dead then."""
    world.add("grace", *roles_held)

    with world.reading() as call:
        assert administrators.administrator_exists(call) is there


def test_rescued_administrator_is_no_longer_denied(world: World) -> None:
    """Whatever denied the account the role is lifted, so that the rescue helps."""
    grace = world.add("grace", "administrator")
    with world.writing() as call:
        store.grant(call.sql, grace, Assignment("administrator", Effect.DENY), store.WriteStamp("hugo", call.now))
        store.grant(call.sql, grace, Assignment("auditor", Effect.DENY), store.WriteStamp("hugo", call.now))
    with world.writing() as call:
        granting.make_administrator(call, grace, "grace")

    with world.reading() as call:
        assert "users:modify" in facts.rights_of(call, grace)
        assert "audit:read" in facts.rights_of(call, grace)
