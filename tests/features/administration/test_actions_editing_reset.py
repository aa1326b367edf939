from datetime import timedelta

import pytest

from doorward.features.administration.actions.editing import edit_account, start_password_reset
from doorward.features.administration.model import EditAccount, PasswordResetStarted, StartPasswordReset
from doorward.features.notices.model import Kind
from doorward.features.passwords import actions as passwords
from doorward.features.second_factor.actions.allowlist import allow_set_up, withdraw_set_up
from doorward.features.second_factor.actions.secret_key import (
    delete_secret_key,
    issue_temporary_access_code,
    reset_secret_key,
)
from doorward.features.second_factor.model import (
    AllowSetUp,
    DeleteSecretKey,
    IssueTemporaryAccessCode,
    ResetSecretKey,
    TemporaryAccessCodeIssued,
    WithdrawSetUp,
)
from doorward.features.signin.actions.new_password import use_set_password_link
from doorward.features.signin.model import PasswordSet, PendingToken, UseSetPasswordLink
from doorward.kernel.act import Bearer, Caller
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret
from doorward.kernel.tokens import parse_token
from tests.features.signin.walking import Walk
from tests.worlds import NOON, OWNER, World

NEW = "an otter in the river"
EXPIRED = Refused("signin.expired")


@pytest.fixture
def walk(world: World) -> Walk:
    """Begin with nobody there."""
    return Walk(world)


@pytest.fixture
def grace(world: World) -> Bearer:
    """Grace, an administrator who signed in with her factor."""
    return world.add_operator("grace", "administrator")


@pytest.fixture
def bram(walk: Walk) -> AccountId:
    """Bram, who has a password."""
    return walk.person("bram", factors=1)


def start(world: World, account: AccountId, by: Caller = OWNER) -> PasswordResetStarted | Refused:
    """Start a password reset; as the server's owner where nobody else is named."""
    return world.run(start_password_reset, StartPasswordReset(account, "forgot it"), by)


def started(world: World, account: AccountId, by: Caller = OWNER) -> PasswordResetStarted:
    """Start a password reset that is not refused."""
    outcome = start(world, account, by)
    assert isinstance(outcome, PasswordResetStarted), outcome
    return outcome


def mailed_link(world: World) -> PendingToken:
    """Read the token of the latest link from the mail."""
    links = [letter.facts["link"] for _, letter in world.collect_mail() if "link" in letter.facts]
    return token_in(str(links[-1]))


def token_in(link: str) -> PendingToken:
    """Read the token of a link."""
    parsed = parse_token(link.rpartition("/")[2])
    assert parsed is not None
    return PendingToken(*parsed)


def use(walk: Walk, token: PendingToken) -> object:
    """Set a password by a link."""
    return walk.take(use_set_password_link(UseSetPasswordLink(token, Secret(NEW))))


def test_link_is_mailed_and_not_shown_to_the_operator(world: World, bram: AccountId, grace: Bearer) -> None:
    """The person chooses the password; the present one stays until then (PASS-6)."""
    outcome = started(world, bram, grace)
    ((recipient, letter),) = world.collect_mail()
    with world.reading() as call:
        present = passwords.find(call, bram)

    assert outcome == PasswordResetStarted(NOON + timedelta(hours=72))
    assert (recipient, letter.kind, letter.facts["by"]) == ("bram@example.org", Kind.PASSWORD_RESET_STARTED, "grace")
    assert str(letter.facts["link"]).startswith("https://login.example.org/set-password/")
    assert present is not None
    entry = world.entries()[-1]
    assert (entry.act, entry.outcome, entry.actor_name, entry.target_name, entry.reason) == (
        "passwords.reset_started", "done", "grace", "bram", "forgot it",
    )  # fmt: skip


def test_link_sets_a_password_and_gives_no_session(walk: Walk, world: World, bram: AccountId, grace: Bearer) -> None:
    """The second factor is asked as ever."""
    started(world, bram, grace)

    assert use(walk, mailed_link(world)) == PasswordSet("bram")
    goes_on = walk.give_password("bram", NEW)
    assert goes_on.next == "code"


def test_owner_sees_the_link(walk: Walk, world: World, bram: AccountId) -> None:
    """It is printed at the server's own machine, and mailed as well."""
    outcome = started(world, bram)
    assert outcome.link is not None

    assert len(world.collect_mail()) == 1
    assert use(walk, token_in(outcome.link.reveal())) == PasswordSet("bram")


def test_newer_link_voids_the_one_before(walk: Walk, world: World, bram: AccountId, grace: Bearer) -> None:
    """One link is good at a time."""
    started(world, bram, grace)
    first = mailed_link(world)
    started(world, bram, grace)

    assert use(walk, first) == EXPIRED
    assert use(walk, mailed_link(world)) == PasswordSet("bram")


@pytest.mark.parametrize("email", ["", "rossi@example.org"])
def test_account_without_a_usable_address(world: World, bram: AccountId, grace: Bearer, email: str) -> None:
    """None, or one that was changed within 72 hours, gets no link (DESK-4); the owner can hand it over."""
    world.run(edit_account, EditAccount(bram, None, email=email))
    world.collect_mail()

    assert start(world, bram, grace) == Refused("passwords.no_address")
    assert started(world, bram).link is not None
    assert world.collect_mail() == []


def test_changed_address_is_usable_after_72_hours(world: World, bram: AccountId, grace: Bearer) -> None:
    """Until then its former owner could still object (DESK-4)."""
    world.run(edit_account, EditAccount(bram, None, email="rossi@example.org"))
    world.collect_mail()
    world.pass_time(hours=72)
    started(world, bram, world.sign_in(grace.account))

    assert [recipient for recipient, _ in world.collect_mail()] == ["rossi@example.org"]


def test_changed_address_voids_a_link_on_its_way(walk: Walk, world: World, bram: AccountId, grace: Bearer) -> None:
    """A link that went to the old address is worth nothing any more."""
    started(world, bram, grace)
    link = mailed_link(world)
    world.run(edit_account, EditAccount(bram, None, email="rossi@example.org"))

    assert use(walk, link) == EXPIRED


def test_open_set_up_after_a_reset_bars_the_link(walk: Walk, world: World, bram: AccountId, grace: Bearer) -> None:
    """The mailbox alone must not give the account: not with the link first, and not with it second (PASS-5)."""
    started(world, bram, grace)
    before = mailed_link(world)
    world.run(reset_secret_key, ResetSecretKey(bram, "lost"), grace)

    assert start(world, bram, grace) == Refused("passwords.set_up_open")
    assert start(world, bram) == Refused("passwords.set_up_open")
    assert use(walk, before) == EXPIRED


def test_allowing_a_set_up_bars_the_link(walk: Walk, world: World, bram: AccountId, grace: Bearer) -> None:
    """Nor with two acts that each are in order: a factor deleted, and a set-up allowed (PASS-5)."""
    world.run(delete_secret_key, DeleteSecretKey(bram, "a strange call"), grace)
    started(world, bram, grace)
    before = mailed_link(world)
    world.run(allow_set_up, AllowSetUp(bram, "settled"), grace)

    assert use(walk, before) == EXPIRED
    assert start(world, bram, grace) == Refused("passwords.set_up_open")


def test_an_account_without_a_password_is_let_in_by_its_mailbox(walk: Walk, world: World, grace: Bearer) -> None:
    """As a new one is: an imported one that was allowed a set-up, in either order."""
    nora = world.add("nora")
    world.run(allow_set_up, AllowSetUp(nora, "begins on Monday"), grace)
    started(world, nora, grace)
    world.run(withdraw_set_up, WithdrawSetUp(nora, "on Tuesday"), grace)
    world.run(allow_set_up, AllowSetUp(nora, "begins on Tuesday"), grace)

    assert isinstance(use(walk, mailed_link(world)), PasswordSet)


def test_link_is_mailed_once_the_set_up_is_closed(world: World, bram: AccountId, grace: Bearer) -> None:
    """Taken off the allowlist, or expired after 72 hours (KEY-13)."""
    world.run(reset_secret_key, ResetSecretKey(bram, "lost"), grace)
    world.run(withdraw_set_up, WithdrawSetUp(bram, "first the password"), grace)
    assert isinstance(start(world, bram, grace), PasswordResetStarted)

    world.run(reset_secret_key, ResetSecretKey(bram, "lost"), grace)
    world.pass_time(hours=72)
    assert isinstance(start(world, bram), PasswordResetStarted)


def test_nobody_starts_their_own_or_a_higher_accounts(world: World, bram: AccountId, grace: Bearer) -> None:
    """A super user cannot begin to take over an administrator (RIGHT-4)."""
    sam = world.add_operator("sam", "super-user")

    assert start(world, grace.account, grace) == Refused("rights.self")
    assert start(world, grace.account, sam) == Refused("rights.higher_target")
    assert isinstance(start(world, bram, sam), PasswordResetStarted)


def test_who_started_a_password_reset_issues_no_code(world: World, grace: Bearer, bram: AccountId) -> None:
    """They could have had the link: for 72 hours it takes an operator who set neither password nor address (KEY-10)."""
    hugo, ivy = (world.add_operator(name, "administrator") for name in ("hugo", "ivy"))
    started(world, bram, grace)
    world.run(reset_secret_key, ResetSecretKey(bram, "lost the phone"))
    moved = EditAccount(bram, world.standing(bram).account.version, email="new@example.org", reason="moved")
    world.run(edit_account, moved, hugo)
    issued = [world.run(issue_temporary_access_code, IssueTemporaryAccessCode(bram, "x"), by) for by in (grace, hugo)]

    assert issued == [Refused("second_factor.changed_by_actor")] * 2
    assert isinstance(
        world.run(issue_temporary_access_code, IssueTemporaryAccessCode(bram, "x"), ivy), TemporaryAccessCodeIssued
    )
