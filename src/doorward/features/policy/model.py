"""The settings as values, with the bounds that each keeps (LOCK-1, LOCK-3, PASS-1, DEV-1, SESS-1, KEY-12, KEY-13)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from doorward.kernel.outcome import Done, Fact, Unchanged


class DeviceMethod(StrEnum):
    """What an account is asked for that has never had a second factor (DEV-2).

    The last two let it in by password and e-mailed code, in a session without a second factor.
    """

    APP_MANDATORY = "app mandatory"
    """The e-mailed code, then the set-up of a secret key."""
    APP_OPT_IN = "app opt-in"
    """The e-mailed code; whoever is on the allowlist may choose to set up a secret key."""
    EMAIL = "email"
    """The e-mailed code, and no set-up is offered."""


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """Rules for passwords, locking, sessions and device authorization; the bounds of each are in `rules.BOUNDS`."""

    failures_before_lock: int = 10
    """Number of failed attempts before automatic lock (0 = never)."""
    second_factor_failures_before_lock: int = 10
    """Number of failed attempts at a second factor before automatic lock; never off (LOCK-3)."""
    hours_locked: int = 0
    """Hours locked by failed attempts (0 = until somebody unlocks)."""
    days_inactive_before_lock: int = 0
    """Days inactive before automatic lock (0 = never)."""
    failing_names_before_slowing: int = 10
    """Number of names that fail from one address within an hour before it is slowed down (0 = never, LOCK-17)."""
    failing_names_before_refusing: int = 20
    """Number of names that fail from one address within an hour before it is refused (0 = never, nor slowed)."""
    show_locked_page_to_everybody: bool = False
    """LOCK-11: tells names to whoever asks; off by default."""
    min_length: int = 12
    """Least number of characters in a password (PASS-1)."""
    min_letters: int = 0
    """Least number of letters in a password."""
    min_digits: int = 0
    """Least number of digits in a password."""
    min_specials: int = 0
    """Least number of special characters in a password."""
    min_groups: int = 0
    """How many of four kinds a password uses: small letters, capital letters, digits, special characters."""
    previous_passwords: int = 5
    """Number of previous passwords that a new one differs from."""
    days_valid: int = 0
    """Days that a password is valid (0 = for ever)."""
    one_change_a_day: bool = False
    """At most one change of one's own password in 24 hours."""
    forgotten_password_lifts_failure_lock: bool = False
    """A password set by a *forgotten password* link lifts a lock that wrong passwords caused (PASS-5)."""
    idle_minutes: int = 15
    """Minutes without activity after which a session ends (SESS-1)."""
    session_hours: int = 12
    """Hours after which a session ends, whatever its activity (SESS-1)."""
    prevent_multiple_sessions: bool = False
    """A new complete sign-in ends the account's other sessions (SESS-1)."""
    device_code_minutes: int = 10
    """Minutes that a mailed code is valid (DEV-1)."""
    device_code_at_sign_in: bool = False
    """A sign-in from a device that is not remembered asks for a code by e-mail (DEV-2)."""
    device_method: DeviceMethod = DeviceMethod.APP_MANDATORY
    """What an account is asked for that has never had a second factor (DEV-2)."""
    remember_device_days: int = 0
    """Days that a device may be remembered and spared the e-mailed code of a sign-in (0 = never, DEV-3)."""
    lock_contact: str = ""
    """Whom to ask, in the site's own words: shown on the refused, locked and set-up pages."""

    @property
    def idle(self) -> timedelta:
        """How long a session lasts without activity (SESS-1)."""
        return timedelta(minutes=self.idle_minutes)


@dataclass(frozen=True, slots=True)
class TwoFactorSettings:
    """Who may set up a second factor, and for how long."""

    issuer: str = "Doorward"
    """What the authenticator app shows; a change affects later set-ups only (KEY-11)."""
    new_accounts_may_set_up: bool = True
    """New accounts may set up a key by themselves (KEY-12)."""
    allowlist_hours_after_reset: int = 72
    """Hours that an allowlist entry lasts after a reset (KEY-13)."""
    allowlist_days_for_new_account: int = 14
    """Days that an allowlist entry lasts for a new account (KEY-13)."""


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """How long the audit trail is kept."""

    audit_retention_days: int = 0
    """Days that entries of the audit trail are kept (0 = for ever, else at least 31; AUDIT-4)."""


@dataclass(frozen=True, slots=True)
class ReadPasswordRules:
    """Read the password rules."""

    name: str = "default"


@dataclass(frozen=True, slots=True)
class ChangePasswordRules:
    """Change some of the password rules; keys that are not named stay as they are."""

    changes: Mapping[str, Fact]
    name: str = "default"
    reason: str | None = None
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class AddPasswordRules:
    """Add a named set, which begins as `default` stands but for these changes."""

    name: str
    changes: Mapping[str, Fact] = field(default_factory=dict)
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ListPasswordRules:
    """Read which named sets of password rules there are."""


@dataclass(frozen=True, slots=True)
class RankPasswordRules:
    """Say where a named set stands among the others: of several that an account could have, the lowest rank serves."""

    name: str
    rank: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class DeletePasswordRules:
    """Delete a named set that is assigned to no group."""

    name: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ReadTwoFactor:
    """Read the two-factor settings."""


@dataclass(frozen=True, slots=True)
class ChangeTwoFactor:
    """Change some of the two-factor settings."""

    changes: Mapping[str, Fact]
    reason: str | None = None
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class ReadAuditSettings:
    """Read the settings of the audit trail."""


@dataclass(frozen=True, slots=True)
class ChangeAuditSettings:
    """Change the settings of the audit trail."""

    changes: Mapping[str, Fact]
    reason: str | None = None
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class RulesShown(Done):
    """The password rules and their version."""

    rules: PasswordRules
    version: int


@dataclass(frozen=True, slots=True)
class TwoFactorShown(Done):
    """The two-factor settings and their version."""

    settings: TwoFactorSettings
    version: int


@dataclass(frozen=True, slots=True)
class AuditSettingsShown(Done):
    """The settings of the audit trail and their version."""

    settings: AuditSettings
    version: int


@dataclass(frozen=True, slots=True)
class PolicyChanged(Done):
    """The settings now say something else; `changed` maps each key to its old and new value as text."""

    version: int
    changed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A set of password rules: its rank (None: `default`), the groups that it is assigned to, whom it serves."""

    name: str
    rank: int | None
    groups: tuple[str, ...]
    accounts: int


@dataclass(frozen=True, slots=True)
class RuleSetsListed(Done):
    """The sets, the one that comes first of several at the beginning, and `default` at the end."""

    sets: tuple[RuleSet, ...]


@dataclass(frozen=True, slots=True)
class RulesDeleted(Done):
    """The set is no more."""


@dataclass(frozen=True, slots=True)
class PolicyUnchanged(Unchanged):
    """The settings said that already."""

    version: int
