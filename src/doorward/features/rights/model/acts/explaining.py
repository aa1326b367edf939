"""What somebody may do to whom, who may, and why not (RIGHT-7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from doorward.features.rights.model.facts import Assignment, Permission
from doorward.kernel.ids import AccountId, GroupId
from doorward.kernel.outcome import Done, Refused

_PHRASES = MappingProxyType(
    {
        "unlock": "unlock {who}",
        "lock": "lock {who}",
        "reset_secret_key": "reset the secret key of {who}",
        "delete_secret_key": "delete the secret key of {who}",
        "allow_set_up": "put {who} on the allowlist",
        "exclude": "exclude {who} from two-factor authentication",
        "edit": "edit {who}",
        "enable": "enable {who}",
        "disable": "disable {who}",
        "reset_password": "start a password reset for {who}",
        "end_sessions": "end the sessions of {who}",
        "forget_devices": "forget the remembered devices of {who}",
        "withdraw_set_up": "take {who} off the allowlist",
        "lift_exclusion": "lift the exclusion of {who}",
        "temporary_code": "issue a temporary access code for {who}",
        "assign_token": "assign a hardware token to {who}",
        "unassign_token": "take the hardware token from {who}",
        "resynchronise_token": "resynchronise the hardware token of {who}",
    }
)


def phrase(act: str, who: str) -> str:
    """Say in words what an act that can be asked about does to somebody: `reset the secret key of bram`."""
    return _PHRASES[act].replace("{who}", who)


@dataclass(frozen=True, slots=True)
class ShowPermissions:
    """Ask what the caller may do to an account."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class PermissionsShown(Done):
    """Per act of the API's list (`unlock`, `lock`, `reset_secret_key`, …) the answer."""

    permissions: Mapping[str, Permission]


@dataclass(frozen=True, slots=True)
class WhoMay:
    """Ask who may do something to an account: "who can reset this key?" (RIGHT-7)."""

    account: AccountId
    asked: str
    """An act as `GET /accounts/{id}/permissions` names it."""


@dataclass(frozen=True, slots=True)
class OneWhoMay:
    """Somebody who may, and through which of their assignments."""

    account: AccountId
    user_name: str
    through: tuple[Assignment, ...]


@dataclass(frozen=True, slots=True)
class WhoMayShown(Done):
    """Everybody who may, by user name; `more` where not all holders of roles were looked at."""

    asked: str
    right: str
    people: tuple[OneWhoMay, ...]
    names: Mapping[GroupId, str] = field(default_factory=dict)
    more: bool = False


@dataclass(frozen=True, slots=True)
class Explain:
    """Ask why somebody may or may not do something to an account."""

    account: AccountId
    actor: AccountId
    asked: str


@dataclass(frozen=True, slots=True)
class Reasoning:
    """One question of the decision, how it was answered, and on what ground."""

    question: str
    answer: bool
    because: str


@dataclass(frozen=True, slots=True)
class Explained(Done):
    """The questions in the order in which they are asked; the first no decides."""

    asked: str
    allowed: bool
    refusal: Refused | None
    reasoning: tuple[Reasoning, ...]
