import asyncio
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from doorward.doors.gate.activity import Activity
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId

ALICE = Bearer(AccountId(UUID(int=1)), b"a" * 32)
BOB = Bearer(AccountId(UUID(int=2)), b"b" * 32)


def written(
    *steps: tuple[float, Bearer], most: int = 100, failing: bool = False, strangers: frozenset[Bearer] = frozenset()
) -> list[Bearer]:
    """Leave notes at these seconds, and say what was written; strangers' tokens are of no session."""
    seen: list[Bearer] = []
    now = 0.0

    def touch(bearers: Sequence[Bearer]) -> Collection[Bearer]:
        seen.extend(bearers)
        if failing:
            raise OSError("gone")
        return set(bearers) - strangers

    async def noting() -> None:
        nonlocal now
        with ThreadPoolExecutor(1) as threads:
            activity = Activity(touch, lambda: now, threads, most)
            for at, bearer in steps:
                now = at
                activity.note(bearer)
                await activity.settled()

    asyncio.run(noting())
    return seen


def test_a_use_is_written() -> None:
    """Each session that is used leads to one errand."""
    assert written((0, ALICE), (0, BOB)) == [ALICE, BOB]


def test_an_invented_token_takes_no_place() -> None:
    """With room for one session, a stranger's token before it keeps nobody out."""
    invented = Bearer(BOB.account, b"x" * 32)

    assert written((0, invented), (0, ALICE), most=1, strangers=frozenset({invented})) == [invented, ALICE]


def test_a_busy_session_is_written_seldom() -> None:
    """Uses within fifteen seconds of a note cost nothing."""
    assert written((0, ALICE), (1, ALICE), (14.9, ALICE)) == [ALICE]


def test_a_note_stands_for_fifteen_seconds() -> None:
    """Then the next use leaves another."""
    assert written((0, ALICE), (15, ALICE)) == [ALICE, ALICE]


def test_notes_have_an_end() -> None:
    """With no room left a note is dropped; the session leaves another at its next use."""
    assert written((0, ALICE), (0, BOB), (15, BOB), most=1) == [ALICE, BOB]


def test_a_failed_errand_is_tried_at_the_next_use() -> None:
    """A database that was busy does not make a session look idle."""
    assert written((0, ALICE), (1, ALICE), failing=True) == [ALICE, ALICE]
