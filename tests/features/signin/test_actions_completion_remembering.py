import pytest

from doorward.features.devices import actions as devices
from doorward.features.devices.model import (
    DevicesListed,
    DevicesRevoked,
    DeviceToken,
    ListOwnDevices,
    NoDevices,
    RevokeDevicesOf,
    RevokeOwnDevices,
)
from doorward.features.signin.actions.codes import give_device_code, show_pending
from doorward.features.signin.model import (
    GiveDeviceCode,
    Next,
    ShowPending,
    SignedIn,
)
from doorward.kernel.outcome import Refused
from doorward.kernel.tokens import parse_token
from tests.features.signin.remembering import (
    account_of,
    asking,
    bearer_of,
    complete,
    give_password,
    listed,
    set_rules,
    tokens,
)
from tests.features.signin.walking import Walk, allow, token_of
from tests.worlds import World


@pytest.fixture
def walk(world: World) -> Walk:
    """Begin where every sign-in asks for a code by e-mail, and devices are remembered for 30 days."""
    return asking(world)


def test_dev_3_a_remembered_device_is_spared_the_mailed_code(walk: Walk) -> None:
    """And asked for the second factor as ever."""
    key = walk.with_key("bram")
    done = complete(walk, key)

    assert give_password(walk, *tokens(done)).next is Next.CODE
    assert "device_code" not in {letter.kind for _, letter in walk.world.collect_mail()}
    assert give_password(walk).next is Next.DEVICE_CODE


def test_dev_3_nothing_is_remembered_unless_wished(walk: Walk) -> None:
    """No box ticked, no token."""
    done = complete(walk, walk.with_key("bram"), remember=False)

    assert (done.device, done.device_expires_at, listed(walk)) == (None, None, ())


def test_dev_3_nothing_is_remembered_where_the_rules_say_never(walk: Walk) -> None:
    """0 days is the default."""
    set_rules(walk.world, remember_device_days=0)
    done = complete(walk, walk.with_key("bram"))

    assert (done.device, listed(walk)) == (None, ())


def test_desk_3_a_new_device_is_recorded_and_told(walk: Walk) -> None:
    """With the browser, the address, until when, and a link to say that it was somebody else."""
    done = complete(walk, walk.with_key("bram"))
    entry = next(one for one in walk.world.entries() if one.act == "devices.remembered")
    ((recipient, letter),) = [(to, one) for to, one in walk.world.collect_mail() if one.kind == "device_remembered"]

    assert (entry.outcome, entry.actor_name, entry.target_name, entry.address) == (
        "done", "bram", "bram", "198.51.100.9",
    )  # fmt: skip
    assert entry.details["device"] == str(listed(walk)[0].id)
    assert recipient == "bram@example.org"
    assert letter.facts["user_agent"] == "phone/1"
    assert str(letter.facts["not_me"]).startswith("https://login.example.org/not-me/")
    assert done.device is not None
    assert done.device.reveal() not in str(letter.facts)


def test_dev_3_another_accounts_device_proves_nothing(walk: Walk) -> None:
    """Its token, and a token that names Bram with another's secret."""
    bram, mia = walk.with_key("bram"), walk.with_key("mia")
    of_mia = tokens(complete(walk, mia, name="mia"))
    complete(walk, bram)
    forged = DeviceToken(account_of(walk), of_mia[0].token_hash)

    assert give_password(walk, *of_mia, forged).next is Next.DEVICE_CODE


def test_dev_3_one_browser_may_be_remembered_by_several_accounts(walk: Walk) -> None:
    """Each finds its own among the tokens."""
    bram, mia = walk.with_key("bram"), walk.with_key("mia")
    both = tokens(complete(walk, mia, name="mia"), complete(walk, bram))

    assert give_password(walk, *both).next is Next.CODE
    assert give_password(walk, *both, name="mia").next is Next.CODE


def test_dev_3_a_device_is_never_spared_the_code_before_a_set_up(walk: Walk) -> None:
    """Not even by a token that still stands (DEV-2 a)."""
    account = walk.person("carl")
    allow(walk.world, account)
    with walk.world.writing() as call:
        remembered = devices.remember_device(call, walk.world.standing(account))
    assert remembered is not None
    parsed = parse_token(remembered[0].reveal())
    assert parsed is not None

    assert give_password(walk, DeviceToken(*parsed), name="carl").next is Next.DEVICE_CODE


def test_dev_3_a_device_is_forgotten_after_its_days(walk: Walk) -> None:
    """To the instant that was told."""
    done = complete(walk, walk.with_key("bram"))
    walk.world.pass_time(days=30)

    assert give_password(walk, *tokens(done)).next is Next.DEVICE_CODE
    assert listed(walk) == ()


def test_dev_3_rules_that_are_tightened_hold_at_once(walk: Walk) -> None:
    """Whoever sets 0 days forgets every device."""
    done = complete(walk, walk.with_key("bram"))
    set_rules(walk.world, remember_device_days=0)

    assert give_password(walk, *tokens(done)).next is Next.DEVICE_CODE


def test_dev_3_whoever_needs_no_factor_goes_in_from_a_remembered_device(walk: Walk) -> None:
    """By the password; the session says so, and its code by e-mail was given within the days that the rules allow."""
    set_rules(walk.world, device_method="email")
    walk.person("bram")
    pending = token_of(give_password(walk))
    first = walk.take(give_device_code(GiveDeviceCode(pending, walk.mailed_code(), remember_device=True)))
    assert isinstance(first, SignedIn)
    again = give_password(walk, *tokens(first))

    assert isinstance(again, SignedIn)
    assert walk.world.entries()[-1].details["opened_with"] == "remembered_device"
    assert listed(walk)[0].last_used_at is not None


def test_the_wish_is_offered_where_it_spares_something(walk: Walk) -> None:
    """Not on a device that is remembered already, not where no code by e-mail is asked for."""
    key = walk.with_key("bram")
    done = complete(walk, key)
    pending = token_of(give_password(walk, *tokens(done)))

    assert walk.take(show_pending(ShowPending(pending))).remember_days == 30
    assert walk.take(show_pending(ShowPending(pending, tokens(done)))).remember_days == 0
    set_rules(walk.world, device_code_at_sign_in=False)
    assert walk.take(show_pending(ShowPending(pending))).remember_days == 0


def test_most_devices_are_twenty(walk: Walk) -> None:
    """One more, and the oldest is forgotten."""
    account = walk.person("bram")
    ids = []
    for _ in range(21):
        walk.world.pass_time(seconds=1)
        with walk.world.writing() as call:
            remembered = devices.remember_device(call, walk.world.standing(account))
        assert remembered is not None
        ids.append(remembered[1].id)

    assert [one.id for one in listed(walk)] == ids[:0:-1]


def test_sess_2_a_person_sees_and_forgets_their_own_devices(walk: Walk) -> None:
    """One of them, then all; another's is not among them."""
    bram, mia = walk.with_key("bram"), walk.with_key("mia")
    other = complete(walk, mia, name="mia")
    first, second = complete(walk, bram), complete(walk, bram)
    here = bearer_of(second)
    own = walk.world.run(devices.list_own_devices, ListOwnDevices(), here)
    assert isinstance(own, DevicesListed)
    of_mia = walk.world.run(devices.list_own_devices, ListOwnDevices(), bearer_of(other))
    assert isinstance(of_mia, DevicesListed)
    said = [
        walk.world.run(devices.revoke_own_devices, RevokeOwnDevices(one), here)
        for one in (of_mia.devices[0].id, own.devices[1].id, None, None)
    ]

    assert len(own.devices) == 2
    assert said == [NoDevices(), DevicesRevoked(1), DevicesRevoked(1), NoDevices()]
    assert give_password(walk, *tokens(first, second)).next is Next.DEVICE_CODE
    entry = next(one for one in walk.world.entries() if one.act == "devices.revoked" and one.outcome == "done")
    assert (entry.actor_name, entry.target_name, entry.details["count"]) == ("bram", "bram", 1)


def test_sess_2_an_operator_forgets_the_devices_of_another(walk: Walk) -> None:
    """By `users:modify`, and within reach; the reason is recorded."""
    done = complete(walk, walk.with_key("bram", "administrator"))
    desk, admin = walk.world.add_operator("hugo", "help-desk"), walk.world.add_operator("grace", "super-user")
    account = account_of(walk)
    command = RevokeDevicesOf(account, None, "laptop was stolen")
    refused = [walk.world.run(devices.revoke_devices_of, command, one) for one in (desk, admin)]
    owned = walk.world.run(devices.revoke_devices_of, command)

    assert [one.code for one in refused if isinstance(one, Refused)] == ["rights.missing", "rights.higher_target"]
    assert owned == DevicesRevoked(1)
    assert walk.world.entries()[-1].reason == "laptop was stolen"
    assert give_password(walk, *tokens(done)).next is Next.DEVICE_CODE


def test_expired_devices_are_purged(walk: Walk) -> None:
    """By the worker."""
    complete(walk, walk.with_key("bram"))
    walk.world.pass_time(days=30)
    with walk.world.writing() as call:
        assert devices.purge(call) == 1


def test_the_token_is_not_in_the_database(walk: Walk) -> None:
    """Only its SHA-256 is, so that a copy of the database spares nobody the code."""
    done = complete(walk, walk.with_key("bram"))
    assert done.device is not None

    with walk.world.database.read() as sql:
        rows = sql.exec_driver_sql("SELECT * FROM remembered_devices").all()
    assert len(rows) == 1
    assert done.device.reveal() not in str(rows)
