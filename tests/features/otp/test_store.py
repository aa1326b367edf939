import threading
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, update

from doorward.edges.sql.sqlite import SqliteDatabase
from doorward.edges.sql.tables.otp import otp_keys
from doorward.features.otp import store
from doorward.features.otp.model import OtpKey
from doorward.features.otp.store import Memory, SealedCandidate, TokenMemory
from doorward.kernel.ids import AccountId, SessionId
from doorward.kernel.otp_parameters import Algorithm, MovingFactor, OtpParameters
from tests.worlds import NOON, World

ALICE, BOB = AccountId(UUID(int=1)), AccountId(UUID(int=2))
PHONE, TABLET = SessionId(UUID(int=7)), SessionId(UUID(int=8))
KEY, TOKEN = UUID(int=42), UUID(int=77)


def opened(key: UUID, sealed: bytes) -> bytes:
    """Stand for the sealer: show which value of which row was opened."""
    return sealed + key.bytes[-1:]


def add(world: World, account: AccountId = ALICE, key: UUID = KEY) -> None:
    """Insert a key whose set-up step was 100."""
    with world.writing() as call:
        store.add(call.sql, store.NewKeyRow(account, key, b"sealed", 100, NOON))


def find(world: World, account: AccountId = ALICE, database: SqliteDatabase | None = None) -> OtpKey | None:
    """Load the account's key."""
    with (database or world.database).read() as sql:
        return store.find(sql, account, opened)


def found(world: World) -> OtpKey:
    """Load Alice's key, which is there."""
    key = find(world)
    assert key is not None
    return key


def found_in(sql: Connection) -> OtpKey:
    """Load Alice's key within a transaction."""
    key = store.find(sql, ALICE, opened)
    assert key is not None
    return key


def test_key_begins_with_its_set_up_step(world: World) -> None:
    """What was inserted comes back, opened for its own row, with nothing remembered but the step."""
    add(world)

    assert find(world) == OtpKey(ALICE, KEY, b"sealed\x2a", last_step=100, confirmed_at=NOON)


def test_key_of_a_token_keeps_its_recipe(world: World) -> None:
    """What its codes are made by, its token, its offset and its end come back, opened and unopened."""
    parameters, ends = OtpParameters(MovingFactor.HOTP, Algorithm.SHA256, 60), NOON + timedelta(days=9)
    new = store.NewKeyRow(ALICE, KEY, b"sealed", 100, NOON, parameters, -3, TOKEN, ends)
    with world.writing() as call:
        store.add(call.sql, new)

    with world.reading() as call:
        assert store.memory(call.sql, ALICE) == Memory(NOON, None, 100, None, parameters, -3, TOKEN)
    assert find(world) == OtpKey(
        ALICE, KEY, b"sealed\x2a", last_step=100, confirmed_at=NOON, parameters=parameters, offset_steps=-3,
        token=TOKEN, expires_at=ends,
    )  # fmt: skip


def test_tokens_of_an_account_say_what_is_used_up(world: World) -> None:
    """Spent steps count as used, a disabled key is remembered too, and an app's key is no token."""
    with world.writing() as call:
        store.add(call.sql, store.NewKeyRow(ALICE, KEY, b"sealed", 100, NOON, token=TOKEN, offset_steps=4))
        store.save(
            call.sql,
            found_in(call.sql),
            replace(found_in(call.sql), spent_steps=frozenset({107, 104}), recent_steps=(90, 107)),
        )
        store.disable(call.sql, ALICE, NOON)
        store.add(call.sql, store.NewKeyRow(ALICE, UUID(int=43), b"sealed", 999, NOON))
        store.add(call.sql, store.NewKeyRow(BOB, KEY, b"sealed", 5, NOON, token=UUID(int=78)))
        tokens = store.tokens_of(call.sql, ALICE)

    assert tokens == [TokenMemory(TOKEN, 107, 4, (90, 107))]


def test_key_is_found_under_its_account_only(world: World) -> None:
    """Another account has none."""
    add(world)

    assert find(world, BOB) is None


def test_disabled_key_is_not_found(world: World) -> None:
    """A disabled key counts as none (LOCK-14), for its memory too."""
    add(world)
    with world.writing() as call:
        call.sql.execute(update(otp_keys).values(disabled_at=NOON))

    with world.reading() as call:
        assert store.memory(call.sql, ALICE) is None
    assert find(world) is None


def test_save_writes_all_that_a_key_remembers(world: World) -> None:
    """Steps, failures, last use and clock error come back as they were saved."""
    add(world)
    after = replace(
        found(world), last_step=120, spent_steps=frozenset({140, 131}), consecutive_failures=3,
        last_used_at=NOON + timedelta(hours=1), clock_error_steps=-8, clock_error_seen_at=NOON,
    )  # fmt: skip
    with world.writing() as call:
        saved = store.save(call.sql, found(world), after)

    with world.reading() as call:
        assert store.memory(call.sql, ALICE) == Memory(NOON, NOON + timedelta(hours=1), 120, -8)
    assert saved
    assert found(world) == after


def test_save_on_a_passed_step_writes_nothing(world: World) -> None:
    """Whoever loaded the key before its step moved on has lost."""
    add(world)
    before = found(world)
    with world.writing() as call:
        store.save(call.sql, before, replace(before, last_step=121))
        late = store.save(call.sql, before, replace(before, last_step=122))

    assert not late
    assert found(world).last_step == 121


def test_save_on_a_passed_failure_writes_nothing(world: World) -> None:
    """Two failures at once are not counted as one."""
    add(world)
    before = found(world)
    with world.writing() as call:
        store.save(call.sql, before, replace(before, consecutive_failures=1))
        late = store.save(call.sql, before, replace(before, consecutive_failures=1))

    assert not late


def test_of_two_racing_writers_one_remembers_its_step(world: World) -> None:
    """Two processes that loaded the same key save the same step: exactly one is written."""
    add(world)
    before, start, won = found(world), threading.Barrier(2), []

    def race() -> None:
        database = world.another_process()
        start.wait()
        with database.write() as sql:
            won.append(store.save(sql, before, replace(before, last_step=130)))
        database.close()

    threads = [threading.Thread(target=race) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(won) == [False, True]


def test_delete_takes_every_key_of_one_account(world: World) -> None:
    """The count is told, and other accounts keep theirs."""
    add(world)
    add(world, ALICE, UUID(int=43))
    add(world, BOB)
    with world.writing() as call:
        count = store.delete_all(call.sql, ALICE)

    assert (count, find(world), find(world, BOB) is None) == (2, None, False)


def candidate(made_at: datetime = NOON, sealed: bytes = b"sealed") -> SealedCandidate:
    """Give a key that is being set up since then."""
    return SealedCandidate(sealed, made_at, None)


def candidates(world: World) -> list[SealedCandidate | None]:
    """Load what Alice sets up on her phone and on her tablet."""
    with world.reading() as call:
        return [store.find_candidate(call.sql, ALICE, session) for session in (PHONE, TABLET)]


def test_each_session_sets_up_one_key_of_its_own(world: World) -> None:
    """A second one takes the first one's place, and leaves other sessions alone."""
    with world.writing() as call:
        store.put_candidate(call.sql, ALICE, PHONE, candidate())
        store.put_candidate(call.sql, ALICE, TABLET, candidate())
        store.put_candidate(call.sql, ALICE, PHONE, candidate(sealed=b"newer"))

    assert candidates(world) == [candidate(sealed=b"newer"), candidate()]


def test_confirmed_step_is_kept(world: World) -> None:
    """The step by which one session proved its key comes back."""
    with world.writing() as call:
        store.put_candidate(call.sql, ALICE, PHONE, candidate())
        store.put_candidate(call.sql, ALICE, TABLET, candidate())
        store.confirm_candidate(call.sql, ALICE, PHONE, 77)

    assert candidates(world) == [SealedCandidate(b"sealed", NOON, 77), candidate()]


def test_dropped_key_is_gone(world: World) -> None:
    """Dropping tells whether there was one."""
    with world.writing() as call:
        store.put_candidate(call.sql, ALICE, PHONE, candidate())
        dropped = [store.drop_candidate(call.sql, ALICE, PHONE) for _ in range(2)]

    assert dropped == [True, False]


def test_all_keys_of_an_account_are_dropped(world: World) -> None:
    """Whatever its sessions have begun is gone."""
    with world.writing() as call:
        store.put_candidate(call.sql, ALICE, PHONE, candidate())
        store.put_candidate(call.sql, ALICE, TABLET, candidate())
        store.drop_candidates(call.sql, ALICE)

    assert candidates(world) == [None, None]


def test_old_keys_are_dropped(world: World) -> None:
    """Those begun until that instant go, later ones stay."""
    with world.writing() as call:
        store.put_candidate(call.sql, ALICE, PHONE, candidate(NOON))
        store.put_candidate(call.sql, ALICE, TABLET, candidate(NOON + timedelta(seconds=1)))
        count = store.drop_old_candidates(call.sql, NOON)

    assert (count, candidates(world)) == (1, [None, candidate(NOON + timedelta(seconds=1))])


def test_disabled_key_is_found_no_more(world: World) -> None:
    """It counts as none, its failures too; since when is kept, for the account alone (LOCK-14)."""
    add(world)
    add(world, BOB)
    with world.writing() as call:
        store.disable(call.sql, ALICE, NOON)
    with world.reading() as call:
        at = [store.disabled_at(call.sql, account) for account in (ALICE, BOB)]

    assert (find(world), find(world, BOB) is None) == (None, False)
    assert at == [NOON, None]


def test_failures_in_a_row_are_those_of_the_usable_key(world: World) -> None:
    """As saved; none where there is no key."""
    add(world)
    with world.writing() as call:
        before = store.find(call.sql, ALICE, opened)
        assert before is not None
        store.save(call.sql, before, replace(before, consecutive_failures=7))
    with world.reading() as call:
        found = [store.failures_in_a_row(call.sql, account) for account in (ALICE, BOB)]

    assert found == [7, 0]
