from dataclasses import replace

import pytest
from sqlalchemy import text

from doorward.features.sessions.model import OpenedWith
from doorward.features.tokens.actions.importing import import_tokens, judge_tokens
from doorward.features.tokens.actions.inventory import list_tokens
from doorward.features.tokens.model import (
    ImportTokens,
    JudgeTokens,
    ListTokens,
    NewToken,
    TokensImported,
    TokensJudged,
    TokensListed,
    TokenState,
)
from doorward.kernel.lines import LineError
from doorward.kernel.outcome import Refused
from tests.features.tokens.stock import COUNTING, SEED, TICKING, stock, token_of
from tests.worlds import NOON, World


def importing(*tokens: NewToken) -> ImportTokens:
    """Give the command that imports these."""
    return ImportTokens("tokens.xml", tokens, lambda _: None)


def serials(world: World) -> list[str]:
    """List what is in the inventory."""
    listed = world.run(list_tokens, ListTokens())
    assert isinstance(listed, TokensListed)
    return [one.serial for one in listed.tokens]


def test_tokens_are_in_stock(world: World) -> None:
    """With all that the file says, held by nobody; the entry names the file, and says how many."""
    made = replace(TICKING, offset_steps=-3, starts_at=NOON, expires_at=NOON)
    (token,) = stock(world, made)

    found = token_of(world, token)
    assert (found.manufacturer, found.serial, found.model, found.parameters) == (
        "Acme",
        "200",
        "Mini",
        TICKING.parameters,
    )
    assert (found.state, found.account, found.last_step, found.offset_steps) == (TokenState.IN_STOCK, None, -1, -3)
    assert (found.starts_at, found.expires_at, found.imported_at, found.changed_at) == (NOON, NOON, NOON, NOON)
    (entry,) = world.entries()
    assert (entry.act, entry.outcome, entry.details) == (
        "tokens.imported", "done", {"file": "tokens.csv", "count": 1},
    )  # fmt: skip


def test_seeds_are_sealed_at_rest(world: World) -> None:
    """Neither the row nor the file holds one, and one moved to another row does not open."""
    stock(world, COUNTING)

    with world.reading() as call:
        sealed = call.sql.execute(text("SELECT sealed_seed FROM hardware_tokens")).scalar_one()
    stored = world.stored()
    assert sealed in stored
    assert SEED not in stored
    assert SEED.hex().encode() not in stored


def test_a_known_serial_number_keeps_the_whole_file_out(world: World) -> None:
    """Of the same maker, in whatever spelling; the other lines are not taken either."""
    stock(world, replace(COUNTING, serial="ab-1"))
    twin = replace(COUNTING, line=7, serial="AB-1 ", manufacturer="ACME")

    judged = world.run(judge_tokens, JudgeTokens((TICKING, twin)))
    refused = world.run(import_tokens, importing(TICKING, twin))

    assert judged == TokensJudged((LineError(7, "serial", Refused("tokens.known")),))
    assert refused == Refused("tokens.refused", {"wrong": 1, "lines": 2})
    assert serials(world) == ["ab-1"]


def test_another_maker_may_give_the_same_serial_number(world: World) -> None:
    """It is unique for its maker only."""
    stock(world, COUNTING)

    assert world.run(import_tokens, importing(replace(COUNTING, manufacturer="Other"))) == TokensImported(1)


def test_a_large_file_is_imported_in_parts_of_one_transaction(world: World) -> None:
    """How far it is, is told after each part."""
    told: list[int] = []
    tokens = tuple(replace(COUNTING, serial=f"{n:05}") for n in range(1_201))

    assert world.run(import_tokens, ImportTokens("f", tokens, told.append)) == TokensImported(1_201)
    assert told == [500, 1_000, 1_201]
    assert world.run(import_tokens, importing(*tokens)) == Refused("tokens.refused", {"wrong": 1_201, "lines": 1_201})


@pytest.mark.parametrize(
    ("roles", "opened_with", "code"),
    [
        (("help-desk",), OpenedWith.SECRET_KEY, "rights.missing"),
        (("super-user",), OpenedWith.PASSWORD, "session.second_factor_required"),
        (("super-user",), OpenedWith.SECRET_KEY, None),
    ],
)
def test_importing_takes_the_right_and_the_second_factor(
    world: World, roles: tuple[str, ...], opened_with: OpenedWith, code: str | None
) -> None:
    """No door but the command line leads here today; the right stands with the act whatever the door (KEY-7)."""
    excluded = opened_with is OpenedWith.PASSWORD
    caller = world.sign_in(world.add("ada", *roles, factors=1, excluded=excluded), opened_with)

    outcome = world.run(import_tokens, importing(COUNTING), caller)

    assert (outcome.code if isinstance(outcome, Refused) else None) == code
    assert serials(world) == ([] if code else ["100"])
