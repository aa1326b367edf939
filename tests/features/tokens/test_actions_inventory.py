from dataclasses import replace
from uuid import UUID

import pytest

from doorward.edges.run import LostRace
from doorward.features.tokens.actions import inventory
from doorward.features.tokens.actions.inventory import list_tokens, retire_token, show_token
from doorward.features.tokens.model import (
    ListTokens,
    RetireToken,
    Returned,
    ShowToken,
    TokenRetired,
    TokenShown,
    TokensListed,
    TokenState,
)
from doorward.kernel.ids import AccountId, TokenId
from doorward.kernel.outcome import Refused
from tests.features.rights.giving import group, scoped
from tests.features.tokens.stock import COUNTING, SEED, stock, token_of
from tests.worlds import NOON, World

NOBODYS = TokenId(UUID(int=9))


def listed(world: World, command: ListTokens) -> TokensListed:
    """List tokens."""
    found = world.run(list_tokens, command)
    assert isinstance(found, TokensListed)
    return found


def hand_out(world: World, token: TokenId, name: str = "ada") -> AccountId:
    """Let a new account hold a token."""
    account = world.add(name)
    with world.writing() as call:
        found = inventory.find(call, token)
        assert found is not None
        inventory.take(call, found, account)
    return account


def test_tokens_are_listed_by_serial_number_page_by_page(world: World) -> None:
    """The next page begins after the last one of the page before."""
    stock(world, *(replace(COUNTING, serial=one) for one in ("c", "A", "b", "e", "D")))

    first = listed(world, ListTokens(limit=2))
    second = listed(world, ListTokens(limit=2, after=first.next))
    third = listed(world, ListTokens(limit=2, after=second.next))

    assert [[one.serial for one in page.tokens] for page in (first, second, third)] == [["A", "b"], ["c", "D"], ["e"]]
    assert third.next is None


def test_tokens_of_one_serial_number_all_come_up(world: World) -> None:
    """However small the pages."""
    stock(world, *(replace(COUNTING, manufacturer=one) for one in ("x", "y", "z")))
    makers, after = [], None
    for _ in range(3):
        page = listed(world, ListTokens(limit=1, after=after))
        makers += [one.manufacturer for one in page.tokens]
        after = page.next

    assert (sorted(makers), after) == (["x", "y", "z"], None)


@pytest.mark.parametrize(
    ("command", "serials"),
    [
        (ListTokens(query="10"), ["100", "1001"]),
        (ListTokens(query="001"), ["1001", "2001"]),
        (ListTokens(query="%"), []),
        (ListTokens(state=TokenState.ASSIGNED), ["1001"]),
        (ListTokens(state=TokenState.RETIRED), ["2001"]),
        (ListTokens(query="100", state=TokenState.IN_STOCK), ["100"]),
    ],
)
def test_a_search_narrows_the_list(world: World, command: ListTokens, serials: list[str]) -> None:
    """By the beginning of a serial number or a part of it, and by state."""
    _, held, lost = stock(world, *(replace(COUNTING, serial=one) for one in ("100", "1001", "2001")))
    hand_out(world, held)
    world.run(retire_token, RetireToken(lost, "lost"))

    assert [one.serial for one in listed(world, command).tokens] == serials


def test_a_list_goes_on_from_a_token_that_is_there(world: World) -> None:
    """Any other cursor is refused."""
    assert world.run(list_tokens, ListTokens(after=NOBODYS)) == Refused("list.cursor")


def test_who_holds_a_token_is_told(world: World) -> None:
    """In the list and by itself."""
    (token,) = stock(world, COUNTING)
    account = hand_out(world, token)

    assert listed(world, ListTokens()).names == {account: "ada"}
    shown = world.run(show_token, ShowToken(token))
    assert isinstance(shown, TokenShown)
    assert (shown.token.account, shown.holder) == (account, "ada")
    assert world.run(show_token, ShowToken(NOBODYS)) == Refused("tokens.not_found")


def test_nobody_is_named_outside_a_scope(world: World) -> None:
    """A branch sees the inventory, and of those who hold tokens its own people alone (RIGHT-3)."""
    ids = stock(world, COUNTING, replace(COUNTING, serial="101"), replace(COUNTING, serial="102"))
    inside, outside = hand_out(world, ids[0], "ina"), hand_out(world, ids[1], "otto")
    grace = scoped(world, "grace", group(world, "branch", inside), "user-permissions:read")

    page = world.run(list_tokens, ListTokens(), grace)
    others = world.run(list_tokens, ListTokens(holder=outside), grace)
    shown = world.run(show_token, ShowToken(ids[1]), grace)

    assert isinstance(page, TokensListed)
    assert [(one.serial, one.state.value, one.account) for one in page.tokens] == [
        ("100", "assigned", inside), ("101", "assigned", None), ("102", "in_stock", None),
    ]  # fmt: skip
    assert page.names == {inside: "ina"}
    assert others == TokensListed((), None)
    assert isinstance(shown, TokenShown)
    assert (shown.token.account, shown.holder) == (None, None)
    assert world.run(retire_token, RetireToken(ids[2], "lost"), grace) == Refused(
        "rights.missing", {"right": "user-permissions:modify-object-acls"}
    )


def test_a_retired_token_has_no_seed_any_more(world: World) -> None:
    """It stays in the list, for its serial number must not come back; the entry names it."""
    (token,) = stock(world, COUNTING)
    world.pass_time(hours=1)

    assert world.run(retire_token, RetireToken(token, "lost")) == TokenRetired()

    assert token_of(world, token).state is TokenState.RETIRED
    assert (token_of(world, token).changed_at - NOON).total_seconds() == 3_600
    with world.reading() as call:
        assert call.sql.exec_driver_sql("SELECT sealed_seed FROM hardware_tokens").scalar_one() is None
    entry = world.entries()[-1]
    assert (entry.act, entry.reason, entry.details) == (
        "tokens.retired",
        "lost",
        {"serial": "100", "manufacturer": "Acme"},
    )


def test_a_token_that_is_held_retired_or_unknown_is_not_retired(world: World) -> None:
    """Each with its code."""
    held, lost = stock(world, COUNTING, replace(COUNTING, serial="101"))
    hand_out(world, held)
    world.run(retire_token, RetireToken(lost, "lost"))

    assert world.run(retire_token, RetireToken(held, "x")) == Refused("tokens.taken", {"serial": "100"})
    assert world.run(retire_token, RetireToken(lost, "x")) == Refused("tokens.retired", {"serial": "101"})
    assert world.run(retire_token, RetireToken(NOBODYS, "x")) == Refused("tokens.not_found")


def test_a_token_is_found_by_its_serial_number(world: World) -> None:
    """Where several makers have given it, by the maker too."""
    one, _, third = stock(world, COUNTING, replace(COUNTING, manufacturer=""), replace(COUNTING, serial="Z-9"))

    with world.reading() as call:
        found = [
            inventory.by_serial(call, *asked) for asked in (("z-9",), ("100", "ACME"), ("100",), ("7",), ("z-9", "x"))
        ]

    assert [getattr(token, "id", None) for token in found[:2]] == [third, one]
    assert found[2:] == [
        Refused("tokens.ambiguous", {"makers": "(none), Acme"}),
        Refused("tokens.not_found"),
        Refused("tokens.not_found"),
    ]


def test_a_token_comes_back_with_what_it_remembers(world: World) -> None:
    """What it remembers never grows less, and only its holder's key brings it back."""
    (token,) = stock(world, COUNTING)
    account = hand_out(world, token)
    with world.writing() as call:
        inventory.give_back(call, Returned(token, AccountId(NOBODYS), 99, 0))
    assert token_of(world, token).state is TokenState.ASSIGNED

    with world.writing() as call:
        inventory.give_back(call, Returned(token, account, 41, -2))
    back = token_of(world, token)
    assert (back.state, back.account, back.last_step, back.offset_steps) == (TokenState.IN_STOCK, None, 41, -2)

    again = hand_out(world, token, "dan")
    with world.writing() as call:
        inventory.give_back(call, Returned(token, again, 40, 0))
    assert token_of(world, token).last_step == 41


def test_a_token_is_handed_out_once(world: World) -> None:
    """Whoever comes second has lost the race, and looks again."""
    (token,) = stock(world, COUNTING)
    found = token_of(world, token)
    hand_out(world, token)

    with world.writing() as call, pytest.raises(LostRace):
        inventory.take(call, found, AccountId(NOBODYS))


def test_the_seed_comes_with_the_token(world: World) -> None:
    """For whoever makes its key an account's, and nobody else."""
    (token,) = stock(world, COUNTING)
    with world.writing() as call:
        found = inventory.find(call, token)
        assert found is not None
        assert inventory.take(call, found, AccountId(NOBODYS)) == SEED
