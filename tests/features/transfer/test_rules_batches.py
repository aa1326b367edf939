import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.transfer.rules.batches import BatchKey, BrokenBatch, read_batch
from tests.features.transfer.batch import SECRET, address, batch, key, number, text, varint


def test_a_batch_gives_its_keys() -> None:
    """In their order, with their names."""
    assert read_batch(batch(key("ada"), key("Old system:bob", b"x" * 20))) == (
        BatchKey("ada", SECRET, usual=True),
        BatchKey("Old system:bob", b"x" * 20, usual=True),
    )


@pytest.mark.parametrize(
    "one",
    [
        {"algorithm": 2}, {"algorithm": 3}, {"algorithm": 4}, {"digits": 2}, {"kind": 1}, {"kind": 0},
    ],
)  # fmt: skip
def test_a_key_of_another_kind_is_told_apart(one: dict[str, int]) -> None:
    """SHA-256, eight digits, or by a counter."""
    assert [found.usual for found in read_batch(batch(key("ada", **one)))] == [False]  # type: ignore[arg-type]


def test_what_is_not_said_is_the_usual() -> None:
    """But for the type, which has no usual."""
    assert [found.usual for found in read_batch(batch(text(1, SECRET) + number(6, 2), text(1, SECRET)))] == [
        True, False,
    ]  # fmt: skip


def test_fields_that_are_not_known_are_passed_over() -> None:
    """Numbers of every kind: what apps add later does not break the reading."""
    later = number(9, 300) + text(10, b"later") + varint(11 << 3 | 1) + b"8 bytes." + varint(12 << 3 | 5) + b"4444"

    assert read_batch(batch(key("ada") + later)) == (BatchKey("ada", SECRET, usual=True),)


def test_an_address_may_hold_the_other_base64() -> None:
    """With - and _, without padding; or with a + that nobody has escaped."""
    raw = text(1, key("ada", b"\xfb\xff" * 10))
    plain = base64.b64encode(raw).decode()
    others = (base64.urlsafe_b64encode(raw).decode().rstrip("="), plain)

    assert "+" in plain
    for data in others:
        assert read_batch(f"otpauth-migration://offline?data={data}") == (
            BatchKey("ada", b"\xfb\xff" * 10, usual=True),
        )


@pytest.mark.parametrize(
    "broken",
    [
        "otpauth-migration://offline",
        "otpauth-migration://offline?data=",
        "otpauth-migration://offline?data=!",
        "otpauth-migration://offline?data=é",
        "otpauth-migration://offline?data=AA&data=AA",
        "otpauth-migration://[?data=AA",
        "otpauth-migration://offline?data=" + "A" * 70_000,
        address(number(1, 5)),
        address(text(1, number(1, 5))),
        address(text(1, number(2, 5))),
        address(text(1, text(1, b"x" * 2_000))),
        address(text(1, key("ada"))[:-3]),
        address(varint(1 << 3 | 2)),
        address(varint(1 << 3)),
        address(varint(1 << 3 | 3)),
        address(varint(1 << 3 | 1) + b"short"),
        address(varint(1 << 3 | 5) + b"x"),
        address(b"\x08" + b"\xff" * 11),
        address(b"".join(text(1, key("ada")) for _ in range(101))),
    ],
)
def test_what_is_no_batch_is_refused(broken: str) -> None:
    """Cut short, too large, or something else altogether."""
    with pytest.raises(BrokenBatch):
        read_batch(broken)


@given(st.one_of(st.binary(max_size=200).map(address), st.text(), st.binary().map(lambda raw: address(text(1, raw)))))
def test_any_text_is_a_batch_or_refused(written: str) -> None:
    """The reader raises nothing but its own refusal."""
    try:
        found = read_batch(written)
    except BrokenBatch:
        found = ()

    assert all(len(one.secret) <= 1_024 for one in found)


@given(st.binary(min_size=1), st.data())
def test_a_batch_with_changed_bytes_is_read_or_refused(noise: bytes, data: st.DataObject) -> None:
    """Wherever the change is."""
    raw = bytearray(text(1, key("ada")) + text(1, key("bob")))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at : at + len(noise)] = noise
    try:
        found = read_batch(address(bytes(raw)))
    except BrokenBatch:
        found = ()

    assert len(found) <= 100
