from datetime import timedelta

import pytest

from doorward.doors.console.visit import SEE_OTHER
from doorward.features.accounts import store as accounts_store
from doorward.features.accounts.model import AccountKind
from doorward.features.jobs.actions.working import go_on
from doorward.kernel.ids import AccountId
from tests.doors.console.standings import disabled, named
from tests.doors.console.visiting import Shown, Site


def people(site: Site) -> dict[str, AccountId]:
    """Add some people, two of them locked by failures, one by hand, one long ago."""
    now, world = site.world.clock.now(), site.world
    return {
        "anna": world.add("anna", factors=1, locked_at=now, lock_reason="Failures"),
        "bram": disabled(site, factors=1),
        "carl": world.add("carl", factors=1, locked_at=now, lock_reason="Administrator"),
        "dora": world.add("dora", kind=AccountKind.EXTERNAL, locked_at=now, lock_reason="Inactivity"),
        "emil": world.add("emil", factors=1, locked_at=now - timedelta(2), lock_ends_at=now, lock_reason="Failures"),
    }


def found(shown: Shown) -> list[str]:
    """Give the user names in the grid."""
    rows = [words for id_, words in shown.page.ids.items() if id_.startswith("user-")]
    return [words.split("@")[0].rpartition(" ")[2] for words in rows]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["anna", "bram", "carl", "dora", "emil", "olga"]),
        ("?locked=1", ["anna", "carl", "dora"]),
        ("?locked=1&query=an", ["anna"]),
        ("?lock=automatic", ["anna", "dora"]),
        ("?locked=1&lock=by_hand", ["carl"]),
        ("?lock=nonsense&query=anna", ["anna"]),
        ("?query=ANNA@EXAMPLE", ["anna"]),
        ("?query=%20anna%20", ["anna"]),
        ("?query=nobody", []),
        ("?query=%25", []),
        ("?enabled=0", ["bram"]),
        ("?second_factor=none", ["dora"]),
        ("?second_factor=set_up", ["anna", "bram", "carl", "emil", "olga"]),
        ("?second_factor=nonsense&enabled=maybe&locked=yes", ["anna", "bram", "carl", "dora", "emil", "olga"]),
    ],
)
def test_a_search_has_an_address(site: Site, query: str, names: list[str]) -> None:
    """What it finds can be sent to a colleague; a lock that has lapsed does not match (LOCK-6)."""
    people(site)

    assert found(site.operator().get(f"/console/users{query}")) == names


def test_the_locked_are_counted_in_the_menu(site: Site) -> None:
    """So that somebody sees it who was not looking for it."""
    people(site)

    assert "Locked now3 locked" in site.operator().get("/console/roles").page.text


def test_a_list_goes_on(site: Site) -> None:
    """Page by page, each with an address that keeps the search."""
    for number in range(60):
        site.world.add(f"person{number:02d}")
    olga = site.operator()

    first = olga.get("/console/users?query=person")
    onward = next(link for link in first.page.links if "cursor=" in link)
    second = olga.get(onward)

    assert (len(found(first)), len(found(second))) == (50, 10)
    assert set(found(first)).isdisjoint(found(second))
    assert "/console/users?query=person" in second.page.links


@pytest.mark.parametrize("cursor", ["x", "", "%00", "é"])
def test_a_cursor_that_is_none_of_ours_is_told(site: Site, cursor: str) -> None:
    """The list begins again at its first page."""
    shown = site.operator().get(f"/console/users?cursor={cursor}")

    assert shown.told == (400, "This list cannot be continued from there.")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?locked=1", "Nobody is locked out"),
        ("?query=zzz", "Nothing matches “zzz” with these filters."),
        ("?second_factor=excluded", "No account is like that."),
    ],
)
def test_an_empty_list_says_what_would_be_in_it(site: Site, query: str, words: str) -> None:
    """And a way out of it."""
    page = site.operator().get(f"/console/users{query}").page

    assert words in page.text
    assert "/console/users" in page.links


def unlocked(site: Site, fields: dict[str, object], role: str = "help-desk") -> Shown:
    """Send the form for many, let the worker do its part, and look at the job."""
    olga = site.operator(role)
    led = olga.post("/console/users/unlock", fields)
    while go_on(site.world.runtime):
        pass
    return olga.get(led.to) if led.to else led


def test_a_selection_is_unlocked(site: Site) -> None:
    """With what came of each; a lock set by hand is lifted one at a time (LOCK-12)."""
    known = people(site)
    chosen = [str(known[name]) for name in ("anna", "bram", "carl")]

    shown = unlocked(site, {"account": chosen, "reason": "Attack blocked"})

    assert "Unlocked 1 of 3 users" in shown.page.text
    assert "annaUnlocked" in shown.page.ids[f"item-{known['anna']}"]
    assert "Was not locked" in shown.page.ids[f"item-{known['bram']}"]
    assert "lockout.by_hand" in shown.page.ids[f"item-{known['carl']}"]
    assert site.world.standing(known["anna"]).state.lock is None


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"reason": "a test"}, (422, "No account is selected.")),
        ({"account": "x", "reason": "a test"}, (404, "There is no such account.")),
        ({"account": ["x"] * 1000, "reason": "a test"}, (404, "There is no such account.")),
    ],
)
def test_what_cannot_be_unlocked_is_told(site: Site, fields: dict[str, object], told: tuple[int, str]) -> None:
    """Before any job begins."""
    people(site)

    assert unlocked(site, fields).told == told


def test_an_auditor_unlocks_nobody(site: Site) -> None:
    """Neither boxes nor a bar are there, and the form is refused."""
    known = people(site)
    page = site.operator("auditor", name="piet").get("/console/users?locked=1").page

    shown = unlocked(site, {"account": str(known["anna"]), "reason": "a test"}, role="auditor")

    assert page.form("/console/users/unlock").names == set()
    assert shown.told == (403, "You do not have the right that this takes (users:unlock).")


def test_the_palette_finds_people(site: Site) -> None:
    """By what was typed, a few at once; nobody before anything is typed."""
    people(site)
    olga = site.operator()

    assert "Anna" in olga.get("/console/palette?query=ann").html
    assert "Anna" not in olga.get("/console/palette?query=").html
    assert "Anna" not in olga.get("/console/palette?query=carl").html


def test_the_palette_leads_to_unlocking_and_to_ones_own_views(site: Site) -> None:
    """Whoever is locked is one key further; a view is found by a part of its name."""
    known, olga = people(site), site.operator("help-desk")
    olga.post("/console/views", {"name": "Branch 7", "query": "branch-7"})
    found, views = olga.get("/console/palette?query=ann").html, olga.get("/console/palette?query=BRANCH").html
    arno = site.operator("auditor", name="arno").get("/console/palette?query=ann").html

    assert f'href="/console/users/{known["anna"]}?stage=unlock"' in found
    assert 'href="/console/users?query=branch-7"' in views
    assert "stage=unlock" not in arno


def test_what_a_search_finds_is_taken_away_as_a_file(site: Site) -> None:
    """CSV with every page of it, and nothing that a spreadsheet runs; that it was taken is recorded (AUDIT-1)."""
    people(site)
    site.world.add("=cmd()")
    for number in range(210):
        site.world.add(f"person{number:03d}")
    olga = site.operator("help-desk")
    locked = olga.post("/console/users/export", {"query": "an", "locked": "1"})
    everybody = olga.post("/console/users/export", {})
    entries = [one for one in site.world.entries() if one.act == "accounts.exported"]

    assert locked.answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert locked.answer.headers["content-disposition"] == 'attachment; filename="doorward-users.csv"'
    assert [line.split(",")[0] for line in locked.answer.text.splitlines()] == ["user_name", "anna"]
    assert "Failures" in locked.answer.text
    assert len(everybody.answer.text.splitlines()) == 1 + 6 + 1 + 210
    assert "\r\n'=cmd()," in everybody.answer.text
    assert [one.details["search"] for one in entries] == ["query=an, locked", "everybody"]


def test_a_file_for_a_group_that_is_not_there_is_refused(site: Site) -> None:
    """With a page that says so, before anything is sent."""
    shown = site.operator("help-desk").post("/console/users/export", {"group": "nowhere"})

    assert shown.told == (404, "There is no such group.")


def test_a_file_takes_the_right_to_read_the_list(site: Site) -> None:
    """The form is refused as the list is."""
    assert site.operator("no-access").post("/console/users/export", {}).status == 403


def test_an_act_that_is_not_allowed_is_greyed_with_its_reason(site: Site) -> None:
    """Adding a user is not left out of the page of whoever may not (RIGHT-7)."""
    page = site.operator("help-desk").get("/console/users").page

    assert "users:modify" in page.greyed["Add a user"]
    assert "/console/users/new" not in page.links


def rows(site: Site, shown: Shown) -> dict[str, tuple[bool, str]]:
    """Say of each locked account of the grid whether its Unlock is live, and what a greyed one says."""
    told = {}
    for name in found(shown):
        account = named(site, name)
        words = next((one for one in shown.page.greyed if one.startswith(f"Unlock {name.title()}")), "")
        if words or f"/console/users/{account}?stage=unlock" in shown.page.links:
            told[name] = (not words, words.partition(": ")[2])
    return told


MODIFY = "You do not have the right that this takes (users:modify). Ask an administrator for it."
HIGHER = "This account holds rights that you do not hold. Ask somebody who holds them, for example an administrator."
UNLOCK = "You do not have the right that this takes (users:unlock). Ask an administrator for it."


def test_each_row_is_greyed_by_the_decision_that_guards_its_unlock(site: Site) -> None:
    """Somebody higher, a lock set by hand, oneself: the row says what the act would answer (RIGHT-4, RIGHT-7)."""
    people(site)
    now, world = site.world.clock.now(), site.world
    world.add("grace", "administrator", factors=1, locked_at=now, lock_reason="Failures")
    olga, piet = site.operator("help-desk"), site.operator("auditor", name="piet")
    with world.writing() as call:
        accounts_store.set_state(call.sql, named(site, "olga"), locked_at=now, lock_reason="Failures")

    told = rows(site, olga.get("/console/users"))
    answers = {name: olga.post(f"/console/users/{named(site, name)}/unlock", {"reason": "a test"}) for name in told}

    assert told == {
        "anna": (True, ""),
        "carl": (False, MODIFY),
        "dora": (True, ""),
        "grace": (False, HIGHER),
        "olga": (False, "Nobody locks or unlocks their own account. Ask another operator."),
    }
    assert {name: answer.status == SEE_OTHER for name, answer in answers.items()} == {
        name: live for name, (live, _) in told.items()
    }
    assert all(answers[name].told[1].startswith(why) for name, (live, why) in told.items() if not live)
    assert rows(site, piet.get("/console/users?locked=1"))["carl"] == (False, UNLOCK)


def test_the_palette_offers_no_unlock_that_would_be_refused(site: Site) -> None:
    """Whoever lifts no lock set by hand is not led to try."""
    known = people(site)
    desk, chief = site.operator("help-desk"), site.operator(name="chief")

    assert f"{known['carl']}?stage=unlock" not in desk.get("/console/palette?query=carl").html
    assert f"{known['carl']}?stage=unlock" in chief.get("/console/palette?query=carl").html
