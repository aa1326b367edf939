"""Which values the settings take, and what a change comes to.

Laws: a setting that does not exist is refused, as is a value of another kind or outside its bounds; a change names each
value before and after; whoever changes on the ground of an older version is told, and nothing is merged by guess.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any, TypeVar

from doorward.features.policy.model import AuditSettings, DeviceMethod, PasswordRules, TwoFactorSettings
from doorward.kernel.outcome import Fact, Refused
from doorward.kernel.texts import has_controls

Settings = PasswordRules | TwoFactorSettings | AuditSettings
S = TypeVar("S", bound=Settings)

CHOICES: Mapping[str, tuple[str, ...]] = {"device_method": tuple(DeviceMethod)}
"""The words that a choice is one of."""
ADVISED_MINUTES = 10
"""Above this the page warns: NIST SP 800-63B-4 section 3.1.3 lets such a code live ten minutes (DEV-1)."""

DEFAULT = "default"
"""The name of the password rules that serve whoever no named set serves, and the only ones that nobody deletes."""
FOR_EVERYBODY = frozenset(
    {"failing_names_before_slowing", "failing_names_before_refusing", "show_locked_page_to_everybody", "lock_contact"}
)
"""Settings that concern nobody's account: addresses that guess, and pages that are shown before it is known who asks.

They stand in `default` alone; a named set says what `default` says.
"""

SET_NAME_LENGTH = 24
_SET_NAME = re.compile(rf"[a-z][a-z0-9-]{{0,{SET_NAME_LENGTH - 1}}}")
RANKS = (1, 1_000)
"""Least and most of a named set's rank."""

BOUNDS: Mapping[str, tuple[int, int]] = {
    "failures_before_lock": (0, 100),  # LOCK-1
    "second_factor_failures_before_lock": (1, 100),  # LOCK-3: never 0
    "hours_locked": (0, 8_760),
    "days_inactive_before_lock": (0, 3_650),
    "failing_names_before_slowing": (0, 1_000),  # LOCK-17
    "failing_names_before_refusing": (0, 1_000),
    "min_length": (8, 64),  # PASS-1; NIST SP 800-63B-4 section 3.1.1.2: 8 beside a second factor
    "min_letters": (0, 20),
    "min_digits": (0, 20),
    "min_specials": (0, 20),
    "min_groups": (0, 4),
    "previous_passwords": (0, 24),
    "days_valid": (0, 3_650),
    "idle_minutes": (2, 1_440),  # SESS-1: activity is written once a minute, so one minute would end busy sessions
    "session_hours": (1, 720),
    "device_code_minutes": (5, 10_000),  # DEV-1
    "remember_device_days": (0, 365),  # DEV-3
    "lock_contact": (0, 300),
    "issuer": (1, 64),
    "allowlist_hours_after_reset": (1, 8_760),
    "allowlist_days_for_new_account": (1, 365),
    "audit_retention_days": (0, 36_500),
}
"""Least and most of each number, and of each text's length (blanks have none); what is on or off has no bounds."""

LEAST_BESIDE_ZERO: Mapping[str, int] = {"audit_retention_days": 31}
"""Least of a number that may be 0 besides. The overview tells of 30 days, and nobody wipes out last week (AUDIT-4)."""


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """What a change comes to: the values that are new, and each as `old → new` for the entry."""

    values: Mapping[str, Fact]
    told: Mapping[str, str]


def chosen(settings: S, values: Mapping[str, Any]) -> S:
    """Put chosen values over the defaults; one that a newer release wrote is left aside."""
    if not values:
        return settings  # nothing was ever changed here: what every sign-in of most servers finds
    present = {field.name: getattr(settings, field.name) for field in fields(settings)}
    read = {name: _read(present[name], value) for name, value in values.items() if name in present}
    return replace(settings, **{name: value for name, value in read.items() if value is not None})


def serving(default: PasswordRules, named: PasswordRules) -> PasswordRules:
    """Return a named set as it serves its accounts: what concerns nobody's account is what `default` says."""
    return replace(named, **{name: getattr(default, name) for name in FOR_EVERYBODY})


def order(ranks: Mapping[str, int]) -> tuple[str, ...]:
    """Arrange named sets by rank, then by name: of several that an account could have, the first serves."""
    return tuple(sorted(ranks, key=lambda name: (ranks[name], name)))


def judge_set_name(name: str) -> Refused | None:
    """Refuse what no named set can be called: it stands in addresses, files and commands."""
    return None if _SET_NAME.fullmatch(name) else Refused("policy.name_malformed", {"most": SET_NAME_LENGTH})


def judge_rank(rank: int) -> Refused | None:
    """Refuse a rank beyond its bounds."""
    least, most = RANKS
    return (
        None
        if least <= rank <= most
        else Refused("policy.out_of_bounds", {"key": "rank", "least": least, "most": most})
    )


def next_rank(ranks: Iterable[int]) -> int:
    """Return the rank of a new set: after all others, as far as ranks go."""
    return min(max(ranks, default=0) + 1, RANKS[1])


def copied(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a new set begins with: what was chosen in `default`, as far as it concerns an account."""
    known = {field.name for field in fields(PasswordRules)} - FOR_EVERYBODY
    return {name: value for name, value in values.items() if name in known}


def judge_named(wanted: Mapping[str, Fact]) -> Refused | None:
    """Refuse to set for some accounts what concerns nobody's account."""
    found = next((key for key in wanted if key in FOR_EVERYBODY), None)
    return None if found is None else Refused("policy.default_only", {"key": found})


def change(present: Settings, wanted: Mapping[str, Fact]) -> PolicyChange | Refused:
    """Decide what a change of settings comes to; all of it or, on the first value that cannot be, nothing."""
    before = asdict(present)
    for key, value in wanted.items():
        if key not in before:
            return Refused("request.unknown_field", {"field": key})
        if refused := _judge(key, before[key], value):
            return refused
    values = {key: value for key, value in wanted.items() if value != before[key]}
    return PolicyChange(values, {key: f"{_word(before[key])} → {_word(value)}" for key, value in values.items()})


def advice(settings: PasswordRules) -> dict[str, Mapping[str, Fact]]:
    """Find the settings that are allowed and weaken the rules, each with the facts that its advice mentions (DEV-1)."""
    by_mail = settings.device_method is not DeviceMethod.APP_MANDATORY
    weak = {
        "device_code_minutes": settings.device_code_minutes > ADVISED_MINUTES,
        "device_method": by_mail,
        "remember_device_days": settings.remember_device_days and not (settings.device_code_at_sign_in or by_mail),
        "show_locked_page_to_everybody": settings.show_locked_page_to_everybody,
    }
    facts: dict[str, Mapping[str, Fact]] = {"device_code_minutes": {"most": ADVISED_MINUTES}}
    return {setting: facts.get(setting, {}) for setting, weakens in weak.items() if weakens}


def stale(version: int, if_version: int | None) -> Refused | None:
    """Refuse a change on the ground of a version that is no longer the present one."""
    if if_version is None or if_version == version:
        return None
    return Refused("policy.version_lost", {"version": version})


def _read(default: Any, value: Any) -> Any:
    """Return a stored value as the setting has it: one of a choice as its member, None where it is none of them."""
    if not isinstance(default, StrEnum):
        return value
    return type(default)(value) if value in list(type(default)) else None


def _judge(key: str, before: Fact, value: Fact) -> Refused | None:
    if choices := CHOICES.get(key):
        return None if value in choices else Refused("policy.no_choice", {"key": key, "choices": ", ".join(choices)})
    if type(value) is not type(before):
        return Refused("request.malformed", {"detail": f"{key} is of another kind"})
    if isinstance(value, str) and has_controls(value):
        return Refused("request.malformed", {"detail": f"{key} holds control characters"})
    if isinstance(value, bool) or value is None:
        return None
    least, most = BOUNDS[key]
    size = value if isinstance(value, int) else len(value) if value.strip() else 0
    if size:
        least = max(least, LEAST_BESIDE_ZERO.get(key, least))
    if least <= size <= most:
        return None
    return Refused("policy.out_of_bounds", {"key": key, "least": least, "most": most})


def _word(value: Fact) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value) if value != "" else "nothing"
