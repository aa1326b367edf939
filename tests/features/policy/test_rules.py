from dataclasses import asdict, replace
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.policy import rules
from doorward.features.policy.model import AuditSettings, DeviceMethod, PasswordRules, TwoFactorSettings
from doorward.features.policy.rules import PolicyChange
from doorward.kernel.outcome import Fact, Refused

RULES = PasswordRules()


def test_settings_begin_as_the_rules_say() -> None:
    """LOCK-1, LOCK-3, PASS-1, DEV-1 and SESS-1 name these figures."""
    assert (RULES.failures_before_lock, RULES.second_factor_failures_before_lock, RULES.hours_locked) == (10, 10, 0)
    assert (RULES.days_inactive_before_lock, RULES.min_length, RULES.previous_passwords) == (0, 12, 5)
    assert (RULES.days_valid, RULES.device_code_minutes, RULES.idle_minutes, RULES.session_hours) == (0, 10, 15, 12)
    assert (RULES.device_code_at_sign_in, RULES.remember_device_days) == (False, 0)
    assert RULES.device_method is DeviceMethod.APP_MANDATORY


def test_two_factor_settings_begin_as_the_rules_say() -> None:
    """KEY-12 and KEY-13 name these."""
    assert TwoFactorSettings() == TwoFactorSettings(
        issuer="Doorward",
        new_accounts_may_set_up=True,
        allowlist_hours_after_reset=72,
        allowlist_days_for_new_account=14,
    )


@pytest.mark.parametrize("settings", [PasswordRules(), TwoFactorSettings()], ids=["rules", "two-factor"])
def test_every_default_is_within_its_bounds(settings: PasswordRules | TwoFactorSettings) -> None:
    """Numbers and texts have bounds, and what is set at first keeps them; what is on or off needs none."""
    for key, value in asdict(settings).items():
        if not isinstance(value, bool | StrEnum) and value != "":
            assert isinstance(rules.change(settings, {key: value}), PolicyChange)
            assert key in rules.BOUNDS


@pytest.mark.parametrize(
    ("key", "least", "most"),
    [
        ("failures_before_lock", 0, 100),
        ("second_factor_failures_before_lock", 1, 100),
        ("min_length", 8, 64),
        ("device_code_minutes", 5, 10_000),
        ("hours_locked", 0, 8_760),
        ("remember_device_days", 0, 365),
    ],
)
def test_number_keeps_its_bounds(key: str, least: int, most: int) -> None:
    """The least and the most are allowed, one beyond either is refused with both figures."""
    refused = Refused("policy.out_of_bounds", {"key": key, "least": least, "most": most})

    assert isinstance(rules.change(RULES, {key: least}), PolicyChange)
    assert isinstance(rules.change(RULES, {key: most}), PolicyChange)
    assert rules.change(RULES, {key: least - 1}) == refused
    assert rules.change(RULES, {key: most + 1}) == refused


@pytest.mark.parametrize(("days", "allowed"), [(0, True), (31, True), (30, False), (1, False), (-1, False)])
def test_trail_is_kept_for_ever_or_for_a_month_at_least(days: int, *, allowed: bool) -> None:
    """Nobody wipes out last week by a setting (AUDIT-4)."""
    refused = Refused("policy.out_of_bounds", {"key": "audit_retention_days", "least": 31, "most": 36_500})
    outcome = rules.change(AuditSettings(audit_retention_days=60), {"audit_retention_days": days})

    assert (outcome != refused) is allowed
    assert isinstance(outcome, PolicyChange) is allowed


@pytest.mark.parametrize("issuer", ["", "   ", "x" * 65])
def test_text_keeps_its_length(issuer: str) -> None:
    """An issuer has a name, and blanks are none."""
    assert rules.change(TwoFactorSettings(), {"issuer": issuer}) == Refused(
        "policy.out_of_bounds", {"key": "issuer", "least": 1, "most": 64}
    )


@pytest.mark.parametrize(
    ("changed", "warned"),
    [
        ({}, []),
        ({"device_code_minutes": 10}, []),
        ({"device_code_minutes": 11}, ["device_code_minutes"]),
        ({"device_method": DeviceMethod.APP_OPT_IN}, ["device_method"]),
        ({"remember_device_days": 30}, ["remember_device_days"]),
        ({"remember_device_days": 30, "device_code_at_sign_in": True}, []),
        ({"device_method": DeviceMethod.EMAIL, "show_locked_page_to_everybody": True},
         ["device_method", "show_locked_page_to_everybody"]),
    ],
)  # fmt: skip
def test_dev_1_what_weakens_the_rules_is_warned_of(changed: dict[str, Any], warned: list[str]) -> None:
    """A code that lives longer than ten minutes, a way in without a factor, names told to everybody."""
    assert list(rules.advice(replace(RULES, **changed))) == warned


@pytest.mark.parametrize("method", ["app mandatory", "app opt-in", "email"])
def test_dev_2_methods_are_three(method: str) -> None:
    """Each is chosen by its name."""
    change = rules.change(PasswordRules(device_method=DeviceMethod.EMAIL), {"device_method": method})

    assert isinstance(change, PolicyChange)
    assert rules.chosen(RULES, {"device_method": method}).device_method is DeviceMethod(method)


@pytest.mark.parametrize("value", ["e-mail", "", "APP MANDATORY", True, 1, None])
def test_choice_is_one_of_those_there_are(value: Fact) -> None:
    """Another word is refused with the words that are taken."""
    assert rules.change(RULES, {"device_method": value}) == Refused(
        "policy.no_choice", {"key": "device_method", "choices": "app mandatory, app opt-in, email"}
    )


def test_choice_that_a_newer_release_wrote_is_left_aside() -> None:
    """What is not known is the default, which is the strictest."""
    assert rules.chosen(RULES, {"device_method": "telepathy"}) == RULES


def test_unknown_setting_is_refused() -> None:
    """A typing mistake is not taken for a setting."""
    assert rules.change(RULES, {"min_lenght": 9}) == Refused("request.unknown_field", {"field": "min_lenght"})


@pytest.mark.parametrize(
    ("key", "value", "detail"),
    [
        ("min_length", "12", "min_length is of another kind"),
        ("min_length", True, "min_length is of another kind"),
        ("min_length", None, "min_length is of another kind"),
        ("one_change_a_day", 1, "one_change_a_day is of another kind"),
        ("lock_contact", 5, "lock_contact is of another kind"),
        ("lock_contact", "call\nme", "lock_contact holds control characters"),
        ("lock_contact", "call \u202eem", "lock_contact holds control characters"),
    ],
)
def test_value_of_another_kind_is_refused(key: str, value: Fact, detail: str) -> None:
    """On is not 1, and a text is one line."""
    assert rules.change(RULES, {key: value}) == Refused("request.malformed", {"detail": detail})


def test_change_names_what_was_and_what_is() -> None:
    """The entry shows each value before and after; what stays is left out."""
    wanted: dict[str, Fact] = {
        "failures_before_lock": 5, "one_change_a_day": True, "lock_contact": "the desk", "min_length": 12,
    }  # fmt: skip

    assert rules.change(RULES, wanted) == PolicyChange(
        {"failures_before_lock": 5, "one_change_a_day": True, "lock_contact": "the desk"},
        {"failures_before_lock": "10 → 5", "one_change_a_day": "off → on", "lock_contact": "nothing → the desk"},
    )


def test_first_wrong_value_stops_the_whole_change() -> None:
    """A change is made whole or not at all."""
    assert isinstance(rules.change(RULES, {"failures_before_lock": 5, "min_length": 1}), Refused)


def test_where_nothing_was_chosen_the_defaults_hold() -> None:
    """As they are, without another look at each of them."""
    assert rules.chosen(RULES, {}) is RULES


def test_what_a_newer_release_wrote_is_left_aside() -> None:
    """Old and new code run on the same rows during an upgrade."""
    assert rules.chosen(RULES, {"min_length": 20, "moon_phase": 3}) == PasswordRules(min_length=20)


@pytest.mark.parametrize(
    ("version", "if_version", "stale"), [(3, None, False), (3, 3, False), (3, 2, True), (0, 1, True)]
)
def test_version_that_was_passed_is_refused(version: int, if_version: int | None, *, stale: bool) -> None:
    """Whoever changes on the ground of an older version is told the present one."""
    refused = Refused("policy.version_lost", {"version": version}) if stale else None

    assert rules.stale(version, if_version) == refused


@given(
    st.sampled_from(sorted(asdict(RULES))), st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=400))
)
def test_accepted_change_gives_the_settings_asked_for(key: str, value: Fact) -> None:
    """Whatever is asked is either refused or what the settings then say."""
    change = rules.change(RULES, {key: value})

    assert isinstance(change, Refused) or asdict(rules.chosen(RULES, change.values))[key] == value


def test_a_set_serves_with_what_default_says_of_everybody() -> None:
    """Four settings concern nobody's account."""
    named = PasswordRules(min_length=16, lock_contact="nobody", failing_names_before_slowing=1)
    default = PasswordRules(min_length=14, lock_contact="the desk", show_locked_page_to_everybody=True)

    assert rules.serving(default, named) == PasswordRules(
        min_length=16, lock_contact="the desk", show_locked_page_to_everybody=True
    )


@pytest.mark.parametrize(
    ("ranks", "order"),
    [({}, ()), ({"b": 1, "a": 2}, ("b", "a")), ({"b": 1, "a": 1, "c": 0}, ("c", "a", "b"))],
)
def test_order_of_sets(ranks: dict[str, int], order: tuple[str, ...]) -> None:
    """By rank, ties by name."""
    assert rules.order(ranks) == order


@pytest.mark.parametrize(("ranks", "following"), [([], 1), ([1, 7, 3], 8), ([1_000], 1_000)])
def test_rank_of_a_new_set(ranks: list[int], following: int) -> None:
    """Behind the others, as far as ranks go."""
    assert rules.next_rank(ranks) == following


@pytest.mark.parametrize(("rank", "fits"), [(0, False), (1, True), (1_000, True), (1_001, False)])
def test_bounds_of_a_rank(rank: int, fits: bool) -> None:
    """One to a thousand."""
    assert (rules.judge_rank(rank) is None) == fits


@pytest.mark.parametrize(
    ("name", "fits"), [("a", True), ("a-9" * 8, True), ("a" * 25, False), ("A", False), ("", False)]
)
def test_name_of_a_set(name: str, fits: bool) -> None:
    """A word that needs no quoting anywhere."""
    assert (rules.judge_set_name(name) is None) == fits


def test_a_new_set_copies_what_concerns_an_account() -> None:
    """What a newer release wrote, a rank, and what is for everybody are left behind."""
    values = {"min_length": 14, "lock_contact": "the desk", "rank": 3, "of_tomorrow": 1}

    assert rules.copied(values) == {"min_length": 14}


@pytest.mark.parametrize(
    ("wanted", "key"), [({"min_length": 16}, None), ({"min_length": 16, "lock_contact": ""}, "lock_contact")]
)
def test_a_named_set_takes_what_concerns_an_account(wanted: dict[str, Fact], key: str | None) -> None:
    """And refuses the rest by name."""
    refused = None if key is None else Refused("policy.default_only", {"key": key})

    assert rules.judge_named(wanted) == refused
