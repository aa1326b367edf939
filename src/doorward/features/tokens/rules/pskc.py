"""A container of keys (PSKC, RFC 6030) as tokens: one key package after the other.

What a container says about the use of a key and is not known here makes the key unusable (RFC 6030 section 5), so that
nothing is left out in silence.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from doorward.features.tokens.model import ContainerKey, NewToken
from doorward.features.tokens.rules.columns import malformed, read_date
from doorward.features.tokens.rules.containers import MISSING, ContainerOpener, opener, unbase64
from doorward.features.tokens.rules.inventory import (
    MOST_COUNTER,
    MOST_OFFSET,
    judge_digits,
    judge_name,
    judge_period,
    judge_seed,
    read_algorithm,
)
from doorward.kernel.elements import Element
from doorward.kernel.lines import LineError
from doorward.kernel.otp_parameters import MovingFactor, OtpParameters
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Ciphers

NAMESPACE = "urn:ietf:params:xml:ns:keyprov:pskc"
_POLICIES = {"StartDate", "ExpiryDate", "PINPolicy", "KeyUsage"}
_MOTIONS = {f"{NAMESPACE}:{motion.value}": motion for motion in MovingFactor}

A = TypeVar("A")
Read = NewToken | LineError


def read_container(root: Element, given: ContainerKey, ciphers: Ciphers) -> Iterator[Read]:
    """Read the tokens of a container; what cannot be opened at all ends the reading."""
    if (root.namespace, root.name) != (NAMESPACE, "KeyContainer"):
        yield LineError(root.line, "", malformed("it is no key container of RFC 6030"))
        return
    opened = opener(root, given, ciphers)
    if isinstance(opened, Refused):
        yield LineError(root.line, "EncryptionKey", opened)
        return
    for package in root.each("KeyPackage"):
        read = _Package(package, opened).read()
        yield read
        if isinstance(read, LineError) and read.refused.code == "tokens.key_wrong":
            return


class _Wrong(Exception):
    """What is wrong with a package; caught where its reading began."""

    def __init__(self, at: str, refused: Refused) -> None:
        """Keep at which element, and why."""
        super().__init__(refused.code)
        self.at = at
        self.refused = refused


@dataclass(frozen=True, slots=True)
class _Package:
    """Reads one key package."""

    element: Element
    opened: ContainerOpener | None

    def read(self) -> Read:
        """Read the token, or say what is wrong first."""
        try:
            return self._token()
        except _Wrong as wrong:
            return LineError(self.element.line, wrong.at, wrong.refused)

    def _token(self) -> NewToken:
        device, key = self.element.find("DeviceInfo"), self.element.find("Key")
        if key is None:
            raise _Wrong("Key", malformed("there is no key in it"))
        motion = _MOTIONS.get(key.attributes.get("Algorithm", ""))
        if motion is None:
            raise _Wrong("Algorithm", Refused("tokens.value", {"allowed": ", ".join(_MOTIONS)}))
        _judge_parameters(key)
        _judge_policy(key)
        serial = ("" if device is None else device.text_of("SerialNo")) or key.attributes.get("Id", "")
        counter = self._number(key, "Counter", 0) if motion is MovingFactor.HOTP else 0
        return NewToken(
            line=self.element.line,
            manufacturer=_named(device, "Manufacturer"),
            serial=_fit("SerialNo", serial, judge_name(serial, needed=True)),
            model=_named(device, "Model"),
            parameters=self._parameters(motion, key),
            seed=self._seed(key),
            last_step=counter - 1,
            offset_steps=self._offset(key) if motion is MovingFactor.TOTP else 0,
            starts_at=max(filter(None, _dates(device, key, "StartDate")), default=None),
            expires_at=min(filter(None, _dates(device, key, "ExpiryDate")), default=None),
        )

    def _parameters(self, motion: MovingFactor, key: Element) -> OtpParameters:
        suite = key.text_of("AlgorithmParameters", "Suite") or "SHA1"
        algorithm = read_algorithm(suite)
        if isinstance(algorithm, Refused):
            raise _Wrong("Suite", algorithm)
        period = self._number(key, "TimeInterval", 30) if motion is MovingFactor.TOTP else 30
        if motion is MovingFactor.TOTP and self._number(key, "Time", 0):
            raise _Wrong("Time", malformed("its time does not begin in 1970"))
        return OtpParameters(motion, algorithm, _fit("TimeInterval", period, judge_period(period)))

    def _seed(self, key: Element) -> bytes:
        value = self._value(key, "Secret")
        seed = unbase64(value) if isinstance(value, str) else value
        if seed is None:
            raise _Wrong("Secret", Refused("tokens.seed", {"why": "there is none, or it is no base64"}))
        return _fit("Secret", seed, judge_seed(seed))

    def _offset(self, key: Element) -> int:
        offset = self._number(key, "TimeDrift", 0)
        if abs(offset) * 30 > MOST_OFFSET.total_seconds():
            raise _Wrong("TimeDrift", malformed("its clock is off by more than a year"))
        return offset

    def _number(self, key: Element, name: str, usual: int) -> int:
        """Read a number: digits where it is plain, big-endian bytes where it is encrypted (RFC 6030 section 4.2)."""
        value = self._value(key, name)
        if value is None:
            return usual
        if isinstance(value, bytes):
            value = str(int.from_bytes(value[:9], "big"))
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdigit()) or len(digits) > len(str(MOST_COUNTER)):
            raise _Wrong(name, malformed("it is no number"))
        number = int(value)
        if number > MOST_COUNTER or (number < 0 and name != "TimeDrift"):
            raise _Wrong(name, malformed("it is no number that a token has"))
        return number

    def _value(self, key: Element, name: str) -> str | bytes | None:
        """Return a plain value as its text, an encrypted one as its bytes, and None where there is none."""
        element = key.find("Data", name)
        encrypted = None if element is None else element.find("EncryptedValue")
        if element is None or encrypted is None:
            return None if element is None else element.text_of("PlainValue")
        if self.opened is None:
            raise _Wrong(name, MISSING)
        opened = self.opened.open(encrypted, element.text_of("ValueMAC"))
        if isinstance(opened, Refused):
            raise _Wrong(name, opened)
        return opened


def _judge_parameters(key: Element) -> None:
    """Refuse tokens that ask something or answer in another way than by six digits."""
    if key.find("AlgorithmParameters", "ChallengeFormat") is not None:
        raise _Wrong("ChallengeFormat", malformed("it answers challenges"))
    response = key.find("AlgorithmParameters", "ResponseFormat")
    attributes = {} if response is None else response.attributes
    if attributes.get("Encoding", "DECIMAL") != "DECIMAL" or attributes.get("CheckDigits", "false") in {"true", "1"}:
        raise _Wrong("ResponseFormat", malformed("its codes are not plain digits"))
    _fit("ResponseFormat", None, judge_digits(attributes.get("Length", "6")))


def _judge_policy(key: Element) -> None:
    """Refuse a key whose use is bound to what is not looked at here: RFC 6030 section 5."""
    policy = key.find("Policy")
    if policy is None:
        return
    unknown = [child.name for child in policy.children if child.name not in _POLICIES]
    if unknown:
        raise _Wrong("Policy", malformed(f"its use is bound by {unknown[0][:60]}, which is not looked at here"))
    usages = [child.text for child in policy.each("KeyUsage")]
    if usages and "OTP" not in usages:
        raise _Wrong("KeyUsage", malformed("it is not for one-time codes"))
    pin = policy.find("PINPolicy")
    if pin is not None and pin.attributes.get("PINUsageMode", "Local") != "Local":
        raise _Wrong("PINPolicy", malformed("its codes contain a PIN"))


def _dates(device: Element | None, key: Element, name: str) -> Iterator[datetime | None]:
    """Read the dates of the device and of its key: both must hold."""
    for text in ("" if device is None else device.text_of(name), key.text_of("Policy", name)):
        date = read_date(text)
        if isinstance(date, Refused):
            raise _Wrong(name, date)
        yield date


def _named(device: Element | None, name: str) -> str:
    text = "" if device is None else device.text_of(name)
    return _fit(name, text, judge_name(text, needed=False))


def _fit(at: str, value: A, refused: Refused | None) -> A:
    if refused is not None:
        raise _Wrong(at, refused)
    return value
