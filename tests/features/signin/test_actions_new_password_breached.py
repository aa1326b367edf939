from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from doorward.edges.breach_list_files import put, workshop, write
from doorward.edges.breach_lists import BreachListFiles, digest_of
from doorward.edges.call import Steps
from doorward.features.accounts import actions as accounts
from doorward.features.administration.actions.editing import edit_account
from doorward.features.administration.actions.first import make_first_link, rescue_account, use_welcome_link
from doorward.features.administration.model import EditAccount, LinkMade, MakeFirstLink, RescueAccount, UseWelcomeLink
from doorward.features.passwords.actions import clear_breach_lists, import_breach_list
from doorward.features.passwords.model import ClearBreachLists, ImportBreachList
from doorward.features.signin.actions.new_password import (
    give_new_password,
    use_forgotten_link,
    use_rescue_link,
    use_set_password_link,
)
from doorward.features.signin.actions.own_password import change_own_password
from doorward.features.signin.model import (
    ChangeOwnPassword,
    GiveNewPassword,
    PasswordSet,
    PendingToken,
    SignedIn,
    SignInGoesOn,
    UseForgottenLink,
    UseRescueLink,
    UseSetPasswordLink,
)
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import BreachListing, BreachLists, Secret
from doorward.kernel.tokens import parse_token
from tests.features.signin.forgetting import link_for as forgotten_link
from tests.features.signin.test_actions_new_password import code_of, link_for, stored
from tests.features.signin.walking import PASSWORD, Walk, token_of
from tests.worlds import World

BREACHED = "An Otter in the River"
NEW = "a heron at the lake"
UNREADABLE = Refused("passwords.breach_list_unreadable", retry_after=60)


@dataclass(slots=True)
class Answering:
    """Lists that answer what they are told to, one answer after the other."""

    answers: list[BreachListing]
    then: Any = None
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def find(self, wanted: Collection[bytes], names: Collection[str]) -> BreachListing:
        """Answer, and note which lists were asked about."""
        assert wanted
        self.asked.append(tuple(names))
        answer = self.answers.pop(0)
        if self.then is not None:
            self.then()
        return answer


def with_lists(world: World, lists: BreachLists) -> Walk:
    """Walk in this world with these lists on its disk."""
    return Walk(replace(world, runtime=replace(world.runtime, breach_lists=lists)))


def imported(world: World, digest: str, name: str = "words.txt") -> None:
    """Let the database name a list."""
    world.run(import_breach_list, ImportBreachList(name, digest, 1, "words.txt", "plain", 1))


@pytest.fixture
def walk(world: World, tmp_path: Path) -> Walk:
    """Walk where one password is breached."""
    with workshop(tmp_path / "lists") as place:
        written = write([[digest_of(BREACHED)]], place)
        put(written, tmp_path / "lists")
    imported(world, written.name)
    return with_lists(world, BreachListFiles(tmp_path / "lists"))


def new_at_sign_in(walk: Walk, password: str) -> Steps:
    """Give the new password that is asked for at sign-in (PASS-3)."""
    key = walk.with_key("alice")
    with walk.world.reading() as call:
        alice = accounts.find(call, "alice")
    assert alice is not None
    walk.world.run(edit_account, EditAccount(alice.account.id, None, must_change_password=True))
    pending = token_of(walk.give_password("alice"))
    walk.code_for(pending, key)
    return give_new_password(GiveNewPassword(pending, Secret(password)))


def by_link(walk: Walk, password: str) -> Steps:
    """Set a password by a link (PASS-6)."""
    return use_set_password_link(UseSetPasswordLink(link_for(walk.world, walk.person("alice")), Secret(password)))


def on_the_own_page(walk: Walk, password: str) -> Steps:
    """Change a password on one's own page."""
    alice = walk.person("alice", factors=1)
    return change_own_password(ChangeOwnPassword(walk.world.sign_in(alice), Secret(PASSWORD), Secret(password)))


def by_forgotten_link(walk: Walk, password: str) -> Steps:
    """Set a password by the link of whoever forgot theirs (PASS-5)."""
    walk.person("alice", factors=1)
    walk.world.collect_mail()
    return use_forgotten_link(UseForgottenLink(forgotten_link(walk, "alice"), Secret(password)))


def by_rescue_link(walk: Walk, password: str) -> Steps:
    """Set a password by a rescue link (RIGHT-5)."""
    made = walk.world.run(rescue_account, RescueAccount(walk.person("alice", "administrator"), "lost phone"))
    assert isinstance(made, LinkMade)
    parsed = parse_token(made.path.reveal().removeprefix("/rescue/"))
    assert parsed is not None
    return use_rescue_link(UseRescueLink(PendingToken(*parsed), Secret(password)))


WAYS = pytest.mark.parametrize("way", [new_at_sign_in, by_link, on_the_own_page, by_forgotten_link, by_rescue_link])


@WAYS
def test_pass_2_a_breached_password_is_refused_on_every_way(walk: Walk, way: Any) -> None:
    """The refusal names the rule, and the old password stays."""
    assert code_of(walk.take(way(walk, BREACHED))) == "passwords.breached"
    assert stored(walk.world, "alice") == f"new${PASSWORD}"


@WAYS
def test_pass_2_another_password_is_taken(walk: Walk, way: Any) -> None:
    """A list refuses what it has and no more."""
    assert isinstance(walk.take(way(walk, NEW)), SignedIn | SignInGoesOn | PasswordSet)
    assert stored(walk.world, "alice") == f"new${NEW}"


@WAYS
def test_pass_2_while_a_list_cannot_be_read_no_new_password_is_taken(walk: Walk, way: Any, tmp_path: Path) -> None:
    """Never a silent pass; signing in goes on meanwhile, which the first way needs."""
    for path in (tmp_path / "lists").glob("*.list"):
        path.unlink()

    assert walk.take(way(walk, NEW)) == UNREADABLE
    assert stored(walk.world, "alice") == f"new${PASSWORD}"


def test_pass_2_the_first_administrator_chooses_no_breached_one_either(walk: Walk) -> None:
    """By the link that a new server prints; it is good for another one then."""
    made = walk.world.run(make_first_link, MakeFirstLink())
    assert isinstance(made, LinkMade)
    parsed = parse_token(made.path.reveal().removeprefix("/welcome/"))
    assert parsed is not None
    token = PendingToken(*parsed)
    answers = [
        walk.take(use_welcome_link(UseWelcomeLink(token, "grace", "Grace", "g@example.org", Secret(password))))
        for password in (BREACHED, NEW)
    ]

    assert code_of(answers[0]) == "passwords.breached"
    assert isinstance(answers[1], SignInGoesOn)


def test_pass_2_without_a_list_nothing_is_looked_for(world: World) -> None:
    """No disk is asked."""
    lists = Answering([])
    walk = with_lists(world, lists)

    assert isinstance(walk.take(by_link(walk, BREACHED)), PasswordSet)
    assert lists.asked == []


def test_a_list_that_was_replaced_meanwhile_is_asked_for_by_its_new_name(world: World) -> None:
    """The older file goes as soon as the newer one is named."""
    imported(world, "aa" * 32)
    lists = Answering([BreachListing.UNREADABLE, BreachListing.FOUND], then=lambda: imported(world, "bb" * 32))
    walk = with_lists(world, lists)

    assert code_of(walk.take(by_link(walk, BREACHED))) == "passwords.breached"
    assert lists.asked == [("aa" * 32,), ("bb" * 32,)]


def test_a_list_that_was_deleted_meanwhile_keeps_nobody(world: World) -> None:
    """There is nothing to be looked for any more."""
    imported(world, "aa" * 32)

    def cleared() -> None:
        world.run(clear_breach_lists, ClearBreachLists())

    walk = with_lists(world, Answering([BreachListing.UNREADABLE], then=cleared))

    assert isinstance(walk.take(by_link(walk, BREACHED)), PasswordSet)


def test_a_list_that_stays_unreadable_is_asked_for_twice(world: World) -> None:
    """And no more: somebody has to mend it."""
    imported(world, "aa" * 32)
    lists = Answering([BreachListing.UNREADABLE, BreachListing.UNREADABLE])
    walk = with_lists(world, lists)

    assert walk.take(by_link(walk, NEW)) == UNREADABLE
    assert len(lists.asked) == 2


def test_a_look_up_holds_no_transaction(world: World) -> None:
    """Others write while the disk is waited for."""
    imported(world, "aa" * 32)
    walk = with_lists(world, Answering([BreachListing.ABSENT], then=lambda: imported(world, "cc" * 32, "more.txt")))

    assert isinstance(walk.take(by_link(walk, NEW)), PasswordSet)
