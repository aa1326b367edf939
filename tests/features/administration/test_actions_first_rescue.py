from datetime import timedelta
from uuid import UUID

import pytest

from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import AccountKind
from doorward.features.administration.actions.editing import edit_account, start_password_reset
from doorward.features.administration.actions.first import rescue_account
from doorward.features.administration.model import EditAccount, LinkMade, RescueAccount, StartPasswordReset
from doorward.features.links import actions as links
from doorward.features.links.model import LinkKind
from doorward.features.lockout.actions.locking import lock_account
from doorward.features.lockout.model import LockAccount
from doorward.features.notices.model import Kind
from doorward.features.rights import store as rights_store
from doorward.features.rights.actions import administrators as rights
from doorward.features.rights.actions import granting
from doorward.features.rights.model.acts.granting import RevokeRole
from doorward.features.rights.model.facts import Assignment, Effect
from doorward.features.second_factor.actions import states
from doorward.features.second_factor.actions.exclusions import exclude_account
from doorward.features.second_factor.model import Cause, ExcludeAccount, KeyShown
from doorward.features.sessions.actions import show_session
from doorward.features.sessions.model import SessionShown, ShowSession
from doorward.features.signin.actions.codes import give_device_code
from doorward.features.signin.actions.new_password import open_link, use_rescue_link
from doorward.features.signin.actions.set_up import confirm_set_up, show_set_up
from doorward.features.signin.model import (
    ConfirmSetUp,
    GiveDeviceCode,
    LinkOpened,
    OpenLink,
    PendingToken,
    ShowSetUp,
    SignedIn,
    UseRescueLink,
)
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret
from doorward.kernel.tokens import parse_token
from tests.features.signin.walking import Walk, authenticator, token_of
from tests.worlds import NOON, World

NEW = "an otter in the river"
EXPIRED = Refused("signin.expired")


@pytest.fixture
def walk(world: World) -> Walk:
    """Begin with nobody there."""
    return Walk(world)


@pytest.fixture
def grace(walk: Walk) -> AccountId:
    """Grace, an administrator with a password, who has lost her phone."""
    return walk.person("grace", "administrator", factors=1)


def rescue(world: World, account: AccountId) -> PendingToken:
    """Rescue an account at the server's machine, and read the link's token."""
    made = world.run(rescue_account, RescueAccount(account, "lost phone"))
    assert isinstance(made, LinkMade), made
    parsed = parse_token(made.path.reveal().removeprefix("/rescue/"))
    assert parsed is not None
    return PendingToken(*parsed)


def come_back(walk: Walk, token: PendingToken) -> Bearer:
    """Go the way of a rescued person: a new password, a new key, in."""
    pending = token_of(walk.take(use_rescue_link(UseRescueLink(token, Secret(NEW)))))
    key = walk.take(show_set_up(ShowSetUp(pending)))
    assert isinstance(key, KeyShown)
    code = authenticator(key.secret_key.reveal(), walk.world)
    signed_in = walk.take(confirm_set_up(ConfirmSetUp(pending, code)))
    assert isinstance(signed_in, SignedIn), signed_in
    parsed = parse_token(signed_in.token.reveal())
    assert parsed is not None
    return Bearer(*parsed)


def bring_down(world: World, account: AccountId) -> None:
    """Do to an administrator all that can be done: demote, exclude, lock by hand, make external, disable."""
    world.add("deputy", "administrator", factors=1)
    world.run(granting.revoke_role, RevokeRole(account, "administrator", "x"))
    world.run(exclude_account, ExcludeAccount(account, "x"))
    world.run(lock_account, LockAccount(account, "x"))
    world.run(edit_account, EditAccount(account, None, kind=AccountKind.EXTERNAL))
    with world.writing() as call:
        rights_store.grant(
            call.sql, account, Assignment("administrator", Effect.DENY), rights_store.WriteStamp("x", call.now)
        )
        accounts.set_enabled(call, world.standing(account).account, enabled=False)


def test_whoever_was_brought_down_administers_again(walk: Walk, world: World, grace: AccountId) -> None:
    """Demoted, denied, excluded, locked by hand, external, disabled: one link, a password, a key, and in (RIGHT-5)."""
    bring_down(world, grace)
    session = come_back(walk, rescue(world, grace))
    shown = world.run(show_session, ShowSession(), session)
    assert isinstance(shown, SessionShown)

    assert (len(shown.rights), shown.session.used_second_factor) == (13, True)
    with world.reading() as call:
        assert grace in accounts.able_among(call, [grace])


def test_rescue_ends_what_was_there(walk: Walk, world: World, grace: AccountId) -> None:
    """Sessions, factors, other links: whoever had the account has it no more."""
    session = world.sign_in(grace)
    with world.writing() as call:
        _, link = links.make_link(call, grace, LinkKind.SET_PASSWORD, 1)
    first = rescue(world, grace)
    second = rescue(world, grace)
    state = world.standing(grace).state

    assert world.run(show_session, ShowSession(), session) == Refused("session.required")
    assert (state.factors, state.epoch) == (0, 3)
    with world.reading() as call:
        assert links.find_good(call, grace, link.token_hash, LinkKind.SET_PASSWORD, state.epoch) is None
    assert walk.take(use_rescue_link(UseRescueLink(first, Secret(NEW)))) == EXPIRED
    come_back(walk, second)


def test_using_the_link_ends_what_the_old_password_has_begun(walk: Walk, world: World, grace: AccountId) -> None:
    """Whoever knows that password, and reads the mail, does not set up a key beside the rescued person."""
    token = rescue(world, grace)
    thief = token_of(walk.give_password("grace"))
    walk.take(give_device_code(GiveDeviceCode(thief, walk.mailed_code())))
    walk.take(use_rescue_link(UseRescueLink(token, Secret(NEW))))

    assert walk.take(show_set_up(ShowSetUp(thief))) == EXPIRED


def test_rescue_link_is_good_for_an_hour_and_once(walk: Walk, world: World, grace: AccountId) -> None:
    """Opening it changes nothing."""
    token = rescue(world, grace)
    opened = walk.take(open_link(OpenLink("rescue", token)))
    come_back(walk, token)

    assert opened == LinkOpened("rescue", "grace", NOON + timedelta(hours=1))
    assert walk.take(use_rescue_link(UseRescueLink(token, Secret(NEW)))) == EXPIRED

    late = rescue(world, grace)
    world.pass_time(hours=1)
    assert walk.take(use_rescue_link(UseRescueLink(late, Secret(NEW)))) == EXPIRED


def test_rescue_lifts_a_lock_and_says_who_did(world: World, grace: AccountId) -> None:
    """Unlocked by is the owner at the command line (RIGHT-8)."""
    world.add("deputy", "administrator", factors=1)
    world.run(lock_account, LockAccount(grace, "x"))
    rescue(world, grace)
    state = world.standing(grace).state

    assert (state.lock, state.unlocked_by, state.unlocked_at) == (None, "cli:root", NOON)


def test_rescue_is_recorded_and_told(world: World, grace: AccountId) -> None:
    """An owner who rescues somebody is seen (RIGHT-8, DESK-3)."""
    rescue(world, grace)
    entry = world.entries()[-1]
    ((recipient, letter),) = world.collect_mail()

    assert (entry.act, entry.outcome, entry.actor_name, entry.target_name, entry.reason) == (
        "accounts.rescued", "done", "cli:root", "grace", "lost phone",
    )  # fmt: skip
    assert (recipient, letter.kind, letter.facts["by"]) == ("grace@example.org", Kind.SECOND_FACTOR_RESET, "cli:root")


def test_mailbox_alone_does_not_give_a_rescued_account(world: World, grace: AccountId) -> None:
    """No password link is mailed while the set-up of a rescue is open (PASS-5)."""
    rescue(world, grace)
    with world.reading() as call:
        entry = states.entry_of(call, grace)
    assert entry is not None

    assert entry.cause is Cause.RESCUE
    assert world.run(start_password_reset, StartPasswordReset(grace, "x")) == Refused("passwords.set_up_open")


def test_rescue_of_an_ordinary_account_makes_an_administrator(walk: Walk, world: World) -> None:
    """The server's owner decides who administers; the change of rights has its own entry (AUDIT-1)."""
    bram = walk.person("bram", "help-desk")
    token = rescue(world, bram)
    granted = [(one.act, one.actor_name, one.target_name, one.details) for one in world.entries()[:-1]]
    come_back(walk, token)

    assert granted == [("rights.granted", "cli:root", "bram", {"role": "administrator"})]
    with world.reading() as call:
        assert rights.last_able_administrator(call, bram)


def test_only_the_server_rescues(world: World, grace: AccountId) -> None:
    """No session can, and an account that is not there cannot be rescued."""
    other = world.add_operator("hugo", "administrator")

    assert world.run(rescue_account, RescueAccount(grace, "x"), other) == Refused("session.required")
    assert world.run(rescue_account, RescueAccount(AccountId(UUID(int=9)), "x")) == Refused("accounts.not_found")
