"""XML as values: what `edges.xml_reading` makes of a file, and rules look at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Element:
    """An element with its namespace, its attributes without one, its text and its children."""

    namespace: str
    name: str
    line: int
    attributes: Mapping[str, str]
    text: str = field(repr=False)
    """Without the white space around it."""
    children: "tuple[Element, ...]" = field(repr=False)

    def each(self, name: str) -> "Iterable[Element]":
        """Return the children of a name, whichever their namespace."""
        return (child for child in self.children if child.name == name)

    def find(self, *path: str) -> "Element | None":
        """Find the first child of the first name, its first child of the second, and so on."""
        found: Element | None = self
        for name in path:
            found = None if found is None else next(iter(found.each(name)), None)
        return found

    def text_of(self, *path: str) -> str:
        """Return the text that stands at a path; nothing where there is none."""
        found = self.find(*path)
        return "" if found is None else found.text
