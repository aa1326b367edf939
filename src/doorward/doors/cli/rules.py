"""`doorward rules`: the password rules and the two-factor settings, which administrators change while it runs."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

import click

from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.options import DRY_RUN, REASON, CommandGroup
from doorward.doors.cli.rule_sets import add_set, delete_set, list_sets, rank_set, show_set
from doorward.doors.cli.telling import print_facts, print_json
from doorward.features.policy.actions import (
    advice,
    change_audit_settings,
    change_password_rules,
    change_two_factor,
    read_audit_settings,
    read_password_rules,
    read_two_factor,
)
from doorward.features.policy.model import (
    AuditSettings,
    AuditSettingsShown,
    ChangeAuditSettings,
    ChangePasswordRules,
    ChangeTwoFactor,
    PasswordRules,
    PolicyChanged,
    ReadAuditSettings,
    ReadPasswordRules,
    ReadTwoFactor,
    TwoFactorSettings,
    TwoFactorShown,
)
from doorward.kernel.outcome import Fact, Refused
from doorward.kernel.sentences import advice_on

_DEFAULT = "default"
_SWITCH = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}
_TWO_FACTOR = {field.name for field in fields(TwoFactorSettings)}
_AUDIT = {field.name for field in fields(AuditSettings)}
_DEFAULTS: dict[str, Fact] = asdict(PasswordRules()) | asdict(TwoFactorSettings()) | asdict(AuditSettings())


EXAMPLES = """\b
Examples:
  doorward rules set failures_before_lock=5 hours_locked=1
  doorward rules set show_locked_page_to_everybody=off
  doorward rules set "issuer=Example Ltd"
  doorward rules set audit_retention_days=400
  doorward rules add strict
  doorward rules set --name strict min_length=16 idle_minutes=5
  doorward group edit "Branch North" --rules strict
"""


@click.group(cls=CommandGroup)
def rules() -> None:
    """Show and set the password rules, the two-factor settings, and how long the audit trail is kept."""


@rules.command("show", short_help="Show every rule and setting, or one set of rules.")
@click.argument("name", required=False)
@with_desk
def show(desk: Desk, name: str | None) -> None:
    """Show every rule and setting, as KEY and its value; with NAME that set of password rules alone."""
    if name is not None:
        show_set(desk, name, _word)
        return
    password = desk.run(read_password_rules, ReadPasswordRules())
    two_factor = desk.run(read_two_factor, ReadTwoFactor())
    audit = desk.run(read_audit_settings, ReadAuditSettings())
    if desk.as_json:
        said = {"name": "default", "version": password.version, **asdict(password.rules)}
        shown: dict[str, TwoFactorShown | AuditSettingsShown] = {"two_factor": two_factor, "audit": audit}
        areas = {area: {"version": one.version, **asdict(one.settings)} for area, one in shown.items()}
        print_json({"password_rules": said, **areas})
        return
    click.secho("Password rules", bold=True)
    print_facts({f"  {key}": _word(value) for key, value in asdict(password.rules).items()})
    click.secho("\nTwo-factor authentication", bold=True)
    print_facts({f"  {key}": _word(value) for key, value in asdict(two_factor.settings).items()})
    click.secho("\nAudit", bold=True)
    print_facts({f"  {key}": _word(value) for key, value in asdict(audit.settings).items()})


@rules.command("set", short_help="Set rules and settings.", epilog=EXAMPLES)
@click.argument("changes", metavar="KEY=VALUE...", nargs=-1, required=True)
@click.option("--name", metavar="NAME", default=_DEFAULT, help="Which set of password rules; `default` if left out.")
@REASON
@DRY_RUN
@with_desk
def set_rules(desk: Desk, changes: tuple[str, ...], name: str, reason: str | None) -> None:
    """Set rules and settings; those that are not named stay as they are.

    `doorward rules show` lists the keys. What is on or off is written on or off; a text may be empty.
    """
    wanted = dict(_parsed(desk, change) for change in changes)
    outcome: Any
    if name != _DEFAULT:
        outcome = desk.run(change_password_rules, ChangePasswordRules(wanted, name, reason))
    elif wanted.keys() <= _TWO_FACTOR:
        outcome = desk.run(change_two_factor, ChangeTwoFactor(wanted, reason))
    elif wanted.keys() <= _AUDIT:
        outcome = desk.run(change_audit_settings, ChangeAuditSettings(wanted, reason))
    elif wanted.keys() & (_TWO_FACTOR | _AUDIT):
        raise click.UsageError("Set password rules, two-factor settings and audit settings one after the other.")
    else:
        outcome = desk.run(change_password_rules, ChangePasswordRules(wanted, reason=reason))
    changed = outcome.changed if isinstance(outcome, PolicyChanged) else {}
    said = "\n".join(f"{key}: {told}" for key, told in changed.items()) or "It said that already."
    desk.tell(outcome, said, version=outcome.version, changed=dict(changed))
    if not desk.dry_run:
        _warn(desk, name, changed)


def _warn(desk: Desk, name: str, changed: Mapping[str, str]) -> None:
    """Say on standard error which of the changed settings weaken the rules (DEV-1)."""
    advised = advice(desk.run(read_password_rules, ReadPasswordRules(name)).rules)
    for key in changed:
        if key in advised:
            click.echo(f"Warning: {advice_on(key, advised[key])}", err=True)


def _parsed(desk: Desk, change: str) -> tuple[str, Fact]:
    """Read one KEY=VALUE, as the kind of value that the key holds."""
    key, equals, value = change.partition("=")
    key = key.strip()
    if not equals:
        raise click.UsageError(f"{change!r} is not KEY=VALUE.")
    if key not in _DEFAULTS:
        raise desk.refusal(Refused("request.unknown_field", {"field": key}))
    match _DEFAULTS[key]:
        case bool() if value.strip().lower() in _SWITCH:
            return key, _SWITCH[value.strip().lower()]
        case bool():
            raise click.UsageError(f"{key} is on or off, not {value!r}.")
        case int():
            try:
                return key, int(value)
            except ValueError as error:
                raise click.UsageError(f"{key} is a whole number, not {value!r}.") from error
        case _:
            return key, value


def _word(value: Fact) -> str:
    """Spell a value as `rules set` takes it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value) if value != "" else '""'


for command in (list_sets, add_set, rank_set, delete_set):
    rules.add_command(command)
