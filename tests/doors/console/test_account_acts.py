from collections.abc import Callable
from dataclasses import dataclass

import pytest

from doorward.doors.console.account_acts import DEEDS
from doorward.kernel.ids import AccountId
from tests.doors.console.standings import disabled, excluded, locked, on_the_allowlist
from tests.doors.console.visiting import Site

TOO_LONG = "x" * 501
BAD_REASONS = ("", "  ", TOO_LONG, "a\x00b", "a\u202eb")
A_REASON = "A reason has 1 to 500 characters, none of them a control character."


@dataclass(frozen=True, slots=True)
class Case:
    """A deed: on whom it works, where it leads, and what is recorded."""

    on: Callable[[Site], AccountId]
    leads: str
    event: str


def with_a_factor(site: Site) -> AccountId:
    """Add an account that has a second factor and an address."""
    return site.world.add("bram", factors=1)


CASES = {
    "unlock": Case(locked, "?done=unlocked", "lockout.unlocked"),
    "lock": Case(with_a_factor, "?done=locked", "lockout.locked"),
    "enable": Case(disabled, "?done=enabled", "accounts.enabled"),
    "disable": Case(with_a_factor, "?done=disabled", "accounts.disabled"),
    "reset-password": Case(with_a_factor, "?done=password-reset", "passwords.reset_started"),
    "reset-secret-key": Case(with_a_factor, "?tab=two-factor&done=key-reset", "second_factor.reset"),
    "delete-secret-key": Case(with_a_factor, "?tab=two-factor&done=key-deleted", "second_factor.deleted"),
    "allowlist/add": Case(lambda site: site.world.add("bram"), "?tab=two-factor&done=allowed", "allowlist.added"),
    "allowlist/remove": Case(on_the_allowlist, "?tab=two-factor&done=withdrawn", "allowlist.removed"),
    "exclusions/add": Case(with_a_factor, "?tab=two-factor&done=excluded", "exclusions.added"),
    "exclusions/remove": Case(excluded, "?tab=two-factor&done=included", "exclusions.removed"),
}


def address(account: AccountId) -> str:
    """Give the address of an account's page."""
    return f"/console/users/{account}"


def newest(site: Site, act: str) -> tuple[str, str | None, str | None]:
    """Give what was recorded last of an act: its outcome, its code, the reason typed."""
    entry = [one for one in site.world.entries() if one.act == act][-1]
    return entry.outcome, entry.code, entry.reason


def test_every_deed_has_its_case() -> None:
    """The table of the page and that of these tests are of the same deeds."""
    assert CASES.keys() == DEEDS.keys()


@pytest.mark.parametrize("deed", CASES)
def test_a_deed_is_done_and_said(site: Site, deed: str) -> None:
    """It is recorded with the reason that was typed, and the page that follows says what was done."""
    case = CASES[deed]
    bram, olga = case.on(site), site.operator()

    shown = olga.post(f"{address(bram)}/{deed}", {"reason": "Caller identified by phone"})

    assert (shown.status, shown.to) == (303, address(bram) + case.leads)
    assert newest(site, case.event) == ("done", None, "Caller identified by phone")
    assert 'role="status"' in olga.get(shown.to).html


@pytest.mark.parametrize("deed", CASES)
def test_a_deed_without_a_reason_is_not_done(site: Site, deed: str) -> None:
    """The page comes back, and says at its field what is wrong."""
    bram, olga = CASES[deed].on(site), site.operator()
    before = site.world.standing(bram), len(site.world.mails())

    shown = [olga.post(f"{address(bram)}/{deed}", {"reason": reason}) for reason in BAD_REASONS]
    shown.append(olga.post(f"{address(bram)}/{deed}"))

    told = [(one.status, A_REASON in one.page.text, 'aria-invalid="true"' in one.html) for one in shown]
    assert told == [(422, True, True)] * 6
    assert (site.world.standing(bram), len(site.world.mails())) == before


@pytest.mark.parametrize("deed", CASES)
def test_a_reason_of_500_characters_is_taken(site: Site, deed: str) -> None:
    """To the last of them, in any script."""
    bram, reason = CASES[deed].on(site), "ж" * 500

    site.operator().post(f"{address(bram)}/{deed}", {"reason": reason})

    assert newest(site, CASES[deed].event)[2] == reason


@pytest.mark.parametrize("deed", [name for name in CASES if name not in {"reset-password", "reset-secret-key"}])
def test_a_deed_done_twice_changes_nothing(site: Site, deed: str) -> None:
    """And says so."""
    bram, olga = CASES[deed].on(site), site.operator()
    olga.post(f"{address(bram)}/{deed}", {"reason": "first"})

    shown = olga.post(f"{address(bram)}/{deed}", {"reason": "again"})

    assert shown.status == 303
    assert shown.to.endswith("done=unchanged")
    assert "Nothing had to be changed." in olga.get(shown.to).page.text


@pytest.mark.parametrize("deed", CASES)
def test_a_deed_without_the_right_is_refused(site: Site, deed: str) -> None:
    """Whatever the page showed (RIGHT-7); the refusal is recorded and its reference told."""
    bram = CASES[deed].on(site)
    before = site.world.standing(bram)

    shown = site.operator("auditor").post(f"{address(bram)}/{deed}", {"reason": "because I can"})

    assert shown.status == 403
    assert shown.page.refusal.startswith("You do not have the right that this takes")
    assert newest(site, CASES[deed].event) == ("refused", "rights.missing", "because I can")
    assert shown.page.refusal.endswith(site.world.entries()[-1].reference)
    assert site.world.standing(bram) == before


@pytest.mark.parametrize("deed", CASES)
@pytest.mark.parametrize("account", ["x", "00000000-0000-7000-8000-000000000000"], ids=["no id", "nobody"])
def test_a_deed_on_nobody_is_refused(site: Site, deed: str, account: str) -> None:
    """As one on an account that is not there."""
    shown = site.operator().post(f"/console/users/{account}/{deed}", {"reason": "a test"})

    assert shown.told == (404, "There is no such account.")


@pytest.mark.parametrize("deed", CASES)
def test_nobody_does_it_to_themselves(site: Site, deed: str) -> None:
    """Another operator must (LOCK-8, KEY-4)."""
    site.world.add("piet", "administrator", factors=1)
    olga = site.world.add("olga", "administrator", factors=1)

    shown = site.signed_in(olga).post(f"{address(olga)}/{deed}", {"reason": "a test"})

    assert shown.status == 403
    assert shown.page.refusal.startswith("Nobody")


def test_refused_words_are_kept(site: Site) -> None:
    """What was typed is there to be mended."""
    bram = locked(site)

    shown = site.operator().post(f"{address(bram)}/unlock", {"reason": TOO_LONG})

    assert shown.page.form(f"{address(bram)}/unlock").fields["reason"] == TOO_LONG


def test_a_refused_unlock_of_an_open_account_is_told(site: Site) -> None:
    """Somebody else was quicker: there is no field on the page any more at which to say it."""
    bram = with_a_factor(site)

    shown = site.operator().post(f"{address(bram)}/unlock", {"reason": ""})

    assert shown.told[0] == 422
    assert shown.page.refusal.startswith(A_REASON)
