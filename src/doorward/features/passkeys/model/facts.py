"""Facts and outcomes of passkeys."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from doorward.kernel.ids import AccountId


class Purpose(StrEnum):
    """What a challenge is for; an answer to one is no answer to another."""

    REGISTER = "register"
    """Adding a passkey to one's own account."""
    PROOF = "proof"
    """The fresh proof of one's own session (KEY-2)."""
    SECOND_FACTOR = "second factor"
    """Beside the right password."""
    SIGN_IN = "sign-in"
    """In place of password and code (LOCK-15)."""
    PROTECTION = "account protection"
    """One change to a protected account, in place of password and code (PROT-1)."""


class Doubt(StrEnum):
    """Why an answer proves nothing: the steps of W3C Web Authentication 7.1 and 7.2 that it fails."""

    UNREADABLE = "cannot be read"
    WRONG_TYPE = "an answer to something else"
    WRONG_CHALLENGE = "an answer to no challenge of ours"
    EXPIRED = "the challenge has run out"
    USED = "the challenge was answered already"
    WRONG_ORIGIN = "made for another site"
    FRAMED = "made inside another site's page"
    WRONG_RELYING_PARTY = "signed for another site"
    NOBODY_PRESENT = "nobody touched the authenticator"
    NOT_VERIFIED = "the person was not verified"
    NEVER_VERIFIED = "the person was not verified when it was added"
    BACKUP_FLAGS = "its backup flags contradict each other"
    UNKNOWN = "unknown passkey"
    OTHER_ACCOUNT = "the passkey names another account"
    SIGNATURE = "wrong signature"
    CLONED = "its count went backwards"
    ALGORITHM = "an algorithm that is not accepted"
    TOO_LONG = "an id or a key that is too long"

    @property
    def compared(self) -> bool:
        """Return whether a signature was compared before the doubt arose."""
        return self in {Doubt.SIGNATURE, Doubt.CLONED}


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Who passkeys are for: this server, as `public_url` names it, and nothing else does."""

    id: str
    origin: str


@dataclass(frozen=True, slots=True)
class ClientData:
    """What the browser says of the ceremony: W3C Web Authentication 5.8.1."""

    type: str
    challenge: bytes
    origin: str
    cross_origin: bool
    top_origin: str | None


@dataclass(frozen=True, slots=True)
class AuthenticatorData:
    """What the authenticator says of it: W3C Web Authentication 6.1."""

    relying_party_hash: bytes
    user_present: bool
    user_verified: bool
    backup_eligible: bool
    backed_up: bool
    sign_count: int


@dataclass(frozen=True, slots=True)
class Credential:
    """A new public key, as the authenticator hands it over: W3C Web Authentication 6.5.2."""

    id: bytes
    public_key: bytes
    """COSE, RFC 9052 section 7."""
    algorithm: int
    aaguid: UUID
    """Which model of authenticator it says it is; nobody vouches for it."""


@dataclass(frozen=True, slots=True)
class GivenRegistration:
    """What a browser sends when a passkey was made, decoded."""

    client_data: bytes
    attestation: bytes
    transports: tuple[str, ...] = ()
    discoverable: bool = False
    """The browser says that the passkey can be found without a name: W3C Web Authentication 10.1.3."""


@dataclass(frozen=True, slots=True)
class GivenAssertion:
    """What a browser sends when a passkey was used, decoded."""

    credential_id: bytes
    client_data: bytes
    authenticator_data: bytes
    signature: bytes = field(repr=False)
    user_handle: bytes | None = None


@dataclass(frozen=True, slots=True)
class SignedChange:
    """An assertion that was made for one change to a protected account, and the change that it came with (PROT-2)."""

    assertion: GivenAssertion
    change: bytes
    """SHA-256 over the request as it came, without its proof: how it changes what, and into what."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A registration, read."""

    client: ClientData
    authenticator: AuthenticatorData
    credential: Credential


@dataclass(frozen=True, slots=True)
class Assertion:
    """An assertion, read; whether its signature is right is asked separately."""

    client: ClientData
    authenticator: AuthenticatorData


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey with what is remembered of it."""

    account: AccountId
    id: UUID
    credential_id: bytes
    public_key: bytes
    sign_count: int
    name: str
    transports: tuple[str, ...]
    aaguid: UUID
    discoverable: bool
    user_verified: bool
    """The authenticator has verified the person, when the passkey was added or beside the password since."""
    backup_eligible: bool
    backed_up: bool
    added_at: datetime
    last_used_at: datetime | None = None
    doubted_at: datetime | None = None
    """When it last looked like a copy."""

    @property
    def facts(self) -> "PasskeyFacts":
        """Return what may be seen of it."""
        return PasskeyFacts(
            self.id, self.name, self.user_verified, self.backed_up, self.added_at, self.last_used_at, self.doubted_at
        )


@dataclass(frozen=True, slots=True)
class PasskeyFacts:
    """What its owner and operators see of a passkey: never its key or its id on the authenticator."""

    id: UUID
    name: str
    signs_in_alone: bool
    """It verifies the person, and so can be the whole sign-in."""
    backed_up: bool
    added_at: datetime
    last_used_at: datetime | None
    doubted_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChallengeScope:
    """Where a challenge belongs: what it is for, and the session or sign-in that it was made in."""

    purpose: Purpose
    bound_to: bytes


@dataclass(frozen=True, slots=True)
class ChallengeStamp:
    """What a challenge says of itself: its chance, when it was made, and the tag that proves both."""

    nonce: bytes
    made_at: datetime
    tag: bytes


@dataclass(frozen=True, slots=True)
class Known:
    """A credential as options name it, so that a browser can find its authenticator."""

    credential_id: bytes
    transports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CreationOptions:
    """What a browser is asked to make: W3C Web Authentication 5.4."""

    relying_party: RelyingParty
    relying_party_name: str
    user_handle: bytes
    user_name: str
    display_name: str
    challenge: bytes
    algorithms: tuple[int, ...]
    excluded: tuple[Known, ...]


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """What a browser is asked to sign: W3C Web Authentication 5.5."""

    relying_party: RelyingParty
    challenge: bytes
    allowed: tuple[Known, ...]
    """Empty where any passkey will do that the person chooses."""
    verified: bool
    """The person must be verified, not only be there."""


@dataclass(frozen=True, slots=True)
class AssertionAccepted:
    """The assertion proves that whoever gave it holds this passkey."""

    passkey: Passkey
    user_verified: bool


@dataclass(frozen=True, slots=True)
class Rejected:
    """The assertion proves nothing."""

    doubt: Doubt
    passkey: Passkey | None = None
    """The passkey that it named, where it is the account's."""
    tell: bool = False
    """Its owner should be told: it may have been copied, and nobody has said so lately."""
