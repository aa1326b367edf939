"""Settings: password rules, two-factor and audit settings (LOCK-1, PASS-1, DEV-1, SESS-1, KEY-12, KEY-13, AUDIT-4).

The shapes are made from the settings themselves, so that a new setting needs nothing here; which values it takes is for
the rules of `policy` to say.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from enum import StrEnum
from typing import Any, Literal, get_type_hints

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field, create_model

from doorward.doors.api.answers import answer
from doorward.doors.api.asked import Holder
from doorward.doors.api.given import Reason
from doorward.doors.api.routing import PREFIX, Routes
from doorward.doors.api.shapes import Shape
from doorward.features.policy.actions import (
    add_password_rules,
    change_audit_settings,
    change_password_rules,
    change_two_factor,
    read_audit_settings,
    read_password_rules,
    read_two_factor,
)
from doorward.features.policy.model import (
    AddPasswordRules,
    AuditSettings,
    AuditSettingsShown,
    ChangeAuditSettings,
    ChangePasswordRules,
    ChangeTwoFactor,
    PasswordRules,
    PolicyChanged,
    PolicyUnchanged,
    ReadAuditSettings,
    ReadPasswordRules,
    ReadTwoFactor,
    RulesShown,
    TwoFactorSettings,
    TwoFactorShown,
)
from doorward.kernel.outcome import Refused

routes = Routes("settings")

_CHANGE = ("policy.out_of_bounds", "policy.no_choice", "policy.version_lost", "request.reason")
_JSON_TYPES = {int: "integer", bool: "boolean", str: "string"}


def _schema(kind: type[Any]) -> dict[str, Any]:
    """Return the schema of a setting: a choice lists what it is one of."""
    return {"type": "string", "enum": list(kind)} if issubclass(kind, StrEnum) else {"type": _JSON_TYPES[kind]}


def _named(settings: type[Any]) -> Callable[[dict[str, Any]], None]:
    """List every setting in the schema of a change."""
    types = get_type_hints(settings)

    def add(schema: dict[str, Any]) -> None:
        schema["properties"] |= {one.name: _schema(types[one.name]) for one in fields(settings)}
        schema["additionalProperties"] = False

    return add


def _shown(shape: str, settings: type[Any], **more: Any) -> type[BaseModel]:
    """Make the shape of settings as they are read: each of them, and their version."""
    types = get_type_hints(settings)
    each: dict[str, Any] = {one.name: (types[one.name], ...) for one in fields(settings)}
    return create_model(shape, __base__=Shape, __doc__=settings.__doc__, version=(int, ...), **more, **each)


class SettingsChange(BaseModel):
    """Settings to change; those that are left out stay as they are."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True, hide_input_in_errors=True)
    __pydantic_extra__: dict[str, str | int | bool] = Field(init=False)

    reason: Reason | None = None
    version: int | None = Field(None, description="the version that was read: refused if somebody saved in between")

    @property
    def changes(self) -> Mapping[str, str | int | bool]:
        """Return the settings that are named."""
        return self.model_extra or {}


class RulesChange(SettingsChange):
    """Password rules to change; those that are left out stay as they are."""

    model_config = ConfigDict(json_schema_extra=_named(PasswordRules))

    name: Literal["default"] = "default"


class NewRules(BaseModel):
    """A set of password rules to add, with what it says otherwise than `default`."""

    model_config = ConfigDict(
        extra="allow", strict=True, frozen=True, hide_input_in_errors=True, json_schema_extra=_named(PasswordRules)
    )
    __pydantic_extra__: dict[str, str | int | bool] = Field(init=False)

    name: str = Field(description="1 to 24 small letters, digits and hyphens, a letter first")
    reason: Reason | None = None


class NamedRulesChange(SettingsChange):
    """Password rules to change; those that are left out stay as they are."""

    model_config = ConfigDict(json_schema_extra=_named(PasswordRules))

    name: str | None = Field(None, description="the name in the address, if it is said again")


class TwoFactorChange(SettingsChange):
    """Two-factor settings to change; those that are left out stay as they are."""

    model_config = ConfigDict(json_schema_extra=_named(TwoFactorSettings))


class AuditChange(SettingsChange):
    """Audit settings to change; those that are left out stay as they are."""

    model_config = ConfigDict(json_schema_extra=_named(AuditSettings))


class ChangedJson(Shape):
    """What a change of settings came to."""

    outcome: Literal["done", "unchanged"]
    version: int
    changed: dict[str, str] = Field(description="each changed setting, as `old → new`")


RulesJson = _shown("PasswordRulesJson", PasswordRules, name=(str, ...))
TwoFactorJson = _shown("TwoFactorJson", TwoFactorSettings)
AuditSettingsJson = _shown("AuditSettingsJson", AuditSettings)


@routes.on("GET /password-rules", read_password_rules, RulesJson)
def read_rules(asked: Holder) -> Response:
    """Read the password rules named `default`: for passwords, locking, sessions and device authorization."""
    shown = asked.run(read_password_rules, ReadPasswordRules())
    return asked.told(shown, lambda found: RulesJson(**_spelled("default", found)))


@routes.on("GET /password-rules/{name}", read_password_rules, RulesJson, ("policy.not_found",))
def read_named_rules(name: str, asked: Holder) -> Response:
    """Read the password rules of a name; `default` serves everybody whom no other set serves."""
    shown = asked.run(read_password_rules, ReadPasswordRules(name))
    return asked.told(shown, lambda found: RulesJson(**_spelled(name, found)))


@routes.on("PUT /password-rules", change_password_rules, ChangedJson, _CHANGE)
def change_rules(body: RulesChange, asked: Holder) -> Response:
    r"""Change password rules; what is left out stays as it is.

    curl -s -X PUT https://login.example.org/api/v1/password-rules -H "authorization: Bearer $TOKEN" \
      -H 'content-type: application/json' -d '{"failures_before_lock": 5}'
    """
    command = ChangePasswordRules(body.changes, body.name, body.reason, body.version)
    outcome = asked.run(change_password_rules, command)
    return asked.refuse(outcome) if isinstance(outcome, Refused) else answer(changed_json(outcome))


@routes.on(
    "POST /password-rules", add_password_rules, ChangedJson,
    ("policy.name_malformed", "policy.name_taken", "policy.default_only", *_CHANGE), 201,
)  # fmt: skip
def add_rules(body: NewRules, asked: Holder) -> Response:
    r"""Add a named set of password rules: it begins as `default` stands now, but for what is named here.

    curl -s https://login.example.org/api/v1/password-rules -H "authorization: Bearer $TOKEN" \
      -H 'content-type: application/json' -d '{"name": "strict", "min_length": 16, "idle_minutes": 5}'
    """
    outcome = asked.run(add_password_rules, AddPasswordRules(body.name, body.model_extra or {}, body.reason))
    if isinstance(outcome, Refused):
        return asked.refuse(outcome)
    return answer(changed_json(outcome), 201, headers={"location": f"{PREFIX}/password-rules/{body.name}"})


@routes.on(
    "PUT /password-rules/{name}", change_password_rules, ChangedJson,
    (*_CHANGE, "policy.not_found", "policy.default_only"),
)  # fmt: skip
def change_named_rules(name: str, body: NamedRulesChange, asked: Holder) -> Response:
    """Change the password rules of a name."""
    if body.name is not None and body.name != name:
        return asked.refuse(Refused("request.malformed", {"detail": "name is another than that in the address"}))
    command = ChangePasswordRules(body.changes, name, body.reason, body.version)
    outcome = asked.run(change_password_rules, command)
    return asked.refuse(outcome) if isinstance(outcome, Refused) else answer(changed_json(outcome))


@routes.on("GET /two-factor", read_two_factor, TwoFactorJson)
def read_two_factor_settings(asked: Holder) -> Response:
    """Read the settings of two-factor authentication."""
    return asked.told(asked.run(read_two_factor, ReadTwoFactor()), _two_factor)


@routes.on("PUT /two-factor", change_two_factor, ChangedJson, _CHANGE)
def change_two_factor_settings(body: TwoFactorChange, asked: Holder) -> Response:
    """Change settings of two-factor authentication; what is left out stays as it is."""
    command = ChangeTwoFactor(body.changes, body.reason, body.version)
    outcome = asked.run(change_two_factor, command)
    return asked.refuse(outcome) if isinstance(outcome, Refused) else answer(changed_json(outcome))


@routes.on("GET /audit/settings", read_audit_settings, AuditSettingsJson)
def read_settings_of_audit(asked: Holder) -> Response:
    """Read how long the audit trail is kept."""
    return asked.told(asked.run(read_audit_settings, ReadAuditSettings()), _audit)


@routes.on("PUT /audit/settings", change_audit_settings, ChangedJson, _CHANGE)
def change_settings_of_audit(body: AuditChange, asked: Holder) -> Response:
    r"""Change how long the audit trail is kept: what is older is removed for good, from the old end.

    curl -s -X PUT https://login.example.org/api/v1/audit/settings -H "authorization: Bearer $TOKEN" \
      -H 'content-type: application/json' -d '{"audit_retention_days": 400}'
    """
    outcome = asked.run(change_audit_settings, ChangeAuditSettings(body.changes, body.reason, body.version))
    return asked.refuse(outcome) if isinstance(outcome, Refused) else answer(changed_json(outcome))


def _spelled(name: str, shown: RulesShown) -> dict[str, Any]:
    return {"name": name, "version": shown.version, **asdict(shown.rules)}


def _two_factor(shown: TwoFactorShown) -> BaseModel:
    return TwoFactorJson(version=shown.version, **asdict(shown.settings))


def _audit(shown: AuditSettingsShown) -> BaseModel:
    return AuditSettingsJson(version=shown.version, **asdict(shown.settings))


def changed_json(outcome: PolicyChanged | PolicyUnchanged) -> ChangedJson:
    """Spell what a change of settings came to."""
    changed = dict(outcome.changed) if isinstance(outcome, PolicyChanged) else {}
    return ChangedJson(outcome=outcome.status, version=outcome.version, changed=changed)
