import re

import pytest
from sqlalchemy import select, update

from doorward.edges.sql.tables.recovery_codes import recovery_codes
from doorward.features.recovery_codes import actions
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId
from tests.worlds import World

SHAPE = re.compile(r"[A-Z2-7]{5}(-[A-Z2-7]{5}){4}")


def make(world: World, account: AccountId) -> tuple[str, ...]:
    """Make a set."""
    with world.writing() as call:
        return actions.make_codes(call, account)


def use(world: World, account: AccountId, typed: str) -> Result:
    """Give a code in a transaction of its own."""
    with world.writing() as call:
        return actions.use_code(call, account, typed)


def left(world: World, account: AccountId) -> int:
    """Count the unused codes."""
    with world.reading() as call:
        return actions.left(call, account)


def test_set_has_ten_codes(world: World) -> None:
    """Ten different ones, each of five groups of five base32 symbols."""
    alice = world.add("alice")
    codes = make(world, alice)

    assert all(SHAPE.fullmatch(one) for one in codes)
    assert (len(codes), len(set(codes)), left(world, alice)) == (10, 10, 10)


def test_code_opens_once(world: World) -> None:
    """It is right, then used; the others stay as they were."""
    alice = world.add("alice")
    codes = make(world, alice)

    assert [use(world, alice, codes[3]) for _ in range(2)] == [Result.RIGHT, Result.USED]
    assert left(world, alice) == 9
    assert use(world, alice, codes[4]) is Result.RIGHT


def test_code_is_read_as_people_type_it(world: World) -> None:
    """Small letters and other groups are forgiven."""
    alice = world.add("alice")
    code = make(world, alice)[0]

    assert use(world, alice, code.lower().replace("-", " ")) is Result.RIGHT


@pytest.mark.parametrize("typed", ["", "123456", "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", "AAAAA-AAAAA-AAAAA-AAAAA-AAAA1"])
def test_anything_else_is_wrong(world: World, typed: str) -> None:
    """What is no code, and what is nobody's, are wrong alike."""
    alice = world.add("alice")
    make(world, alice)

    assert use(world, alice, typed) is Result.WRONG
    assert left(world, alice) == 10


def test_code_of_another_account_is_wrong(world: World) -> None:
    """Even when its row is moved: the hash is made for one account."""
    alice, bob = world.add("alice"), world.add("bob")
    code = make(world, alice)[0]
    with world.writing() as call:
        call.sql.execute(update(recovery_codes).values(account_id=bob))

    assert use(world, bob, code) is Result.WRONG


def test_code_of_the_set_before_is_wrong(world: World) -> None:
    """A new set ends the old one."""
    alice = world.add("alice")
    code = make(world, alice)[0]
    make(world, alice)

    assert use(world, alice, code) is Result.WRONG


def test_codes_are_not_stored(world: World) -> None:
    """The table holds hashes, and the file no code."""
    alice = world.add("alice")
    codes = make(world, alice)
    with world.reading() as call:
        hashes = call.sql.execute(select(recovery_codes.c.code_hash)).scalars().all()
    stored = world.stored()

    assert {len(one) for one in hashes} == {32}
    assert not [code for code in codes if code.encode() in stored or code.replace("-", "").encode() in stored]


def test_deleted_codes_are_wrong(world: World) -> None:
    """The set ends with the key."""
    alice = world.add("alice")
    code = make(world, alice)[0]
    with world.writing() as call:
        count = actions.delete_codes(call, alice)

    assert (count, left(world, alice), use(world, alice, code)) == (10, 0, Result.WRONG)
