"""What people ask about their own passkeys, and what they are answered."""

from dataclasses import dataclass
from uuid import UUID

from doorward.features.passkeys.model.facts import (
    CreationOptions,
    GivenAssertion,
    GivenRegistration,
    PasskeyFacts,
    RequestOptions,
)
from doorward.kernel.outcome import Done, Unchanged
from doorward.kernel.ports import Secret


@dataclass(frozen=True, slots=True)
class ListPasskeys:
    """Read one's own passkeys."""


@dataclass(frozen=True, slots=True)
class PasskeysListed(Done):
    """One's own passkeys, oldest first."""

    passkeys: tuple[PasskeyFacts, ...]
    available: bool
    """Browsers allow passkeys at this server's address."""
    fresh: bool
    """This session has given its fresh proof just now (KEY-2)."""
    has_key: bool
    """The account has a secret key too, so that a code can be the proof."""


@dataclass(frozen=True, slots=True)
class BeginPasskey:
    """Begin adding a passkey; `code` is the fresh proof where the session has none (KEY-2)."""

    code: Secret | None = None


@dataclass(frozen=True, slots=True)
class PasskeyBegun(Done):
    """What a browser is to make, within five minutes."""

    options: CreationOptions


@dataclass(frozen=True, slots=True)
class AddPasskey:
    """Add what the browser has made."""

    given: GivenRegistration
    name: str = ""


@dataclass(frozen=True, slots=True)
class PasskeyAdded(Done):
    """The passkey is the account's."""

    passkey: PasskeyFacts


@dataclass(frozen=True, slots=True)
class RenamePasskey:
    """Give one of one's own passkeys another name."""

    passkey: UUID
    name: str


@dataclass(frozen=True, slots=True)
class PasskeyRenamed(Done):
    """It has the new name."""


@dataclass(frozen=True, slots=True)
class NameUnchanged(Unchanged):
    """It had that name already."""


@dataclass(frozen=True, slots=True)
class RemovePasskey:
    """Remove one of one's own passkeys; `code` is the fresh proof where the session has none (KEY-2)."""

    passkey: UUID
    code: Secret | None = None


@dataclass(frozen=True, slots=True)
class PasskeyRemoved(Done):
    """It opens nothing any more, and the account's other sessions are over."""


@dataclass(frozen=True, slots=True)
class AskProof:
    """Ask what a passkey is to sign as this session's fresh proof."""


@dataclass(frozen=True, slots=True)
class PasskeyAsked(Done):
    """What a browser is to sign, within five minutes."""

    options: RequestOptions


@dataclass(frozen=True, slots=True)
class AskProtection:
    """Ask what a passkey is to sign for one change to a protected account, named by its SHA-256 (PROT-2)."""

    change: bytes


@dataclass(frozen=True, slots=True)
class GiveProof:
    """Give this session's fresh proof: a code of the secret key, or an assertion of a passkey (KEY-2)."""

    code: Secret | None = None
    assertion: GivenAssertion | None = None


@dataclass(frozen=True, slots=True)
class ProofGiven(Done):
    """The session has proven itself for the next five minutes."""
