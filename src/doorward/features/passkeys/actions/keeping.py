"""The passkeys of an account: asking a browser for one, listing, naming and deleting them."""

from uuid import UUID

from doorward.edges.call import Call
from doorward.edges.run import LostRace
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Account
from doorward.features.passkeys import rules, store
from doorward.features.passkeys.actions import ceremonies
from doorward.features.passkeys.model.facts import (
    ChallengeScope,
    CreationOptions,
    Known,
    Passkey,
    PasskeyFacts,
    RequestOptions,
)
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused


def ask_for_new(call: Call, account: Account, scope: ChallengeScope, site_name: str) -> CreationOptions | Refused:
    """Return what a browser is to make for an account; passkeys that it has are not made twice."""
    party = ceremonies.relying_party(call)
    if isinstance(party, Refused):
        return party
    held = store.of_account(call.sql, account.id)
    if len(held) >= rules.MOST:
        return Refused("passkeys.too_many", {"most": rules.MOST})
    return CreationOptions(
        relying_party=party,
        relying_party_name=site_name,
        user_handle=account.id.bytes,
        user_name=account.user_name,
        display_name=account.full_name or account.user_name,
        challenge=ceremonies.make_challenge(call, scope),
        algorithms=rules.ALGORITHMS,
        excluded=_known(held),
    )


def ask_for_one(
    call: Call, account: AccountId, scope: ChallengeScope, *, verified: bool = False
) -> RequestOptions | Refused:
    """Return what a browser is to sign with a passkey of an account; refused with `passkeys.none` where none will do.

    Where the person must be verified, a security key that never verified anybody will not.
    """
    party = ceremonies.relying_party(call)
    if isinstance(party, Refused):
        return party
    held = [one for one in store.of_account(call.sql, account) if one.user_verified or not verified]
    if not held:
        return Refused("passkeys.none")
    return RequestOptions(party, ceremonies.make_challenge(call, scope), _known(held), verified)


def ask_for_any(call: Call, scope: ChallengeScope) -> RequestOptions | Refused:
    """Return what a browser is to sign with whichever passkey the person chooses; no name is told (LOCK-11)."""
    party = ceremonies.relying_party(call)
    if isinstance(party, Refused):
        return party
    return RequestOptions(party, ceremonies.make_challenge(call, scope), (), verified=True)


def facts_of(call: Call, account: AccountId) -> tuple[PasskeyFacts, ...]:
    """List what may be seen of an account's passkeys, oldest first."""
    return tuple(one.facts for one in store.of_account(call.sql, account))


def count_of(call: Call, account: AccountId) -> int:
    """Count an account's passkeys."""
    return store.count(call.sql, account)


def find(call: Call, account: AccountId, passkey: UUID) -> Passkey | None:
    """Load one passkey of an account."""
    return store.by_id(call.sql, account, passkey)


def rename(call: Call, passkey: Passkey, name: str) -> None:
    """Give a passkey another name."""
    store.rename(call.sql, passkey, name)


def remove(call: Call, passkey: Passkey) -> None:
    """Delete one passkey of several factors; whoever finds that another was quicker decides anew (KEY-4)."""
    if not store.remove(call.sql, passkey.account, passkey.id):
        raise LostRace
    accounts.change_factors(call, passkey.account, -1)
    standing = accounts.load(call, passkey.account)
    if standing is None or not standing.state.factors:
        raise LostRace


def delete_passkeys(call: Call, account: AccountId) -> int:
    """Delete every passkey of an account, and say how many there were (KEY-3, KEY-4)."""
    count = store.remove_all(call.sql, account)
    accounts.change_factors(call, account, -count)
    return count


def purge(call: Call) -> int:
    """Forget spent challenges that have run out anyway."""
    return store.forget_challenges(call.sql, call.now)


def _known(held: list[Passkey]) -> tuple[Known, ...]:
    return tuple(Known(one.credential_id, one.transports) for one in held)
