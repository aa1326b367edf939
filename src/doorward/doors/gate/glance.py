"""Under which words forward-auth remembers an answer, read at a glance from a request that is as plain as most are.

What a request means is said by `asked_page` and `cookies_of`. This says the same of one that nobody can mistake, in a
quarter of the time, and nothing of any other: where a header comes twice, or the cookie's name, or anything but a `;`
and one space stands around the cookie, the careful way reads it.
"""

import re
from collections.abc import Sequence

from doorward.doors.gate.asked_page import CALLBACK, told_page
from doorward.doors.web.cookies import HOST

_NAME = HOST.encode()
_SIGN = _NAME + b"="
_TOKEN = re.compile(rb"([A-Za-z0-9_-]{64})(?:;|\Z)")


def glance(headers: Sequence[tuple[bytes, bytes]]) -> tuple[str, str] | None:
    """Return the host that is asked for and the token of its cookie; None where a second look is needed."""
    heard = dict(headers)
    if len(heard) != len(headers):
        return None
    cookie = heard.get(b"cookie")
    told = told_page(heard)
    if cookie is None or told is None or told[1].startswith(CALLBACK):
        return None
    before, _, after = cookie.partition(_SIGN)
    token = _TOKEN.match(after)
    alone = token is not None and _NAME not in before and _NAME not in after
    if token is None or not alone or (before and not before.endswith((b"; ", b";"))):
        return None
    return told[0], token[1].decode("ascii")
