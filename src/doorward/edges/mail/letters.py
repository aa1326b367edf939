"""What letters say: one template a kind, written once and rendered as plain text and as HTML.

A fact may have been typed by anybody, a browser's name above all. In a letter it is one line of bounded length, in HTML
it is escaped, and in a subject there is none.
"""

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, Template

from doorward.edges.mail.browsers import describe
from doorward.kernel.outcome import Fact

LONGEST_FACT = 200
LONGEST_LINK = 700
KNOWN = ("at", "until", "ends_at", "expires_at", "by", "address", "user_agent", "lock_reason", "left", "contact",
         "not_me", "program", "excluded")  # fmt: skip
"""Facts that a letter mentions if it has them; the others of its kind it must have."""
LINKS = frozenset({"link", "not_me"})
"""Facts that are addresses of this server."""

_SOMEBODY = "your help desk"
_UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


class WrittenLetter(NamedTuple):
    """A letter in words."""

    subject: str
    text: str
    html: str


def render(kind: str, facts: Mapping[str, Fact], site: str = "") -> WrittenLetter:
    """Write a letter; `site` is the address of the server that it comes from."""
    words = _words(facts)
    words["signature"] = f"Sent by Doorward at {site}" if site else "Sent by Doorward"
    text = _environment("text").get_template(f"{kind}.jinja")
    html = _environment("html").get_template(f"{kind}.jinja")
    return WrittenLetter(_subject(text), _tidy(text.render(words)), html.render(words))


def kinds() -> frozenset[str]:
    """Name the kinds of letters that there are templates for."""
    return frozenset(name.removesuffix(".jinja") for name in _templates("kinds").list_templates())


def one_line(text: str) -> str:
    """Make a text one line: white space runs become one space; markup stays markup."""
    return type(text)(" ".join(text.split()))


def instant(value: str | None) -> str | None:
    """Write an instant of RFC 3339 as people read it."""
    if not value:
        return None
    at = datetime.fromisoformat(value)
    return f"{at.day} {at:%B %Y}, {at:%H:%M} UTC"


def _words(facts: Mapping[str, Fact]) -> dict[str, Any]:
    """Make facts fit to be shown, and give those that are missing their stand-ins."""
    words: dict[str, Any] = dict.fromkeys(KNOWN)
    words |= {name: _shown(value) if isinstance(value, str) else value for name, value in facts.items()}
    for name in LINKS & facts.keys():
        words[name] = _link(facts[name])
    words["browser"] = describe(words["user_agent"] or "")
    words["contact"] = words["contact"] or _SOMEBODY
    return words


def _shown(value: str) -> str:
    """Take away what does not show or turns the line around, and cut what is too long."""
    plain = "".join(" " if unicodedata.category(c) in _UNSHOWN else c for c in value)
    return one_line(plain)[:LONGEST_FACT]


def _link(value: Fact) -> str:
    """Let a link through only as it must be: one that was cut or changed would lead nowhere."""
    link = str(value)
    if not link.startswith(("https://", "http://")) or len(link) > LONGEST_LINK or link != _plain(link):
        raise ValueError("a link in a letter is an address of this server")
    return link


def _plain(link: str) -> str:
    return "".join(c for c in link if c.isascii() and c.isprintable() and c not in " <>\"'")


def _subject(template: Template) -> str:
    """Take the subject from its block; subjects have no facts, so nobody can write into them."""
    return one_line("".join(template.blocks["subject"](template.new_context())))


def _tidy(text: str) -> str:
    """Leave one empty line between parts, and none at the ends."""
    lines = (line.rstrip() for line in text.splitlines())
    parts = "\n".join(lines).split("\n\n")
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def _templates(folder: str) -> PackageLoader:
    return PackageLoader("doorward.edges.mail", f"templates/{folder}")


@cache
def _environment(form: str) -> Environment:
    """Set up the templates of one form: both know the kinds, each has its own parts."""
    environment = Environment(
        autoescape=form == "html",  # noqa: S701 - plain text has nothing to escape
        loader=ChoiceLoader([_templates(form), _templates("kinds")]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(instant=instant, one_line=one_line)
    return environment
