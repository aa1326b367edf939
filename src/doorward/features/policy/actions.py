"""Reading and changing what administrators can set while the server runs.

Nothing is cached: a limit that was tightened holds for the very next guess, in every process.
"""

from collections.abc import Mapping

from doorward.edges.call import Call
from doorward.edges.run import LostRace
from doorward.features.policy import rules, store
from doorward.features.policy.model import (
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
from doorward.kernel.act import act
from doorward.kernel.outcome import Fact, Refused

_RULES_AREA = "password-rules:default"
_TWO_FACTOR_AREA = "two-factor"
_AUDIT_AREA = "audit"
_RULES, _TWO_FACTOR, _AUDIT = PasswordRules(), TwoFactorSettings(), AuditSettings()
_DEFAULTS: Mapping[str, rules.Settings] = {
    _RULES_AREA: _RULES,
    _TWO_FACTOR_AREA: _TWO_FACTOR,
    _AUDIT_AREA: _AUDIT,
}


def password_rules(call: Call) -> PasswordRules:
    """Load the password rules, once in each transaction."""
    if _RULES_AREA not in call.remembered:
        call.remembered[_RULES_AREA] = rules.chosen(_RULES, store.load(call.sql, _RULES_AREA)[0])
    found: PasswordRules = call.remembered[_RULES_AREA]
    return found


def two_factor(call: Call) -> TwoFactorSettings:
    """Load the two-factor settings, once in each transaction."""
    if _TWO_FACTOR_AREA not in call.remembered:
        call.remembered[_TWO_FACTOR_AREA] = rules.chosen(_TWO_FACTOR, store.load(call.sql, _TWO_FACTOR_AREA)[0])
    found: TwoFactorSettings = call.remembered[_TWO_FACTOR_AREA]
    return found


def audit_settings(call: Call) -> AuditSettings:
    """Load the settings of the audit trail."""
    return rules.chosen(_AUDIT, store.load(call.sql, _AUDIT_AREA)[0])


@act("sign-in-security:read", event=None, writes=False)
def read_password_rules(call: Call, command: ReadPasswordRules) -> RulesShown | Refused:
    """Read the password rules."""
    if command.name != rules.DEFAULT:
        return Refused("policy.not_found")
    values, version = store.load(call.sql, _RULES_AREA)
    return RulesShown(rules.chosen(_RULES, values), version)


@act("sign-in-security:read", event=None, writes=False)
def read_two_factor(call: Call, command: ReadTwoFactor) -> TwoFactorShown:
    """Read the two-factor settings."""
    values, version = store.load(call.sql, _TWO_FACTOR_AREA)
    return TwoFactorShown(rules.chosen(_TWO_FACTOR, values), version)


@act("audit:read", event=None, writes=False)
def read_audit_settings(call: Call, command: ReadAuditSettings) -> AuditSettingsShown:
    """Read how long the audit trail is kept."""
    values, version = store.load(call.sql, _AUDIT_AREA)
    return AuditSettingsShown(rules.chosen(_AUDIT, values), version)


@act("sign-in-security:modify", event="policy.changed")
def change_password_rules(call: Call, command: ChangePasswordRules) -> PolicyChanged | PolicyUnchanged | Refused:
    """Change some of the password rules."""
    if command.name != rules.DEFAULT:
        return Refused("policy.not_found")
    return _change(call, _RULES_AREA, command.changes, command.if_version)


@act("sign-in-security:modify", event="policy.changed")
def change_two_factor(call: Call, command: ChangeTwoFactor) -> PolicyChanged | PolicyUnchanged | Refused:
    """Change some of the two-factor settings."""
    return _change(call, _TWO_FACTOR_AREA, command.changes, command.if_version)


@act("system:modify", event="policy.changed")
def change_audit_settings(call: Call, command: ChangeAuditSettings) -> PolicyChanged | PolicyUnchanged | Refused:
    """Change how long the audit trail is kept (AUDIT-4)."""
    return _change(call, _AUDIT_AREA, command.changes, command.if_version)


def _change(
    call: Call, area: str, wanted: Mapping[str, Fact], if_version: int | None
) -> PolicyChanged | PolicyUnchanged | Refused:
    call.note.details["settings"] = area
    values, version = store.load(call.sql, area)
    if refused := rules.stale(version, if_version):
        return refused
    present = rules.chosen(_DEFAULTS[area], values)
    change = rules.change(present, wanted)
    if isinstance(change, Refused):
        return change
    if not change.values:
        return PolicyUnchanged(version)
    if not store.save(call.sql, area, change.values, store.Stamp(version, call.actor.name, call.now)):
        raise LostRace
    call.note.details |= change.told
    return PolicyChanged(version + 1, change.told)


def advice(settings: PasswordRules) -> Mapping[str, str]:
    """Warn of what is allowed and weakens the rules, each under the setting that does it."""
    return rules.advice(settings)


def bounds() -> Mapping[str, tuple[int, int]]:
    """Give least and most of each setting that is a number, and of each text's length."""
    return rules.BOUNDS
