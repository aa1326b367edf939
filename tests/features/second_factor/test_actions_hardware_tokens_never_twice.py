import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from doorward.features.otp import actions as otp
from doorward.features.otp.model import WrongCode
from doorward.features.otp.rules.codes import hotp, step_at
from doorward.features.tokens.model import TokenResynchronised
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId
from tests.features.second_factor.handing import COUNTING, TICKING, assign, give, resynchronise, stock, unassign
from tests.features.second_factor.operating import reset
from tests.features.tokens.stock import SEED
from tests.keys import bind
from tests.worlds import World

MOVES = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "give",
                "give",
                "give",
                "resynchronise",
                "wrong twice",
                "hand over",
                "reset",
                "own key",
                "wait",
                "clock jumps",
            ]
        ),
        st.integers(-3, 25),
        st.booleans(),
    ),
    max_size=9,
)


@dataclass
class Story:
    """One token that goes from hand to hand, and which of its codes were taken."""

    world: World
    serial: str
    people: list[AccountId]
    holder: int = 0
    reached: int = 0
    jumped: bool = False
    taken: list[str] = field(default_factory=list)

    @property
    def now(self) -> AccountId:
        """Say who holds the token."""
        return self.people[self.holder]

    def step(self, number: int) -> int:
        """Count steps from the present instant, or from the press that was taken last."""
        middle = self.reached if self.serial == COUNTING.serial else step_at(self.world.clock.now())
        return max(0, middle + number)

    def note(self, *steps: int) -> None:
        """Note that codes were taken, each for the first time."""
        codes = [hotp(SEED, step) for step in steps]
        assert not set(codes) & set(self.taken)
        self.taken += codes
        self.reached = max(self.reached, *steps)

    def move(self, move: str, number: int, *, early: bool) -> None:
        """Let something happen."""
        step = self.step(number)
        match move:
            case "give":
                if give(self.world, self.now, hotp(SEED, step)) is Result.RIGHT:
                    self.note(step)
            case "resynchronise":
                found = resynchronise(self.world, self.now, (hotp(SEED, step), hotp(SEED, step + 1)))
                if isinstance(found, TokenResynchronised):
                    self.note(step, step + 1)
            case "wrong twice":
                self._wrong_twice(step)
            case "hand over":
                unassign(self.world, self.now)
                self.holder = 1 - self.holder
            case "reset":
                reset(self.world, self.now, self.world.add_operator(f"op{len(self.world.entries())}", "super-user"))
            case "own key":
                bind(self.world, self.now)
            case "clock jumps":
                self.world.pass_time(days=-30 if self.jumped else 30)
                self.jumped = not self.jumped
            case _:
                self.world.pass_time(seconds=number * 10 + 30 + early)
        assign(self.world, self.now, self.serial)

    def _wrong_twice(self, step: int) -> None:
        now = self.world.clock.now()
        codes = WrongCode(hotp(SEED, step), now - timedelta(seconds=30)), WrongCode(hotp(SEED, step + 1), now)
        with self.world.writing() as call:
            error = otp.note_clock_error(call, self.now, *codes)
        if error is not None:
            self.note(step, step + 1)


@given(moves=MOVES, serial=st.sampled_from([COUNTING.serial, TICKING.serial]))
def test_no_code_is_taken_twice_whoever_holds_the_token(moves: list[tuple[str, int, bool]], serial: str) -> None:
    """Signing in, resynchronising, handing over, resetting, another key: a code that was taken never is again."""
    with tempfile.TemporaryDirectory() as folder:
        world = World.begin(Path(folder))
        stock(world, COUNTING, TICKING)
        story = Story(world, serial, [world.add("ada"), world.add("bob")])
        assign(world, story.now, serial)
        for move, number, early in moves:
            story.move(move, number, early=early)
        world.database.close()

    assert len(story.taken) == len(set(story.taken))
