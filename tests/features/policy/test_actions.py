from doorward.features.policy import actions
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
from doorward.kernel.outcome import Refused
from tests.worlds import World


def test_rules_are_the_defaults_at_first(world: World) -> None:
    """Nothing needs to be set."""
    assert world.run(actions.read_password_rules, ReadPasswordRules()) == RulesShown(PasswordRules(), 0)


def test_two_factor_settings_are_the_defaults_at_first(world: World) -> None:
    """Nothing needs to be set here either."""
    assert world.run(actions.read_two_factor, ReadTwoFactor()) == TwoFactorShown(TwoFactorSettings(), 0)


def test_change_holds_for_the_next_transaction(world: World) -> None:
    """Every feature reads the new rules at once."""
    outcome = world.run(actions.change_password_rules, ChangePasswordRules({"failures_before_lock": 3}))
    with world.reading() as call:
        found = actions.default_rules(call)

    assert outcome == PolicyChanged(1, {"failures_before_lock": "10 → 3"})
    assert found == PasswordRules(failures_before_lock=3)


def test_two_factor_change_holds_for_the_next_transaction(world: World) -> None:
    """The other area likewise."""
    world.run(actions.change_two_factor, ChangeTwoFactor({"allowlist_hours_after_reset": 24}))
    with world.reading() as call:
        found = actions.two_factor(call)

    assert found == TwoFactorSettings(allowlist_hours_after_reset=24)


def test_change_is_recorded_value_by_value(world: World) -> None:
    """The entry says who weakened what, from which value to which."""
    world.run(actions.change_password_rules, ChangePasswordRules({"min_length": 8}, reason="old terminals"))

    (entry,) = world.entries()
    assert (entry.act, entry.outcome, entry.actor_name, entry.reason, entry.details) == (
        "policy.changed", "done", "cli:root", "old terminals",
        {"settings": "password-rules:default", "min_length": "12 → 8"},
    )  # fmt: skip


def test_change_to_what_is_there_changes_nothing(world: World) -> None:
    """The version stays, and the entry says so."""
    outcome = world.run(actions.change_password_rules, ChangePasswordRules({"min_length": 12}))

    assert outcome == PolicyUnchanged(0)
    assert [entry.outcome for entry in world.entries()] == ["unchanged"]


def test_slower_of_two_administrators_is_told(world: World) -> None:
    """A change on the ground of a version that has passed is refused, and nothing is merged."""
    world.run(actions.change_password_rules, ChangePasswordRules({"min_length": 14}, if_version=0))
    outcome = world.run(actions.change_password_rules, ChangePasswordRules({"days_valid": 90}, if_version=0))

    assert outcome == Refused("policy.version_lost", {"version": 1})


def test_value_out_of_bounds_is_refused_and_recorded(world: World) -> None:
    """A refused change leaves its entry and no value."""
    outcome = world.run(actions.change_two_factor, ChangeTwoFactor({"allowlist_days_for_new_account": 0}))
    read = world.run(actions.read_two_factor, ReadTwoFactor())

    assert outcome == Refused(
        "policy.out_of_bounds", {"key": "allowlist_days_for_new_account", "least": 1, "most": 365}
    )
    assert read == TwoFactorShown(TwoFactorSettings(), 0)
    assert [entry.code for entry in world.entries()] == ["policy.out_of_bounds"]


def test_rules_that_are_not_there(world: World) -> None:
    """A name that no set has is not found."""
    assert world.run(actions.read_password_rules, ReadPasswordRules("branch")) == Refused("policy.not_found")


def test_auditor_reads_and_cannot_change(world: World) -> None:
    """Reading takes `sign-in-security:read`, changing `:modify`."""
    auditor = world.add_operator("arno", "auditor")
    read = world.run(actions.read_password_rules, ReadPasswordRules(), auditor)
    changed = world.run(actions.change_password_rules, ChangePasswordRules({"min_length": 8}), auditor)

    assert isinstance(read, RulesShown)
    assert changed == Refused("rights.missing", {"right": "sign-in-security:modify"})


def test_audit_settings_begin_and_change_like_the_others(world: World) -> None:
    """For ever at first; the next transaction reads what was chosen."""
    read = world.run(actions.read_audit_settings, ReadAuditSettings())
    changed = world.run(actions.change_audit_settings, ChangeAuditSettings({"audit_retention_days": 400}))
    with world.reading() as call:
        found = actions.audit_settings(call)

    assert read == AuditSettingsShown(AuditSettings(audit_retention_days=0), 0)
    assert changed == PolicyChanged(1, {"audit_retention_days": "0 → 400"})
    assert found == AuditSettings(audit_retention_days=400)
    assert [entry.details for entry in world.entries()] == [{"settings": "audit", "audit_retention_days": "0 → 400"}]


def test_bounds_are_told() -> None:
    """Forms say what may be chosen."""
    assert actions.bounds()["min_length"] == (8, 64)
