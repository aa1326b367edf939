"""What sign-in and the second factor ask of secret keys.

Judging a code and remembering its step are one act of one transaction: nobody gets a yes whose step is not stored.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from doorward.edges.call import Call
from doorward.edges.run import LostRace
from doorward.features.accounts import actions as accounts
from doorward.features.otp import store
from doorward.features.otp.model import (
    NO_STEP,
    Candidate,
    CodeAccepted,
    KeyFacts,
    OtpKey,
    OutOfStep,
    WrongCode,
)
from doorward.features.otp.rules import clock_errors, codes, provisioning
from doorward.features.rights.actions import administrators
from doorward.features.tokens.actions import inventory as tokens
from doorward.features.tokens.model import Returned, Token, TokenResynchronised
from doorward.kernel.act import SessionFacts
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId, SessionId, TokenId, new_id, new_ids
from doorward.kernel.otp_parameters import MovingFactor
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import SealBroken


def find_key(call: Call, account: AccountId) -> OtpKey | None:
    """Load the account's usable secret key, opened; a disabled one counts as none (LOCK-14)."""
    return store.find(call.sql, account, _opener(call, account))


def keys_open(call: Call) -> bool | None:
    """Return whether the server's keys open what is sealed here; None where no secret key is."""
    account = store.any_holder(call.sql)
    if account is None:
        return None
    try:
        find_key(call, account)
    except SealBroken:
        return False
    return True


def check_code(call: Call, account: AccountId, code: str) -> Result:
    """Judge six digits against the account's key: right once, used ever after, wrong otherwise (KEY-9).

    A right code's step is remembered and a wrong code counted on the key here; the account's own counter is for the
    caller (LOCK-3). An account without a usable key has no right code.
    """
    key = _usable(call, store.find(call.sql, account, _opener(call, account), hold=True))
    if key is None:
        return Result.WRONG
    verdict = codes.verify_key(key, code, call.now)
    if isinstance(verdict, CodeAccepted):
        _save(call, key, codes.succeeded(key, verdict, call.now))
        return Result.RIGHT
    if verdict.code == "otp.used":
        return Result.USED
    _save(call, key, codes.failed(key))
    return Result.WRONG


def note_clock_error(call: Call, account: AccountId, earlier: WrongCode, later: WrongCode) -> OutOfStep | None:
    """Find out whether two successive wrong codes of one sign-in show a wrong clock; both are then spent (KEY-15).

    A hardware token, with a clock or a counter, is in step from now on: the code after them is right.
    """
    key = store.find(call.sql, account, _opener(call, account), hold=True)
    if key is None:
        return None
    error = clock_errors.clock_error(key, earlier, later) or clock_errors.counter_error(key, earlier, later)
    if error is None:
        return None
    _save(call, key, clock_errors.spend(key, error, call.now))
    return OutOfStep(clock_errors.clock_minutes(error.offset) if key.token is None else None, key.token)


def resynchronise(call: Call, account: AccountId, codes: tuple[str, str], reach: int) -> TokenResynchronised | Refused:
    """Find the account's hardware token again by two codes in a row: RFC 4226 section 7.4, RFC 6238 section 6.

    Refused with `tokens.none_assigned`, `tokens.expired` or `otp.wrong`; counting that is for the caller.
    """
    key = _usable(call, store.find(call.sql, account, _opener(call, account), hold=True))
    token = None if key is None or key.token is None else tokens.find(call, TokenId(key.token))
    if key is None or token is None:
        return Refused("tokens.none_assigned")
    found = clock_errors.resynchronise(key, codes, call.now, reach)
    if isinstance(found, Refused):
        return found
    _save(call, key, found)
    by_time = key.parameters.motion is MovingFactor.TOTP
    minutes = clock_errors.offset_minutes(found.offset_steps, key.parameters.period) if by_time else None
    return TokenResynchronised(token.serial, minutes)


def count_failure(call: Call, account: AccountId) -> None:
    """Count on the account's key a wrong guess that was not made by `check_code` (LOCK-14)."""
    key = store.find(call.sql, account, _opener(call, account), hold=True)
    if key is not None:
        _save(call, key, codes.failed(key))


def token_expired_at(call: Call, account: AccountId) -> datetime | None:
    """Tell since when the account's key is over, where it is a hardware token's."""
    key = _usable(call, store.find(call.sql, account, _opener(call, account)))
    ended = key is not None and key.expires_at is not None and key.expires_at <= call.now
    return key.expires_at if key is not None and ended else None


def token_of(call: Call, account: AccountId) -> Token | None:
    """Load the hardware token that the account holds, also where its key was disabled."""
    held = store.tokens_of(call.sql, account)
    return tokens.find(call, TokenId(held[0].token)) if held else None


def bind_key(
    call: Call, account: AccountId, secret: bytes, step: int, spent_steps: frozenset[int] = frozenset()
) -> UUID:
    """Make a proven secret the account's one key, beginning with the step that proved it and those spent (KEY-9)."""
    delete_keys(call, account)
    key = new_id(call.now, call.entropy)
    sealed = call.sealer.seal(secret, _key_place(account, key))
    store.add(call.sql, store.NewKeyRow(account, key, sealed, step, call.now, spent_steps=spent_steps))
    accounts.change_factors(call, account, 1)
    return key


def bind_token(call: Call, account: AccountId, token: Token) -> None:
    """Make a hardware token's key the account's one key; what the token has accepted before stays used up (KEY-9)."""
    delete_keys(call, account)
    token = tokens.find(call, token.id) or token  # it may just have come back from this very account
    seed = tokens.take(call, token, account)
    key = new_id(call.now, call.entropy)
    made = OtpKey(
        account=account,
        id=key,
        secret=seed,
        last_step=token.last_step,
        confirmed_at=call.now,
        parameters=token.parameters,
        offset_steps=token.offset_steps,
        token=token.id,
        recent_steps=token.recent_steps,
        expires_at=token.expires_at,
    )
    store.add(
        call.sql,
        store.NewKeyRow.of(clock_errors.mended(made, call.now), call.sealer.seal(seed, _key_place(account, key))),
    )
    accounts.change_factors(call, account, 1)
    accounts.set_token_expiry(call, account, token.expires_at)


def failures_in_a_row(call: Call, account: AccountId) -> int:
    """Return how many wrong codes the account's usable key has had without one success; an unlock leaves them."""
    return store.failures_in_a_row(call.sql, account)


def disable_key(call: Call, account: AccountId) -> None:
    """Use the account's key no longer, and forget what its sessions are setting up (LOCK-14)."""
    store.drop_candidates(call.sql, account)
    disabled = store.disable(call.sql, account, call.now)
    accounts.change_factors(call, account, -disabled)
    if disabled:
        accounts.set_token_expiry(call, account, None)


def disabled_at(call: Call, account: AccountId) -> datetime | None:
    """Tell since when the account's key is no longer used."""
    return store.disabled_at(call.sql, account)


def delete_keys(call: Call, account: AccountId) -> int:
    """Delete the account's keys and all that its sessions are setting up; say how many keys there were.

    A hardware token goes back to stock with what its key remembers, whatever the act.
    """
    for held in store.tokens_of(call.sql, account):
        tokens.give_back(
            call, Returned(TokenId(held.token), account, held.last_step, held.offset_steps, held.recent_steps)
        )
    disable_key(call, account)
    return store.delete_all(call.sql, account)


def key_facts(call: Call, account: AccountId) -> KeyFacts | None:
    """Return what operators may see of the account's usable key (KEY-16); the key itself stays sealed."""
    memory = store.memory(call.sql, account)
    if memory is None:
        return None
    offset = memory.clock_error_steps
    return KeyFacts(
        confirmed_at=memory.confirmed_at,
        last_used_at=memory.last_used_at,
        clock_error_minutes=None if offset is None else clock_errors.clock_minutes(offset, memory.parameters.period),
        clock_jumped=clock_errors.clock_jumped(memory.last_step, call.now, memory.parameters, memory.offset_steps),
        token=None if memory.token is None else tokens.find(call, TokenId(memory.token)),
        token_offset_minutes=clock_errors.offset_minutes(memory.offset_steps, memory.parameters.period),
    )


def begin_candidate(call: Call, session: SessionFacts) -> Candidate:
    """Draw a new key for a session to set up, in place of one it had begun before (KEY-2)."""
    secret = provisioning.new_secret(call.entropy)
    sealed = call.sealer.seal(secret, _candidate_place(session.account, session.id))
    store.put_candidate(call.sql, session.account, session.id, store.SealedCandidate(sealed, call.now, None))
    return Candidate(session.account, session.id, secret, call.now)


def find_candidate(call: Call, session: SessionFacts) -> Candidate | None:
    """Load the key that a session is setting up; one of 10 minutes ago is dead (KEY-2)."""
    row = store.find_candidate(call.sql, session.account, session.id)
    if row is None or call.now >= row.made_at + provisioning.CANDIDATE_LIFETIME:
        return None
    secret = call.sealer.open(row.sealed_secret, _candidate_place(session.account, session.id))
    return Candidate(session.account, session.id, secret, row.made_at, row.confirmed_step)


def bind_first(call: Call, brought: Sequence[tuple[AccountId, bytes]]) -> None:
    """Give new accounts the keys that they bring along, which have accepted no step here yet: for an import (KEY-9)."""
    keys = new_ids(call.now, call.entropy, len(brought))
    new = [
        store.NewKeyRow(account, key, call.sealer.seal(secret, _key_place(account, key)), NO_STEP, call.now)
        for (account, secret), key in zip(brought, keys, strict=True)
    ]
    if new:
        store.add_many(call.sql, new)


def check_candidate(call: Call, candidate: Candidate, code: str) -> CodeAccepted | Refused:
    """Judge a code made from a key that is being set up; a right one proves it, a wrong one changes nothing."""
    last_step = NO_STEP if candidate.confirmed_step is None else candidate.confirmed_step
    verdict = codes.verify(candidate.secret, code, last_step, call.now)
    if isinstance(verdict, CodeAccepted):
        store.confirm_candidate(call.sql, candidate.account, candidate.session, verdict.step)
    return verdict


def drop_candidate(call: Call, session: SessionFacts) -> bool:
    """Forget the key that a session is setting up; tell whether there was one."""
    return store.drop_candidate(call.sql, session.account, session.id)


def forget_candidates(call: Call, account: AccountId) -> None:
    """Forget whatever the account's sessions are setting up."""
    store.drop_candidates(call.sql, account)


def purge(call: Call) -> int:
    """Delete keys that were begun and never saved."""
    return store.drop_old_candidates(call.sql, call.now - provisioning.CANDIDATE_LIFETIME)


def _usable(call: Call, key: OtpKey | None) -> OtpKey | None:
    """Let a hardware token's expiry not take away the last able administrator: the token goes on (RIGHT-5)."""
    expired = key is not None and key.expires_at is not None and key.expires_at <= call.now
    if key is None or not expired or key.account not in administrators.able_administrators(call):
        return key
    return replace(key, expires_at=None)


def _save(call: Call, before: OtpKey, after: OtpKey) -> None:
    if not store.save(call.sql, before, after):
        raise LostRace


def _opener(call: Call, account: AccountId) -> store.Opener:
    return lambda key, sealed: call.sealer.open(sealed, _key_place(account, key))


def _key_place(account: AccountId, key: UUID) -> str:
    return f"otp_keys|sealed_secret|{account}|{key}"


def _candidate_place(account: AccountId, session: SessionId) -> str:
    return f"otp_candidates|sealed_secret|{account}|{session}"
