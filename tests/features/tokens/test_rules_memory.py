import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.tokens.rules.memory import RECENT, used_up, with_recent

NOW = 1_000


@pytest.mark.parametrize(
    ("last_step", "recent", "expected"),
    [
        (900, (900,), (900, frozenset())),
        (1_000, (), (1_000, frozenset())),
        (1_001, (), (1_001, frozenset())),
        (1_001, (1_001,), (1_001, frozenset())),
        (5_000, (990, 4_000, 5_000), (990, frozenset({4_000, 5_000}))),
        (5_000, (990, 1_000, 5_000), (1_000, frozenset({5_000}))),
        (5_000, (-1, 5_000), (-1, frozenset({5_000}))),
        (5_000, (4_000, 5_000), (5_000, frozenset())),
        (5_000, (990, 4_000), (5_000, frozenset())),
    ],
)
def test_key_9_what_is_used_up(last_step: int, recent: tuple[int, ...], expected: tuple[int, frozenset[int]]) -> None:
    """A last step that has passed stays; one to come becomes single steps, if the others are known for certain."""
    assert used_up(last_step, recent, NOW) == expected


@pytest.mark.parametrize(
    ("recent", "last_step", "expected"),
    [((), 7, (7, 9)), ((3, 7), 7, (3, 7, 9)), ((3, 5), 7, (7, 9)), ((3, 9), 9, (3, 9))],
)
def test_key_9_what_is_remembered(recent: tuple[int, ...], last_step: int, expected: tuple[int, ...]) -> None:
    """Steps of which this program was not told are covered by the last one."""
    assert with_recent(recent, last_step, 9) == expected


@given(
    accepted=st.lists(st.integers(0, 300), min_size=1, max_size=200, unique=True),
    present=st.integers(0, 300),
    unknown=st.sets(st.integers(0, 300)),
)
def test_key_9_nothing_that_was_accepted_is_ever_unused(accepted: list[int], present: int, unknown: set[int]) -> None:
    """However the clock jumps, and whatever an older program has accepted without remembering it."""
    recent: tuple[int, ...] = ()
    last_step = -1
    for step in sorted(accepted):
        if step not in unknown:
            recent = with_recent(recent, last_step, step)
        last_step = step
    floor, spent = used_up(last_step, recent, present)

    assert len(recent) <= RECENT
    assert all(step <= floor or step in spent for step in accepted)
