"""Saying in words what rules return as facts: the sentence of a refusal, and what a setting weakens."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from doorward.kernel.outcome import Fact, Refused
from doorward.kernel.refusal import Refusal
from doorward.kernel.refusals.table import REFUSALS

_UNSAID: Mapping[str, str] = MappingProxyType({"contact": "your help desk", "target": "This account"})
"""What stands for a fact that the refusal does not carry, or carries empty."""

_ADVICE: Mapping[str, str] = MappingProxyType(
    {
        "device_code_minutes": "A code by e-mail that is valid for more than {most} minutes gives whoever reads the "
        "mailbox more time to use it.",
        "device_method": "Accounts that never had a second factor sign in without one: a code by e-mail is none. "
        "They can never administer.",
        "remember_device_days": "Without a code by e-mail at sign-in there is nothing that a device is spared.",
        "show_locked_page_to_everybody": "Whoever asks is told which names exist and are locked.",
    }
)
"""What is said beside a setting that weakens the rules (DEV-1)."""


def refusal(refused: Refused) -> Refusal:
    """Look a refusal up; an unknown code is a bug, and raises."""
    return REFUSALS[refused.code]


def sentence(refused: Refused) -> str:
    """Say a refusal in words, with its facts filled in."""
    return refusal(refused).sentence.format_map(_Words(refused))


def advice_on(setting: str, facts: Mapping[str, Fact]) -> str:
    """Return what a setting weakens."""
    return _ADVICE[setting].format_map(facts)


def clock_sentence(refused: Refused) -> str:
    """Say what is known of the clock behind a wrong code, or of the hardware token; empty where nothing is (KEY-15)."""
    facts = refused.facts
    if facts.get("token_in_step"):
        return "Your hardware token was out of step, and is in step again from now on."
    if expired_at := facts.get("token_expired_at"):
        return f"The time of your hardware token was over on {str(expired_at)[:10]}; ask for another one."
    if not (wrong_by := facts.get("clock_error_minutes")):
        return ""
    minutes = int(wrong_by)
    unit = "minute" if abs(minutes) == 1 else "minutes"
    return f"Your device's clock is about {abs(minutes)} {unit} {'slow' if minutes < 0 else 'fast'}."


def _clock(refused: Refused) -> str:
    said = clock_sentence(refused)
    return f"{said} " if said else ""


def _since(refused: Refused) -> str:
    return _minute(refused.facts.get("locked_at"))


def _until(refused: Refused) -> str:
    ends_at = refused.facts.get("ends_at")
    return f" until {_minute(ends_at)}" if ends_at else ""


def _minute(instant: Fact) -> str:
    return "" if instant is None else f"{datetime.fromisoformat(str(instant)):%Y-%m-%d %H:%M} UTC"


def _name(refused: Refused) -> str:
    return str(refused.facts.get("field", "name")).replace("_", " ")


_MADE: Mapping[str, Callable[[Refused], str]] = MappingProxyType(
    {"clock": _clock, "name": _name, "since": _since, "until": _until}
)
"""Words of a sentence that are made from other facts."""


class _Words(dict[str, str]):
    """Facts as words; what is missing is made from others, or has its stand-in."""

    def __init__(self, refused: Refused) -> None:
        super().__init__({name: str(value) for name, value in refused.facts.items() if value not in {None, ""}})
        self._refused = refused

    def __missing__(self, name: str) -> str:
        made = _MADE.get(name)
        return _UNSAID.get(name, name) if made is None else made(self._refused)
