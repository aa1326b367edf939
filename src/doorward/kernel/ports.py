"""What is outside, as the inside sees it: protocols that `app` fills with real things and tests with plain objects."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol


class Secret:
    """A text that must not be seen: it prints as stars wherever it is shown, and is read by `reveal` alone."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Keep the text; it is not copied into any other attribute."""
        self._text = text

    def reveal(self) -> str:
        """Return the text to the one place that needs it."""
        return self._text

    def __repr__(self) -> str:
        """Show stars, so that a log line or a traceback tells nothing."""
        return "Secret(***)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        """Two secrets are equal when their texts are (for tests; guesses are compared in constant time elsewhere)."""
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        """Hash like any other value."""
        return hash(self._text)


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""


class Entropy(Protocol):
    """Where chance comes from."""

    def bytes(self, count: int) -> bytes:
        """Draw `count` unpredictable bytes."""

    def below(self, limit: int) -> int:
        """Draw a number from 0 to `limit` - 1, each as likely as the others."""


class Sealer(Protocol):
    """What keeps secrets at rest; `place` names table, column and row: a value moved elsewhere does not open."""

    def seal(self, plain: bytes, place: str) -> bytes:
        """Encrypt and authenticate a value for one place."""

    def open(self, sealed: bytes, place: str) -> bytes:
        """Give back what was sealed for this place; raise `SealBroken` for everything else."""

    def keyed_hash(self, value: str, purpose: str) -> bytes:
        """Hash a text (32 bytes) under a key of its own for each purpose: for codes and for names nobody has."""


class Signer(Protocol):
    """What signs statements that others check with a public key (RFC 7519)."""

    def sign(self, claims: Mapping[str, object]) -> str:
        """Sign claims: header, claims and signature, with dots between."""

    def keys(self) -> Mapping[str, object]:
        """Return the public keys, as RFC 7517 section 5 spells a set of them."""


class SealBroken(Exception):
    """A sealed value did not open: it was changed, moved, or sealed under a key that is not here."""


@dataclass(frozen=True, slots=True)
class Verify:
    """Compare a password with a stored hash; the answer is `Verified`."""

    password: Secret
    stored: str | None = None
    """The stored hash; None compares with a hash that no password fits, at the same cost (LOCK-11)."""


@dataclass(frozen=True, slots=True)
class Encode:
    """Hash a new password with the present parameters; the answer is the encoded hash."""

    password: Secret


@dataclass(frozen=True, slots=True)
class Matches:
    """Ask which of several stored hashes a password fits (earlier passwords, PASS-1); the answer is a bool."""

    password: Secret
    stored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether the password fits, and its hash with present parameters where the stored one is older (PASS-4)."""

    right: bool
    upgraded: str | None = field(default=None, repr=False)


HashJob = Verify | Encode | Matches


class Hasher(Protocol):
    """The password hash: the one slow thing, run in a pool of its own behind a bounded queue."""

    def run(self, job: HashJob) -> Verified | str | bool:
        """Do the job on the calling thread: `Verify` gives `Verified`, `Encode` a str, `Matches` a bool."""

    def current(self, stored: str) -> bool:
        """Return whether a stored hash was made with the present algorithm and parameters."""

    def adopt(self, foreign: str) -> str | ValueError:
        """Bring another system's spelling of a hash to ours; an error says why it can never be verified here."""


class BreachListing(Enum):
    """What came of looking for a password in the site's breach lists (PASS-2)."""

    ABSENT = "absent"
    FOUND = "found"
    UNREADABLE = "unreadable"
    """At least one list is missing or damaged here, so that nobody can say that the password is in none."""


class BreachLists(Protocol):
    """The site's lists of breached passwords, kept as files beside the database; a list's name is its digest."""

    def find(self, wanted: Collection[bytes], names: Collection[str]) -> BreachListing:
        """Look for any of the digests of a password in the lists of these names."""


class Ciphers(Protocol):
    """What opens the values of an encrypted container (RFC 6030 section 6); None says that they do not open."""

    def decrypt_cbc(self, key: bytes, given: bytes) -> bytes | None:
        """Decrypt AES-CBC, the initialisation vector in front."""

    def unwrap(self, key: bytes, given: bytes) -> bytes | None:
        """Unwrap a key that was wrapped by AES."""


class NotDelivered(Exception):
    """The mail server did not take a message; `permanent` says that trying again is useless."""

    def __init__(self, why: str, *, permanent: bool = False) -> None:
        """Say why in words that operators may read: no address, no body, no code."""
        super().__init__(why)
        self.permanent = permanent


Now = Callable[[], datetime]
