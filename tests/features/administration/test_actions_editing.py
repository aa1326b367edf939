import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from doorward.features.accounts.model import AccountKind
from doorward.features.administration.actions.editing import disable_account, edit_account, enable_account
from doorward.features.administration.model import (
    AccountDisabled,
    AccountEdited,
    AccountEnabled,
    AccountUnchanged,
    DisableAccount,
    EditAccount,
    EnableAccount,
)
from doorward.features.notices.model import Kind
from doorward.features.passwords import actions as passwords
from doorward.features.second_factor.actions.secret_key import issue_temporary_access_code
from doorward.features.second_factor.model import IssueTemporaryAccessCode, TemporaryAccessCodeIssued
from doorward.features.signin.actions.codes import give_device_code
from doorward.features.signin.actions.set_up import show_set_up
from doorward.features.signin.model import GiveDeviceCode, Next, ShowSetUp, SignInGoesOn
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.features.signin.walking import Walk, allow, token_of
from tests.worlds import NOON, OWNER, World


@pytest.fixture
def grace(world: World) -> Bearer:
    """Grace, an administrator who signed in with her factor."""
    return world.add_operator("grace", "administrator")


@pytest.fixture
def bram(world: World) -> AccountId:
    """Bram, at version 1."""
    return world.add("bram")


def edit(world: World, account: AccountId, by: Bearer | None = None, **fields: Any) -> object:
    """Edit the account as it is; as the server's owner where nobody else is named."""
    seen = world.standing(account).account.version
    return world.run(edit_account, replace(EditAccount(account, seen, reason="asked"), **fields), by or OWNER)


def test_edit_changes_what_was_given(world: World, bram: AccountId, grace: Bearer) -> None:
    """The rest stays; the entry names the fields and not what was in them."""
    outcome = edit(world, bram, grace, user_name=" Rossi ", full_name="Bram Rossi")
    account = world.standing(bram).account

    assert outcome == AccountEdited(2, ("user_name", "full_name"))
    assert (account.user_name, account.full_name, account.email, account.version) == (
        "Rossi", "Bram Rossi", "bram@example.org", 2,
    )  # fmt: skip
    entry = world.entries()[-1]
    assert (entry.act, entry.outcome, entry.target_name, entry.reason, entry.details) == (
        "accounts.edited", "done", "bram", "asked", {"changed": "user_name, full_name"},
    )  # fmt: skip


def test_edit_that_changes_nothing(world: World, bram: AccountId, grace: Bearer) -> None:
    """Is recorded as unchanged, and makes no version."""
    assert edit(world, bram, grace, user_name="bram", email="bram@example.org") == AccountUnchanged()
    assert edit(world, bram, grace, must_change_password=False) == AccountUnchanged()
    assert world.standing(bram).account.version == 1


@pytest.mark.parametrize(
    ("version", "code"),
    [(None, "accounts.version_missing"), (0, "accounts.version_lost"), (2, "accounts.version_lost")],
)
def test_editor_names_the_version_they_saw(
    world: World, bram: AccountId, grace: Bearer, version: int | None, code: str
) -> None:
    """The slower of two is told, instead of overwriting."""
    assert edit(world, bram, grace, if_version=version, full_name="Bram R.") == Refused(code)
    assert world.standing(bram).account.full_name == "Bram"


def test_owner_may_overwrite(world: World, bram: AccountId) -> None:
    """The command line has shown no version."""
    assert edit(world, bram, if_version=None, full_name="Bram R.") == AccountEdited(2, ("full_name",))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"user_name": "GRACE"}, "accounts.name_taken"),
        ({"user_name": ""}, "accounts.name_missing"),
        ({"full_name": " "}, "accounts.name_missing"),
        ({"email": "bram at home"}, "accounts.email_malformed"),
    ],
)
def test_what_an_account_cannot_become(
    world: World, bram: AccountId, grace: Bearer, fields: dict[str, str], code: str
) -> None:
    """A refused edit changes nothing."""
    before = world.standing(bram)
    refused = edit(world, bram, grace, **fields)

    assert isinstance(refused, Refused)
    assert (refused.code, world.standing(bram)) == (code, before)


def test_own_name_in_another_spelling_is_free(world: World, bram: AccountId, grace: Bearer) -> None:
    """Only somebody else's name is taken."""
    assert edit(world, bram, grace, user_name="BRAM") == AccountEdited(2, ("user_name",))


def test_changed_address_is_told_to_both(world: World, bram: AccountId, grace: Bearer) -> None:
    """The old address hears of it, so that a thief of the account is noticed (DESK-4)."""
    edit(world, bram, grace, email="rossi@example.org")

    told = {(recipient, letter.kind, letter.facts["by"]) for recipient, letter in world.collect_mail()}
    assert told == {
        ("bram@example.org", Kind.EMAIL_CHANGED, "grace"),
        ("rossi@example.org", Kind.EMAIL_CHANGED, "grace"),
    }
    assert world.standing(bram).account.email_changed_at == NOON


def test_removed_address_is_told_to_the_old_one(world: World, bram: AccountId, grace: Bearer) -> None:
    """There is no other."""
    edit(world, bram, grace, email="")

    assert [recipient for recipient, _ in world.collect_mail()] == ["bram@example.org"]
    assert world.standing(bram).account.email is None


def test_first_address_is_told_to_itself(world: World, bram: AccountId, grace: Bearer) -> None:
    """An account without one had nobody to tell."""
    edit(world, bram, grace, email="")
    world.collect_mail()
    world.pass_time(days=7)
    edit(world, bram, email="rossi@example.org")

    assert [recipient for recipient, _ in world.collect_mail()] == ["rossi@example.org"]


def test_changed_address_voids_codes_on_their_way(world: World, grace: Bearer) -> None:
    """A code that went to the old address is worth nothing, and none goes to the new one for 72 hours (DESK-4)."""
    walk = Walk(world)
    bram = walk.person("bram")
    allow(world, bram)
    pending, code = token_of(walk.give_password("bram")), walk.mailed_code()
    edit(world, bram, grace, email="rossi@example.org")
    used = walk.take(give_device_code(GiveDeviceCode(pending, code)))
    again = walk.give_password("bram")

    assert used == Refused("signin.expired")
    assert isinstance(again, SignInGoesOn)
    assert (again.next, again.sent_to) == (Next.DEVICE_CODE, None)
    assert Kind.DEVICE_CODE not in [letter.kind for _, letter in world.collect_mail()]


def issue_code(world: World, account: AccountId, by: Bearer) -> object:
    """Issue a temporary access code."""
    return world.run(issue_temporary_access_code, IssueTemporaryAccessCode(account, "no mail"), by)


def test_changed_address_ends_sign_ins_under_way(world: World) -> None:
    """Whoever came as far as the set-up by a code to the old address goes no further."""
    walk = Walk(world)
    account = walk.person("bram")
    allow(world, account)
    pending = token_of(walk.give_password("bram"))
    walk.take(give_device_code(GiveDeviceCode(pending, walk.mailed_code())))
    world.run(edit_account, EditAccount(account, None, email="new@example.org", reason="moved"))

    shown = walk.take(show_set_up(ShowSetUp(pending)))

    assert isinstance(shown, Refused)
    assert shown.code == "signin.expired"


def test_who_changed_the_address_issues_no_code(world: World, bram: AccountId) -> None:
    """For 72 hours it takes another operator; the server's owner is not asked (KEY-10, RIGHT-8)."""
    grace, hugo = (world.add(name, "administrator", factors=1) for name in ("grace", "hugo"))
    allow(world, bram)
    edit(world, bram, world.sign_in(grace), email="rossi@example.org")

    refused = issue_code(world, bram, world.sign_in(grace))
    assert isinstance(refused, Refused)
    assert refused.code == "second_factor.changed_by_actor"
    assert isinstance(issue_code(world, bram, world.sign_in(hugo)), TemporaryAccessCodeIssued)
    assert isinstance(
        world.run(issue_temporary_access_code, IssueTemporaryAccessCode(bram, "x")), TemporaryAccessCodeIssued
    )


def test_marked_password_is_asked_anew(world: World, grace: Bearer) -> None:
    """At the next sign-in; an account without a password has nothing to mark (PASS-3)."""
    bram, robot = Walk(world).person("bram"), world.add("robot")
    outcome = edit(world, bram, grace, must_change_password=True)
    with world.reading() as call:
        stored = passwords.find(call, bram)
    assert stored is not None

    assert outcome == AccountEdited(2, ("must_change_password",))
    assert stored.must_change
    assert edit(world, robot, grace, must_change_password=True) == AccountUnchanged()


def test_last_administrator_stays_internal(world: World, grace: Bearer) -> None:
    """An external account operates nothing, so that would be the end of administering (RIGHT-5)."""
    assert edit(world, grace.account, kind=AccountKind.EXTERNAL) == Refused("rights.last_administrator")

    world.add("deputy", "administrator", factors=1)
    assert edit(world, grace.account, kind=AccountKind.EXTERNAL) == AccountEdited(2, ("kind",))


def test_disabled_account_is_enabled_again(world: World, bram: AccountId, grace: Bearer) -> None:
    """Both are recorded, repeating either is harmless, and the days of inactivity begin anew."""
    disable, enable = DisableAccount(bram, "left"), EnableAccount(bram, "back")
    disabled = [world.run(disable_account, disable, grace) for _ in range(2)]
    barred = not world.standing(bram).account.enabled
    world.pass_time(minutes=5)
    enabled = [world.run(enable_account, enable, grace) for _ in range(2)]
    state = world.standing(bram).state

    assert (disabled, enabled) == ([AccountDisabled(), AccountUnchanged()], [AccountEnabled(), AccountUnchanged()])
    assert (barred, world.standing(bram).account.enabled) == (True, True)
    assert (state.epoch, state.enabled_at) == (2, NOON + timedelta(minutes=5))
    assert [(one.act, one.outcome) for one in world.entries()] == [
        ("accounts.disabled", "done"),
        ("accounts.disabled", "unchanged"),
        ("accounts.enabled", "done"),
        ("accounts.enabled", "unchanged"),
    ]


def test_last_administrator_is_not_disabled(world: World, grace: Bearer) -> None:
    """Nobody does it, not even the server's owner (RIGHT-5)."""
    assert world.run(disable_account, DisableAccount(grace.account, "x")) == Refused("rights.last_administrator")


def test_of_two_last_administrators_one_is_disabled_at_once(world: World) -> None:
    """Two windows, one instant: whoever comes second is told that nobody would remain (RIGHT-5)."""
    both, outcomes = threading.Barrier(2), list[str]()

    def disable(account: AccountId) -> None:
        both.wait()
        outcome = world.run(disable_account, DisableAccount(account, "x"))
        outcomes.append(outcome.code if isinstance(outcome, Refused) else outcome.status)

    able = [world.add(name, "administrator", factors=1) for name in ("grace", "hugo")]
    racing = [threading.Thread(target=disable, args=(account,)) for account in able]
    for one in racing:
        one.start()
    for one in racing:
        one.join()

    assert sorted(outcomes) == ["done", "rights.last_administrator"]


@pytest.mark.parametrize(
    "command",
    [
        EditAccount(AccountId(UUID(int=9)), 1),
        EnableAccount(AccountId(UUID(int=9))),
        DisableAccount(AccountId(UUID(int=9))),
    ],
)
def test_nobody_does_it_to_themselves_or_to_nobody(world: World, grace: Bearer, command: Any) -> None:
    """One's own account is another operator's to change; an id that nobody has is not found."""
    action: Any = {EditAccount: edit_account, EnableAccount: enable_account, DisableAccount: disable_account}[
        type(command)
    ]

    assert world.run(action, command, grace) == Refused("accounts.not_found")
    assert world.run(action, replace(command, account=grace.account), grace) == Refused("rights.self")
