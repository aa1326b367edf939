"""What sign-in and the second factor ask of recovery codes."""

from doorward.edges.call import Call
from doorward.features.recovery_codes import rules, store
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId


def make_codes(call: Call, account: AccountId) -> tuple[str, ...]:
    """Make a set of ten codes, which ends the one before; they are shown this once (KEY-1)."""
    codes = rules.make_set(call.entropy)
    store.replace_all(call.sql, account, [_hash(call, account, code) for code in codes], call.now)
    return codes


def use_code(call: Call, account: AccountId, typed: str) -> Result:
    """Judge what was typed, and use the code up: right once, used ever after, wrong otherwise (KEY-1)."""
    code = rules.parse(typed)
    if code is None:
        return Result.WRONG
    code_hash = _hash(call, account, code)
    if store.use(call.sql, account, code_hash, call.now):
        return Result.RIGHT
    return Result.USED if store.exists(call.sql, account, code_hash) else Result.WRONG


def left(call: Call, account: AccountId) -> int:
    """Return how many codes of the account are unused."""
    return store.left(call.sql, account)


def delete_codes(call: Call, account: AccountId) -> int:
    """Delete the account's set: it ends with the key that it stood in for."""
    return store.delete_all(call.sql, account)


def _hash(call: Call, account: AccountId, code: str) -> bytes:
    """Hash a code for its account, so that a row moved to another account fits nothing."""
    return call.sealer.keyed_hash(f"{account}|{code}", rules.PURPOSE)
