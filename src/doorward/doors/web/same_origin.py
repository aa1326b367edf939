"""The origin check: a request that changes something must come from a page of this server.

On pages always, on the API where a cookie of ours comes with it: browsers add cookies by themselves, but no tokens.
"""

from collections.abc import MutableMapping
from typing import Any

from doorward.doors.web.headers import values_of
from doorward.kernel.outcome import Refused

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def judge_origin(scope: MutableMapping[str, Any], public_url: str) -> Refused | None:
    """Refuse an unsafe request without `Origin` = `public_url` or `Sec-Fetch-Site: same-origin`; both missing is a no.

    Scripts of other pages cannot set either header (Fetch standard, forbidden request-headers).
    """
    if scope["method"] in SAFE_METHODS:
        return None
    if values_of(scope, b"origin") == [public_url.encode()]:
        return None
    if values_of(scope, b"sec-fetch-site") == [b"same-origin"]:
        return None
    return Refused("request.cross_origin")
