from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from doorward.edges.steps import PlainDriver
from doorward.features.accounts import actions as accounts
from doorward.features.administration.actions.first import make_first_link, open_welcome_link, use_welcome_link
from doorward.features.administration.model import LinkMade, MakeFirstLink, UseWelcomeLink
from doorward.features.policy.actions import change_two_factor
from doorward.features.policy.model import ChangeTwoFactor
from doorward.features.rights.actions import administrators as rights
from doorward.features.second_factor.model import KeyShown
from doorward.features.signin.actions.set_up import confirm_set_up, show_set_up
from doorward.features.signin.model import (
    ConfirmSetUp,
    LinkOpened,
    Next,
    OpenLink,
    PendingToken,
    ShowSetUp,
    SignedIn,
    SignInGoesOn,
)
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import HashJob, Secret, Verified
from doorward.kernel.tokens import parse_token
from tests.features.signin.walking import Walk, authenticator, hash_now, token_of
from tests.worlds import API, NOON, World

PASSWORD = "an otter in the river"
EXPIRED = Refused("signin.expired")


@pytest.fixture
def walk(world: World) -> Walk:
    """Begin with nobody there."""
    return Walk(world)


def make(world: World) -> PendingToken:
    """Make the first link, and read its token."""
    made = world.run(make_first_link, MakeFirstLink())
    assert isinstance(made, LinkMade), made
    parsed = parse_token(made.path.reveal().removeprefix("/welcome/"))
    assert parsed is not None
    return PendingToken(*parsed)


def form(token: PendingToken) -> UseWelcomeLink:
    """Fill in the welcome page."""
    return UseWelcomeLink(token, " Grace ", "Grace H.", "grace@example.org", Secret(PASSWORD))


def use(walk: Walk, command: UseWelcomeLink) -> object:
    """Send the welcome page."""
    return walk.take(use_welcome_link(command))


def open_page(walk: Walk, token: PendingToken) -> object:
    """Look at the welcome page."""
    return walk.take(open_welcome_link(OpenLink("welcome", token)))


def test_first_administrator_comes_in(walk: Walk, world: World) -> None:
    """Name, password, second factor, in; no e-mailed code is asked, for the link stands in for it."""
    goes_on = use(walk, form(make(world)))
    pending = token_of(goes_on)
    key = walk.take(show_set_up(ShowSetUp(pending)))
    assert isinstance(key, KeyShown)
    signed_in = walk.take(confirm_set_up(ConfirmSetUp(pending, authenticator(key.secret_key.reveal(), world))))

    assert isinstance(goes_on, SignInGoesOn)
    assert goes_on.next is Next.SET_UP
    assert isinstance(signed_in, SignedIn)
    assert len(signed_in.recovery_codes) == 10
    account = world.standing(signed_in.account).account
    assert (account.user_name, account.full_name, account.email) == ("Grace", "Grace H.", "grace@example.org")
    with world.reading() as call:
        assert rights.last_able_administrator(call, signed_in.account)


def test_making_of_the_first_administrator_is_recorded(walk: Walk, world: World) -> None:
    """By whoever held the link, who is that account now; the link itself by the server's owner."""
    use(walk, form(make(world)))

    assert [(one.act, one.actor_name, one.target_name) for one in world.entries()] == [
        ("links.first_administrator", "cli:root", None),
        ("rights.granted", "Grace", "Grace"),
        ("allowlist.added", "Grace", "Grace"),
        ("accounts.added", "Grace", "Grace"),
    ]


def test_opening_changes_nothing(walk: Walk, world: World) -> None:
    """The page can be looked at as often as one likes, for 24 hours."""
    token = make(world)

    assert [open_page(walk, token) for _ in range(2)] == [LinkOpened("welcome", "", NOON + timedelta(hours=24))] * 2
    world.pass_time(hours=24)
    assert (open_page(walk, token), use(walk, form(token))) == (EXPIRED, EXPIRED)


@pytest.mark.parametrize("used", [0, 1], ids=["the first", "the second"])
def test_each_link_is_good_until_one_is_used(walk: Walk, world: World, used: int) -> None:
    """A server that starts again prints another one, and whoever holds the first is let in by it all the same."""
    links = [make(world) for _ in range(2)]

    assert [isinstance(open_page(walk, one), LinkOpened) for one in links] == [True, True]
    assert isinstance(use(walk, form(links[used])), SignInGoesOn)
    assert [open_page(walk, one) for one in links] == [EXPIRED, EXPIRED]
    assert use(walk, replace(form(links[1 - used]), user_name="eve")) == EXPIRED


def test_two_links_at_once_make_one_administrator(walk: Walk, world: World) -> None:
    """Whoever comes second finds, after the hash, that there is one."""
    first, second = make(world), make(world)

    def meanwhile(job: HashJob) -> Verified | str | bool:
        assert isinstance(use(walk, replace(form(second), user_name="eve")), SignInGoesOn)
        return hash_now(job)

    assert PlainDriver(world.runtime, meanwhile).drive(use_welcome_link(form(first)), API) == EXPIRED
    with world.reading() as call:
        assert accounts.find(call, "grace") is None


def test_link_is_used_once(walk: Walk, world: World) -> None:
    """Nobody else becomes administrator by it."""
    token = make(world)
    use(walk, form(token))

    assert use(walk, replace(form(token), user_name="eve")) == EXPIRED
    assert open_page(walk, token) == EXPIRED


def test_link_dies_with_the_first_administrator(walk: Walk, world: World) -> None:
    """However that one came to be, and whether or not they can sign in."""
    token = make(world)
    world.add("hugo", "administrator")

    assert (open_page(walk, token), use(walk, form(token))) == (EXPIRED, EXPIRED)
    assert world.run(make_first_link, MakeFirstLink()) == Refused("rights.administrator_exists")


def test_administrator_who_comes_while_the_password_is_hashed(world: World) -> None:
    """What was looked at before the hash is looked at again after it."""
    token = make(world)

    def meanwhile(job: HashJob) -> Verified | str | bool:
        world.add("hugo", "administrator")
        return hash_now(job)

    assert PlainDriver(world.runtime, meanwhile).drive(use_welcome_link(form(token)), API) == EXPIRED
    with world.reading() as call:
        assert accounts.find(call, "grace") is None


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"user_name": " "}, "accounts.name_missing"),
        ({"user_name": "BRAM"}, "accounts.name_taken"),
        ({"full_name": "a\nb"}, "accounts.name_malformed"),
        ({"email": "grace"}, "accounts.email_malformed"),
        ({"password": Secret("short")}, "passwords.min_length"),
        ({"password": Secret("qwertyuiop123")}, "passwords.common"),
        ({"user_name": "otter"}, "passwords.contains_name"),
    ],
)
def test_form_that_is_not_in_order(walk: Walk, world: World, fields: dict[str, Any], code: str) -> None:
    """Nothing is made, and the link is still good for another try."""
    world.add("bram")
    token = make(world)
    refused = use(walk, replace(form(token), **fields))

    assert isinstance(refused, Refused)
    assert refused.code == code
    assert isinstance(use(walk, form(token)), SignInGoesOn)


def test_first_administrator_may_set_up_whatever_the_rules_say(walk: Walk, world: World) -> None:
    """Where new accounts start blocked there is nobody yet who could allow it (KEY-12)."""
    world.run(change_two_factor, ChangeTwoFactor({"new_accounts_may_set_up": False}))
    pending = token_of(use(walk, form(make(world))))

    assert isinstance(walk.take(show_set_up(ShowSetUp(pending))), KeyShown)


def test_first_administrator_without_an_address_or_full_name(walk: Walk, world: World) -> None:
    """Neither is asked of them; they go by their user name."""
    use(walk, replace(form(make(world)), full_name="", email=""))
    with world.reading() as call:
        found = accounts.find(call, "grace")
    assert found is not None

    assert (found.account.full_name, found.account.email) == ("Grace", None)


def test_only_the_server_makes_first_links(world: World) -> None:
    """No session can, whatever its account holds."""
    sam = world.add_operator("sam", "super-user")

    assert world.run(make_first_link, MakeFirstLink(), sam) == Refused("session.required")


def test_link_of_another_page_makes_nobody(walk: Walk, world: World) -> None:
    """A token that was never a first link is refused like one that is over."""
    make(world)
    stranger = PendingToken(world.add("bram"), b"x" * 32)

    assert (open_page(walk, stranger), use(walk, form(stranger))) == (EXPIRED, EXPIRED)
