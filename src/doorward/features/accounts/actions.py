"""What other features ask of accounts; the operators' acts on them are in `administration`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from doorward.edges.call import Call
from doorward.edges.run import LostRace
from doorward.features.accounts import rules, store
from doorward.features.accounts.model import (
    Account,
    AccountKind,
    Idle,
    Lock,
    NewAccount,
    Standing,
    Unlocker,
)
from doorward.features.policy.rules import DEFAULT
from doorward.kernel.ids import NO_ACCOUNT, AccountId
from doorward.kernel.time import to_the_second

_AT_ONCE = 500
"""How many accounts one statement names."""
_STRETCH = 5_000
"""How many accounts are looked through at once for those that nobody uses: some milliseconds of reading."""


def load(call: Call, account: AccountId) -> Standing | None:
    """Load an account with its state, as this transaction sees it."""
    return store.by_id(call.sql, account)


def existing(call: Call, account: AccountId) -> Standing:
    """Load an account that is there: one that the guard has found, or its session; none is ever deleted."""
    standing = load(call, account)
    if standing is None:
        raise AssertionError("the guard lets nobody act on an account that is not there")
    return standing


def load_many(call: Call, wanted: Sequence[AccountId]) -> dict[AccountId, Standing]:
    """Load accounts with their states, as this transaction sees them; those that are not there are left out."""
    return store.by_ids(call.sql, wanted)


def people(call: Call, wanted: Sequence[AccountId]) -> dict[AccountId, Account]:
    """Load accounts for a page that names them; those that are not there are left out."""
    return {one: standing.account for one, standing in load_many(call, wanted).items()}


def find(call: Call, user_name: str) -> Standing | None:
    """Find the account that bears a name, whatever its spelling (LOCK-16)."""
    return store.by_name(call.sql, user_name)


def move_epoch(call: Call, account: AccountId) -> int:
    """End sessions, pending sign-ins, codes and links of an account by moving its epoch on (KEY-6)."""
    return store.next_epoch(call.sql, account)


def add(call: Call, new: NewAccount) -> None:
    """Write a new account, open."""
    store.add(call.sql, new)


def add_many(call: Call, new: Sequence[NewAccount]) -> None:
    """Write new accounts at once: for an import."""
    store.add_many(call.sql, new)


def taken(call: Call, names: Sequence[str]) -> set[str]:
    """Of these canonical names, tell which somebody has."""
    return store.taken(call.sql, names)


def save(call: Call, before: Account, changed: Mapping[str, Any]) -> bool:
    """Write changed fields, unless somebody has changed the account since it was loaded."""
    return store.save_fields(call.sql, before, dict(changed), call.now)


def set_enabled(call: Call, before: Account, *, enabled: bool) -> None:
    """Let an account sign in, or bar it."""
    if not store.save_fields(call.sql, before, {"enabled": enabled}, call.now):
        raise LostRace
    if enabled:
        store.set_state(call.sql, before.id, enabled_at=call.now)


def restore(call: Call, before: Standing) -> None:
    """Lift whatever bars an account of the staff: for `rescue` (RIGHT-5)."""
    account = before.account
    if not store.save_fields(call.sql, account, {"enabled": True, "kind": AccountKind.INTERNAL}, call.now):
        raise LostRace
    store.set_state(call.sql, account.id, enabled_at=call.now)
    if before.state.lock is not None:
        set_unlocked(call, [account.id], to_the_second(call.now))


def change_factors(call: Call, account: AccountId, by: int) -> None:
    """Note by how many usable second factors the account has more, or fewer: of whichever kind they are.

    From now on it never goes in without one (DEV-2).
    """
    if by:
        store.change_factors(call.sql, account, by)


def set_token_expiry(call: Call, account: AccountId, at: datetime | None) -> None:
    """Note from when on one of the account's factors, a hardware token, is of no use; None for never."""
    store.set_state(call.sql, account, token_expires_at=at)


def clear_factors(call: Call, account: AccountId) -> None:
    """Note that the account has no second factor of any kind, and never goes in without one from now on (DEV-2)."""
    store.set_state(call.sql, account, factors=0, factor_due=True, token_expires_at=None)


def set_excluded(call: Call, account: AccountId, *, excluded: bool) -> None:
    """Note whether the account signs in without a second factor."""
    store.set_state(call.sql, account, excluded=excluded)


def set_lock(call: Call, account: AccountId, lock: Lock | None) -> None:
    """Write or clear a lock; `lockout` decides which."""
    store.set_lock(call.sql, account, lock)


def end_lock(call: Call, account: AccountId, ends_at: datetime) -> bool:
    """Clear the lock that ends at this instant, unless another stands by now; tell whether it was cleared."""
    return store.end_lock(call.sql, account, ends_at)


def set_unlocked(call: Call, opened: Sequence[AccountId], at: datetime) -> None:
    """Clear the locks of accounts and note that the actor opened them (LOCK-7)."""
    store.set_unlocked(call.sql, opened, Unlocker(call.actor.name, call.actor.account, at))


def put_back(call: Call, account: AccountId, lock: Lock, opener: Unlocker) -> None:
    """Undo an unlock: the lock as it was, and who had opened the account before."""
    store.set_lock(call.sql, account, lock)
    store.set_state(
        call.sql, account, unlocked_by=opener.name, unlocked_by_id=opener.account, unlocked_at=opener.unlocked_at
    )


def signed_in(call: Call, account: AccountId) -> None:
    """Note a complete sign-in."""
    store.set_signed_in(call.sql, account, call.now)


def names(call: Call, wanted: Sequence[AccountId]) -> dict[AccountId, str]:
    """Load the user names of accounts; those that are not there are left out."""
    return store.names(call.sql, wanted)


def protected(call: Call, among: Sequence[AccountId]) -> set[AccountId]:
    """Of these accounts, say which are protected (PROT-1)."""
    return store.protected(call.sql, among)


def lapsed(call: Call, most: int) -> list[AccountId]:
    """List accounts whose timed lock has come to its end."""
    return store.lapsed(call.sql, call.now, most)


def serving(call: Call, account: AccountId) -> str:
    """Name the password rules that serve an account: for whoever has not loaded it anyway."""
    return store.serving(call.sql, account) or DEFAULT


def set_serving(call: Call, served: Sequence[AccountId], name: str) -> None:
    """Write which password rules serve accounts; `groups` decides which."""
    for start in range(0, len(served), _AT_ONCE):
        store.set_serving(call.sql, served[start : start + _AT_ONCE], name)


def count_served(call: Call, name: str) -> int:
    """Count the accounts that password rules serve."""
    return store.count_served(call.sql, name)


def idle(call: Call, after: AccountId | None, since: Mapping[str, datetime], most: int) -> Idle:
    """Look through a stretch of the accounts for those that were not used since the instant that their rules name."""
    begin = NO_ACCOUNT if after is None else after
    upto = store.stretch(call.sql, begin, _STRETCH)
    found = store.idle(call.sql, begin, upto, since, most)
    return Idle(tuple(found), found[-1] if len(found) == most else upto)


def able_among(call: Call, candidates: list[AccountId]) -> list[AccountId]:
    """Of these accounts, list those that could administer today (RIGHT-5).

    Whoever has nothing but an expired hardware token could not; but where nobody else could, its expiry takes them
    away no more than an act may.
    """
    return store.able(call.sql, candidates, call.now) or store.able(call.sql, candidates, None)


def note_credential_change(call: Call, account: AccountId, what: str) -> None:
    """Remember that the acting operator set this account's address or password (KEY-10)."""
    if call.actor.account is not None:
        store.note_credential_change(call.sql, account, call.actor.account, what, call.now)


def changed_credentials_recently(call: Call, account: AccountId, operator: AccountId) -> bool:
    """Return whether this operator set the account's address or password within 72 hours (KEY-10)."""
    at = store.last_credential_change(call.sql, account, operator)
    return at is not None and rules.recent(at, call.now)


def purge(call: Call) -> int:
    """Forget which operator set whose credentials once it binds nobody any more."""
    return store.forget_credential_changes(call.sql, call.now - rules.OPERATOR_MEMORY)
