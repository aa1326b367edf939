from datetime import timedelta

import pytest

from doorward.features.passwords import actions, store
from doorward.features.passwords.model import (
    BreachListImported,
    BreachListsCleared,
    BreachListsShown,
    BreachListThere,
    ClearBreachLists,
    ImportBreachList,
    ListBreachLists,
    NoBreachLists,
    StoredPassword,
    Whose,
)
from doorward.features.policy.actions import change_password_rules, default_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.kernel.events import Door, Origin
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Fact, Refused
from doorward.kernel.ports import Secret
from tests.worlds import NOON, World


@pytest.fixture
def bram(world: World) -> AccountId:
    """Bram, without a password."""
    return world.add("bram")


def settle(world: World, **changes: Fact) -> None:
    """Set password rules."""
    world.run(change_password_rules, ChangePasswordRules(changes))


def put(world: World, account: AccountId, *hashes: str) -> None:
    """Give an account these passwords one after the other, a minute apart."""
    for one in hashes:
        with world.writing() as call:
            actions.put(call, account, one)
        world.pass_time(minutes=1)


def differ_from(world: World, account: AccountId) -> tuple[str, ...]:
    """Ask which hashes a new password must not fit."""
    with world.reading() as call:
        return actions.hashes_to_differ_from(call, account)


def must_change(world: World, account: AccountId) -> bool:
    """Ask whether a new password is due."""
    with world.reading() as call:
        stored = actions.find(call, account)
        assert stored is not None
        return actions.must_change(call, stored, "default")


def everybody_knows(text: str) -> bool:
    """Stand in for the list of common passwords."""
    return text == "everybody knows this"


SEVEN = ("1", "2", "3", "4", "5", "6", "7")


@pytest.mark.parametrize(
    ("previous", "hashes"),
    [(5, ("7", "6", "5", "4", "3")), (2, ("7", "6")), (1, ("7",)), (0, ())],
)
def test_history_is_as_long_as_the_rules_ask(
    world: World, bram: AccountId, previous: int, hashes: tuple[str, ...]
) -> None:
    """The present password is one of the previous ones, and no more are kept than are asked about (PASS-1)."""
    settle(world, previous_passwords=previous)
    put(world, bram, *SEVEN)
    with world.reading() as call:
        kept = store.earlier(call.sql, bram, 99)

    assert differ_from(world, bram) == hashes
    assert kept == hashes[1:]


def test_history_grows_when_the_rules_ask_for_more(world: World, bram: AccountId) -> None:
    """From then on; what was forgotten stays so."""
    settle(world, previous_passwords=1)
    put(world, bram, "1", "2", "3")
    settle(world, previous_passwords=5)
    put(world, bram, "4")

    assert differ_from(world, bram) == ("4", "3")


def test_first_password_differs_from_nothing(world: World, bram: AccountId) -> None:
    """There is none before it."""
    assert differ_from(world, bram) == ()


@pytest.mark.parametrize(
    ("had_before", "refused"), [(False, None), (True, Refused("passwords.previous", {"count": 5}))]
)
def test_password_that_was_had_before(world: World, refused: Refused | None, *, had_before: bool) -> None:
    """Is refused with the number that the rules ask for."""
    with world.reading() as call:
        assert actions.refuse_used(default_rules(call), had_before=had_before) == refused


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("an otter in the river", None),
        ("too short", "passwords.min_length"),
        ("everybody knows this", "passwords.common"),
        ("Bram and an otter", "passwords.contains_name"),
        ("an otter of doorward", "passwords.contains_name"),
    ],
)
def test_new_password_is_judged_for_its_account(world: World, bram: AccountId, password: str, code: str | None) -> None:
    """By the rules of now, the list that is handed in, and the account's own names (PASS-1, PASS-2)."""
    account, whose = actions.chooser(world.standing(bram).account)
    with world.reading() as call:
        refused = actions.judge(default_rules(call), Secret(password), whose, everybody_knows)

    assert (account, refused.code if refused else None) == (bram, code)


def test_rules_of_now_judge(world: World) -> None:
    """A change of the rules counts for the next password."""
    settle(world, min_length=30)
    with world.reading() as call:
        refused = actions.judge(default_rules(call), Secret("an otter in the river"), Whose("bram"), everybody_knows)

    assert refused == Refused("passwords.min_length", {"least": 30})


def test_password_expires_after_its_days(world: World, bram: AccountId) -> None:
    """Where the rules say so; a new one begins anew (PASS-3)."""
    with world.writing() as call:
        actions.put(call, bram, "1")
    world.pass_time(days=400)
    assert not must_change(world, bram)
    settle(world, days_valid=30)
    assert must_change(world, bram)

    put(world, bram, "2")
    assert not must_change(world, bram)
    world.pass_time(days=30)
    assert must_change(world, bram)


def test_mark_asks_for_a_new_password_once(world: World, bram: AccountId) -> None:
    """Marking tells whether that is news; the new password lifts the mark (PASS-3)."""
    put(world, bram, "1")
    with world.writing() as call:
        news = [actions.mark(call, bram, must_change=must) for must in (False, True, True)]
    marked = must_change(world, bram)
    put(world, bram, "2")

    assert (news, marked, must_change(world, bram)) == ([False, True, False], True, False)


def test_mark_is_taken_back(world: World, bram: AccountId) -> None:
    """Before the person has come by."""
    put(world, bram, "1")
    with world.writing() as call:
        news = [actions.mark(call, bram, must_change=must) for must in (True, False)]

    assert (news, must_change(world, bram)) == ([True, True], False)


def test_account_without_a_password_is_not_marked(world: World, bram: AccountId) -> None:
    """There is nothing to change."""
    with world.writing() as call:
        assert not actions.mark(call, bram, must_change=True)


def test_upgrade_keeps_the_password_and_its_age(world: World, bram: AccountId) -> None:
    """And leaves one that was changed meanwhile alone (PASS-4)."""
    with world.writing() as call:
        actions.put(call, bram, "old")
    with world.reading() as call:
        old = actions.find(call, bram)
    assert old is not None
    world.pass_time(days=1)
    with world.writing() as call:
        actions.upgrade(call, old, "new")
        upgraded = actions.find(call, bram)
        actions.upgrade(call, old, "too late")
        kept = actions.find(call, bram)

    assert upgraded == kept == StoredPassword(bram, "new", NOON, must_change=False)
    assert world.clock.now() == NOON + timedelta(days=1)


def test_hashes_to_upgrade_are_counted(world: World, bram: AccountId) -> None:
    """Whoever runs the server sees how many passwords still have an older hash (PASS-4)."""
    for account, one in ((bram, "old$1"), (world.add("carl"), "new$1"), (world.add("dora"), "old$2")):
        put(world, account, one)
    with world.reading() as call:
        assert actions.count_to_upgrade(call, lambda stored: stored.startswith("new$")) == 2


def test_pass_5_three_asks_an_hour(world: World, bram: AccountId) -> None:
    """The fourth is told no; an hour after the first there is room for one again."""
    asked = []
    for _ in range(4):
        with world.writing() as call:
            asked.append(actions.ask_for_link(call, bram))
        world.pass_time(minutes=15)
    with world.writing() as call:
        asked += [actions.ask_for_link(call, bram), actions.ask_for_link(call, bram)]

    assert asked == [True, True, True, False, True, False]


def test_pass_5_an_ask_keeps_where_it_came_from(world: World, bram: AccountId) -> None:
    """As much as has room; answered and an hour old, it is forgotten."""
    origin = Origin(Door.CONSOLE, address="192.0.2.7", user_agent="x" * 500)
    with world.writing(origin) as call:
        actions.ask_for_link(call, bram)
        (asked,) = actions.unanswered_asks(call, 9)
        assert actions.answer_ask(call, asked)
    world.pass_time(hours=1)
    with world.writing() as call:
        assert actions.purge_asks(call) == 1

    assert (asked.account, asked.asked_at, asked.address, asked.user_agent) == (bram, NOON, "192.0.2.7", "x" * 400)


def importing(name: str = "words", digest: str = "ab" * 32) -> ImportBreachList:
    """Ask for a list to be looked in."""
    return ImportBreachList(name, digest, 7, "words.txt", "plain", 1, "our own words")


def names(world: World) -> list[str]:
    """List the breach lists."""
    shown = world.run(actions.list_breach_lists, ListBreachLists())
    assert isinstance(shown, BreachListsShown)
    return [one.name for one in shown.lists]


def test_pass_2_a_list_is_imported_replaced_and_cleared(world: World) -> None:
    """The same one again is no news, and neither is clearing what is empty."""
    outcomes = [
        world.run(actions.import_breach_list, importing()),
        world.run(actions.import_breach_list, importing()),
        world.run(actions.import_breach_list, importing(digest="cd" * 32)),
        world.run(actions.import_breach_list, importing("more")),
        world.run(actions.clear_breach_lists, ClearBreachLists("more")),
        world.run(actions.clear_breach_lists, ClearBreachLists("more")),
        world.run(actions.clear_breach_lists, ClearBreachLists()),
        world.run(actions.clear_breach_lists, ClearBreachLists()),
    ]

    assert outcomes == [
        BreachListImported(replaced=False), BreachListThere(), BreachListImported(replaced=True),
        BreachListImported(replaced=False), BreachListsCleared(1), Refused("breach_lists.not_found"),
        BreachListsCleared(1), NoBreachLists(),
    ]  # fmt: skip
    assert names(world) == []


def test_pass_2_what_to_look_for_names_each_file_once(world: World) -> None:
    """Two lists of the same entries are one file; without a list there is nothing to look for."""
    with world.reading() as call:
        assert actions.look_up(call, Secret("Abc")) is None
    for name in ("one", "other"):
        world.run(actions.import_breach_list, importing(name))
    with world.reading() as call:
        asked = actions.look_up(call, Secret("Abc"))

    assert asked is not None
    assert asked.lists == ("ab" * 32,)
    assert [digest.hex() for digest in asked.wanted] == ["915858afa2278f25", "a9993e364706816a"]
    assert "a9993e" not in repr(asked)


def test_a_list_needs_a_name(world: World) -> None:
    """Nothing is written without one."""
    assert world.run(actions.import_breach_list, importing("")) == Refused("breach_lists.name", {"most": 100})
    assert names(world) == []


def test_whoever_only_reads_sign_in_security_sees_the_lists_and_changes_none(world: World) -> None:
    """By right, like the password rules (RIGHT-7)."""
    world.run(actions.import_breach_list, importing())
    auditor = world.sign_in(world.add("aude", "auditor", factors=1))
    helper = world.sign_in(world.add("hanna", "help-desk", factors=1))

    assert isinstance(world.run(actions.list_breach_lists, ListBreachLists(), auditor), BreachListsShown)
    for refused in (
        world.run(actions.import_breach_list, importing("x"), auditor),
        world.run(actions.clear_breach_lists, ClearBreachLists(), auditor),
    ):
        assert isinstance(refused, Refused)
        assert refused.code == "rights.missing"
    assert isinstance(world.run(actions.list_breach_lists, ListBreachLists(), helper), Refused)
    assert names(world) == ["words"]
