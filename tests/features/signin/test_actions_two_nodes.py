import copy
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from doorward import upkeep
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from tests.features.signin.one_model import LIMIT, Act, Code, Deed, Model, Password, SignOut, step_at
from tests.features.signin.two_nodes import Seen, TwoNodes
from tests.storms.size import size
from tests.worlds import World

EXAMPLES, STEPS = size(20, 1_000), size(30, 80)
FAR = (-3, 3)
"""Steps outside the window."""
FRESH = timedelta(minutes=4)
nodes = st.sampled_from([0, 1])
turns = st.lists(nodes, min_size=4, max_size=4)
drifts = st.sampled_from([0, 0, 0, 1, -1, *FAR, None])
places = st.integers(0, 9)
"""Which of the sign-ins or sessions there are, counted from the newest."""
deeds = st.sampled_from(["lock", "unlock", "unlock", "disable", "enable", "enable", "reset", "delete"]).map(Deed)


class BothNodes(RuleBasedStateMachine):
    """One account, and whatever may happen to it on either node, or on both at once.

    No rule has a precondition: which of two acts came first is not for hypothesis to know, so a rule for which nothing
    is there does nothing.
    """

    def __init__(self) -> None:
        """Begin with somebody who has set up a key."""
        super().__init__()
        self.folder = TemporaryDirectory()
        self.world = World.begin(Path(self.folder.name))
        limits = {"failures_before_lock": LIMIT, "second_factor_failures_before_lock": LIMIT, "hours_locked": 1}
        self.world.run(change_password_rules, ChangePasswordRules(limits))
        self.two = TwoNodes.begin(self.world)
        begun = self.two.seen(0)
        self.models = [Model(begun.last_step, trail=begun.trail)]
        self.worn: set[int] = set()
        self.numbers = 0

    def teardown(self) -> None:
        """End the world."""
        self.two.end()
        self.world.database.close()
        self.folder.cleanup()

    @property
    def model(self) -> Model:
        """Give what is true now."""
        return self.models[0]

    def number(self) -> int:
        """Give a number that nothing has yet."""
        self.numbers += 1
        return self.numbers

    def code(self, place: int, drift: int | None) -> Code:
        """Give a code to a sign-in; a second code of a far step in one sign-in would show a wrong clock (KEY-15)."""
        begun = list(self.two.sign_ins)[-1 - place % len(self.two.sign_ins)]
        if drift in FAR and begun in self.worn:
            drift = None
        if drift in FAR:
            self.worn.add(begun)
        now = step_at(self.world.clock.now())
        return Code(self.number(), begun, None if drift is None else now + drift)

    def one(self, node: int, act: Act) -> None:
        """Do one act on one node."""
        self.world.pass_time(milliseconds=1)
        expected = self.model.told(act, self.world.clock.now())

        assert (act, self.two.do(node, act)) == (act, expected)

    def both(self, first: Act, second: Act) -> None:
        """Do two acts at once: the answers are those of one order of them, and so is what is true then."""
        self.world.pass_time(milliseconds=1)
        now, orders = self.world.clock.now(), []
        for forward in (True, False):
            model = copy.deepcopy(self.model)
            acts = (first, second) if forward else (second, first)
            told = [model.told(act, now) for act in acts]
            orders.append((told if forward else told[::-1], model))
        answers = self.two.at_once((first, second))
        self.models = [model for told, model in orders if told == answers]

        assert self.models, (first, second, answers, [told for told, _ in orders])

    @rule(node=nodes, right=st.sampled_from([True, True, False]))
    def password(self, node: int, right: bool) -> None:
        """Give a password."""
        self.one(node, Password(self.number(), right))

    @rule(right=st.booleans(), other=st.booleans())
    def two_passwords(self, right: bool, other: bool) -> None:
        """Give two at once."""
        self.both(Password(self.number(), right), Password(self.number(), other))

    @rule(node=nodes, place=places, drift=drifts)
    def code_of_a_step(self, node: int, place: int, drift: int | None) -> None:
        """Give a code: of this step, early or late, used, far off, or wrong."""
        if self.two.sign_ins:
            self.one(node, self.code(place, drift))

    @rule(place=places, other=places, drift=drifts, again=st.booleans(), drift_of_other=drifts)
    def two_codes(self, place: int, other: int, drift: int | None, again: bool, drift_of_other: int | None) -> None:
        """Give two at once, to one sign-in or to two; often the same."""
        if self.two.sign_ins:
            first = self.code(place, drift)
            self.both(first, self.code(other, drift if again else drift_of_other))

    @rule(right=st.booleans(), drift=st.sampled_from([0, 1]))
    def two_new_sign_ins(self, right: bool, drift: int) -> None:
        """Give one code at once to two sign-ins that have just begun: right once at most, or wrong twice (KEY-9)."""
        begun = [self.number(), self.number()]
        for number in begun:
            self.one(number % 2, Password(number, right=True))
        if not {*begun} - self.two.sign_ins.keys():
            step = step_at(self.world.clock.now()) + drift if right else None
            self.both(Code(self.number(), begun[0], step), Code(self.number(), begun[1], step))

    @rule(place=places, drift=drifts, deed=deeds)
    def code_and_deed(self, place: int, drift: int | None, deed: Deed) -> None:
        """Give a code while something is done to the account."""
        if self.two.sign_ins:
            self.both(self.code(place, drift), deed)

    @rule(node=nodes, deed=deeds)
    def deed(self, node: int, deed: Deed) -> None:
        """Do something to the account."""
        self.one(node, deed)

    @rule(first=deeds, second=deeds)
    def two_deeds(self, first: Deed, second: Deed) -> None:
        """Do two things to it at once."""
        self.both(first, second)

    @rule(node=nodes, place=places)
    def sign_out(self, node: int, place: int) -> None:
        """End a session."""
        if sessions := list(self.two.sessions):
            self.one(node, SignOut(sessions[-1 - place % len(sessions)]))

    @rule(turns=turns)
    def set_up(self, turns: list[int]) -> None:
        """Set up a key."""
        number = self.number()
        if not self.model.can_set_up(self.world.clock.now()):
            return
        self.world.collect_mail()
        self.one(turns[0], Password(number, right=True))
        if step := self.two.set_up(turns[1:], number):
            self.model.set_up(number, step, self.world.clock.now())

    @rule(turns=turns)
    def regenerate(self, turns: list[int]) -> None:
        """Replace the key by another."""
        self.world.pass_time(milliseconds=1)
        if session := self.fresh():
            self.model.regenerated(session, self.two.regenerate(turns[:3], session))

    def fresh(self) -> int | None:
        """Find a live session whose second factor was given just now, while the account has one."""
        now = self.world.clock.now()
        found = [one for one, session in self.model.sessions.items() if now - session.opened_at < FRESH]
        return next((one for one in found if self.model.lives(one, now)), None)

    @rule(node=nodes)
    def worker(self, node: int) -> None:
        """Let a node's worker clear locks that have ended."""
        self.model.lapse(self.world.clock.now())
        upkeep.clear_lapsed_locks(self.two.nodes[node])

    @rule(seconds=st.sampled_from([1, 31, 31, 95, 301, 901, 3_660]))
    def time_passes(self, seconds: int) -> None:
        """Turn the clock."""
        self.world.pass_time(seconds=seconds)

    @invariant()
    def both_nodes_tell_what_the_model_says(self) -> None:
        """Counters, lock, last step, live sessions, and exactly the entries of what was done; they take turns."""
        now = self.world.clock.now()
        for node in (0, 1) if len(self.models) > 1 else (self.numbers % 2,):
            seen, wanted = self.two.seen(node), [expected(model, now) for model in self.models]
            self.models = [model for model, one in zip(self.models, wanted, strict=True) if one == seen]

            assert self.models, (seen, wanted)


def expected(model: Model, now: datetime) -> Seen:
    """Say what a node should tell."""
    return Seen(
        enabled=model.enabled,
        locked=model.locked,
        last_step=model.last_step,
        may_set_up=model.may_set_up(now),
        failures=(model.password_failures, model.code_failures),
        alive=frozenset(session for session in model.sessions if model.lives(session, now)),
        trail=model.trail,
    )


def test_two_nodes_do_what_one_model_says() -> None:
    """Whichever node is asked, in whatever order, and also when both are asked at one moment."""
    rounds = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(BothNodes, settings=rounds)
