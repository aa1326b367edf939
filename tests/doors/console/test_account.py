import pytest

from doorward.doors.console.account import TABS
from doorward.features.administration.actions.editing import edit_account
from doorward.features.administration.model import EditAccount
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.features.sessions.model import OpenedWith
from tests.doors.console.standings import (
    STATES,
    guessed_at,
    locked,
    locked_by_hand,
    with_jumped_clock,
    with_wrong_clock,
)
from tests.doors.console.visiting import Shown, Site

STAGES = (
    "edit",
    "unlock",
    "lock",
    "enable",
    "disable",
    "reset-password",
    "reset-key",
    "delete-key",
    "allow",
    "disallow",
    "exclude",
    "include",
    "temporary-code",
    "end-sessions",
    "nonsense",
)
HOSTILE = '<script>alert("1")</script> {{ 7 * 7 }} <b>'
NO_RIGHT = "You do not have the right that this takes ({}). Ask an administrator for it."


ALL_TABS = [f"?tab={tab}" for tab in (*TABS, "nonsense")]
ALL_STAGES = [f"?stage={stage}" for stage in STAGES]


@pytest.mark.parametrize(("role", "queries"), [("administrator", ALL_TABS + ALL_STAGES), ("help-desk", ALL_TABS)])
@pytest.mark.parametrize("state", STATES)
def test_an_account_can_be_shown_whatever_it_has_met(site: Site, state: str, role: str, queries: list[str]) -> None:
    """No tab and no staged change fails for want of a value, for those who may much and for those who may little."""
    address = f"/console/users/{STATES[state](site)}"
    browser = site.operator(role)

    found = {query: browser.get(address + query).status for query in queries}

    assert found == dict.fromkeys(queries, 200)


def test_the_own_page_of_an_operator_can_be_shown(site: Site) -> None:
    """With a word that it is one's own, and nothing that one may do to oneself."""
    olga = site.world.add("olga", "administrator", factors=1)

    shown = site.signed_in(olga).get(f"/console/users/{olga}?tab=two-factor")

    assert "This is your own account." in shown.page.text
    assert "Exclude" in shown.page.greyed


def test_ones_own_key_is_regenerated_not_reset(site: Site) -> None:
    """In place of what is done to others stands the way to one's own page."""
    olga, bram = site.world.add("olga", "administrator", factors=1), site.world.add("bram", factors=1)
    browser = site.signed_in(olga)
    own, other = (browser.get(f"/console/users/{one}?tab=two-factor") for one in (olga, bram))

    assert "/me?tab=two-factor" in own.page.links
    assert "/me?tab=two-factor" not in other.page.links
    assert [("Reset secret key" in one.html, "Delete secret key" in one.html) for one in (own, other)] == [
        (False, False),
        (True, True),
    ]
    assert ["Regenerate secret key" in one.html for one in (own, other)] == [True, False]


def sentence(shown: Shown) -> str:
    """Give the words that explain the lock."""
    return shown.page.ids["lock"]


def test_a_lock_by_failures_is_explained(site: Site) -> None:
    """In one sentence: how many of what, within what time, from where, and how it ends."""
    bram = guessed_at(site)

    shown = site.operator().get(f"/console/users/{bram}")

    assert "10 wrong passwords in a row within 1 min from 2 addresses, the last 192.0.2.1." in sentence(shown)
    assert "Stays locked until somebody unlocks it." in sentence(shown)


def test_a_lock_by_hand_is_explained(site: Site) -> None:
    """With who locked it and why."""
    bram = locked_by_hand(site)

    shown = site.operator().get(f"/console/users/{bram}")

    assert "piet locked it by hand: “lost his laptop”. Every way in is barred." in sentence(shown)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("locked for codes", "Too many wrong codes in a row."),
        ("locked for a while", "Opens by itself in 2 h."),
        ("locked for inactivity", "Nobody has signed in with this account for a long time."),
        ("reported", "The person said “this was not me” about a change to the account."),
    ],
)
def test_every_lock_is_explained(site: Site, state: str, words: str) -> None:
    """Each reason has its words."""
    bram = STATES[state](site)

    assert words in sentence(site.operator().get(f"/console/users/{bram}"))


def test_a_lock_shows_its_fields(site: Site) -> None:
    """Locked date, to the second, Lock reason, Unlocked by (LOCK-5, LOCK-7)."""
    bram = locked(site, unlocked_by="piet")

    words = sentence(site.operator().get(f"/console/users/{bram}"))

    assert "Locked date2026-05-04 11:00:00 UTC" in words
    assert "Lock reasonFailures" in words
    assert "Unlocked bypiet" in words


@pytest.mark.parametrize("state", ["locked until just now", "unlocked"])
def test_an_open_account_has_nothing_to_unlock(site: Site, state: str) -> None:
    """A lock that has run out counts as open at once (LOCK-9)."""
    bram = STATES[state](site)

    shown = site.operator().get(f"/console/users/{bram}")

    assert "lock" not in shown.page.ids
    assert "Locked dateNot locked" in shown.page.text


def test_clock_trouble_is_seen(site: Site) -> None:
    """By how much a device is wrong (KEY-15)."""
    bram = with_wrong_clock(site)

    shown = site.operator().get(f"/console/users/{bram}?tab=two-factor")

    assert "The clock of their device seems to be about 8 minutes slow." in shown.page.text


def test_a_clock_that_jumped_is_seen(site: Site) -> None:
    """The remembered step lies far in the future, and Reset mends it (KEY-9)."""
    bram = with_jumped_clock(site)

    shown = site.operator().get(f"/console/users/{bram}?tab=two-factor")

    assert "The last accepted code lies far in the future" in shown.page.text


def test_a_help_desk_sees_what_it_may_not_do(site: Site) -> None:
    """Greyed, each with its reason (RIGHT-7)."""
    bram, browser = locked(site, factors=1), site.operator("help-desk")

    general, factors = (browser.get(f"/console/users/{bram}{tab}").page for tab in ("", "?tab=two-factor"))
    greyed = general.greyed | factors.greyed

    about_users, about_keys = NO_RIGHT.format("users:modify"), NO_RIGHT.format("user-permissions:modify-object-acls")
    assert greyed == {
        "Lock…": about_users,
        "Start password reset…": about_users,
        "Protect…": about_users,
        "Disable…": about_users,
        "Reset secret key": about_keys,
        "Delete secret key": about_keys,
        "Assign a hardware token": about_keys,
        "Exclude": about_keys,
    }
    assert general.text.count(about_users) == 2, "once for the profile, and once for all acts"
    assert factors.text.count(about_keys) == 1


def test_an_auditor_may_not_even_unlock(site: Site) -> None:
    """Reads everything, changes nothing (RIGHT-2)."""
    bram = locked(site, factors=1)

    page = site.operator("auditor").get(f"/console/users/{bram}").page

    assert page.greyed["Unlock Bram"] == NO_RIGHT.format("users:unlock")
    assert [form.action for form in page.forms if form.method == "post"] == ["/sign-out"]


def test_a_help_desk_cannot_touch_an_administrator(site: Site) -> None:
    """Nobody acts on an account that holds rights they do not (RIGHT-4)."""
    piet = site.world.add("piet", "administrator", locked_at=site.world.clock.now(), lock_reason="Failures", factors=1)

    page = site.operator("help-desk").get(f"/console/users/{piet}").page

    told = "This account holds rights that you do not hold. Ask somebody who holds them, for example an administrator."
    assert page.greyed["Unlock Piet"] == told


def test_a_session_without_the_second_factor_is_told_so(site: Site) -> None:
    """By right one may, in this session one may not (KEY-7)."""
    bram, olga = site.world.add("bram", factors=1), site.world.add("olga", "administrator", excluded=True)

    page = site.signed_in(olga, OpenedWith.PASSWORD).get(f"/console/users/{bram}?tab=two-factor").page

    told = "This takes a session that was opened with your second factor. Sign in with it and try again."
    assert page.greyed["Reset secret key"] == told


def test_a_staged_change_tells_its_consequence(site: Site) -> None:
    """It names the account, says what will happen, and waits for Save (KEY-6)."""
    bram, browser = site.world.add("bram", factors=1), site.operator()
    before = site.world.standing(bram)

    page = browser.get(f"/console/users/{bram}?tab=two-factor&stage=reset-key").page

    assert "Not saved yetReset the secret key of Bram" in page.ids["staged"]
    assert "Every second factor of Bram is deleted" in page.ids["staged"]
    assert page.form(f"/console/users/{bram}/reset-secret-key").buttons == ["Save"]
    assert site.world.standing(bram) == before


def test_a_staged_change_that_is_not_allowed_is_a_reason(site: Site) -> None:
    """An address that a colleague has sent shows why it does nothing here."""
    bram = site.world.add("bram", factors=1)

    page = site.operator("help-desk").get(f"/console/users/{bram}?tab=two-factor&stage=reset-key").page

    assert NO_RIGHT.format("user-permissions:modify-object-acls") in page.text
    assert [form.action for form in page.forms if "reset" in form.action] == []


@pytest.mark.parametrize("tab", TABS)
def test_names_are_text(site: Site, tab: str) -> None:
    """Whatever somebody calls themselves, no page takes it for markup or for a template."""
    bram = site.world.add("bram", locked_at=site.world.clock.now(), lock_reason="Failures")
    site.world.run(edit_account, EditAccount(bram, None, full_name=HOSTILE))

    shown = site.operator().get(f"/console/users/{bram}?tab={tab}&stage=lock")

    assert "<script>alert" not in shown.html
    assert shown.page.title == f"{HOSTILE} · Doorward"


@pytest.mark.parametrize("account", ["x", "00000000-0000-7000-8000-000000000000", "%00", "1" * 300])
def test_an_account_that_is_not_there_is_told_so(site: Site, account: str) -> None:
    """Whether its id is no id or nobody's."""
    assert site.operator().get(f"/console/users/{account}").told == (404, "There is no such account.")


@pytest.mark.parametrize("tab", TABS)
def test_opening_an_account_is_recorded_once(site: Site, tab: str) -> None:
    """One entry for one page load (AUDIT-1)."""
    bram = site.world.add("bram")

    site.operator().get(f"/console/users/{bram}?tab={tab}")

    assert [(one.act, one.actor_name, one.target_name) for one in site.world.entries()] == [
        ("accounts.viewed", "olga", "bram")
    ]


def test_a_long_history_goes_on(site: Site) -> None:
    """Page by page, each with an address, until there is no more."""
    bram, browser, other = site.world.add("bram"), site.operator(), site.operator(name="piet")
    for operator in (browser, other) * 30:
        operator.get(f"/console/users/{bram}")
        site.world.pass_time(seconds=1)

    first = browser.get(f"/console/users/{bram}?tab=history")
    onward = next(link for link in first.page.links if "before=" in link)
    second = browser.get(onward)

    assert first.html.count("Account looked at") == 50
    assert second.html.count("Account looked at") == 11
    assert f"/console/users/{bram}?tab=history" in second.page.links


@pytest.mark.parametrize("method", ["app mandatory", "email"])
def test_who_goes_in_by_mail_is_not_called_blocked(site: Site, method: str) -> None:
    """The tab, the list and the own page say how the account signs in (DEV-2)."""
    bram = site.world.add("bram")
    site.world.run(change_password_rules, ChangePasswordRules({"device_method": method}))
    olga = site.operator()
    tab = olga.get(f"/console/users/{bram}?tab=two-factor").page.text
    listed = olga.get("/console/users?query=bram").html
    by_mail = method == "email"
    own = site.signed_in(bram, OpenedWith.DEVICE_CODE).get("/me").page.text if by_mail else ""

    assert ("signs in with a password and a code by e-mail" in tab) is by_mail
    assert ("no sign-in is possible" in tab, "badge-warn" in listed) == (not by_mail, not by_mail)
    assert ("You sign in with your password and a code by e-mail." in own) is by_mail
