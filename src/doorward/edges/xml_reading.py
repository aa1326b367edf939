"""Reading XML of strangers: no document type, hence no entities and nothing outside the file; bounded in every way.

Expat itself is used, for it tells a document type before it acts on one, and the line of each element.
"""

from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from doorward.kernel.elements import Element

DEEPEST = 32
MOST_ELEMENTS = 1_000_000


class UnreadableXml(Exception):
    """What cannot be read, in words for people, and at which line."""

    def __init__(self, why: str, line: int) -> None:
        """Keep both."""
        super().__init__(why)
        self.why = why
        self.line = line


@dataclass(slots=True)
class _Open:
    """An element whose end was not read yet."""

    namespace: str
    name: str
    line: int
    attributes: dict[str, str]
    text: list[str] = field(default_factory=list)
    children: list[Element] = field(default_factory=list)


class _Reader:
    """Builds elements from what expat tells."""

    def __init__(self) -> None:
        """Begin before the root."""
        self._parser: Any = expat.ParserCreate("UTF-8", " ")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._document_type
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._open = [_Open("", "", 0, {})]
        self._count = 0

    def read(self, raw: bytes) -> Element:
        """Read a whole file and give its root."""
        try:
            self._parser.Parse(raw, True)
        except expat.ExpatError as error:
            raise UnreadableXml("it is no well-formed XML in UTF-8", error.lineno) from None
        return self._open[0].children[0]

    def _document_type(self, *_: object) -> None:
        raise self._unreadable("it has a document type, which no such file needs")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST_ELEMENTS or len(self._open) > DEEPEST:
            raise self._unreadable("it has too many elements, or too many of them inside each other")
        namespace, _, local = name.rpartition(" ")
        plain = {key: value for key, value in attributes.items() if " " not in key}
        self._open.append(_Open(namespace, local, self._parser.CurrentLineNumber, plain))

    def _end(self, _: str) -> None:
        done = self._open.pop()
        text = "".join(done.text).strip()
        self._open[-1].children.append(
            Element(done.namespace, done.name, done.line, done.attributes, text, tuple(done.children))
        )

    def _characters(self, text: str) -> None:
        self._open[-1].text.append(text)

    def _unreadable(self, why: str) -> UnreadableXml:
        return UnreadableXml(why, self._parser.CurrentLineNumber)


def read_xml(raw: bytes) -> Element:
    """Read XML in UTF-8, or in UTF-16, and give its root; raise `UnreadableXml` for whatever else it is."""
    return _Reader().read(raw)
