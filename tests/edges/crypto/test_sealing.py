import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.edges.crypto.keys import KeyRing, SealingKey
from doorward.edges.crypto.sealing import FileSealer
from doorward.edges.entropy import SystemEntropy
from doorward.kernel.ports import SealBroken
from tests.chance import SeededEntropy

OLD = SealingKey(b"old1", b"o" * 32)
NEW = SealingKey(b"new1", b"n" * 32)
HERE = "otp_keys|sealed_secret|0190-1"


def sealer(*keys: SealingKey) -> FileSealer:
    """Make a sealer with these keys, by default one."""
    return FileSealer(KeyRing(keys or (NEW,)), SystemEntropy())


@given(plain=st.binary(max_size=200), place=st.text(st.characters(codec="utf-8"), max_size=80))
def test_what_was_sealed_for_a_place_opens_there(plain: bytes, place: str) -> None:
    """Any bytes, any place."""
    assert sealer().open(sealer().seal(plain, place), place) == plain


def test_a_sealed_value_has_a_head_that_names_its_form_and_key() -> None:
    """Format byte, key id, twelve bytes of nonce, then ciphertext and tag."""
    sealed = FileSealer(KeyRing((NEW,)), SeededEntropy("a")).seal(b"secret", HERE)

    assert sealed[:17] == b"\x01new1" + SeededEntropy("a").bytes(12)
    assert len(sealed) == 17 + len(b"secret") + 16
    assert b"secret" not in sealed


def test_one_value_sealed_twice_looks_different() -> None:
    """Nobody can tell that two accounts have one secret."""
    assert sealer().seal(b"secret", HERE) != sealer().seal(b"secret", HERE)


@pytest.mark.parametrize(
    "elsewhere",
    ["otp_keys|sealed_secret|0190-2", "otp_keys|other|0190-1", "outbox|sealed_secret|0190-1", "", HERE + "|"],
)
def test_a_value_that_was_moved_does_not_open(elsewhere: str) -> None:
    """Another row, another column, another table: swapped ciphertexts are of no use."""
    sealed = sealer().seal(b"secret", HERE)

    with pytest.raises(SealBroken, match="changed or moved"):
        sealer().open(sealed, elsewhere)


def test_a_value_with_one_flipped_bit_does_not_open() -> None:
    """Wherever the bit is: format, key id, nonce, ciphertext or tag."""
    sealed = sealer().seal(b"secret", HERE)

    for bit in range(len(sealed) * 8):
        flipped = bytearray(sealed)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SealBroken):
            sealer().open(bytes(flipped), HERE)


@pytest.mark.parametrize("length", [0, 1, 5, 20, 32, 38, 40])
def test_a_value_that_was_cut_or_grew_does_not_open(length: int) -> None:
    """Too short to be anything, or of another length than the 39 bytes that it was sealed to."""
    sealed = sealer().seal(b"secret", HERE)

    assert len(sealed) == 39
    with pytest.raises(SealBroken):
        sealer().open((sealed + b"x")[:length], HERE)


def test_without_its_key_a_value_does_not_open() -> None:
    """Neither with another key of another name, nor with another key of the same name."""
    sealed = sealer(OLD).seal(b"secret", HERE)

    with pytest.raises(SealBroken, match="no form or key"):
        sealer(NEW).open(sealed, HERE)
    with pytest.raises(SealBroken, match="changed or moved"):
        sealer(SealingKey(OLD.id, NEW.material)).open(sealed, HERE)


def test_a_newer_key_seals_and_the_older_still_opens() -> None:
    """After a rotation nothing is lost."""
    before = sealer(OLD).seal(b"secret", HERE)
    after = sealer(OLD, NEW)

    assert after.open(before, HERE) == b"secret"
    assert after.seal(b"secret", HERE)[1:5] == NEW.id


def test_what_broke_is_told_by_its_table_alone() -> None:
    """The error may reach a log: it names neither the row nor what was in it."""
    with pytest.raises(SealBroken) as raised:
        sealer().open(sealer().seal(b"secret", HERE), "otp_keys|sealed_secret|0190-2")

    assert str(raised.value) == "what is sealed at otp_keys was changed or moved"


def test_a_keyed_hash_is_the_same_again_and_differs_by_text_purpose_and_key() -> None:
    """A code of one kind cannot pass for one of another."""
    made = sealer().keyed_hash("123456", "device code")

    assert len(made) == 32
    assert made == sealer().keyed_hash("123456", "device code")
    assert made != sealer().keyed_hash("123457", "device code")
    assert made != sealer().keyed_hash("123456", "recovery code")
    assert made != sealer(OLD).keyed_hash("123456", "device code")


def test_a_keyed_hash_outlives_a_rotation() -> None:
    """Recovery codes on paper go on working under a newer key."""
    assert sealer(OLD, NEW).keyed_hash("ABCDE", "recovery code") == sealer(OLD).keyed_hash("ABCDE", "recovery code")


def test_a_keyed_hash_takes_any_text() -> None:
    """Half of a surrogate pair, which JSON can carry, is hashed like everything else."""
    assert len(sealer().keyed_hash("\ud800", "unknown name")) == 32
