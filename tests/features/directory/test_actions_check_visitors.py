from dataclasses import replace

import pytest

from doorward.features.accounts import store as accounts_store
from doorward.features.administration.actions.editing import disable_account
from doorward.features.administration.model import DisableAccount
from doorward.features.applications.actions.hosts import remove_host
from doorward.features.applications.model import HostBearer, RemoveHost, Visitor
from doorward.features.directory.actions import check_sessions, check_visitors
from doorward.features.lockout.actions.locking import lock_account
from doorward.features.lockout.model import LockAccount
from doorward.features.second_factor.actions.secret_key import delete_secret_key, reset_secret_key
from doorward.features.second_factor.model import DeleteSecretKey, ResetSecretKey
from doorward.features.sessions.actions import end_session
from doorward.features.sessions.model import EndSession, OpenedWith
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from tests.features.applications.entering import HOST, enter, register
from tests.features.rights.giving import group
from tests.worlds import World


def visitor(world: World, bearer: HostBearer) -> Visitor | None:
    """Ask who is signed in at a host."""
    with world.reading() as call:
        return check_visitors(call, [bearer]).get(bearer)


@pytest.fixture
def bram(world: World) -> Bearer:
    """Sign somebody in, at a server with two hosts."""
    register(world)
    register(world, "wiki.example.org")
    return world.sign_in(world.add("bram", factors=1))


def test_a_host_is_told_who_is_there(world: World, bram: Bearer) -> None:
    """The name, the address, the groups in their order, and on which session it hangs."""
    for name in ("North", "east"):
        group(world, name, bram.account)

    assert visitor(world, enter(world, bram)) == Visitor(
        bram.account, "bram", "bram@example.org", ("east", "North"), used_second_factor=True, own_page_only=False,
        session=bram, due_to_touch=False,
    )  # fmt: skip


def test_a_token_is_good_at_its_host_alone(world: World, bram: Bearer) -> None:
    """A compromised upstream can use it nowhere else: not at another host, not as a session."""
    entered = enter(world, bram)
    with world.reading() as call:
        as_session = check_sessions(call, [Bearer(entered.account, entered.token_hash)])

    assert visitor(world, replace(entered, host="wiki.example.org")) is None
    assert as_session == {}


def test_a_session_is_no_token_of_a_host(world: World, bram: Bearer) -> None:
    """What opens the console opens no host."""
    assert visitor(world, HostBearer(bram.account, bram.token_hash, HOST)) is None


def test_many_are_looked_up_at_once(world: World, bram: Bearer) -> None:
    """Each by its own token and host."""
    ada = world.sign_in(world.add("ada", factors=1))
    bearers = [enter(world, bram), enter(world, ada), enter(world, bram, "wiki.example.org")]
    with world.reading() as call:
        found = check_visitors(call, bearers)

    assert [found[one].user_name for one in bearers] == ["bram", "ada", "bram"]


def test_an_address_may_be_missing(world: World, bram: Bearer) -> None:
    """Then none is told."""
    with world.database.write() as sql:
        sql.exec_driver_sql("UPDATE accounts SET email = NULL")
    found = visitor(world, enter(world, bram))

    assert found is not None
    assert found.email is None


def test_a_password_session_is_told_apart(world: World) -> None:
    """Whoever is excluded goes in, and the host learns that no second factor was used."""
    register(world)
    eva = world.sign_in(world.add("eva", excluded=True), OpenedWith.PASSWORD)
    found = visitor(world, enter(world, eva))

    assert found is not None
    assert found.used_second_factor is False


def _disable(world: World, account: AccountId) -> None:
    world.run(disable_account, DisableAccount(account, "left"))


def _lock(world: World, account: AccountId) -> None:
    world.run(lock_account, LockAccount(account, "left"))


def _reset(world: World, account: AccountId) -> None:
    world.run(reset_secret_key, ResetSecretKey(account, "lost phone"))


def _delete(world: World, account: AccountId) -> None:
    world.run(delete_secret_key, DeleteSecretKey(account, "left"))


def _move_epoch(world: World, account: AccountId) -> None:
    with world.writing() as call:
        accounts_store.set_state(call.sql, account, epoch=7)


def _idle(world: World, account: AccountId) -> None:
    del account
    world.pass_time(minutes=15)


def _remove(world: World, account: AccountId) -> None:
    del account
    world.run(remove_host, RemoveHost(HOST))


def _remove_and_add(world: World, account: AccountId) -> None:
    _remove(world, account)
    register(world)


@pytest.mark.parametrize("ended", [_disable, _lock, _reset, _delete, _move_epoch, _idle, _remove, _remove_and_add])
def test_what_ends_a_session_ends_it_at_hosts(world: World, bram: Bearer, ended: object) -> None:
    """Disable, lock by hand, Reset, Delete (KEY-4), a moved epoch, the limits; and the end of the host."""
    entered = enter(world, bram)
    before = visitor(world, entered)
    assert callable(ended)
    ended(world, bram.account)

    assert before is not None
    assert visitor(world, entered) is None


def test_signing_out_ends_every_host(world: World, bram: Bearer) -> None:
    """And nobody else's visit."""
    ada = enter(world, world.sign_in(world.add("ada", factors=1)))
    entered = [enter(world, bram), enter(world, bram, "wiki.example.org")]
    world.run(end_session, EndSession(), bram)

    assert [visitor(world, one) for one in entered] == [None, None]
    assert visitor(world, ada) is not None


def test_a_new_visit_takes_the_place_of_the_last(world: World, bram: Bearer) -> None:
    """One token for each session and host."""
    first, second = enter(world, bram), enter(world, bram)

    assert visitor(world, first) is None
    assert visitor(world, second) is not None


def test_use_is_due_to_be_written_after_a_minute(world: World, bram: Bearer) -> None:
    """Visiting a host is using the session (SESS-1)."""
    entered = enter(world, bram)
    world.pass_time(seconds=61)
    found = visitor(world, entered)

    assert found is not None
    assert (found.session, found.due_to_touch) == (bram, True)
