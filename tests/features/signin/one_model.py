"""What nodes are held against: an account and its sign-ins as the rules tell them, without a database.

An act is a value; `Model.told` gives the answer that it deserves, and remembers what it changes.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LIMIT = 3
LOCKED_FOR = timedelta(hours=1)
PENDING_LIFE = timedelta(minutes=15)
IDLE = timedelta(minutes=15)
SET_UP_WITHIN = timedelta(hours=72)
STEP = timedelta(seconds=30)
NO_STEP = -1
Line = tuple[str, str, str | None]
"""An entry of the trail: act, outcome, result."""


@dataclass(frozen=True, slots=True)
class Password:
    """Give a password; `number` names the sign-in that may follow."""

    number: int
    right: bool


@dataclass(frozen=True, slots=True)
class Code:
    """Give a code to a sign-in; `number` names the session that may follow."""

    number: int
    sign_in: int
    step: int | None
    """Which step of the key it is; None for six digits that no step near has."""


@dataclass(frozen=True, slots=True)
class SignOut:
    """End a session from within."""

    session: int


@dataclass(frozen=True, slots=True)
class Deed:
    """Let the owner of the server do something to the account."""

    name: str


Act = Password | Code | SignOut | Deed


@dataclass(slots=True)
class SignInUnderWay:
    """A sign-in past its password."""

    epoch: int
    until: datetime
    at_code: bool
    over: bool = False


@dataclass(slots=True)
class Session:
    """A session."""

    epoch: int
    opened_at: datetime
    over: bool = False


@dataclass(slots=True)
class Model:
    """What is true of one account."""

    last_step: int | None
    """The last step that was accepted; None without a key."""
    enabled: bool = True
    locked: str | None = None
    locked_until: datetime | None = None
    password_failures: int = 0
    code_failures: int = 0
    epoch: int = 0
    may_set_up_until: datetime | None = None
    sign_ins: dict[int, SignInUnderWay] = field(default_factory=dict)
    sessions: dict[int, Session] = field(default_factory=dict)
    trail: Counter[Line] = field(default_factory=Counter)

    def told(self, act: Act, now: datetime) -> str:
        """Do an act, and give its answer: what is asked next, `done`, `unchanged`, or a refusal's code."""
        match act:
            case Password():
                return self._password(act, now)
            case Code():
                return self._code(act, now)
            case SignOut(session):
                return self._sign_out(session, now)
            case Deed(name):
                outcome = str(getattr(self, f"_{name}")(now))
                self.trail[EVENTS[name], outcome, None] += 1
                return outcome

    def lapse(self, now: datetime) -> None:
        """Let a lock end whose time has come."""
        if not self._lapsed(now):
            return
        self._open()
        self.trail["lockout.lapsed", "done", None] += 1

    def lives(self, session: int, now: datetime) -> bool:
        """Tell whether a session is alive."""
        found = self.sessions[session]
        return self.enabled and not found.over and found.epoch == self.epoch and now - found.opened_at < IDLE

    def may_set_up(self, now: datetime) -> bool:
        """Tell whether a right password leads to a set-up."""
        return self.last_step is None and self.may_set_up_until is not None and now < self.may_set_up_until

    def can_set_up(self, now: datetime) -> bool:
        """Tell whether somebody who knows the password can set up a key now."""
        barred = self.locked is not None and not self._lapsed(now)
        return self.enabled and not barred and self.may_set_up(now)

    def set_up(self, number: int, step: int, now: datetime) -> None:
        """Go on to a set-up: the code from the mail, and a code of the new key."""
        for act in ("signin.device_code", "signin.code"):
            self.trail[act, "checked", "right"] += 1
        self.trail["second_factor.set_up", "done", None] += 1
        self.last_step, self.may_set_up_until = step, None
        self._complete(number, now)

    def regenerated(self, session: int, step: int) -> None:
        """Replace the key from within a session, which alone goes on."""
        for act in ("new_key_begun", "new_key_checked", "regenerated"):
            self.trail[f"second_factor.{act}", "done", None] += 1
        self.last_step, self.epoch = step, self.epoch + 1
        self.sessions[session].epoch = self.epoch

    def _password(self, act: Password, now: datetime) -> str:
        self.lapse(now)
        if self.locked is not None:
            return self._line("signin.password", None, "signin.refused")
        if not (self.enabled and act.right):
            self._line("signin.password", "wrong" if self.enabled else None, "")
            self.password_failures += 1
            self._lock_at(self.password_failures, now)
            return "signin.refused"
        self._line("signin.password", "right", "")
        if self.last_step is None and not self.may_set_up(now):
            return "signin.set_up_not_available"
        at_code = self.last_step is not None
        self.sign_ins[act.number] = SignInUnderWay(self.epoch, now + PENDING_LIFE, at_code)
        return "code" if at_code else "device_code"

    def _code(self, act: Code, now: datetime) -> str:
        found = self.sign_ins.get(act.sign_in)
        dead = found is None or found.over or found.epoch != self.epoch or now >= found.until
        if found is None or dead or not self.enabled or not found.at_code or self.last_step is None:
            return self._line("signin.code", None, "signin.expired")
        self.lapse(now)
        if self.locked is not None:
            return self._line("signin.code", None, "signin.refused")
        if act.step is not None and abs(act.step - step_at(now)) <= 1:
            if act.step <= self.last_step:
                return self._line("signin.code", "used", "otp.used")
            self._line("signin.code", "right", "")
            self.last_step, found.over = act.step, True
            self._complete(act.number, now)
            return "done"
        self._line("signin.code", "wrong", "")
        self.code_failures += 1
        found.over = self._lock_at(self.code_failures, now)
        return "signin.locked" if found.over else "otp.wrong"

    def _sign_out(self, session: int, now: datetime) -> str:
        if not self.lives(session, now):
            return "session.required"
        self.sessions[session].over = True
        self.trail["sessions.ended", "done", None] += 1
        return "done"

    def _lock(self, now: datetime) -> str:
        self.lapse(now)
        if self.locked == "administrator":
            return "unchanged"
        self.locked, self.locked_until, self.epoch = "administrator", None, self.epoch + 1
        return "done"

    def _unlock(self, now: datetime) -> str:
        self.lapse(now)
        if self.locked is None:
            return "unchanged"
        self._open()
        return "done"

    def _disable(self, now: datetime) -> str:
        del now
        if not self.enabled:
            return "unchanged"
        self.enabled, self.epoch = False, self.epoch + 1
        return "done"

    def _enable(self, now: datetime) -> str:
        del now
        before, self.enabled = self.enabled, True
        return "unchanged" if before else "done"

    def _reset(self, now: datetime) -> str:
        self.last_step, self.may_set_up_until, self.epoch = None, now + SET_UP_WITHIN, self.epoch + 1
        return "done"

    def _delete(self, now: datetime) -> str:
        if self.last_step is None and not self.may_set_up(now):
            return "unchanged"
        self.last_step, self.may_set_up_until, self.epoch = None, None, self.epoch + 1
        return "done"

    def _complete(self, number: int, now: datetime) -> None:
        self.password_failures = self.code_failures = 0
        self.sessions[number] = Session(self.epoch, now)
        self.trail["signin.completed", "done", None] += 1

    def _lock_at(self, failures: int, now: datetime) -> bool:
        if failures < LIMIT:
            return False
        self.locked, self.locked_until = "failures", now.replace(microsecond=0) + LOCKED_FOR
        self.trail["lockout.locked", "done", None] += 1
        return True

    def _open(self) -> None:
        self.locked, self.locked_until = None, None
        self.password_failures = self.code_failures = 0

    def _lapsed(self, now: datetime) -> bool:
        return self.locked_until is not None and self.locked_until <= now

    def _line(self, act: str, result: str | None, answer: str) -> str:
        self.trail[act, "refused" if result is None else "checked", result] += 1
        return answer


EVENTS = {
    "lock": "lockout.locked",
    "unlock": "lockout.unlocked",
    "disable": "accounts.disabled",
    "enable": "accounts.enabled",
    "reset": "second_factor.reset",
    "delete": "second_factor.deleted",
}
"""What each deed of the owner is called in the trail."""


def step_at(now: datetime) -> int:
    """Give the number of the half minute that an instant lies in."""
    return int(now.timestamp()) // int(STEP.total_seconds())
