"""Which change a request asks for: one digest over how, where and with what, so that a passkey signs for it alone."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

PROOF_FIELDS = "protection_"
"""What the fields of a form begin with that hold its proof: they are no part of the change."""
_PROOF_MEMBER = "account_protection"


@dataclass(frozen=True, slots=True)
class Requested:
    """A change as it is asked for: its method, its address, and what it is given, less the proof itself."""

    method: str
    path: str
    """Percent-decoded, as the server reads it: it names the act and the account."""
    given: Any = field(repr=False)

    @property
    def digest(self) -> bytes:
        """Hash all of it (SHA-256); two requests have one digest only if they ask for the same (T37)."""
        spelled = json.dumps([self.method, self.path, self.given], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(spelled.encode("utf-8", "surrogatepass")).digest()


def requested_by_program(method: str, path: str, body: object) -> Requested:
    """Name the change that a body of JSON asks for; without one it is like an empty object."""
    parts = {name: value for name, value in body.items() if name != _PROOF_MEMBER} if isinstance(body, Mapping) else {}
    return Requested(method, path, parts)


def requested_by_form(path: str, fields: Iterable[tuple[str, str]]) -> Requested:
    """Name the change that a form asks for: its fields in their order, with line ends as programs write them."""
    parts = [[name, _lines(value)] for name, value in fields if not name.startswith(PROOF_FIELDS)]
    return Requested("POST", path, parts)


def _lines(text: str) -> str:
    """Write line ends as LF: a form that is sent has CR LF, one that a script reads has not (HTML 4.10.22.4)."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
