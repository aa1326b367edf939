from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from doorward.edges.refusal_log import RefusalLog
from doorward.edges.sql.tables.passwords import password_asks
from doorward.edges.steps import PlainDriver
from doorward.features.accounts import actions as accounts
from doorward.features.administration.actions.editing import disable_account, edit_account
from doorward.features.administration.model import DisableAccount, EditAccount
from doorward.features.lockout.actions.attempts import failures_of
from doorward.features.lockout.actions.locking import lock_account
from doorward.features.lockout.model import Factor, LockAccount
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.features.second_factor.actions.secret_key import delete_secret_key, reset_secret_key
from doorward.features.second_factor.model import DeleteSecretKey, ResetSecretKey
from doorward.features.signin.actions.codes import give_code
from doorward.features.signin.actions.forgotten import ask_forgotten_password
from doorward.features.signin.model import (
    AskForgottenPassword,
    GiveCode,
    LinkOpened,
    Next,
    PasswordAsked,
    PasswordSet,
    SignInGoesOn,
)
from doorward.kernel.events import Entry
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.features.signin.forgetting import NEW, answered, ask, link_for, opened, use
from tests.features.signin.walking import PASSWORD, Walk, allow, hash_now, token_of
from tests.worlds import API, NOON, World

DEAD = Refused("signin.expired")


@pytest.fixture
def walk(world: World) -> Walk:
    """Begin with nobody there."""
    return Walk(world)


def entries(world: World, act: str) -> list[Entry]:
    """Read the entries of one act."""
    return [entry for entry in world.entries() if entry.act == act]


def test_pass_5_a_link_gives_a_new_password_and_nothing_more(walk: Walk) -> None:
    """Opening changes nothing; the second factor is asked for as ever; the link is over."""
    walk.with_key("bram")
    token = link_for(walk)
    looked = [opened(walk, token) for _ in range(2)]
    done = use(walk, token)
    old, new = walk.give_password("bram"), walk.give_password("bram", NEW)

    assert all(isinstance(one, LinkOpened) and one.user_name == "bram" for one in looked)
    assert done == PasswordSet("bram")
    assert isinstance(old, Refused)
    assert isinstance(new, SignInGoesOn)
    assert new.next is Next.CODE
    assert opened(walk, token) == use(walk, token) == DEAD


def test_pass_5_one_answer_and_one_row_for_every_name(walk: Walk) -> None:
    """Known or not: the same outcome, one row, one entry; a name that nobody has is kept as a hash (AUDIT-1)."""
    walk.person("bram")
    outcomes = [ask(walk, name) for name in ("bram", " BRAM ", "nobody-of-that-name")]
    with walk.world.reading() as call:
        rows = call.sql.exec_driver_sql("SELECT count(*) FROM password_asks").scalar_one()
    asked = entries(walk.world, "passwords.forgotten_asked")

    assert outcomes == [PasswordAsked()] * 3
    assert rows == 3
    assert [(one.target_name, one.outcome, sorted(one.details)) for one in asked] == [
        ("bram", "done", []), ("bram", "done", []), (None, "done", ["name_hash"]),
    ]  # fmt: skip
    assert "nobody-of-that-name" not in str(asked)
    assert walk.world.mails() == []
    assert [recipient for recipient, _ in answered(walk.world)] == ["bram@example.org"] * 2


def test_pass_5_asking_locks_and_ends_nothing(walk: Walk) -> None:
    """However often somebody asks: three mails an hour, and the account is as it was."""
    bram = walk.person("bram", factors=1)
    before = walk.world.standing(bram)
    for _ in range(5):
        ask(walk)
    letters = answered(walk.world)
    walk.world.pass_time(hours=1)
    ask(walk)

    assert [letter.kind for _, letter in letters] == ["password_forgotten"] * 3
    assert len(answered(walk.world)) == 1
    assert walk.world.standing(bram) == before
    refused = [one for one in entries(walk.world, "passwords.forgotten_asked") if one.outcome == "refused"]
    assert [one.details for one in refused] == [{"cause": "asked too often"}] * 2


def test_pass_5_the_mail_tells_who_asked_and_what_was_sent_is_recorded(walk: Walk) -> None:
    """The link is in the mail and nowhere else."""
    walk.person("bram", factors=1)
    ask(walk)
    ((recipient, letter),) = answered(walk.world)
    facts = dict(letter.facts)
    link = str(facts.pop("link"))
    (mailed,) = entries(walk.world, "passwords.forgotten_mailed")

    assert recipient == "bram@example.org"
    assert facts == {
        "user_name": "bram", "at": "2026-05-04T12:00:00.001000Z", "address": "192.0.2.7", "user_agent": "tests/1",
        "contact": "", "expires_at": "2026-05-04T12:30:00.001000Z",
    }  # fmt: skip
    assert (mailed.actor_name, mailed.target_name, mailed.details) == ("system", "bram", {"mail": "a link"})
    assert link.rpartition("/")[2] not in str(walk.world.entries())


def test_pass_5_a_link_lives_30_minutes(walk: Walk) -> None:
    """Then it is as dead as one that never was."""
    walk.person("bram", factors=1)
    token = link_for(walk)
    walk.world.pass_time(minutes=29)
    assert isinstance(opened(walk, token), LinkOpened)
    walk.world.pass_time(minutes=1)

    assert opened(walk, token) == use(walk, token) == DEAD


def reset(world: World, bram: AccountId) -> None:
    """Reset the key: an allowlist entry is open."""
    world.run(reset_secret_key, ResetSecretKey(bram, "lost phone"))


def delete(world: World, bram: AccountId) -> None:
    """Delete the key."""
    world.run(delete_secret_key, DeleteSecretKey(bram, "stolen phone"))


def delete_and_allow(world: World, bram: AccountId) -> None:
    """Delete the key and allow another: a reset in two acts."""
    delete(world, bram)
    allow(world, bram)


def lock(world: World, bram: AccountId) -> None:
    """Lock by hand."""
    world.run(lock_account, LockAccount(bram, "left"))


def disable(world: World, bram: AccountId) -> None:
    """Disable the account."""
    world.run(disable_account, DisableAccount(bram, "left"))


@pytest.mark.parametrize("act", [reset, delete, delete_and_allow, lock, disable])
def test_pass_5_the_mailbox_alone_does_not_give_the_account(
    walk: Walk, act: Callable[[World, AccountId], None]
) -> None:
    """The mail names whom to ask; a link of before is dead."""
    bram = walk.person("bram", factors=1)
    token = link_for(walk)
    act(walk.world, bram)
    walk.world.collect_mail()
    ask(walk)
    ((_, letter),) = answered(walk.world)

    assert letter.kind == "password_forgotten_no_link"
    assert "link" not in letter.facts
    assert opened(walk, token) == use(walk, token) == DEAD


def test_pass_5_a_link_dies_when_a_set_up_is_allowed_meanwhile(walk: Walk) -> None:
    """The epoch has not moved, but mailbox and link would give the account."""
    bram = walk.person("bram", factors=1)
    token = link_for(walk)
    with walk.world.writing() as call:
        accounts.change_factors(call, bram, -1)
    allow(walk.world, bram)

    assert use(walk, token) == DEAD


def test_desk_4_a_changed_address_gets_no_mail_for_72_hours(walk: Walk) -> None:
    """Nor the old one; the trail says why."""
    bram = walk.person("bram", factors=1)
    walk.world.run(edit_account, EditAccount(bram, None, email="new@example.org"))
    walk.world.collect_mail()
    ask(walk)
    early = answered(walk.world)
    walk.world.pass_time(hours=72)
    ask(walk)

    assert early == []
    assert [recipient for recipient, _ in answered(walk.world)] == ["new@example.org"]
    assert [one.details for one in entries(walk.world, "passwords.forgotten_mailed")] == [
        {"mail": "nothing"}, {"mail": "a link"},
    ]  # fmt: skip


def failures(world: World, bram: AccountId) -> dict[Factor, int]:
    """Read both counters."""
    with world.reading() as call:
        return {factor: failures_of(call, bram, factor)[0] for factor in Factor}


@pytest.mark.parametrize(("rule", "lock_factor", "opens"), [
    (False, "password", False), (True, "password", True), (True, "second_factor", False),
])  # fmt: skip
def test_pass_5_which_lock_a_new_password_lifts(walk: Walk, lock_factor: str, *, rule: bool, opens: bool) -> None:
    """One that wrong passwords caused, and only where the rules say so."""
    locked = {"locked_at": NOON, "lock_reason": "Failures", "lock_factor": lock_factor}
    bram = walk.person("bram", factors=1, **locked)
    walk.world.run(change_password_rules, ChangePasswordRules({"forgotten_password_lifts_failure_lock": rule}))
    done = use(walk, link_for(walk))
    unlocked = entries(walk.world, "lockout.unlocked")

    assert done == PasswordSet("bram")
    assert (walk.world.standing(bram).state.lock is None) is opens
    assert isinstance(walk.give_password("bram", NEW), SignInGoesOn) is opens
    assert [(one.actor_name, one.details) for one in unlocked] == (
        [("bram", {"through": "forgotten-password"})] if opens else []
    )


def test_pass_5_only_the_password_counter_is_cleared(walk: Walk) -> None:
    """Guesses at the second factor stay counted (LOCK-4)."""
    walk.with_key("bram")
    signing_in = walk.give_password("bram")
    assert isinstance(signing_in, SignInGoesOn)
    with walk.world.reading() as call:
        found = accounts.find(call, "bram")
    assert found is not None
    bram = found.account.id
    for wrong in ("000000", "000001"):
        walk.take(give_code(GiveCode(token_of(signing_in), wrong)))
    walk.give_password("bram", "wrong")
    before = failures(walk.world, bram)
    use(walk, link_for(walk))

    assert before == {Factor.PASSWORD: 1, Factor.SECOND_FACTOR: 2}
    assert failures(walk.world, bram) == {Factor.PASSWORD: 0, Factor.SECOND_FACTOR: 2}


def test_pass_5_a_bad_password_keeps_the_link(walk: Walk) -> None:
    """The refusal names the rule; the link waits for a better one."""
    walk.person("bram", factors=1)
    token = link_for(walk)
    short, used = use(walk, token, "short"), use(walk, token, PASSWORD)

    assert [one.code for one in (short, used)] == ["passwords.min_length", "passwords.previous"]
    assert use(walk, token) == PasswordSet("bram")


def test_audit_1_a_flood_of_asks_is_joined(walk: Walk) -> None:
    """Beyond so many from one address they are one entry with a count, and nothing else is left of them (T36)."""
    runtime = walk.world.runtime
    log = RefusalLog(walk.world.clock, single=2)
    for number in range(6):
        steps = ask_forgotten_password(AskForgottenPassword(f"nobody {number}"))
        PlainDriver(replace(runtime, refusals=log), hash_now).drive(steps, API)
    walk.world.pass_time(minutes=1)
    (joined,) = log.drain(walk.world.clock.now())

    with walk.world.database.read() as sql:
        asks = sql.execute(select(func.count()).select_from(password_asks)).scalar_one()

    assert (len(entries(walk.world, "passwords.forgotten_asked")), asks) == (2, 2)
    assert (joined.event.act, joined.count) == ("passwords.forgotten_asked", 4)
    assert joined.since - NOON < timedelta(seconds=1)


@pytest.mark.parametrize("name", ["no\0body", "\0", "bram\0"])
def test_a_name_that_no_database_takes_is_nobodys(walk: Walk, name: str) -> None:
    """PostgreSQL has no NUL in a text: such a name is asked for and mailed nothing, like any that nobody has."""
    walk.person("bram", factors=1)

    assert ask(walk, name) == PasswordAsked()
    assert answered(walk.world) == []
    assert [one.target_id for one in entries(walk.world, "passwords.forgotten_asked")] == [None]
