"""Two nodes on one database, without doors: one account that acts are done to on either, and what each tells of it."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from doorward.edges.run import Runtime
from doorward.edges.steps import PlainDriver
from doorward.features.accounts import store as accounts
from doorward.features.administration.actions.editing import disable_account, enable_account
from doorward.features.administration.model import DisableAccount, EnableAccount
from doorward.features.audit import store as audit
from doorward.features.lockout import store as lockout
from doorward.features.lockout.actions.locking import lock_account, unlock_account
from doorward.features.lockout.model import Factor, LockAccount, UnlockAccount
from doorward.features.lockout.rules import in_flight
from doorward.features.otp import store as otp
from doorward.features.second_factor import store as second_factor
from doorward.features.second_factor.actions.own_key import begin_new_key, check_new_key, save_new_key
from doorward.features.second_factor.actions.secret_key import delete_secret_key, reset_secret_key
from doorward.features.second_factor.model import (
    CheckNewKey,
    DeleteSecretKey,
    KeySaved,
    KeyShown,
    NewKey,
    ResetSecretKey,
    SaveNewKey,
)
from doorward.features.second_factor.rules import live
from doorward.features.sessions.actions import end_session, show_session
from doorward.features.sessions.model import EndSession, SessionShown, ShowSession
from doorward.features.signin.actions.codes import give_code, give_device_code
from doorward.features.signin.actions.password import sign_in
from doorward.features.signin.actions.set_up import confirm_set_up, show_set_up
from doorward.features.signin.model import (
    ConfirmSetUp,
    GiveCode,
    GiveDeviceCode,
    PendingToken,
    ShowSetUp,
    SignedIn,
    SignIn,
    SignInGoesOn,
)
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret
from doorward.kernel.tokens import parse_token
from tests.chance import SeededEntropy
from tests.features.signin.one_model import Act, Code, Deed, Line, Password, SignOut, step_at
from tests.features.signin.walking import PASSWORD, Walk, authenticator, hash_now
from tests.worlds import API, OWNER, World

WHY = "as the model says"
DEEDS: dict[str, tuple[Any, Any]] = {
    "lock": (lock_account, LockAccount),
    "unlock": (unlock_account, UnlockAccount),
    "disable": (disable_account, DisableAccount),
    "enable": (enable_account, EnableAccount),
    "reset": (reset_secret_key, ResetSecretKey),
    "delete": (delete_secret_key, DeleteSecretKey),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a node tells of the account."""

    enabled: bool
    locked: str | None
    last_step: int | None
    may_set_up: bool
    failures: tuple[int, int]
    alive: frozenset[int]
    trail: Counter[Line]


@dataclass(slots=True)
class TwoNodes:
    """The account, its key, and what it was given, by the numbers of the model."""

    world: World
    account: AccountId
    key: str
    nodes: tuple[Runtime, Runtime]
    sign_ins: dict[int, PendingToken] = field(default_factory=dict)
    sessions: dict[int, Bearer] = field(default_factory=dict)
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2))

    @classmethod
    def begin(cls, world: World) -> "TwoNodes":
        """Set up a key for somebody, and make a second node: with connections, chance and a name of its own."""
        key = Walk(world).with_key("bram")
        account = next(one.target_id for one in world.entries() if one.target_name == "bram")
        assert account is not None
        site, chance = replace(world.runtime.site, node="node-2"), SeededEntropy("the other")
        other = replace(world.runtime, database=world.another_process(), entropy=chance, site=site)
        return cls(world, account, key, (world.runtime, other))

    def end(self) -> None:
        """Close what was opened."""
        self.threads.shutdown()
        self.nodes[1].database.close()

    def at_once(self, acts: Sequence[Act]) -> list[str]:
        """Do one act on each node at one moment, and give the answers."""
        return list(self.threads.map(self.do, (0, 1), acts))

    def do(self, node: int, act: Act) -> str:
        """Do an act on a node, and give the answer as the model spells it."""
        outcome: Any = None
        match act:
            case Password(number, right):
                outcome = self._step(node, sign_in(SignIn("bram", Secret(PASSWORD if right else "wrong"))))
                if isinstance(outcome, SignInGoesOn) and outcome.sign_in is not None:
                    self.sign_ins[number] = PendingToken(*_parsed(outcome.sign_in))
            case Code(number, begun, step):
                outcome = self._step(node, give_code(GiveCode(self.sign_ins[begun], self._digits(step))))
                if isinstance(outcome, SignedIn):
                    self.sessions[number] = Bearer(*_parsed(outcome.token))
            case SignOut(session):
                outcome = self.nodes[node].run(end_session, EndSession(), self.sessions[session], API)
            case Deed(name):
                action, command = DEEDS[name]
                outcome = self.nodes[node].run(action, command(self.account, WHY), OWNER, API)
        return _spelled(outcome)

    def set_up(self, turns: Sequence[int], number: int) -> int | None:
        """Go on to a set-up, each step on the node whose turn it is; give the step of the code.

        None where no code was mailed: an account is sent so many an hour, and no more (DEV-1).
        """
        two, three, four = turns
        begun = self.sign_ins[number]
        codes = [letter.facts["code"] for _, letter in self.world.collect_mail() if letter.kind == "device_code"]
        if not codes:
            return None
        authorized = self._step(two, give_device_code(GiveDeviceCode(begun, str(codes[-1]))))
        assert isinstance(authorized, SignInGoesOn), authorized
        shown = self._step(three, show_set_up(ShowSetUp(begun)))
        assert isinstance(shown, KeyShown), shown
        self.key = shown.secret_key.reveal()
        step = step_at(self.world.clock.now())
        done = self._step(four, confirm_set_up(ConfirmSetUp(begun, self._digits(step))))
        assert isinstance(done, SignedIn), done
        self.sessions[number] = Bearer(*_parsed(done.token))
        return step

    def regenerate(self, turns: Sequence[int], session: int) -> int:
        """Replace the key from within a session, each step on the node whose turn it is; give the step of the code."""
        one, two, three = (self.nodes[turn] for turn in turns)
        bearer = self.sessions[session]
        shown = one.run(begin_new_key, NewKey(), bearer, API)
        assert isinstance(shown, KeyShown), shown
        self.key = shown.secret_key.reveal()
        step = step_at(self.world.clock.now())
        two.run(check_new_key, CheckNewKey(self._digits(step)), bearer, API)
        saved = three.run(save_new_key, SaveNewKey(), bearer, API)
        assert isinstance(saved, KeySaved), saved
        return step

    def seen(self, node: int) -> Seen:
        """Ask a node for everything that it knows of the account."""
        runtime, now = self.nodes[node], self.world.clock.now()
        shown = {one: runtime.run(show_session, ShowSession(), token, API) for one, token in self.sessions.items()}
        with runtime.database.read() as sql:
            factors = (Factor.PASSWORD, Factor.SECOND_FACTOR)
            counters = [lockout.counter(sql, lockout.Key(self.account, one), in_flight(now)) for one in factors]
            memory = otp.memory(sql, self.account)
            standing = accounts.by_id(sql, self.account)
            entry = second_factor.entry(sql, self.account)
            entries = audit.page(sql, {}, 10_000)
        assert standing is not None
        assert [one.reserved for one in counters] == [0, 0]
        return Seen(
            enabled=standing.account.enabled,
            locked=None if standing.state.lock is None else standing.state.lock.reason.value.lower(),
            last_step=None if memory is None else memory.last_step,
            may_set_up=memory is None and live(entry, now),
            failures=(counters[0].failures, counters[1].failures),
            alive=frozenset(one for one, outcome in shown.items() if isinstance(outcome, SessionShown)),
            trail=Counter((one.act, one.outcome, one.result) for one in entries if one.target_id == self.account),
        )

    def _step(self, node: int, steps: Any) -> Any:
        return PlainDriver(self.nodes[node], hash_now).drive(steps, API)

    def _digits(self, step: int | None) -> str:
        """Read the app at a step; or make up six digits that it shows at no time near."""
        now = step_at(self.world.clock.now())
        if step is not None:
            return authenticator(self.key, self.world, steps=step - now)
        near = {authenticator(self.key, self.world, steps=away) for away in range(-25, 26)}
        return next(digits for digits in (f"{number:06d}" for number in range(100)) if digits not in near)


def _parsed(token: Secret) -> tuple[AccountId, bytes]:
    parsed = parse_token(token.reveal())
    assert parsed is not None
    return parsed


def _spelled(outcome: Any) -> str:
    if isinstance(outcome, Refused):
        return outcome.code
    return str(outcome.next) if isinstance(outcome, SignInGoesOn) else str(outcome.status)
