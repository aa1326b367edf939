from doorward.features.audit import actions as audit
from doorward.features.lockout.actions.locking import lock_account, unlock_account
from doorward.features.lockout.model import LockAccount, UnlockAccount
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.act import Bearer
from doorward.kernel.events import Door, Event, Origin, Result
from doorward.kernel.ids import AccountId
from tests.doors.console.visiting import Site

DESK = Origin(Door.CONSOLE, address="10.0.0.9", user_agent="desk/1", reference="r-2")


def locked_and_unlocked(site: Site, bram: AccountId, grace: Bearer) -> None:
    """Let an operator lock an account and open it again."""
    site.world.pass_time(seconds=1)
    site.world.run(lock_account, LockAccount(bram, "odd mails"), grace, DESK)
    site.world.pass_time(seconds=1)
    site.world.run(unlock_account, UnlockAccount(bram, "cleared up"), grace, DESK)


def test_a_person_sees_what_was_done_to_their_sign_in(site: Site) -> None:
    """In plain words, with who and why, and without the operator's address."""
    bram, grace = site.world.add("bram", factors=1), site.world.add_operator("grace", "administrator")
    with site.world.writing() as call:
        audit.record(call, Event("signin.password", "checked", Result.WRONG, target=bram))
    locked_and_unlocked(site, bram, grace)
    page = site.signed_in(bram).get("/me?tab=history")

    items = page.page.items["own-history"]
    assert [len(items), items[0]] == [4, "Today (UTC)"]
    assert items[1].startswith("Unlocked by grace: cleared up")
    assert items[2].startswith("Locked by grace: odd mails")
    assert items[3].startswith("Wrong password from 192.0.2.7 tests/1")
    assert "10.0.0.9" not in page.html
    assert "desk/1" not in page.html


def test_an_empty_history_says_what_would_stand_there(site: Site) -> None:
    """A new account has none; the tab is reached from the page."""
    browser = site.signed_in(site.world.add("bram", factors=1))

    assert "/me?tab=history" in browser.get("/me").page.links
    assert "Nothing has happened yet" in browser.get("/me?tab=history").page.text


def test_a_long_history_has_pages(site: Site) -> None:
    """Fifty entries on each, and a way back to the first."""
    bram = site.world.add("bram", factors=1)
    for _ in range(51):
        with site.world.writing() as call:
            audit.record(call, Event("signin.password", "checked", Result.WRONG, target=bram))
        site.world.pass_time(seconds=1)
    browser = site.signed_in(bram)
    first = browser.get("/me?tab=history").page
    following = next(link for link in first.links if "before=" in link)
    second = browser.get(following).page

    assert [len(page.items["own-history"]) - 1 for page in (first, second)] == [50, 1]
    assert "/me?tab=history" in second.links
    assert browser.get("/me?tab=history&before=here").status == 400


def test_a_session_of_a_recovery_code_sees_its_history(site: Site) -> None:
    """It is part of the own page (KEY-1)."""
    browser = site.signed_in(site.world.add("bram"), OpenedWith.RECOVERY_CODE)

    assert browser.get("/me?tab=history").status == 200


def test_a_stranger_is_led_to_sign_in_and_back(site: Site) -> None:
    """Nobody reads a history without a session."""
    assert site.browser().get("/me?tab=history").to == "/sign-in?return_to=%2Fme%3Ftab%3Dhistory"
