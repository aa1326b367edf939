from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import AccountKind
from doorward.features.administration.actions.adding import add_account
from doorward.features.administration.actions.editing import edit_account
from doorward.features.administration.actions.grouping import add_group
from doorward.features.administration.model import AccountAdded, AddAccount, EditAccount
from doorward.features.groups import actions as groups
from doorward.features.groups.model import AddGroup, GroupAdded
from doorward.features.notices.model import Kind
from doorward.features.passwords import actions as passwords
from doorward.features.policy.actions import change_two_factor
from doorward.features.policy.model import ChangeTwoFactor
from doorward.features.rights.actions import facts as rights
from doorward.features.second_factor.actions import states
from doorward.features.second_factor.actions.secret_key import issue_temporary_access_code
from doorward.features.second_factor.model import (
    Cause,
    FactorState,
    IssueTemporaryAccessCode,
    TemporaryAccessCodeIssued,
)
from doorward.features.sessions.model import OpenedWith
from doorward.features.signin.actions.new_password import open_link
from doorward.features.signin.model import LinkOpened, OpenLink, PendingToken
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from doorward.kernel.tokens import parse_token
from tests.features.signin.walking import Walk
from tests.worlds import NOON, OWNER, World

NEW = AddAccount("b.rossi", "Bram Rossi", "bram@example.org", reason="starts on Monday")


@pytest.fixture
def grace(world: World) -> Bearer:
    """Grace, an administrator who signed in with her factor."""
    return world.add_operator("grace", "administrator")


def add(world: World, by: Bearer | None = None, command: AddAccount = NEW) -> AccountAdded:
    """Add an account; as the server's owner where nobody else is named."""
    added = world.run(add_account, command) if by is None else world.run(add_account, command, by)
    assert isinstance(added, AccountAdded), added
    return added


def refusal(world: World, by: Bearer | None, command: AddAccount) -> str:
    """Try to add an account that must not be; gives the code."""
    refused = world.run(add_account, command, OWNER if by is None else by)
    assert isinstance(refused, Refused), refused
    return refused.code


def factor_state(world: World, account: AccountId) -> FactorState:
    """Ask what follows the account's right password."""
    with world.reading() as call:
        return states.factor_state(call, world.standing(account))


def test_added_account_is_as_it_was_given(world: World, grace: Bearer) -> None:
    """Enabled, open, without a factor; the entry names it, and the reason."""
    added = add(world, grace, replace(NEW, user_name=" b.rossi ", kind=AccountKind.EXTERNAL))
    account = world.standing(added.account).account

    assert (account.user_name, account.full_name, account.email, account.kind, account.enabled) == (
        "b.rossi", "Bram Rossi", "bram@example.org", AccountKind.EXTERNAL, True,
    )  # fmt: skip
    entry = world.entries()[-1]
    assert (entry.act, entry.outcome, entry.actor_name, entry.target_id, entry.target_name, entry.reason) == (
        "accounts.added", "done", "grace", added.account, "b.rossi", "starts on Monday",
    )  # fmt: skip


def test_account_without_a_full_name_goes_by_its_user_name(world: World, grace: Bearer) -> None:
    """Lists are ordered by full name, so there is one."""
    added = add(world, grace, replace(NEW, full_name="  "))

    assert world.standing(added.account).account.full_name == "b.rossi"


@pytest.mark.parametrize("spelling", ["b.rossi", "B.Rossi", " b.ROSSI", "\uff42.rossi"])
def test_name_is_taken_in_any_spelling(world: World, grace: Bearer, spelling: str) -> None:
    """Two accounts that look like one name cannot be (LOCK-16)."""
    add(world, grace)

    assert refusal(world, grace, replace(NEW, user_name=spelling)) == "accounts.name_taken"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (replace(NEW, user_name=" "), "accounts.name_missing"),
        (replace(NEW, full_name="x" * 201), "accounts.name_too_long"),
        (replace(NEW, email="bram"), "accounts.email_malformed"),
        (replace(NEW, email=None), "accounts.email_missing"),
        (replace(NEW, email=""), "accounts.email_missing"),
        (replace(NEW, roles=("emperor",)), "rights.unknown_role"),
        (replace(NEW, roles=("help-desk",), kind=AccountKind.EXTERNAL), "rights.internal_only"),
        (replace(NEW, password_hash="new$secret"), "rights.missing"),
    ],
)
def test_what_is_not_added(world: World, grace: Bearer, command: AddAccount, code: str) -> None:
    """Nothing of a refused account is left."""
    assert refusal(world, grace, command) == code
    with world.database.read() as sql:
        assert sql.exec_driver_sql("SELECT count(*) FROM accounts").scalar_one() == 1
    assert (world.mails(), world.entries()[-1].code) == ([], code)


def test_link_is_mailed_and_not_shown_to_operators(world: World, grace: Bearer) -> None:
    """No operator chooses or sees a password, or the way to one (PASS-6)."""
    added = add(world, grace)
    ((recipient, letter),) = world.collect_mail()
    page, token = str(letter.facts["link"]).removeprefix("https://login.example.org/").split("/")
    parsed = parse_token(token)
    assert parsed is not None
    opened = Walk(world).take(open_link(OpenLink(page, PendingToken(*parsed))))

    assert added.link is None
    assert (recipient, letter.kind, letter.facts["user_name"], letter.facts["by"]) == (
        "bram@example.org", Kind.ACCOUNT_ADDED, "b.rossi", "grace",
    )  # fmt: skip
    assert opened == LinkOpened("set-password", "b.rossi", NOON + timedelta(hours=72))


def test_owner_sees_the_link_and_needs_no_address(world: World) -> None:
    """At the server's own machine it is printed too."""
    added = add(world, None, replace(NEW, email=None))
    assert added.link is not None

    assert added.link.reveal().startswith("/set-password/")
    assert world.mails() == []


def test_owner_may_bring_the_password(world: World) -> None:
    """Then no link is made, and it may have to be changed at the next sign-in (PASS-3, PASS-6)."""
    added = add(world, None, replace(NEW, password_hash="new$secret", must_change_password=True))
    with world.reading() as call:
        stored = passwords.find(call, added.account)
    assert stored is not None

    assert (stored.hash, stored.must_change, added.link, world.mails()) == ("new$secret", True, None, [])


def test_new_account_starts_on_the_allowlist(world: World, grace: Bearer) -> None:
    """For fourteen days, by whoever added it (KEY-12, KEY-13)."""
    added = add(world, grace)
    with world.reading() as call:
        entry = states.entry_of(call, added.account)
    assert entry is not None

    assert (entry.cause, entry.added_by, entry.expires_at) == (Cause.NEW_ACCOUNT, "grace", NOON + timedelta(days=14))
    assert factor_state(world, added.account) is FactorState.MAY_SET_UP


def test_new_account_may_start_blocked(world: World, grace: Bearer) -> None:
    """Where new accounts may not set up a key by themselves (KEY-12)."""
    world.run(change_two_factor, ChangeTwoFactor({"new_accounts_may_set_up": False}))

    assert factor_state(world, add(world, grace).account) is FactorState.BLOCKED


def test_roles_are_given_with_the_account(world: World, grace: Bearer) -> None:
    """Each change of rights has its entry; a role that is named twice is given once (AUDIT-1)."""
    added = add(world, grace, replace(NEW, roles=("help-desk", "auditor", "help-desk")))
    with world.reading() as call:
        assert {"users:unlock", "audit:read"} <= rights.rights_of(call, added.account)

    assert [
        (one.act, one.actor_name, one.target_name, one.details) for one in world.entries() if "role" in one.details
    ] == [
        ("rights.granted", "grace", "b.rossi", {"role": "help-desk"}),
        ("rights.granted", "grace", "b.rossi", {"role": "auditor"}),
    ]
    assert world.entries()[-1].details == {"kind": "internal", "roles": "help-desk, auditor, help-desk"}


def test_nobody_adds_an_account_that_holds_more(world: World) -> None:
    """A super user makes no administrator this way either (RIGHT-4)."""
    sam = world.add_operator("sam", "super-user")

    assert refusal(world, sam, replace(NEW, roles=("help-desk", "administrator"))) == "rights.not_held"


def test_roles_are_given_with_the_second_factor_alone(world: World, grace: Bearer) -> None:
    """As everywhere else (KEY-7): adding an account is no way around it."""
    with world.writing() as call:
        call.sql.exec_driver_sql("UPDATE account_state SET factors = 0")

    assert refusal(world, grace, replace(NEW, roles=("help-desk",))) == "session.second_factor_required"
    add(world, grace)


@pytest.mark.parametrize("role", ["help-desk", "auditor"])
def test_adding_takes_the_right(world: World, role: str) -> None:
    """Whoever only unlocks or reads adds nobody."""
    assert refusal(world, world.add_operator("hugo", role), NEW) == "rights.missing"


def test_recovery_code_adds_nobody(world: World) -> None:
    """Such a session reaches its own page only (KEY-1)."""
    hugo = world.sign_in(world.add("hugo", "administrator", factors=1), OpenedWith.RECOVERY_CODE)

    assert refusal(world, hugo, NEW) == "session.second_factor_required"


def test_account_begins_in_its_groups(world: World, grace: Bearer) -> None:
    """Named by id or name, once each; every membership has its entry, and all of it the same instant."""
    north = world.run(add_group, AddGroup("Branch North"))
    south = world.run(add_group, AddGroup("Branch South"))
    assert isinstance(north, GroupAdded)
    assert isinstance(south, GroupAdded)
    named = ("branch north", str(south.group), str(north.group))
    added = add(world, grace, replace(NEW, groups=named))

    with world.reading() as call:
        assert groups.groups_of(call, added.account) == {north.group, south.group}
    told = [(one.act, one.target_name, one.details.get("group")) for one in world.entries()[-3:]]
    assert told == [
        ("groups.member_added", "b.rossi", "Branch North"),
        ("groups.member_added", "b.rossi", "Branch South"),
        ("accounts.added", "b.rossi", None),
    ]
    assert world.entries()[-1].details["groups"] == "Branch North, Branch South"


def test_account_is_not_added_to_a_group_that_is_not_there(world: World, grace: Bearer) -> None:
    """Nor is half an account made."""
    assert refusal(world, grace, replace(NEW, groups=("Branch North",))) == "groups.not_found"
    with world.reading() as call:
        assert accounts.find(call, "b.rossi") is None


def test_who_added_an_account_issues_it_no_code(world: World, grace: Bearer) -> None:
    """They gave it its address: for 72 hours that takes another operator, who changed it not either (KEY-10)."""
    hugo, ivy = (world.add_operator(name, "administrator") for name in ("hugo", "ivy"))
    account = add(world, grace).account
    moved = EditAccount(account, world.standing(account).account.version, email="new@example.org", reason="moved")
    world.run(edit_account, moved, hugo)
    issued = [world.run(issue_temporary_access_code, IssueTemporaryAccessCode(account, "x"), by) for by in (grace, ivy)]

    assert issued[0] == Refused("second_factor.changed_by_actor")
    assert isinstance(issued[1], TemporaryAccessCodeIssued)
