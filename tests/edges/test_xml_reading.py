import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.edges.xml_reading import UnreadableXml, read_xml
from doorward.kernel.elements import Element

BOMB = """<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>\n<a>&c;&c;&c;</a>"""


def test_elements_are_read_with_their_lines() -> None:
    """Namespaces, attributes without one, text in pieces, children in order."""
    root = read_xml(
        b'<?xml version="1.0"?>\n<p:a xmlns:p="urn:x" Id="1" p:Other="2"> one <b/>two\n<c>&lt;&#65;<!-- x --></c></p:a>'
    )

    assert root == Element(
        "urn:x", "a", 2, {"Id": "1"}, "one two", (Element("", "b", 2, {}, "", ()), Element("", "c", 3, {}, "<A", ()))
    )


def test_what_is_inside_is_found_by_its_path() -> None:
    """The first of each name; nothing where there is none."""
    root = read_xml(b"<a><b><c>1</c></b><b><c>2</c></b></a>")

    assert [one.text_of("c") for one in root.each("b")] == ["1", "2"]
    assert root.text_of("b", "c") == "1"
    assert (root.text_of("x", "c"), root.find("x", "c")) == ("", None)


def test_what_stands_in_an_element_is_not_shown() -> None:
    """Seeds stand there."""
    assert "12345" not in repr(read_xml(b"<a><b>12345</b>12345</a>"))


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"", 1),
        (b"hello", 1),
        (b"<a>\n<b></a>", 2),
        (b"<a/>\n<b/>", 2),
        (b"<a>&nbsp;</a>", 1),
        (b"<a>\n\xff</a>", 2),
        (BOMB.encode("utf-16"), 1),
        ("<a>é</a>".encode("latin-1"), 1),
        (BOMB.encode(), 1),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', 1),
        (b'\n<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1/">]>\n<a>&x;</a>', 2),
        (b"<a>" * 40, 1),
    ],
)
def test_what_may_harm_is_refused(raw: bytes, line: int) -> None:
    """Document types, other encodings, elements without end: with the line where it stands."""
    with pytest.raises(UnreadableXml) as refused:
        read_xml(raw)

    assert refused.value.line == line


def test_a_document_type_is_told_as_one() -> None:
    """Whoever has such a file hears what is wrong with it."""
    with pytest.raises(UnreadableXml, match="document type"):
        read_xml(BOMB.encode())


def test_a_file_of_a_program_that_writes_utf_16_is_read() -> None:
    """By its byte order mark."""
    assert read_xml("<a>\u00e9</a>".encode("utf-16")).text == "\u00e9"


def line_of_error(raw: bytes) -> int:
    """Read noise, and give the line where it is unreadable; 0 where it is XML."""
    try:
        read_xml(raw)
    except UnreadableXml as refused:
        return refused.line
    return 0


@given(st.binary(max_size=200))
def test_noise_raises_nothing_else(raw: bytes) -> None:
    """Whatever the bytes, it is an element or unreadable at one of its lines."""
    assert 0 <= line_of_error(raw) <= raw.count(b"\n") + raw.count(b"\r") + 1
