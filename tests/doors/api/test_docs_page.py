import base64
import hashlib
import re
from html.parser import HTMLParser

from doorward.doors.api.app import LED
from doorward.doors.api.docs_page import prose
from doorward.kernel.refusals.table import REFUSALS
from tests.doors.served import Served


class Seen(HTMLParser):
    """What a browser would make of a page: its tags, its ids, where its links lead."""

    def __init__(self) -> None:
        """Begin with an empty page."""
        super().__init__()
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        told = dict(attrs)
        self.tags.add(tag)
        self.ids += [told["id"] or ""] if "id" in told else []
        self.links += [value for name in ("href", "src", "action") if (value := told.get(name))]


def seen(page: bytes) -> Seen:
    """Read a page."""
    parser = Seen()
    parser.feed(page.decode())
    return parser


def test_the_page_names_every_call_and_code(served: Served) -> None:
    """Each with a place that can be linked to; a refusal's `type` leads there."""
    page = seen(served.send("GET /docs").body)

    assert len(page.ids) == len(set(page.ids))
    assert set(REFUSALS) <= set(page.ids)
    assert {led.path for led in LED} <= set(re.findall(r"/api/v1/[^<]+", served.send("GET /docs").body.decode()))


def test_the_page_loads_nothing(served: Served) -> None:
    """No script, no picture, no style sheet, and links to itself and to the document only."""
    page = seen(served.send("GET /docs").body)

    assert page.tags & {"script", "img", "link", "iframe", "form", "object"} == set()
    assert [link for link in page.links if not link.startswith("#") and link != "/openapi.json"] == []


def test_the_page_allows_its_own_style_and_nothing_else(served: Served) -> None:
    """The policy names the hash of the one style sheet in the page."""
    answered = served.send("GET /docs")
    style = answered.body.partition(b"<style>")[2].partition(b"</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()

    assert answered.headers["content-security-policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'; base-uri 'none'"
    )


def test_both_documents_need_no_session(served: Served) -> None:
    """They say nothing about anybody."""
    assert [served.send(f"GET {path}").status for path in ("/docs", "/openapi.json")] == [200, 200]


def test_prose_becomes_paragraphs_code_and_examples() -> None:
    """The little Markdown of a docstring."""
    text = "One `thing`\nand *another*.\n\n```sh\ncurl <x> \\\n  -d '{}'\n```"

    assert prose(text) == (
        "<p>One <code>thing</code> and <em>another</em>.</p>\n"
        "<pre><code>curl &lt;x&gt; \\\n  -d &#39;{}&#39;</code></pre>"
    )


def test_prose_escapes_markup() -> None:
    """A docstring is text, whatever stands in it."""
    assert prose("<script>`<b>`</script>") == "<p>&lt;script&gt;<code>&lt;b&gt;</code>&lt;/script&gt;</p>"
