"""An account in any of its states with everything that can hang on it, and what is left of it after an act."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Lock, LockReason
from doorward.features.administration.actions.editing import disable_account
from doorward.features.administration.model import DisableAccount
from doorward.features.devices import actions as devices
from doorward.features.devices.model import CodeIssued
from doorward.features.links import actions as links
from doorward.features.links.model import LinkKind
from doorward.features.lockout.actions.locking import lock_account
from doorward.features.lockout.model import LockAccount
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.features.recovery_codes import actions as recovery_codes
from doorward.features.second_factor.actions import exclusions, secret_key
from doorward.features.second_factor.model import DeleteSecretKey, ExcludeAccount
from doorward.features.sessions.model import OpenedWith
from doorward.features.signin.actions import pending
from doorward.features.signin.actions.new_password import open_link
from doorward.features.signin.actions.not_me import say_not_me
from doorward.features.signin.model import LinkOpened, Next, OpenLink, PendingToken, SayNotMe
from doorward.kernel.act import Bearer
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId
from doorward.kernel.ports import Secret
from doorward.kernel.tokens import parse_token
from tests.features.second_factor.operating import alive, entry, state
from tests.features.second_factor.regenerating import key_of
from tests.features.signin.walking import Walk, allow
from tests.keys import SECRET, bind
from tests.worlds import World

FACTORS = ("set up", "may set up", "blocked", "excluded", "excluded, with a key")
LOCKS = ("open", "Failures", "Inactivity", "Administrator", "Reported")
BY_HAND = ("Administrator", "Reported")


class Undone(Exception):
    """Whatever the transaction has written is not meant."""


@dataclass(frozen=True, slots=True)
class Bram:
    """Somebody in one of the states, with one of everything that acts on the factor may end."""

    walk: Walk
    account: AccountId
    session: Bearer
    sign_in: PendingToken
    link: PendingToken
    not_me: PendingToken
    mailed: Secret
    temporary: Secret

    @property
    def world(self) -> World:
        """Say where he lives."""
        return self.walk.world

    def left(self) -> dict[str, Any]:
        """Tell what is left of everything: what hangs on the factor, and how the account stands."""
        lock = self.world.standing(self.account).state.lock
        found = entry(self.world, self.account)
        key = key_of(self.world, self.account)
        return {
            "state": state(self.world, self.account).value,
            "key": "none" if key is None else "old" if key == SECRET else "new",
            "entry": "none" if found is None else found.cause.value,
            "lock": "open" if lock is None else lock.reason.value,
            "enabled": self.world.standing(self.account).account.enabled,
            "session": alive(self.world, self.session),
            "sign-in": self._goes_on(),
            "link": self._opens("set-password", self.link),
            "not-me link": self._opens("not-me", self.not_me),
            "mailed code": self._takes(self.mailed),
            "temporary code": self._takes(self.temporary),
            "remembered device": self._remembered(),
        }

    def _opens(self, kind: str, link: PendingToken) -> bool:
        return isinstance(self.walk.take(open_link(OpenLink(kind, link))), LinkOpened)

    def _remembered(self) -> bool:
        with self.world.reading() as call:
            return bool(devices.live_devices(call, self.world.standing(self.account)))

    def _goes_on(self) -> bool:
        with self.world.reading() as call:
            return isinstance(pending.find_pending(call, self.sign_in), pending.UnderWay)

    def _takes(self, code: Secret) -> bool:
        """Try a code, and undo the trying; with the sign-in that it was mailed for."""
        found: list[Result] = []
        with suppress(Undone), self.world.writing() as call:
            found.append(devices.check_device_code(call, self.account, self.sign_in.token_hash, code.reveal()))
            raise Undone
        return found == [Result.RIGHT] and (code is self.temporary or self._goes_on())


def bram(world: World, factor: str, lock: str, *, enabled: bool) -> Bram:
    """Bring Bram into a state: his factor first, then all that hangs on it, then his lock, then the switch."""
    walk = Walk(world)
    world.run(change_password_rules, ChangePasswordRules({"remember_device_days": 30}))
    account = walk.person("bram")
    _bring_factor(world, account, factor)
    held = _with_everything(walk, account, factor)
    _bring_lock(walk, held, lock)
    if not enabled:
        world.run(disable_account, DisableAccount(account, "left"))
    world.collect_mail()
    return held


def _bring_factor(world: World, account: AccountId, factor: str) -> None:
    if factor in {"set up", "excluded, with a key"}:
        bind(world, account)
    if factor == "may set up":
        allow(world, account)
    if factor == "blocked":
        bind(world, account)
        world.run(secret_key.delete_secret_key, DeleteSecretKey(account, "lost"))
    if factor.startswith("excluded"):
        world.run(exclusions.exclude_account, ExcludeAccount(account, "a printer"))


def _with_everything(walk: Walk, account: AccountId, factor: str) -> Bram:
    world, standing = walk.world, walk.world.standing(account)
    with world.writing() as call:
        sign_in, under_way = pending.open_pending(call, standing, Next.DEVICE_CODE)
        issued = devices.issue_code(call, standing, under_way.token_hash)
        temporary, _ = devices.issue_temporary_code(call, account)
        assert devices.remember_device(call, standing) is not None
        recovery_codes.make_codes(call, account)
        epoch = standing.state.epoch
        paths = [links.make_link(call, account, kind, epoch)[0] for kind in (LinkKind.SET_PASSWORD, LinkKind.NOT_ME)]
    assert isinstance(issued, CodeIssued)
    mailed = [str(letter.facts["code"]) for _, letter in world.collect_mail() if letter.kind == "device_code"][-1]
    link, not_me = (_token(path.reveal().rpartition("/")[2]) for path in paths)
    return Bram(
        walk=walk, account=account, session=_session(world, account, factor), sign_in=_token(sign_in.reveal()),
        link=link, not_me=not_me, mailed=Secret(mailed), temporary=temporary,
    )  # fmt: skip


def _session(world: World, account: AccountId, factor: str) -> Bearer:
    """Sign in, where the state lets anybody in; else hold a token that nothing belongs to."""
    if factor in {"may set up", "blocked"}:
        return Bearer(account, b"-" * 32)
    return world.sign_in(account, OpenedWith.SECRET_KEY if factor == "set up" else OpenedWith.PASSWORD)


def _bring_lock(walk: Walk, held: Bram, lock: str) -> None:
    world, account = walk.world, held.account
    if lock in {"Failures", "Inactivity"}:
        with world.writing() as call:
            accounts.set_lock(call, account, Lock(call.now.replace(microsecond=0), LockReason(lock)))
    if lock == "Administrator":
        world.run(lock_account, LockAccount(account, "odd mails"))
    if lock == "Reported":
        with world.writing() as call:
            path, _ = links.make_link(call, account, LinkKind.NOT_ME, 0)
        walk.take(say_not_me(SayNotMe(_token(path.reveal().rpartition("/")[2]))))


def _token(text: str) -> PendingToken:
    parsed = parse_token(text)
    assert parsed is not None
    return PendingToken(*parsed)
