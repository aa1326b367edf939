from uuid import UUID

import pytest

from doorward.features.accounts import store as accounts_store
from doorward.features.rights.actions import facts, granting, judging, permissions
from doorward.features.rights.model.acts.explaining import PermissionsShown, ShowPermissions
from doorward.features.rights.model.acts.granting import GrantingShown, ShowGranting
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.act import Bearer, Caller
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.worlds import OWNER, World


def reasons(world: World, by: Bearer, account: AccountId) -> dict[str, str | None]:
    """Ask for the permissions on an account: per act None where it is allowed, else the refusal's code."""
    shown = world.run(permissions.show_permissions, ShowPermissions(account), by)
    assert isinstance(shown, PermissionsShown)
    return {name: None if one.reason is None else one.reason.code for name, one in shown.permissions.items()}


KEY_ACTS = ("reset_secret_key", "delete_secret_key", "allow_set_up", "exclude")
DESK = ("unlock", "lock", "edit")


def test_each_permission_is_about_an_act() -> None:
    """Under the name that the API gives it."""
    assert {name: asked.name for name, asked in permissions.PERMISSIONS.items()} == {
        "unlock": "unlock_account",
        "lock": "lock_account",
        "reset_secret_key": "reset_secret_key",
        "delete_secret_key": "delete_secret_key",
        "allow_set_up": "allow_set_up",
        "exclude": "exclude_account",
        "edit": "edit_account",
        "enable": "enable_account",
        "disable": "disable_account",
        "reset_password": "start_password_reset",
        "end_sessions": "end_sessions_of",
        "forget_devices": "revoke_devices_of",
        "withdraw_set_up": "withdraw_set_up",
        "lift_exclusion": "lift_exclusion",
        "temporary_code": "issue_temporary_access_code",
        "assign_token": "assign_token",
        "unassign_token": "unassign_token",
        "resynchronise_token": "resynchronise_token",
    }


def test_each_judge_is_about_a_permission() -> None:
    """No state is asked about under a name that nothing has."""
    assert permissions.JUDGES.keys() < permissions.PERMISSIONS.keys()


@pytest.mark.parametrize(
    ("role", "unlock", "edit", "key_acts"),
    [
        ("administrator", None, None, None),
        ("super-user", None, None, None),
        ("help-desk", None, "rights.missing", "rights.missing"),
        ("auditor", "rights.missing", "rights.missing", "rights.missing"),
    ],
)
def test_permissions_of_the_shipped_roles(
    world: World, role: str, unlock: str | None, edit: str | None, key_acts: str | None
) -> None:
    """What each role may do to an account without rights."""
    by, bram = world.add_operator("grace", role), world.add("bram")

    shown = reasons(world, by, bram)
    assert (shown["unlock"], shown["lock"], shown["edit"]) == (unlock, edit, edit)
    assert [shown[name] for name in KEY_ACTS] == [key_acts] * 4


def test_permissions_on_oneself(world: World) -> None:
    """Every act on one's own account says why it is not for oneself."""
    grace = world.add_operator("grace", "administrator")
    world.add("deputy", "administrator", factors=1)

    shown = reasons(world, grace, grace.account)
    assert [shown[name] for name in DESK] == ["lockout.self", "lockout.self", "rights.self"]
    assert [shown[name] for name in KEY_ACTS] == ["second_factor.self"] * 4


def test_permissions_on_a_higher_account(world: World) -> None:
    """The help desk sees that an administrator is out of its reach before it tries (RIGHT-4)."""
    hugo, grace = world.add_operator("hugo", "help-desk"), world.add("grace", "administrator")

    assert reasons(world, hugo, grace)["unlock"] == "rights.higher_target"


def test_permissions_on_the_last_administrator(world: World) -> None:
    """A button is grey where the guard would refuse, and for the same reason (RIGHT-5, RIGHT-7)."""
    grace, hugo = world.add("grace", "administrator", factors=1), world.add_operator("hugo", "administrator")
    with world.writing() as call:
        accounts_store.set_state(call.sql, hugo.account, factors=0)

    shown = reasons(world, hugo, grace)
    assert [shown[name] for name in DESK] == [None, "rights.last_administrator", None]
    assert [shown[name] for name in KEY_ACTS] == ["session.second_factor_required"] * 4


def test_right_and_factor_are_told_apart(world: World) -> None:
    """An excluded operator holds the right, and did not use a second factor (KEY-7)."""
    robin = world.sign_in(world.add("robin", "administrator", excluded=True), OpenedWith.PASSWORD)
    shown = world.run(permissions.show_permissions, ShowPermissions(world.add("bram")), robin)
    assert isinstance(shown, PermissionsShown)

    reset = shown.permissions["reset_secret_key"]
    assert (reset.allowed, reset.has_right, reset.session_used_second_factor) == (False, True, False)


def test_looking_is_recorded(world: World) -> None:
    """Whose permissions were asked for is a view of the account (AUDIT-1)."""
    grace, bram = world.add_operator("grace", "administrator"), world.add("bram")
    reasons(world, grace, bram)

    entry = world.entries()[-1]
    assert (entry.act, entry.outcome, entry.actor_name, entry.target_name) == (
        "accounts.viewed",
        "done",
        "grace",
        "bram",
    )


def test_unknown_account_has_no_permissions(world: World) -> None:
    """An id that nobody has is not found."""
    grace = world.add_operator("grace", "administrator")

    outcome = world.run(permissions.show_permissions, ShowPermissions(AccountId(UUID(int=99))), grace)
    assert outcome == Refused("accounts.not_found")


def test_owner_is_told_of_no_permissions(world: World) -> None:
    """The server's owner is not asked for rights, so there is nothing to grey (RIGHT-8)."""
    assert world.run(permissions.show_permissions, ShowPermissions(world.add("bram"))) == PermissionsShown({})


def granting_of(world: World, by: Caller) -> list[tuple[str, str | None]]:
    """Ask which roles may be given: per role None where it may, else the refusal's code."""
    shown = world.run(granting.show_granting, ShowGranting(), by)
    assert isinstance(shown, GrantingShown)
    return [(role.name, None if refused is None else refused.code) for role, refused in shown.roles]


@pytest.mark.parametrize(
    ("role", "administrator", "auditor", "help_desk"),
    [
        ("administrator", None, None, None),
        ("super-user", "rights.not_held", "rights.not_held", None),
        ("help-desk", "rights.missing", "rights.missing", "rights.missing"),
    ],
)
def test_which_roles_may_be_given(
    world: World, role: str, administrator: str | None, auditor: str | None, help_desk: str | None
) -> None:
    """A form offers what the act would do, and says why not (RIGHT-4, RIGHT-7)."""
    shown = dict(granting_of(world, world.add_operator("grace", role)))

    assert (shown["administrator"], shown["auditor"], shown["help-desk"]) == (administrator, auditor, help_desk)


def test_owner_may_give_every_role(world: World) -> None:
    """The five of them, in the order of the list (RIGHT-8)."""
    assert granting_of(world, OWNER) == [
        ("administrator", None),
        ("super-user", None),
        ("help-desk", None),
        ("auditor", None),
        ("no-access", None),
    ]


def test_roles_are_not_offered_without_the_second_factor(world: World) -> None:
    """Whoever is excluded gives none away."""
    robin = world.sign_in(world.add("robin", "administrator", excluded=True), OpenedWith.PASSWORD)

    assert {code for _, code in granting_of(world, robin)} == {"session.second_factor_required"}


def test_nobody_gives_a_role_without_a_session(world: World) -> None:
    """A step of sign-in acts as nobody: that it came here is a bug, and gives nothing."""
    with world.reading() as call, pytest.raises(AssertionError, match="without a session"):
        judging.judge_grant(call, "no-access")


def test_areas_group_every_right() -> None:
    """A matrix has a row for each area (RIGHT-1)."""
    assert {area: len(rights) for area, rights in facts.areas().items()} == {
        "users": 3, "user-permissions": 2, "sign-in-security": 2, "audit": 2, "applications": 2, "system": 2,
    }  # fmt: skip
