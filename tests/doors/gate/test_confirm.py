import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from doorward.doors.gate.confirm import AT_ONCE, Confirmer
from doorward.doors.gate.live_sessions import Confirmed
from doorward.edges.sql.engine import Database
from doorward.features.lockout.actions.locking import lock_account
from doorward.features.lockout.model import LockAccount
from doorward.features.sessions.actions import live_sessions
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.signer import SIGNER
from tests.worlds import NOON, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Begin a world with nobody in it."""
    begun = World.begin(tmp_path)
    yield begun
    begun.database.close()


@dataclass(slots=True)
class Counting:
    """A database that counts its writing transactions."""

    database: Database
    writes: int = 0

    def write(self, *, shared: bool = False) -> Any:
        """Open one that may write."""
        self.writes += 1
        return self.database.write(shared=shared)

    def read(self) -> Any:
        """Open one that only reads."""
        return self.database.read()

    def close(self) -> None:
        """Close nothing: it is the world's."""


def confirmed(world: World, bearer: Bearer) -> bytes | Refused:
    """Look one session up."""
    found = Confirmer(world.runtime, SIGNER).confirm([bearer])[0]
    if isinstance(found, Refused):
        return found
    body: bytes = found.end["body"]
    return body


def seen(world: World, account: AccountId) -> str:
    """Read when the account's session was last used, as minutes after noon."""
    standing = world.standing(account)
    with world.reading() as call:
        rows = live_sessions(call, standing)
    return f"{(rows[0].last_seen_at - NOON).total_seconds() / 60:g}" if rows else "over"


def test_a_live_session_names_its_account(world: World) -> None:
    """The answer of `GET /session`: the account, its session, its rights."""
    bram = world.add("bram", "help-desk", factors=1)
    body = confirmed(world, world.sign_in(bram))

    assert isinstance(body, bytes)
    told = json.loads(body)
    assert (told["id"], told["user_name"], told["rights"]) == (str(bram), "bram", ["users:read", "users:unlock"])
    assert told["session"]["used_second_factor"] is True
    assert told["session"]["expires_at"] == "2026-05-05T00:00:00Z"


def test_a_session_of_a_recovery_code_has_no_rights(world: World) -> None:
    """It reaches the own account page and nothing else (KEY-1)."""
    body = confirmed(world, world.sign_in(world.add("bram", "administrator"), OpenedWith.RECOVERY_CODE))

    assert isinstance(body, bytes)
    assert json.loads(body)["rights"] == []


def test_an_unknown_token_is_refused(world: World) -> None:
    """A token that nobody was given opens nothing."""
    bearer = world.sign_in(world.add("bram", factors=1))

    assert confirmed(world, Bearer(bearer.account, b"x" * 32)) == Refused("session.required")


def test_an_idle_session_is_refused(world: World) -> None:
    """Fifteen minutes without activity end it (SESS-1)."""
    bearer = world.sign_in(world.add("bram", factors=1))
    world.pass_time(minutes=15)

    assert confirmed(world, bearer) == Refused("session.required")


def test_activity_has_a_limit(world: World) -> None:
    """Twelve hours end a session whatever its activity (SESS-1)."""
    bearer = world.sign_in(world.add("bram", factors=1))
    for _ in range(12 * 6):
        world.pass_time(minutes=10)
        Confirmer(world.runtime, SIGNER).touch([bearer])

    assert confirmed(world, bearer) == Refused("session.required")


def test_a_session_dies_with_its_epoch(world: World) -> None:
    """A lock by hand ends it (SESS-3)."""
    bram = world.add("bram", factors=1)
    bearer = world.sign_in(bram)
    world.run(lock_account, LockAccount(bram, "left the company"))

    assert confirmed(world, bearer) == Refused("session.required")


def test_many_are_looked_up_at_once(world: World) -> None:
    """Each gets its own answer, in order."""
    bram, dead = world.sign_in(world.add("bram", factors=1)), Bearer(AccountId(world.add("zoe")), b"x" * 32)
    answers = Confirmer(world.runtime, SIGNER).confirm([dead, bram])

    assert answers[0] == Refused("session.required")
    assert isinstance(answers[1], Confirmed)


def test_use_is_written_after_a_minute(world: World) -> None:
    """Last activity moves, and the session lives on."""
    bram = world.add("bram", factors=1)
    bearer = world.sign_in(bram)
    world.pass_time(minutes=10)
    Confirmer(world.runtime, SIGNER).touch([bearer])
    world.pass_time(minutes=10)

    assert seen(world, bram) == "10"
    assert isinstance(confirmed(world, bearer), bytes)


def test_use_is_not_written_within_a_minute(world: World) -> None:
    """At most one write a minute (SESS-1)."""
    bram = world.add("bram", factors=1)
    bearer = world.sign_in(bram)
    world.pass_time(seconds=59)
    Confirmer(world.runtime, SIGNER).touch([bearer])

    assert seen(world, bram) == "0"


def test_what_is_over_stays_over(world: World) -> None:
    """A request that came too late does not bring a session back."""
    bram = world.add("bram", factors=1)
    bearer = world.sign_in(bram)
    world.pass_time(minutes=20)
    Confirmer(world.runtime, SIGNER).touch([bearer])

    assert seen(world, bram) == "over"


def test_many_uses_are_written_some_at_a_time(world: World) -> None:
    """After an outage everybody's is due, and whoever signs in gets their turn in between (T36)."""
    bram = world.add("bram", factors=1)
    bearers = [world.sign_in(bram) for _ in range(2 * AT_ONCE + 1)]
    world.pass_time(minutes=2)
    counting = Counting(world.database)
    live = Confirmer(replace(world.runtime, database=counting), SIGNER).touch(bearers)
    with world.reading() as call:
        seen_at = {row.last_seen_at for row in live_sessions(call, world.standing(bram))}

    assert (counting.writes, len(live)) == (3, len(bearers))
    assert seen_at == {NOON + timedelta(minutes=2)}
