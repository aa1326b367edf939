import threading
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from doorward.features.accounts import store
from doorward.features.accounts.model import Account, AccountKind, AccountState, NewAccount, Standing
from doorward.kernel.ids import AccountId
from tests.worlds import NOON, World

BRAM, CARL = AccountId(UUID(int=11)), AccountId(UUID(int=12))
NEW = NewAccount(BRAM, "Bram.R", "Bram Rossi", "Bram@Example.org", AccountKind.EXTERNAL, NOON)
LATER = NOON + timedelta(hours=1)


def add(world: World, new: NewAccount = NEW) -> None:
    """Insert an account."""
    with world.database.write() as sql:
        store.add(sql, new)


def by_name(world: World, name: str) -> Standing | None:
    """Look an account up by a spelling of its name."""
    with world.database.read() as sql:
        return store.by_name(sql, name)


def test_new_account_is_read_as_it_was_added(world: World) -> None:
    """Every field survives, and the rest begins as it should: enabled, open, epoch 1, version 1."""
    add(world)

    assert world.standing(BRAM) == Standing(
        Account(
            id=BRAM, user_name="Bram.R", full_name="Bram Rossi", email="Bram@Example.org", kind=AccountKind.EXTERNAL,
            enabled=True, protected=False, created_at=NOON, updated_at=NOON, version=1, email_changed_at=None,
        ),
        AccountState(
            epoch=1, lock=None, unlocked_by=None, unlocked_by_id=None, unlocked_at=None, enabled_at=NOON,
            last_sign_in_at=None, factors=0, excluded=False, factor_due=False,
        ),
    )  # fmt: skip


def test_account_without_an_address(world: World) -> None:
    """An address is not asked of everybody."""
    add(world, NewAccount(CARL, "carl", "Carl", None, AccountKind.INTERNAL, NOON))

    assert world.standing(CARL).account.email is None


@pytest.mark.parametrize("spelling", ["bram.r", "BRAM.R", " Bram.R ", "\uff22ram.r"])
def test_account_is_found_in_any_spelling(world: World, spelling: str) -> None:
    """The account is resolved first, on every door (LOCK-16)."""
    add(world)

    found = by_name(world, spelling)
    assert found is not None
    assert found.account.id == BRAM


def test_name_that_nobody_has(world: World) -> None:
    """Neither a name nor an id that nobody has is an error."""
    add(world)
    with world.database.read() as sql:
        assert store.by_id(sql, CARL) is None

    assert by_name(world, "carl") is None


def test_name_in_another_spelling_is_taken(world: World) -> None:
    """The canonical name is unique in the database itself."""
    add(world)

    with pytest.raises(IntegrityError):
        add(world, NewAccount(CARL, "\uff22RAM.R", "Another", None, AccountKind.INTERNAL, NOON))


def test_changed_fields_are_written_with_their_one_form(world: World) -> None:
    """The account is found by its new name, no longer by the old one, and is a version further."""
    add(world)
    before = world.standing(BRAM).account
    fields = {"user_name": "B.Rossi", "full_name": "B. Rossi", "email": None, "kind": AccountKind.INTERNAL}
    with world.database.write() as sql:
        saved = store.save_fields(sql, before, fields, LATER)

    assert saved
    assert by_name(world, "bram.r") is None
    found = by_name(world, "b.rossi")
    assert found is not None
    account = found.account
    assert (account.user_name, account.full_name, account.email) == ("B.Rossi", "B. Rossi", None)
    assert (account.kind, account.version, account.updated_at) == (AccountKind.INTERNAL, 2, LATER)


def test_stale_version_is_not_saved(world: World) -> None:
    """Whoever loaded the account before somebody else saved it changes nothing."""
    add(world)
    stale = world.standing(BRAM).account
    with world.database.write() as sql:
        store.save_fields(sql, stale, {"full_name": "First"}, NOON)
        saved = store.save_fields(sql, stale, {"full_name": "Second"}, NOON)

    assert not saved
    assert world.standing(BRAM).account.full_name == "First"


def test_of_two_racing_edits_one_is_saved(world: World) -> None:
    """Both began from the same version: one is told that it was too late."""
    add(world)
    before, both = world.standing(BRAM).account, threading.Barrier(2)
    saved: list[bool] = []

    def edit(name: str) -> None:
        both.wait()
        with world.database.write() as sql:
            saved.append(store.save_fields(sql, before, {"full_name": name}, NOON))

    racing = [threading.Thread(target=edit, args=(name,)) for name in ("First", "Second")]
    for one in racing:
        one.start()
    for one in racing:
        one.join()

    assert sorted(saved) == [False, True]
    assert world.standing(BRAM).account.version == 2


def test_epoch_moves_by_one_and_for_one(world: World) -> None:
    """Nobody else's sessions end."""
    add(world)
    other = world.add("other")
    with world.database.write() as sql:
        moved = [store.next_epoch(sql, BRAM), store.next_epoch(sql, BRAM)]

    assert (moved, world.standing(BRAM).state.epoch, world.standing(other).state.epoch) == ([2, 3], 3, 1)


def test_state_is_written_column_by_column(world: World) -> None:
    """A complete sign-in and the number of factors do not touch each other."""
    add(world)
    with world.database.write() as sql:
        store.set_state(sql, BRAM, factors=1, excluded=True)
        store.set_signed_in(sql, BRAM, LATER)
    state = world.standing(BRAM).state

    assert (state.factors, state.excluded, state.last_sign_in_at) == (1, True, LATER)


@pytest.mark.parametrize(
    ("ends_at", "lapsed"),
    [(NOON, True), (NOON - timedelta(days=1), True), (NOON + timedelta(seconds=1), False), (None, False)],
)
def test_lapsed_locks_are_listed(world: World, ends_at: object, *, lapsed: bool) -> None:
    """A lock has lapsed at its very end; one without an end never does."""
    bram = world.add("bram", locked_at=NOON - timedelta(days=2), lock_reason="Failures", lock_ends_at=ends_at)
    world.add("open")
    with world.database.read() as sql:
        found = store.lapsed(sql, NOON, 10)

    assert found == ([bram] if lapsed else [])


def test_lapsed_locks_are_listed_in_part(world: World) -> None:
    """The worker clears so many in one transaction and comes back."""
    for number in range(3):
        world.add(f"user{number}", locked_at=NOON, lock_reason="Failures", lock_ends_at=NOON)
    with world.database.read() as sql:
        assert len(store.lapsed(sql, NOON, 2)) == 2


def test_able_are_picked_from_the_candidates(world: World) -> None:
    """Who could administer is asked of the accounts named, and of nobody else."""
    grace, hugo = world.add("grace", factors=1), world.add("hugo", factors=0)
    world.add("ivy", factors=1)
    with world.database.read() as sql:
        assert store.able(sql, [grace, hugo], NOON) == [grace]
        assert store.able(sql, [], NOON) == []


@pytest.mark.parametrize(
    ("factors", "minutes", "able"),
    [(1, 1, True), (1, 0, False), (1, -1, False), (2, -1, True), (1, None, True)],
)
def test_right_5_an_expired_token_makes_nobody_able(
    world: World, factors: int, minutes: int | None, *, able: bool
) -> None:
    """From the very instant on; a passkey beside it does, and without an instant nothing has expired."""
    grace = world.add("grace", factors=factors)
    with world.database.write() as sql:
        store.set_state(sql, grace, token_expires_at=None if minutes is None else NOON + timedelta(minutes=minutes))

        assert store.able(sql, [grace], NOON) == ([grace] if able else [])
        assert store.able(sql, [grace], None) == [grace]


def change(world: World, operator: AccountId, minutes: int, what: str = "address") -> None:
    """Note that an operator changed Bram's credentials so many minutes after noon."""
    with world.database.write() as sql:
        store.note_credential_change(sql, BRAM, operator, what, NOON + timedelta(minutes=minutes))


def last_change(world: World, operator: AccountId) -> object:
    """Read when an operator last changed Bram's credentials."""
    with world.database.read() as sql:
        return store.last_credential_change(sql, BRAM, operator)


def test_latest_change_of_an_operator_counts(world: World) -> None:
    """Each operator is bound by their own latest change, two in one instant included."""
    grace, hugo = world.add("grace"), world.add("hugo")
    change(world, grace, 0)
    change(world, hugo, 1)
    change(world, grace, 2)
    change(world, grace, 2, "password")

    assert last_change(world, grace) == NOON + timedelta(minutes=2)
    assert last_change(world, hugo) == NOON + timedelta(minutes=1)
    assert last_change(world, CARL) is None


def test_old_changes_are_forgotten(world: World) -> None:
    """What binds nobody any more is deleted, what still does stays."""
    grace, hugo = world.add("grace"), world.add("hugo")
    change(world, grace, 0)
    change(world, hugo, 2)
    with world.database.write() as sql:
        count = store.forget_credential_changes(sql, NOON + timedelta(minutes=1))

    assert count == 1
    assert (last_change(world, grace), last_change(world, hugo)) == (None, NOON + timedelta(minutes=2))


def test_many_are_loaded_at_once(world: World) -> None:
    """As each alone; whoever is not there is left out, and of the protected none but those who are asked for."""
    add(world)
    other, third = world.add("other"), world.add("third")
    with world.database.write() as sql:
        sql.exec_driver_sql("UPDATE accounts SET protected = (1 = 1) WHERE user_name <> 'other'")
    with world.database.read() as sql:
        found = store.by_ids(sql, [BRAM, other, CARL])
        protected = store.protected(sql, [BRAM, other, CARL])

    assert found == {BRAM: world.standing(BRAM), other: world.standing(other)}
    assert protected == {BRAM}
    assert third not in found
