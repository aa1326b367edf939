"""Reading and changing what administrators can set while the server runs.

Nothing is cached: a limit that was tightened holds for the very next guess, in every process.
"""

from collections.abc import Mapping

from doorward.edges.call import Call
from doorward.edges.run import LostRace
from doorward.features.policy import rules, store
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
from doorward.kernel.act import act
from doorward.kernel.outcome import Fact, Refused
from doorward.kernel.ports import SealBroken

_RULES_AREAS = "password-rules:"
_RULES_AREA = f"{_RULES_AREAS}{rules.DEFAULT}"
_TWO_FACTOR_AREA = "two-factor"
_AUDIT_AREA = "audit"
_KEYS_AREA, _SEALED = "keys", "sealed"
_KEYS_PLACE = "settings|chosen|keys"
_RULES, _TWO_FACTOR, _AUDIT = PasswordRules(), TwoFactorSettings(), AuditSettings()
_DEFAULTS: Mapping[str, rules.Settings] = {
    _RULES_AREA: _RULES,
    _TWO_FACTOR_AREA: _TWO_FACTOR,
    _AUDIT_AREA: _AUDIT,
}


def password_rules(call: Call, serving: str) -> PasswordRules:
    """Load the password rules of this name, once in each transaction: those that serve an account.

    `accounts` says which do (`state.password_rules`). Those that are no more have nobody whom they serve.
    """
    area = _area(serving)
    if area not in call.remembered:
        found = store.load_some(call.sql, sorted({_RULES_AREA, area}))
        default = rules.chosen(_RULES, found[_RULES_AREA][0])
        call.remembered[_RULES_AREA] = default
        values, version = found[area]
        call.remembered[area] = rules.serving(default, rules.chosen(_RULES, values)) if version else default
    chosen: PasswordRules = call.remembered[area]
    return chosen


def default_rules(call: Call) -> PasswordRules:
    """Load the rules for what concerns nobody's account: unknown names, addresses, whom to ask."""
    return password_rules(call, rules.DEFAULT)


def two_factor(call: Call) -> TwoFactorSettings:
    """Load the two-factor settings, once in each transaction."""
    if _TWO_FACTOR_AREA not in call.remembered:
        call.remembered[_TWO_FACTOR_AREA] = rules.chosen(_TWO_FACTOR, store.load(call.sql, _TWO_FACTOR_AREA)[0])
    found: TwoFactorSettings = call.remembered[_TWO_FACTOR_AREA]
    return found


def audit_settings(call: Call) -> AuditSettings:
    """Load the settings of the audit trail."""
    return rules.chosen(_AUDIT, store.load(call.sql, _AUDIT_AREA)[0])


def keys_open(call: Call) -> bool | None:
    """Return whether the server's keys open what was sealed to know them by; None where that was never done."""
    sealed = store.load(call.sql, _KEYS_AREA)[0].get(_SEALED)
    if sealed is None:
        return None
    try:
        call.sealer.open(bytes.fromhex(sealed), _KEYS_PLACE)
    except SealBroken:
        return False
    return True


def know_keys(call: Call) -> None:
    """Seal something to know the server's keys by, once."""
    sealed = call.sealer.seal(b"", _KEYS_PLACE).hex()
    store.save(call.sql, _KEYS_AREA, {_SEALED: sealed}, store.VersionStamp(0, "system", call.now))


def order(call: Call) -> dict[str, int]:
    """List the named sets, `default` apart, with their ranks: of several that an account could have, the first wins."""
    found = store.ranks(call.sql, _RULES_AREAS)
    ranks = {area.removeprefix(_RULES_AREAS): rank for area, rank in found.items() if area != _RULES_AREA}
    return {name: ranks[name] for name in rules.order(ranks)}


def days_inactive(call: Call) -> dict[str, int]:
    """List the sets that lock whoever is inactive, `default` too, with their days (LOCK-1)."""
    days = {name: password_rules(call, name).days_inactive_before_lock for name in (rules.DEFAULT, *order(call))}
    return {name: count for name, count in days.items() if count}


def rank(call: Call, name: str, wanted: int) -> PolicyChanged | PolicyUnchanged | Refused:
    """Write a named set's rank; `administration` sees to it that everybody is served accordingly."""
    area, present = _area(name), order(call).get(name)
    call.note.details["settings"] = area
    if present is None:
        return Refused("policy.not_found")
    if refused := rules.judge_rank(wanted):
        return refused
    version = store.load(call.sql, area)[1]
    if present == wanted:
        return PolicyUnchanged(version)
    if not store.save(call.sql, area, {store.RANK: wanted}, store.VersionStamp(version, call.actor.name, call.now)):
        raise LostRace
    call.note.details["rank"] = f"{present} → {wanted}"
    return PolicyChanged(version + 1, {"rank": f"{present} → {wanted}"})


def delete(call: Call, name: str) -> None:
    """Delete a named set; `administration` sees to it that no group names it."""
    store.delete(call.sql, _area(name))


def _area(name: str) -> str:
    return f"{_RULES_AREAS}{name}"


@act("sign-in-security:read", event=None, writes=False)
def read_password_rules(call: Call, command: ReadPasswordRules) -> RulesShown | Refused:
    """Read a set of password rules, as it serves its accounts."""
    area = _area(command.name)
    found = store.load_some(call.sql, sorted({_RULES_AREA, area}))
    values, version = found[area]
    if command.name != rules.DEFAULT and not version:
        return Refused("policy.not_found")
    default = rules.chosen(_RULES, found[_RULES_AREA][0])
    return RulesShown(rules.serving(default, rules.chosen(_RULES, values)), version)


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
def add_password_rules(call: Call, command: AddPasswordRules) -> PolicyChanged | Refused:
    """Add a named set of password rules: it begins as `default` stands now, and goes its own way from then on."""
    area = _area(command.name)
    call.note.details.update(settings=area, added=True)
    if refused := rules.judge_set_name(command.name) or rules.judge_named(command.changes):
        return refused
    if command.name == rules.DEFAULT or store.load(call.sql, area)[1]:
        return Refused("policy.name_taken")
    begun = rules.copied(store.load(call.sql, _RULES_AREA)[0])
    change = rules.change(rules.chosen(_RULES, begun), command.changes)
    if isinstance(change, Refused):
        return change
    values = {**begun, **change.values, store.RANK: rules.next_rank(order(call).values())}
    if not store.save(call.sql, area, values, store.VersionStamp(0, call.actor.name, call.now)):
        raise LostRace
    call.note.details |= change.told
    return PolicyChanged(1, change.told)


@act("sign-in-security:modify", event="policy.changed")
def change_password_rules(call: Call, command: ChangePasswordRules) -> PolicyChanged | PolicyUnchanged | Refused:
    """Change some of the password rules."""
    area = _area(command.name)
    if command.name != rules.DEFAULT:
        call.note.details["settings"] = area
        if not store.load(call.sql, area)[1]:
            return Refused("policy.not_found")
        if refused := rules.judge_named(command.changes):
            return refused
    return _change(call, area, command.changes, command.if_version)


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
    present = rules.chosen(_DEFAULTS.get(area, _RULES), values)
    change = rules.change(present, wanted)
    if isinstance(change, Refused):
        return change
    if not change.values:
        return PolicyUnchanged(version)
    if not store.save(call.sql, area, change.values, store.VersionStamp(version, call.actor.name, call.now)):
        raise LostRace
    call.note.details |= change.told
    return PolicyChanged(version + 1, change.told)


def advice(settings: PasswordRules) -> Mapping[str, Mapping[str, Fact]]:
    """Find the settings that are allowed and weaken the rules, each with the facts that its advice mentions."""
    return rules.advice(settings)


def for_everybody() -> frozenset[str]:
    """Name the settings that concern nobody's account, and stand in `default` alone."""
    return rules.FOR_EVERYBODY


def bounds() -> Mapping[str, tuple[int, int]]:
    """Return least and most of each setting that is a number, and of each text's length."""
    return rules.BOUNDS
