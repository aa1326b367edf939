"""Saying a refusal in words: the sentence of the one table, with the refusal's own facts filled in."""

from collections.abc import Mapping
from types import MappingProxyType

from doorward.kernel.outcome import Fact, Refused
from doorward.kernel.refusal import Refusal
from doorward.kernel.refusals.table import REFUSALS

_UNSAID: Mapping[str, str] = MappingProxyType(
    {
        "contact": "your help desk",
        "target": "This account",
        "until": "",
        "clock": "",
    }
)
"""What stands for a fact that the refusal does not carry, or carries empty."""


def refusal(refused: Refused) -> Refusal:
    """Look a refusal up; an unknown code is a bug, and raises."""
    return REFUSALS[refused.code]


def sentence(refused: Refused) -> str:
    """Say a refusal in words, with its facts filled in."""
    return refusal(refused).sentence.format_map(_Words(refused.facts))


class _Words(dict[str, str]):
    """Facts as words; what is missing has its stand-in."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        super().__init__({name: str(value) for name, value in facts.items() if value not in {None, ""}})

    def __missing__(self, name: str) -> str:
        return _UNSAID.get(name, name)
