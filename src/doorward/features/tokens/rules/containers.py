"""Opening the values of an encrypted container: RFC 6030 section 6.

A value is encrypted under one key for the whole container, shared beforehand or derived from a password, and bears a
check value (MAC) over its encrypted form. The check comes first: a value that was changed is not even decrypted.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field

from doorward.features.tokens.model import ContainerKey
from doorward.kernel.elements import Element
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Ciphers

MOST_ROUNDS = 10_000_000
"""What a key derivation may cost: some seconds."""
MOST_SALT = 1_024
KEY_LENGTHS = (16, 24, 32)
_HASHES = ("sha1", "sha224", "sha256", "sha384", "sha512")
_CBC = {f"http://www.w3.org/2001/04/xmlenc#aes{length * 8}-cbc": length for length in KEY_LENGTHS}
_WRAP = {f"http://www.w3.org/2001/04/xmlenc#kw-aes{length * 8}": length for length in KEY_LENGTHS}

MISSING = Refused("tokens.key_missing")
WRONG = Refused("tokens.key_wrong")


@dataclass(frozen=True, slots=True)
class ContainerOpener:
    """Opens the encrypted values of one container."""

    key: bytes = field(repr=False)
    ciphers: Ciphers
    hash: str | None = None
    """The hash of the check values; None where the container says nothing of any."""
    mac_key: bytes = field(default=b"", repr=False)

    def open(self, value: Element, mac: str) -> bytes | Refused:
        """Open an `EncryptedValue` that has this check value beside it."""
        raw = unbase64(value.text_of("CipherData", "CipherValue"))
        method = value.find("EncryptionMethod")
        algorithm = "" if method is None else method.attributes.get("Algorithm", "")
        if raw is None or algorithm not in {*_CBC, *_WRAP}:
            return _malformed("a value is encrypted in a way that is not known here")
        if {**_CBC, **_WRAP}[algorithm] != len(self.key):
            return WRONG
        if algorithm in _WRAP:
            return self.ciphers.unwrap(self.key, raw) or WRONG
        if self.hash is None or not mac:
            return _malformed("an encrypted value has no check value (RFC 6030 section 6.1.1)")
        if not hmac.compare_digest(hmac.digest(self.mac_key, raw, self.hash), unbase64(mac) or b""):
            return WRONG
        return self.ciphers.decrypt_cbc(self.key, raw) or WRONG


def opener(container: Element, given: ContainerKey, ciphers: Ciphers) -> ContainerOpener | Refused | None:
    """Find out how the values of a container are opened; None where nothing in it is encrypted."""
    encryption, method = container.find("EncryptionKey"), container.find("MACMethod")
    if encryption is None:
        return None
    key = _key(encryption, given)
    if isinstance(key, Refused):
        return key
    if method is None:
        return ContainerOpener(key, ciphers)
    named = method.attributes.get("Algorithm", "").rpartition("#hmac-")[2]
    if named not in _HASHES:
        return _malformed("its check values are made in a way that is not known here")
    mac_key = _mac_key(method, key, ciphers)
    return mac_key if isinstance(mac_key, Refused) else ContainerOpener(key, ciphers, named, mac_key)


def read_key(given: bytes) -> bytes | None:
    """Read a key of AES as it is, in hexadecimal or in base64; None for whatever else it is."""
    text = given.decode("ascii", "replace").strip()
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = unbase64(text) or b""
    return next((key for key in (found, given) if len(key) in KEY_LENGTHS), None)


def unbase64(text: str) -> bytes | None:
    """Read base64 with line breaks in it; None for whatever else it is."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _key(encryption: Element, given: ContainerKey) -> bytes | Refused:
    derived = encryption.find("DerivedKey")
    if derived is not None:
        return MISSING if given.password is None else _derive(derived, given.password.reveal())
    if encryption.find("KeyName") is None and encryption.find("KeyInfo", "KeyName") is None:
        return _malformed("its key is neither shared beforehand nor derived from a password")
    if given.key is None:
        return MISSING
    return given.key if len(given.key) in KEY_LENGTHS else WRONG


def _derive(derived: Element, password: str) -> bytes | Refused:
    """Derive a key by PBKDF2 (RFC 8018 section 5.2); its default hash is SHA-1, its default length that of AES-128."""
    parameters = derived.find("KeyDerivationMethod", "PBKDF2-params")
    if parameters is None:
        return _malformed("its key is derived in a way that is not known here")
    salt = unbase64(parameters.text_of("Salt", "Specified"))
    rounds = _number(parameters.text_of("IterationCount"))
    length = _number(parameters.text_of("KeyLength") or "16")
    function = parameters.find("PRF")
    named = ("" if function is None else function.attributes.get("Algorithm", "")) or "#hmac-sha1"
    hash_ = named.lower().replace("hmacwith", "#hmac-").rpartition("#hmac-")[2]
    if not salt or len(salt) > MOST_SALT or not 1 <= rounds <= MOST_ROUNDS or hash_ not in _HASHES:
        return _malformed("its key is derived with a salt, a hash or a number of rounds that is not taken here")
    if length not in KEY_LENGTHS:
        return _malformed("its key has a length that AES does not have")
    return hashlib.pbkdf2_hmac(hash_, password.encode(), salt, rounds, length)


def _mac_key(method: Element, key: bytes, ciphers: Ciphers) -> bytes | Refused:
    """Open the key of the check values; where none is named it is the container's own: RFC 6030 section 6.1.1."""
    value = method.find("MACKey")
    if value is None:
        return key
    algorithm = value.find("EncryptionMethod")
    named = "" if algorithm is None else algorithm.attributes.get("Algorithm", "")
    raw = unbase64(value.text_of("CipherData", "CipherValue"))
    decrypt = ciphers.unwrap if named in _WRAP else ciphers.decrypt_cbc
    if raw is None or named not in {*_CBC, *_WRAP}:
        return _malformed("its check values are made in a way that is not known here")
    return WRONG if {**_CBC, **_WRAP}[named] != len(key) else decrypt(key, raw) or WRONG


def _number(text: str) -> int:
    """Read a number of a few digits; 0, which nothing takes, for whatever else it is."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(MOST_ROUNDS)) else 0


def _malformed(why: str) -> Refused:
    return Refused("tokens.malformed", {"why": why})
