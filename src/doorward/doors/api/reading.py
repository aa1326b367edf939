"""Reading a request strictly: what could be meant in two ways is refused, and nothing is converted.

RFC 8259 leaves duplicate keys, NaN and lone surrogates to the reader; this reader refuses them all.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from doorward.kernel.outcome import Refused

_FIELD_LENGTH = 60
_MOST_FIELDS, _MOST_ITEMS = 100, 2_000
"""More than any body of ours has: what is wrong with each of 30,000 items would take a second to find out."""


class _Ambiguous(ValueError):
    """JSON that this reader does not take: it could be meant in two ways, or has more parts than any body of ours."""


def read_json(body: bytes, content_type: str | None) -> object | Refused:
    """Read a body of JSON; refuse what is not exactly that."""
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        return malformed("the body must be JSON and be sent as application/json")
    try:
        value: object = json.loads(body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
        _judge_lists(value)
    except _Ambiguous as error:
        return malformed(str(error))
    except UnicodeError:
        return malformed("the body is not text in UTF-8")
    except (ValueError, RecursionError):
        return malformed("the body is not JSON")
    return value


def judge_query(query: bytes, known: Iterable[str]) -> Refused | None:
    """Refuse parameters that the address does not know, and those that come twice."""
    seen: set[str] = set()
    allowed = set(known)
    for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        if name not in allowed:
            return unknown(name)
        if name in seen:
            return malformed(f"the parameter {name} comes twice")
        seen.add(name)
    return None


def said_query(query: bytes) -> bytes:
    """Leave out the parameters without a value: `group=&cursor=` asks for no group, and for the first page."""
    return b"&".join(part for part in query.split(b"&") if part.partition(b"=")[2])


def judge_no_body(body: object) -> Refused | None:
    """Refuse a body that is sent where none is taken; an empty object says nothing, and is let pass."""
    if isinstance(body, dict):
        return unknown(next(iter(body))) if body else None
    return None if body is None else malformed("this address takes no body")


def refused_input(errors: Sequence[Any]) -> Refused:
    """Turn what validation found into one refusal: an address that leads nowhere first, then unknown fields."""
    worst = min(errors, key=lambda error: _RANK.get(_kind(error), len(_RANK)))
    code, where = worst["type"], [str(part) for part in worst["loc"][1:]]
    if "." in code:  # raised by our own types under a code of the table
        return Refused(code, worst.get("ctx", {}))
    if code == "extra_forbidden":
        return unknown(".".join(where))
    said = re.sub(r"\s+", " ", worst["msg"]).strip()
    name = printable(".".join(where)) or "the body"
    return malformed(f"{name}: {said[:1].lower()}{said[1:]}")


def malformed(detail: str) -> Refused:
    """Refuse a request that cannot be read, and say what is wrong with it."""
    return Refused("request.malformed", {"detail": detail})


def unknown(field: str) -> Refused:
    """Refuse a field that does not exist."""
    return Refused("request.unknown_field", {"field": printable(field)})


def printable(text: str) -> str:
    """Cut a name that a stranger has chosen to what can be shown."""
    return "".join(c if c.isprintable() else "?" for c in text)[:_FIELD_LENGTH]


_RANK = {"path": 0, "extra_forbidden": 1}


def _kind(error: Any) -> str:
    return "path" if error["loc"][:1] == ("path",) else str(error["type"])


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > _MOST_FIELDS:
        raise _Ambiguous(f"an object has more than {_MOST_FIELDS:,} fields")
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Ambiguous("an object has the same key twice")
    return made


def _judge_lists(value: object) -> None:
    """Refuse a long list where bodies have lists: as the value of a field."""
    lists = [one for one in value.values() if isinstance(one, list)] if isinstance(value, dict) else []
    if any(len(one) > _MOST_ITEMS for one in lists):
        raise _Ambiguous(f"a list has more than {_MOST_ITEMS:,} items")


def _no_constant(name: str) -> NoReturn:
    raise _Ambiguous(f"{name} is not a number in JSON")
