import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.doors.api.reading import judge_no_body, judge_query, read_json, refused_input
from doorward.kernel.outcome import Refused

JSON = "application/json"
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def detail(refused: object) -> object:
    """Say what is wrong with a request that cannot be read."""
    assert isinstance(refused, Refused)
    assert refused.code == "request.malformed"
    return refused.facts["detail"]


@given(ANY_JSON)
def test_what_was_written_is_read(value: object) -> None:
    """Every JSON value comes through as it is."""
    assert read_json(json.dumps(value).encode(), JSON) == value


@given(st.binary())
def test_no_bytes_raise(body: bytes) -> None:
    """Whatever comes is read or refused."""
    read_json(body, JSON)


@pytest.mark.parametrize("media_type", ["application/json", "Application/JSON", "application/json; charset=utf-8"])
def test_json_is_taken(media_type: str) -> None:
    """The media type in any case, with or without parameters."""
    assert read_json(b"{}", media_type) == {}


@pytest.mark.parametrize(
    "media_type", [None, "", "text/plain", "application/x-www-form-urlencoded", "application/vnd.api+json", "text/json"]
)
def test_other_media_types_are_refused(media_type: str | None) -> None:
    """What a form of another site could send is not even read."""
    assert detail(read_json(b"{}", media_type)) == "the body must be JSON and be sent as application/json"


@pytest.mark.parametrize("body", [b'{"a":1,"a":2}', b'{"x":{"a":1,"b":2,"a":1}}', b'[{"a":1,"\\u0061":2}]'])
def test_duplicate_keys_are_refused(body: bytes) -> None:
    """Two readers could take one value each."""
    assert detail(read_json(body, JSON)) == "an object has the same key twice"


def test_more_fields_than_any_body_has_are_refused() -> None:
    """Each would be told as unknown, one by one."""
    body = json.dumps({f"a{number}": [] for number in range(101)}).encode()

    assert detail(read_json(body, JSON)) == "an object has more than 100 fields"


def test_more_items_than_any_list_has_are_refused() -> None:
    """A whole body of account ids has fewer than 2,000; 30,000 wrong ones took most of a second to be told."""
    taken, refused = ({"accounts": [1] * count} for count in (2_000, 2_001))

    assert read_json(json.dumps(taken).encode(), JSON) == taken
    assert detail(read_json(json.dumps(refused).encode(), JSON)) == "a list has more than 2,000 items"


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_json_does_not_have_are_refused(word: str) -> None:
    """RFC 8259 section 6 permits none of them."""
    assert detail(read_json(f"[{word}]".encode(), JSON)) == f"{word} is not a number in JSON"


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"{}{}", b"\xef\xbb\xbf{}", b"{'a':1}", b"[" * 30_000, b'{"a":' * 10_000, b"1" * 5_000,
        "{}".encode("utf-16"), b"\x00",
    ],
)  # fmt: skip
def test_what_is_no_json_is_refused(body: bytes) -> None:
    """Broken, nested without end, or in another encoding."""
    assert str(detail(read_json(body, JSON))).startswith("the body is not ")


@pytest.mark.parametrize("body", [b'{"a":"\xff"}', b'{"a":"\\ud800"}', b'{"\\udfff":1}', b'"\xed\xa0\x80"'])
def test_what_is_no_text_is_refused(body: bytes) -> None:
    """Bytes that are no UTF-8, and halves of characters, could not be stored."""
    assert detail(read_json(body, JSON)) == "the body is not text in UTF-8"


def test_known_parameters_pass() -> None:
    """Each once, empty or not."""
    assert judge_query(b"query=a%26b&locked=", ["query", "locked"]) is None


@pytest.mark.parametrize(("query", "field"), [(b"secret=1", "secret"), (b"query=a&x%00y=1", "x?y"), (b"q=" * 2, "q")])
def test_unknown_parameters_are_refused(query: bytes, field: str) -> None:
    """A parameter that does nothing is a mistake, or an attempt."""
    assert judge_query(query, ["query"]) == Refused("request.unknown_field", {"field": field})


def test_a_parameter_that_comes_twice_is_refused() -> None:
    """Nobody can say which is meant."""
    assert detail(judge_query(b"limit=1&limit=2", ["limit"])) == "the parameter limit comes twice"


def error(kind: str, *where: str, message: str = "Input should be a valid string", **context: int) -> dict[str, object]:
    """Make an error as validation reports it."""
    return {"type": kind, "loc": where, "msg": message, "input": "hunter2", "ctx": context}


def test_a_wrong_address_comes_first() -> None:
    """Whether the body of a request to nowhere was right does not matter."""
    errors = [error("extra_forbidden", "body", "x"), error("accounts.not_found", "path", "account")]

    assert refused_input(errors).code == "accounts.not_found"


def test_an_unknown_field_comes_before_a_wrong_one() -> None:
    """A field that does not exist is probably the wrong one's right name, misspelled."""
    errors = [error("string_type", "body", "reason"), error("extra_forbidden", "body", "filter", "lokced")]

    assert refused_input(errors) == Refused("request.unknown_field", {"field": "filter.lokced"})


def test_a_wrong_value_is_named_and_not_shown() -> None:
    """What was sent may be a password."""
    refused = refused_input([error("string_type", "body", "password")])

    assert detail(refused) == "password: input should be a valid string"


def test_a_code_of_the_table_keeps_its_facts() -> None:
    """Our own types refuse under a code."""
    assert refused_input([error("request.reason", "body", "reason", most=500)]) == Refused(
        "request.reason", {"most": 500}
    )


@pytest.mark.parametrize("body", [None, {}])
def test_no_body_is_none_where_none_is_taken(body: object) -> None:
    """An empty object says nothing, and is let pass."""
    assert judge_no_body(body) is None


def test_a_body_is_refused_where_none_is_taken() -> None:
    """A field that nobody looks at is a mistake that should not go unnoticed."""
    assert judge_no_body({"reason": "x"}) == Refused("request.unknown_field", {"field": "reason"})
    assert isinstance(judge_no_body([]), Refused)
