import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.features.accounts import store as accounts_store
from doorward.features.links import actions
from doorward.features.links.model import Link, LinkKind
from doorward.features.notices.model import Kind
from doorward.kernel.act import SYSTEM
from doorward.kernel.ids import AccountId
from doorward.kernel.tokens import parse_token
from tests.worlds import NOON, World

SET = LinkKind.SET_PASSWORD


@pytest.fixture
def bram(world: World) -> AccountId:
    """Bram, at epoch 1."""
    return world.add("bram")


def make(world: World, account: AccountId, kind: LinkKind = SET) -> tuple[str, Link]:
    """Make a link of the account's present epoch; gives its path, and the link as stored."""
    with world.writing() as call:
        path, link = actions.make_link(replace(call, actor=SYSTEM), account, kind, world.standing(account).state.epoch)
    return path.reveal(), link


def good(world: World, link: Link, kind: LinkKind = SET) -> bool:
    """Look at a link, as its page does."""
    with world.reading() as call:
        epoch = world.standing(link.account).state.epoch
        return actions.find_good(call, link.account, link.token_hash, kind, epoch) is not None


def test_path_names_the_page_and_holds_the_token(world: World, bram: AccountId) -> None:
    """Only the token's hash is stored, under the account; the link says who made it and how long it lives."""
    path, link = make(world, bram)
    page, token = path[1:].split("/")

    assert (page, parse_token(token)) == ("set-password", (bram, link.token_hash))
    assert (link.made_by, link.made_at, link.expires_at) == ("system", NOON, NOON + timedelta(hours=72))
    with world.reading() as call:
        assert actions.find_good(call, bram, link.token_hash, SET, 1) == link


def test_opening_a_link_changes_nothing(world: World, bram: AccountId) -> None:
    """A mail program that looks at every address uses nothing up."""
    _, link = make(world, bram)

    assert [good(world, link) for _ in range(3)] == [True, True, True]


def test_used_link_is_over(world: World, bram: AccountId) -> None:
    """Once is all."""
    _, link = make(world, bram)
    with world.writing() as call:
        used = [actions.use_up(call, link), actions.use_up(call, link)]

    assert (used, good(world, link)) == ([True, False], False)


def test_link_that_another_uses_meanwhile(world: World, bram: AccountId) -> None:
    """Two open pages of one link: one gets its password set."""
    _, link = make(world, bram)
    both, used = threading.Barrier(2), list[bool]()

    def use() -> None:
        assert good(world, link)
        both.wait()
        with world.writing() as call:
            used.append(actions.use_up(call, link))

    racing = [threading.Thread(target=use) for _ in range(2)]
    for one in racing:
        one.start()
    for one in racing:
        one.join()

    assert sorted(used) == [False, True]


def test_moved_epoch_ends_a_link(world: World, bram: AccountId) -> None:
    """What a reset, a lock by hand or a disabling ends, ends on every page."""
    _, link = make(world, bram)
    with world.writing() as call:
        accounts_store.next_epoch(call.sql, bram)

    assert not good(world, link)


def test_link_is_good_for_its_own_page(world: World, bram: AccountId) -> None:
    """A link to set a password rescues nobody."""
    _, link = make(world, bram)

    assert not good(world, link, LinkKind.RESCUE)


def test_link_ends_in_time(world: World, bram: AccountId) -> None:
    """A rescue is good for an hour, and is forgotten then."""
    _, link = make(world, bram, LinkKind.RESCUE)
    world.pass_time(minutes=59, seconds=59)
    assert good(world, link, LinkKind.RESCUE)
    world.pass_time(seconds=1)

    assert not good(world, link, LinkKind.RESCUE)
    with world.writing() as call:
        assert actions.purge(call) == 1


def test_new_link_may_void_those_before(world: World, bram: AccountId) -> None:
    """All of an account, or all of a kind."""
    (_, first), (_, rescue) = make(world, bram), make(world, bram, LinkKind.RESCUE)
    with world.writing() as call:
        actions.end_kind(call, SET)
    assert (good(world, first), good(world, rescue, LinkKind.RESCUE)) == (False, True)
    with world.writing() as call:
        actions.end_of(call, bram)

    assert not good(world, rescue, LinkKind.RESCUE)


def test_desk_3_no_act_ends_this_was_not_me(world: World, bram: AccountId) -> None:
    """Neither a moved epoch nor a newer link; only its use and the seventh day do."""
    _, link = make(world, bram, LinkKind.NOT_ME)
    with world.writing() as call:
        accounts_store.next_epoch(call.sql, bram)
        actions.end_of(call, bram)
    world.pass_time(days=6, hours=23)
    assert good(world, link, LinkKind.NOT_ME)
    world.pass_time(hours=1)

    assert not good(world, link, LinkKind.NOT_ME)


def test_desk_3_each_recipient_has_a_link_of_their_own(world: World, bram: AccountId) -> None:
    """Whoever holds the new address cannot use up the link of the old one; no address, no link."""
    with world.writing() as call:
        for recipient in ("old@example.org", "new@example.org", None):
            actions.tell_with_not_me(call, bram, recipient, Kind.EMAIL_CHANGED, {"user_name": "bram"})
    told = {recipient: str(letter.facts["not_me"]) for recipient, letter in world.collect_mail()}
    tokens = [parse_token(link.removeprefix("https://login.example.org/not-me/")) for link in told.values()]

    assert list(told) == ["old@example.org", "new@example.org"]
    assert [token[0] for token in tokens if token is not None] == [bram, bram]
    assert len(set(tokens)) == 2
