"""Making challenges, and judging what comes back: a new passkey, or an assertion of one.

A challenge proves itself: a keyed hash over its chance, its time, its purpose and its scope. So whoever only opens a
page writes nothing; what is written is that a challenge was answered rightly, together with what the answer proves.
"""

import hmac
from dataclasses import dataclass

from doorward.edges.call import Call
from doorward.edges.run import LostRace
from doorward.features.accounts import actions as accounts
from doorward.features.passkeys import rules, store
from doorward.features.passkeys.actions import reading
from doorward.features.passkeys.model.facts import (
    Assertion,
    AssertionAccepted,
    ChallengeScope,
    ChallengeStamp,
    Doubt,
    GivenAssertion,
    GivenRegistration,
    Passkey,
    Purpose,
    Registration,
    Rejected,
    RelyingParty,
)
from doorward.kernel.ids import AccountId, new_id
from doorward.kernel.outcome import Refused

_NONCE_BYTES = 16
_HASH_PURPOSE = "passkey challenge"


@dataclass(frozen=True, slots=True)
class Question:
    """What an assertion is asked to prove: whose it is, where, and whether the person must be verified."""

    account: AccountId
    scope: ChallengeScope
    verified: bool = False


def relying_party(call: Call) -> RelyingParty | Refused:
    """Return whom passkeys are for here; refused with `passkeys.not_available` where browsers allow none."""
    party = rules.relying_party(call.site.public_url)
    return Refused("passkeys.not_available", {"address": call.site.public_url}) if party is None else party


def available(public_url: str) -> bool:
    """Return whether browsers allow passkeys at an address."""
    return rules.relying_party(public_url) is not None


def make_challenge(call: Call, scope: ChallengeScope) -> bytes:
    """Make a challenge for one scope; nothing is stored."""
    nonce = call.entropy.bytes(_NONCE_BYTES)
    return rules.spell_challenge(
        ChallengeStamp(nonce, call.now, _tag(call, scope, ChallengeStamp(nonce, call.now, b"")))
    )


def add(
    call: Call, account: AccountId, scope: ChallengeScope, given: GivenRegistration, name: str
) -> Passkey | Refused:
    """Make a new passkey the account's; refused with `passkeys.` and why."""
    read = _read_new(call, scope, given)
    if isinstance(read, Refused):
        return read
    if store.count(call.sql, account) >= rules.MOST:
        return Refused("passkeys.too_many", {"most": rules.MOST})
    if store.by_credential(call.sql, account, read.credential.id) is not None:
        return Refused("passkeys.already_added")
    if not _spend(call, account, read.client.challenge):
        return refusal(Doubt.USED)
    new = _new_passkey(call, account, read, given, name)
    store.add(call.sql, new)
    accounts.change_factors(call, account, 1)
    return new


def check(call: Call, asked: Question, given: GivenAssertion) -> AssertionAccepted | Rejected:
    """Judge an assertion, and remember a right one: its challenge is spent, its count is kept.

    A passkey that is not there takes as long as a wrong signature.
    """
    passkey = store.by_credential(call.sql, asked.account, given.credential_id)
    read = reading.read_assertion(given)
    right = passkey is not None and reading.signed(passkey.public_key, given)
    if passkey is None:
        reading.compare_with_nothing(given)
        return Rejected(Doubt.UNKNOWN)
    doubt = _doubt(call, asked, passkey, given, read)
    if doubt is not None or read is None:
        return Rejected(doubt or Doubt.UNREADABLE, passkey)
    if not right:
        return Rejected(Doubt.SIGNATURE, passkey)
    return _remember(call, asked, passkey, read)


def refusal(doubt: Doubt) -> Refused:
    """Answer a doubt: whoever was too slow, or too late, hears so; everything else is answered alike."""
    code = "passkeys.expired" if doubt in {Doubt.EXPIRED, Doubt.USED} else "passkeys.refused"
    return Refused(code, cause=doubt.value)


def _read_new(call: Call, scope: ChallengeScope, given: GivenRegistration) -> Registration | Refused:
    """Read a registration, and refuse one that is not what it was asked for."""
    party = relying_party(call)
    if isinstance(party, Refused):
        return party
    read = reading.read_registration(given)
    if read is None:
        return refusal(Doubt.UNREADABLE)
    doubt = _doubt_challenge(call, scope, read.client.challenge) or rules.judge_registration(read, party)
    return read if doubt is None else refusal(doubt)


def _new_passkey(call: Call, account: AccountId, read: Registration, given: GivenRegistration, name: str) -> Passkey:
    data = read.authenticator
    return Passkey(
        account=account,
        id=new_id(call.now, call.entropy),
        credential_id=read.credential.id,
        public_key=read.credential.public_key,
        sign_count=data.sign_count,
        name=name or rules.default_name(user_verified=data.user_verified),
        transports=rules.known_transports(given.transports),
        aaguid=read.credential.aaguid,
        discoverable=given.discoverable,
        user_verified=data.user_verified,
        backup_eligible=data.backup_eligible,
        backed_up=data.backed_up,
        added_at=call.now,
    )


def _doubt(
    call: Call, asked: Question, passkey: Passkey, given: GivenAssertion, read: Assertion | None
) -> Doubt | None:
    """Doubt what an assertion says, before its signature counts for anything."""
    party = relying_party(call)
    if isinstance(party, Refused) or read is None:
        return Doubt.UNREADABLE
    return (
        _doubt_challenge(call, asked.scope, read.client.challenge)
        or rules.judge_assertion(read, party, verified=asked.verified)
        or rules.judge_owner(passkey, given.user_handle, alone=asked.scope.purpose is Purpose.SIGN_IN)
    )


def _remember(call: Call, asked: Question, passkey: Passkey, read: Assertion) -> AssertionAccepted | Rejected:
    """Take a rightly signed assertion, unless what is remembered speaks against it."""
    doubt = rules.judge_memory(passkey, read.authenticator, asked.scope.purpose)
    if doubt is Doubt.CLONED:
        tell = rules.tells(passkey, call.now)
        if tell:
            store.note_doubt(call.sql, passkey, call.now)
        return Rejected(doubt, passkey, tell)
    if doubt is not None:
        return Rejected(doubt, passkey)
    if not _spend(call, asked.account, read.client.challenge):
        return Rejected(Doubt.USED, passkey)
    beside_password = asked.scope.purpose is Purpose.SECOND_FACTOR
    after = rules.used(passkey, read.authenticator, call.now, beside_password=beside_password)
    if not store.save_use(call.sql, passkey, after):
        raise LostRace
    return AssertionAccepted(after, read.authenticator.user_verified)


def _doubt_challenge(call: Call, scope: ChallengeScope, challenge: bytes) -> Doubt | None:
    """Doubt that a challenge was made here, for this scope, and lately."""
    stamp = rules.read_challenge(challenge)
    if stamp is None or not hmac.compare_digest(stamp.tag, _tag(call, scope, stamp)):
        return Doubt.WRONG_CHALLENGE
    return Doubt.EXPIRED if rules.over(stamp, call.now) else None


def _spend(call: Call, account: AccountId, challenge: bytes) -> bool:
    stamp = rules.read_challenge(challenge)
    until = call.now if stamp is None else rules.ends_at(stamp)
    return store.spend(call.sql, account, rules.spent_hash(challenge), until)


def _tag(call: Call, scope: ChallengeScope, stamp: ChallengeStamp) -> bytes:
    return call.sealer.keyed_hash(rules.tagged(scope, stamp.nonce, stamp.made_at), _HASH_PURPOSE)
