from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.passwords import rules
from doorward.features.passwords.model import Requirements, Whose
from doorward.features.policy.model import PasswordRules
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import BreachListing, Secret

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
BRAM = Whose("bram.rossi", "b.rossi@example.org")
COMMON = frozenset({"correcthorse", "stra\u00dfenbahnen".casefold(), "caf\u00e9 caf\u00e9 caf\u00e9"})


def judge(password: str, requirements: Requirements | None = None, whose: Whose = BRAM) -> Refused | None:
    """Judge a password by the default requirements and a list of three common ones."""
    return rules.judge(Secret(password), requirements or Requirements(), whose, COMMON.__contains__)


@pytest.mark.parametrize(
    "password",
    [
        "a quiet river bends twice",
        "            ",
        "twelve chars",
        "\u65e5\u672c\u8a9e\u306e\u30d1\u30b9\u30ef\u30fc\u30c9\u3067\u3059\u3088",
        "\U0001f600" * 12,
        "x" * 256,
        "nul \x00 and tab \t",
    ],
)
def test_long_enough_text_of_any_kind_is_good(password: str) -> None:
    """By default nothing but the length is asked: spaces and any Unicode are welcome (PASS-1)."""
    assert judge(password) is None


@pytest.mark.parametrize(("least", "length"), [(8, 7), (12, 11), (64, 63)])
def test_a_short_password_is_refused_with_the_least_length(least: int, length: int) -> None:
    """The refusal says how long a password must be."""
    refused = judge("x" * length, Requirements(min_length=least))

    assert refused == Refused("passwords.min_length", {"least": least})


def test_the_least_length_is_enough() -> None:
    """Exactly the least length passes."""
    assert judge("x" * 64, Requirements(min_length=64)) is None


def test_length_is_counted_in_code_points_after_nfc() -> None:
    """A letter typed as base and accent is one character, as it looks."""
    typed = "e\u0301" * 11

    assert judge(typed) == Refused("passwords.min_length", {"least": 12})
    assert judge(typed + "e\u0301") is None


def test_the_longest_password_may_be_typed_with_every_mark_apart() -> None:
    """Of four code points that NFC makes one, 1024 may be typed; what is longer is too long without a look."""
    one_letter = "\u03b1\u0313\u0300\u0345"

    assert judge(one_letter * 256) is None
    assert judge(one_letter * 256 + "\u0301") == Refused("passwords.max_length", {"most": 256})
    assert judge("\u0315\u0300" * 16_000) == Refused("passwords.max_length", {"most": 256})


def test_more_than_256_characters_are_refused_and_never_cut() -> None:
    """The longest password is 256 characters; one more is a refusal, whatever it begins with."""
    assert judge("x" * 257) == Refused("passwords.max_length", {"most": 256})


@pytest.mark.parametrize(
    ("requirements", "password", "refused"),
    [
        (Requirements(letters=3), "ab0123456789", Refused("passwords.min_letters", {"least": 3})),
        (Requirements(letters=3), "abC123456789", None),
        (Requirements(digits=2), "abcdefghijk1", Refused("passwords.min_digits", {"least": 2})),
        (Requirements(digits=2), "abcdefghij\u0661\u0662", None),
        (Requirements(specials=2), "abcdefghijk!", Refused("passwords.min_specials", {"least": 2})),
        (Requirements(specials=2), "abcdefghij !", None),
        (Requirements(groups=3), "abcdefghijk1", Refused("passwords.min_groups", {"least": 3})),
        (Requirements(groups=3), "abcdefghiJK1", None),
        (Requirements(groups=4), "abcdefgh JK1", None),
        (Requirements(groups=4), "abcdefghiJK1", Refused("passwords.min_groups", {"least": 4})),
        (Requirements(letters=12), "\u0628\u0627\u0644\u0639\u0631\u0628\u064a\u0629\u064e\u0628\u0627\u0628", None),
    ],
)
def test_composition_is_asked_for_where_the_rules_say_so(
    requirements: Requirements, password: str, refused: Refused | None
) -> None:
    """Letters, digits, specials and groups each have their own least number and their own refusal."""
    assert judge(password, requirements) == refused


@pytest.mark.parametrize(
    "password",
    ["correcthorse", "CorrectHorse", "STRASSENBAHNEN", "Stra\u00dfenbahnen", "cafe\u0301 CAF\u00c9 caf\u00e9"],
)
def test_a_common_password_is_refused_in_every_spelling_of_case_and_accent(password: str) -> None:
    """The list is compared after NFC and without regard to case (PASS-2)."""
    assert judge(password) == Refused("passwords.common")


def test_a_password_that_only_contains_a_common_one_is_good() -> None:
    """The whole password is compared with the list, not its parts (NIST SP 800-63B-4 section 3.1.1.2)."""
    assert judge("correcthorse battery") is None


@pytest.mark.parametrize(
    ("password", "what"),
    [
        ("xx bram.rossi xx", "user name"),
        ("xxBRAM.ROSSIxxxx", "user name"),
        ("\uff42\uff52\uff41\uff4d.rossi 2026", "user name"),
        ("i am B.Rossi at home", "e-mail address"),
        ("my DoorWard password", "product's name"),
    ],
)
def test_a_password_that_contains_a_name_is_refused(password: str, what: str) -> None:
    """User name, local part and product are looked for in any case and width, and the refusal says which it was."""
    assert judge(password) == Refused("passwords.contains_name", {"what": what})


@pytest.mark.parametrize(
    "whose", [Whose("al", "b@example.org"), Whose("zz", None), Whose("zz", ""), Whose("zz", "nil")]
)
def test_names_of_one_or_two_characters_are_not_looked_for(whose: Whose) -> None:
    """Nor is an address that is missing or has no local part: else hardly any password would be left."""
    assert judge("all balls bounce nil", whose=whose) is None


def test_a_name_of_three_characters_is_looked_for() -> None:
    """From three characters on a name counts."""
    assert judge("bob, the builder", whose=Whose("Bob")) == Refused("passwords.contains_name", {"what": "user name"})


def test_the_product_may_have_another_name() -> None:
    """The product's name is handed in."""
    refused = judge("welcome to acme portal", whose=Whose("zz", product="Acme"))

    assert refused == Refused("passwords.contains_name", {"what": "product's name"})


@given(password=st.text(max_size=300), least=st.integers(8, 64))
def test_what_is_accepted_keeps_every_bound(password: str, least: int) -> None:
    """No accepted password is shorter than the least, longer than 256, common, or has a name in it."""
    verdict = judge(password, Requirements(min_length=least))

    assert verdict is not None or (
        least <= len(rules.normal(password)) <= 256
        and rules.fold(password) not in COMMON
        and "bram.rossi" not in password.casefold()
    )


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    """The folded form is one form: it can be stored, hashed and looked up."""
    assert rules.fold(rules.fold(text)) == rules.fold(text)


def test_a_password_that_the_account_had_before_is_refused() -> None:
    """The refusal says from how many it must differ."""
    assert rules.judge_history(Requirements(previous=5), had_before=True) == Refused("passwords.previous", {"count": 5})


@pytest.mark.parametrize(("previous", "had_before"), [(5, False), (0, True), (0, False)])
def test_a_password_is_good_if_it_is_new_or_history_is_not_asked(previous: int, *, had_before: bool) -> None:
    """With 0 previous passwords nothing is compared."""
    assert rules.judge_history(Requirements(previous=previous), had_before=had_before) is None


@pytest.mark.parametrize(
    ("passed", "seconds"),
    [(timedelta(), 86400), (timedelta(hours=23), 3600), (DAY - timedelta(microseconds=1), 1)],
)
def test_a_second_change_within_a_day_is_refused(passed: timedelta, seconds: int) -> None:
    """Where the rules ask for it; the refusal carries the seconds that are left."""
    refused = rules.judge_moment(NOON, NOON + passed, Requirements(once_a_day=True))

    assert refused == Refused("passwords.one_change_a_day", retry_after=seconds)


def test_after_a_day_a_password_may_be_changed_again() -> None:
    """Exactly 24 hours are enough."""
    assert rules.judge_moment(NOON, NOON + DAY, Requirements(once_a_day=True)) is None


def test_pass_1_changes_that_were_asked_for_do_not_count() -> None:
    """Whoever never changed it unasked may do so at any time."""
    assert rules.judge_moment(None, NOON, Requirements(once_a_day=True)) is None


def test_changes_are_free_unless_the_rules_say_otherwise() -> None:
    """By default two changes in one minute are fine."""
    assert rules.judge_moment(NOON, NOON, Requirements()) is None


@pytest.mark.parametrize(
    ("days", "passed", "over"),
    [
        (0, 9999 * DAY, False),
        (90, 90 * DAY - timedelta(microseconds=1), False),
        (90, 90 * DAY, True),
        (1, 2 * DAY, True),
    ],
)
def test_a_password_expires_after_its_days(days: int, passed: timedelta, *, over: bool) -> None:
    """0 days mean that it never does."""
    assert rules.expired(NOON, NOON + passed, days) is over


def test_requirements_are_picked_from_the_password_rules() -> None:
    """Each requirement comes from the setting that is named like it."""
    settings = PasswordRules(
        min_length=14,
        min_letters=1,
        min_digits=2,
        min_specials=3,
        min_groups=4,
        previous_passwords=6,
        days_valid=7,
        one_change_a_day=True,
    )

    assert rules.asked_by(settings) == Requirements(14, 1, 2, 3, 4, 6, 7, once_a_day=True)


@pytest.mark.parametrize(("asked", "may"), [(0, True), (2, True), (3, False), (99, False)])
def test_pass_5_three_mails_an_hour(asked: int, *, may: bool) -> None:
    """Whoever asks on behalf of somebody fills no mailbox."""
    assert rules.may_ask(asked) is may


def test_pass_2_a_password_is_looked_for_as_typed_and_folded() -> None:
    """Lists of hashes hold passwords as they were typed, plain ones without regard to case; NFC in both."""
    assert rules.spellings(Secret("Stra\u00dfe Cafe\u0301")) == ("Stra\u00dfe Caf\u00e9", "strasse caf\u00e9")
    assert rules.spellings(Secret("small")) == ("small",)


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        (BreachListing.ABSENT, None),
        (BreachListing.FOUND, Refused("passwords.breached")),
        (BreachListing.UNREADABLE, Refused("passwords.breach_list_unreadable", retry_after=60)),
    ],
)
def test_pass_2_what_cannot_be_looked_for_is_refused(answer: BreachListing, refused: Refused | None) -> None:
    """Only a list that was read, and has it not, lets a password pass."""
    assert rules.judge_listed(answer) == refused


@pytest.mark.parametrize(
    ("name", "good"),
    [("words.txt", True), ("x" * 100, True), ("", False), ("x" * 101, False), (" a", False), ("a\tb", False)],
)
def test_a_breach_list_has_a_name_that_prints(name: str, *, good: bool) -> None:
    """It stands in tables and in the trail."""
    expected = None if good else Refused("breach_lists.name", {"most": 100})

    assert rules.judge_list_name(name) == expected
