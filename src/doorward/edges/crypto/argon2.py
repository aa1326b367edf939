"""The password hash: argon2id with the configured parameters, and the upgrade of older and imported hashes (PASS-4).

Passwords are hashed in NFC. An older or imported hash is also tried with the text as it was typed, since whatever made
it may have known no normal form; after its upgrade only NFC counts. A hash that is malformed, unknown here or too
costly to compute fits no password, and costs as much as a present one.
"""

import base64
import unicodedata
from dataclasses import dataclass

from argon2 import PasswordHasher, Type, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from doorward.edges.crypto import foreign_hashes, imported_hashes
from doorward.edges.crypto.imported_hashes import MOST_ARGON2_KIB as MOST_MEMORY_KIB
from doorward.edges.crypto.imported_hashes import MOST_ARGON2_PASSES as MOST_PASSES
from doorward.kernel.ports import Encode, Entropy, HashJob, Matches, Secret, Verified, Verify

SALT_BYTES = 16
HASH_BYTES = 32
MOST_NORMALISED = 1024
"""In code points: no password of ours was typed with more, since NFC makes one of at most four (PASS-1).

What is longer is compared as it was typed: NFC costs the square of the longest run of combining marks, and a body full
of them would hold up the whole process for seconds.
"""


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a hash costs: by default 19 MiB and two passes, some 30 ms of one core (RFC 9106 section 3.1)."""

    memory_kib: int = 19 * 1024
    passes: int = 2
    lanes: int = 1


class Argon2Hasher:
    """Does hash jobs on the calling thread; argon2 lets go of the interpreter lock meanwhile."""

    def __init__(self, entropy: Entropy, parameters: Parameters | None = None) -> None:
        """Take the source of salts and the present parameters."""
        cost = parameters or Parameters()
        self._entropy = entropy
        self._argon2 = PasswordHasher(
            time_cost=cost.passes,
            memory_cost=cost.memory_kib,
            parallelism=cost.lanes,
            hash_len=HASH_BYTES,
            salt_len=SALT_BYTES,
            type=Type.ID,
        )
        self._nobodys = _fitting_nothing(cost, entropy)
        self._present = self._nobodys[: self._nobodys.index("$", len("$argon2id$v=19$")) + 1]
        """How every hash begins that is made with the present parameters; the rest of it is as long in each."""

    def run(self, job: HashJob) -> Verified | str | bool:
        """Do the job: `Verify` gives `Verified`, `Encode` the encoded hash, `Matches` whether any hash fits."""
        match job:
            case Verify(password, stored):
                return self._verify(password, stored)
            case Encode(password):
                return self._encode(password)
            case Matches(password, stored):
                return any(self._fits(password, one) for one in stored)

    def current(self, stored: str) -> bool:
        """Return whether a stored hash was made with argon2id and the present parameters."""
        cut = self._nobodys.rindex("$")
        if len(stored) == len(self._nobodys) and stored.startswith(self._present) and stored.rfind("$") == cut:
            return True
        try:
            return not self._argon2.check_needs_rehash(stored)
        except InvalidHashError:
            return False

    def adopt(self, foreign: str) -> str | ValueError:
        """Bring another system's spelling of a hash to ours; an error says why it can never be verified here."""
        return foreign_hashes.adopt(foreign)

    def _verify(self, password: Secret, stored: str | None) -> Verified:
        compared = self._nobodys if stored is None else stored
        if not self._fits(password, compared):
            return Verified(right=False)
        return Verified(right=True, upgraded=None if self.current(compared) else self._encode(password))

    def _encode(self, password: Secret) -> str:
        return self._argon2.hash(_normal(password), salt=self._entropy.bytes(SALT_BYTES))

    def _fits(self, password: Secret, stored: str) -> bool:
        spellings = [_normal(password)]
        if not self.current(stored) and _typed(password) not in spellings:
            spellings.append(_typed(password))
        return any(self._judge(spelling, stored) for spelling in spellings)

    def _judge(self, password: bytes, stored: str) -> bool:
        """Compare with a hash of any kind; one that cannot be judged costs a comparison that nothing fits."""
        judge = self._judge_argon2 if stored.startswith("$argon2") else imported_hashes.judge
        right = judge(password, stored)
        if right is None:
            self._judge_argon2(password, self._nobodys)
        return right is True

    def _judge_argon2(self, password: bytes, stored: str) -> bool | None:
        try:
            if not self.current(stored) and _too_costly(stored):
                return None
            return self._argon2.verify(stored, password)
        except VerifyMismatchError:
            return False
        except (InvalidHashError, VerificationError, UnicodeEncodeError):
            return None


def _too_costly(stored: str) -> bool:
    cost = extract_parameters(stored)
    return cost.memory_cost > MOST_MEMORY_KIB or cost.time_cost > MOST_PASSES


def _fitting_nothing(cost: Parameters, entropy: Entropy) -> str:
    """Write a hash with the present parameters whose digest was drawn, not computed: no password fits it."""
    salt, drawn = (
        base64.b64encode(entropy.bytes(count)).decode("ascii").rstrip("=") for count in (SALT_BYTES, HASH_BYTES)
    )
    return f"$argon2id$v=19$m={cost.memory_kib},t={cost.passes},p={cost.lanes}${salt}${drawn}"


def _normal(password: Secret) -> bytes:
    text = password.reveal()
    return _bytes(unicodedata.normalize("NFC", text) if len(text) <= MOST_NORMALISED else text)


def _typed(password: Secret) -> bytes:
    return _bytes(password.reveal())


def _bytes(text: str) -> bytes:
    """Encode as UTF-8; half of a surrogate pair, which JSON can carry, is no reason to fail."""
    return text.encode("utf-8", "surrogatepass")
