"""A page as somebody reads it: its title, words, links, forms, and what is greyed with its reason."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"input", "meta", "link", "br", "hr", "img", "use", "path", "rect"})


@dataclass(slots=True)
class Form:
    """A form: where it leads, and what it would send as it stands."""

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    """Every name that can be sent, boxes that are not ticked included."""
    buttons: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Markup:
    """What a page holds."""

    title: str = ""
    text: str = ""
    links: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    greyed: dict[str, str] = field(default_factory=dict)
    """Buttons that are not allowed, each with the reason beside it."""
    ids: dict[str, str] = field(default_factory=dict)
    """The words inside each element that has an id."""
    items: dict[str, list[str]] = field(default_factory=dict)
    """The words of each item of every list that has an id."""
    menus: dict[str, list[str]] = field(default_factory=dict)
    """The words of each link in the console's navigation, by the id of the title above them."""

    def form(self, action: str) -> Form:
        """Find the form that leads to an address."""
        return next(one for one in self.forms if one.action == action)

    @property
    def refusal(self) -> str:
        """Give the words of the banner that tells a refusal."""
        return self.ids.get("refusal", "")


class _Reader(HTMLParser):
    """Reads markup piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self.page = Markup()
        self._open: list[tuple[str, dict[str, str], list[str]]] = []
        self._form: Form | None = None
        self._barred: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element says of itself."""
        given = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self._open.append((tag, given, []))
        if tag == "a" and given.get("href"):
            self.page.links.append(given["href"])
        elif tag == "form":
            self._form = Form(given.get("method", "get").lower(), given["action"])
            self.page.forms.append(self._form)
        elif self._form is not None and given.get("name") and "disabled" not in given:
            self._note_field(tag, given)

    def handle_data(self, data: str) -> None:
        """Add words to every element that is open."""
        for _, _, words in self._open:
            words.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Close an element, and note what it held."""
        if tag in _VOID or not self._open:
            return
        name, given, words = self._open.pop()
        if name != tag:
            raise AssertionError(f"<{name}> is closed by </{tag}>")
        self._note_words(tag, given, " ".join("".join(words).split()))

    def _note_field(self, tag: str, given: dict[str, str]) -> None:
        assert self._form is not None
        self._form.names.add(given["name"])
        unticked = given.get("type") in {"checkbox", "radio"} and "checked" not in given
        if tag == "input" and not unticked:
            self._form.fields[given["name"]] = given.get("value", "")

    def _note_words(self, tag: str, given: dict[str, str], words: str) -> None:
        if given.get("id"):
            self.page.ids[given["id"]] = words
        if tag == "title":
            self.page.title = words
        elif tag == "body":
            self.page.text = words
        elif tag == "form":
            self._form = None
        elif tag == "li":
            self._note_item(words)
        elif tag == "option" and "selected" in given:
            self._note_selected(given.get("value", words))
        elif tag == "button" and given.get("aria-disabled") == "true":
            self._barred.append((words, given.get("aria-describedby", "")))
        elif tag == "button" and self._form is not None:
            self._form.buttons.append(words)

    def _note_item(self, words: str) -> None:
        """Add an item to the list that it is in."""
        around = next((given for tag, given, _ in reversed(self._open) if tag in {"ol", "ul"}), {})
        if around.get("id"):
            self.page.items.setdefault(around["id"], []).append(words)
        if any(tag == "nav" and given.get("class") == "side" for tag, given, _ in self._open):
            self.page.menus.setdefault(around.get("aria-labelledby", ""), []).append(words)

    def _note_selected(self, value: str) -> None:
        name = next((given.get("name", "") for tag, given, _ in reversed(self._open) if tag == "select"), "")
        if self._form is not None and name:
            self._form.fields[name] = value

    def close(self) -> None:
        """Tie each greyed button to its reason."""
        super().close()
        if self._open:
            raise AssertionError(f"<{self._open[-1][0]}> is never closed")
        for words, told_by in self._barred:
            self.page.greyed[words] = self.page.ids.get(told_by, "")


def read(html: str) -> Markup:
    """Read a page; markup whose elements are not closed in order is an error."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page
