from datetime import UTC, datetime

import pytest

from doorward.features.tokens.model import NewToken
from doorward.kernel.otp_parameters import Algorithm, MovingFactor, OtpParameters
from tests.features.tokens.files import HOTP, SEED, TOTP, container, nameless, package, plain, read, sealed, wrong

SHORT = plain("MTIzNDU2Nzg5MDEyMzQ1")


def one(raw: bytes) -> NewToken:
    """Read the only token of a container that nothing is wrong with."""
    found = read(raw)
    assert found.errors == ()
    (token,) = found.tokens
    return token


def test_a_plain_container_is_read() -> None:
    """Maker, serial number, kind and counter, as figure 5 of RFC 6030 has them."""
    raw = container(package(device="<Model>Mini</Model>", data=f"<Counter>{plain('42')}</Counter>"))

    assert one(raw) == NewToken(2, "TokenVendorAcme", "987654321", "Mini", OtpParameters(MovingFactor.HOTP), SEED, 41)


def test_a_token_with_a_clock_is_read() -> None:
    """Its hash, period and drift come along, its dates are the narrower of device and key."""
    raw = container(
        package(
            algorithm=TOTP,
            parameters='<Suite>HMAC-SHA256</Suite><ResponseFormat Length="6" Encoding="DECIMAL"/>',
            data=f"<Time>{plain('0')}</Time><TimeInterval>{plain('60')}</TimeInterval><TimeDrift>{plain('-4')}</TimeDrift>",
            device="<StartDate>2025-05-01T00:00:00Z</StartDate><ExpiryDate>2030-05-01T02:00:00+02:00</ExpiryDate>",
            policy="<StartDate>2025-04-01T00:00:00</StartDate><ExpiryDate>2029-05-01T00:00:00Z</ExpiryDate>"
            '<PINPolicy PINUsageMode="Local"/><KeyUsage>OTP</KeyUsage><KeyUsage>CR</KeyUsage>',
        )
    )

    assert one(raw) == NewToken(
        line=2,
        manufacturer="TokenVendorAcme",
        serial="987654321",
        model="",
        parameters=OtpParameters(MovingFactor.TOTP, Algorithm.SHA256, 60),
        seed=SEED,
        last_step=-1,
        offset_steps=-4,
        starts_at=datetime(2025, 5, 1, tzinfo=UTC),
        expires_at=datetime(2029, 5, 1, tzinfo=UTC),
    )


def test_what_is_not_said_is_as_usual() -> None:
    """SHA-1, 30 seconds, six digits, counter 0, no dates."""
    token = one(container(package(algorithm=TOTP, parameters="")))

    assert (token.parameters, token.last_step, token.offset_steps) == (OtpParameters(MovingFactor.TOTP), -1, 0)
    assert (token.starts_at, token.expires_at) == (None, None)


def test_the_id_of_a_key_stands_in_for_a_serial_number() -> None:
    """Some makers say nothing of the device."""
    raw = container(nameless(f'Id="77" Algorithm="{HOTP}"'))

    assert (one(raw).serial, one(raw).manufacturer) == ("77", "")


SIX = '<ResponseFormat Length="6" Encoding="DECIMAL"/>'
MALFORMED = "tokens.malformed"


def with_(parameters: str) -> bytes:
    """Write a container whose key has these parameters."""
    return container(package(parameters=parameters))


def bound_by(policy: str) -> bytes:
    """Write a container whose key has this policy."""
    return container(package(policy=policy))


def counted(counter: str) -> bytes:
    """Write a container whose key has this counter."""
    return container(package(data=f"<Counter>{plain(counter)}</Counter>"))


def timed(name: str, value: str) -> bytes:
    """Write a container of a token with a clock, of which this is known."""
    return container(package(algorithm=TOTP, data=f"<{name}>{plain(value)}</{name}>"))


def seeded(seed: str) -> bytes:
    """Write a container whose key has this seed."""
    return container(package(seed=seed))


@pytest.mark.parametrize(
    ("raw", "errors"),
    [
        (b"<KeyContainer/>", [(1, "", MALFORMED)]),
        (b'<html xmlns="urn:ietf:params:xml:ns:keyprov:pskc"/>', [(1, "", MALFORMED)]),
        (b"<KeyContainer>", [(1, "", MALFORMED)]),
        (container(), [(1, "", MALFORMED)]),
        (container("<KeyPackage/>"), [(2, "Key", MALFORMED)]),
        (container(package(algorithm="urn:ietf:params:xml:ns:keyprov:pskc:pin")), [(2, "Algorithm", "tokens.value")]),
        (with_("<ChallengeFormat/>"), [(2, "ChallengeFormat", MALFORMED)]),
        (with_(SIX.replace("6", "8")), [(2, "ResponseFormat", "tokens.digits")]),
        (with_(SIX.replace("DECIMAL", "HEXADECIMAL")), [(2, "ResponseFormat", MALFORMED)]),
        (with_(SIX.replace("/>", ' CheckDigits="true"/>')), [(2, "ResponseFormat", MALFORMED)]),
        (with_("<Suite>MD5</Suite>"), [(2, "Suite", "tokens.value")]),
        (bound_by("<NumberOfTransactions>5</NumberOfTransactions>"), [(2, "Policy", MALFORMED)]),
        (bound_by("<Moonphase/>"), [(2, "Policy", MALFORMED)]),
        (bound_by("<KeyUsage>CR</KeyUsage>"), [(2, "KeyUsage", MALFORMED)]),
        (bound_by('<PINPolicy PINUsageMode="Append"/>'), [(2, "PINPolicy", MALFORMED)]),
        (bound_by("<ExpiryDate>soon</ExpiryDate>"), [(2, "ExpiryDate", MALFORMED)]),
        (container(package(device="<StartDate>soon</StartDate>")), [(2, "StartDate", MALFORMED)]),
        (container(package(device=f"<Model>{'x' * 201}</Model>")), [(2, "Model", MALFORMED)]),
        (seeded(SHORT), [(2, "Secret", "tokens.seed")]),
        (seeded(plain("no base64!")), [(2, "Secret", "tokens.seed")]),
        (seeded(""), [(2, "Secret", "tokens.seed")]),
        (seeded(sealed("AAAA", "AAAA")), [(2, "Secret", "tokens.key_missing")]),
        (counted("-1"), [(2, "Counter", MALFORMED)]),
        (counted("many"), [(2, "Counter", MALFORMED)]),
        (counted("9" * 19), [(2, "Counter", MALFORMED)]),
        (counted("9" * 20), [(2, "Counter", MALFORMED)]),
        (timed("Time", "9"), [(2, "Time", MALFORMED)]),
        (timed("TimeInterval", "45"), [(2, "TimeInterval", "tokens.value")]),
        (timed("TimeDrift", "-9999999"), [(2, "TimeDrift", MALFORMED)]),
        (container(package("7"), package("7")), [(7, "serial", "tokens.twin")]),
    ],
)
def test_what_is_wrong_is_told_by_line_and_element(raw: bytes, errors: list[tuple[int, str, str]]) -> None:
    """The package's line, the element that is at fault, and why; nothing is left out in silence."""
    assert wrong(read(raw)) == errors


def test_one_wrong_package_leaves_the_others_to_be_looked_at() -> None:
    """All that is wrong is told at once."""
    found = read(container(package("1"), package("2", seed=SHORT), package("3"), package("4", algorithm="x")))

    assert [token.serial for token in found.tokens] == ["1", "3"]
    assert wrong(found) == [(7, "Secret", "tokens.seed"), (17, "Algorithm", "tokens.value")]
    assert found.lines == 4


def test_a_name_without_a_serial_number_is_refused() -> None:
    """There would be no way to tell such tokens apart."""
    raw = container(nameless(f'Algorithm="{HOTP}"'))

    assert wrong(read(raw)) == [(2, "SerialNo", "tokens.malformed")]
