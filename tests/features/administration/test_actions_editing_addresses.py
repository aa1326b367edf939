import pytest

from doorward.features.administration.actions.editing import edit_account
from doorward.features.administration.model import EditAccount
from doorward.features.notices import actions as notices
from doorward.features.second_factor.actions.secret_key import reset_secret_key
from doorward.features.second_factor.model import ResetSecretKey
from doorward.kernel.ids import AccountId
from tests.worlds import World


@pytest.fixture
def bram(world: World) -> AccountId:
    """Bram, whose address is bram@example.org."""
    return world.add("bram")


def change(world: World, account: AccountId, address: str) -> None:
    """Change the address, as the server's owner."""
    world.run(edit_account, EditAccount(account, None, email=address, reason="asked"))


def test_desk_3_a_replaced_address_hears_of_what_is_done_for_seven_days(world: World, bram: AccountId) -> None:
    """Whoever turns the mail elsewhere before they reset the key warns its owner all the same."""
    change(world, bram, "rossi@example.org")
    world.collect_mail()
    told = []
    for days in (0, 6, 1):
        world.pass_time(days=days)
        world.run(reset_secret_key, ResetSecretKey(bram, "lost phone"))
        told.append([(recipient, str(letter.facts["not_me"])) for recipient, letter in world.collect_mail()])

    both = ["bram@example.org", "rossi@example.org"]
    assert [sorted(recipient for recipient, _ in one) for one in told] == [both, both, ["rossi@example.org"]]
    assert len({link for one in told for _, link in one}) == 5


def test_desk_3_an_address_that_comes_back_is_told_once(world: World, bram: AccountId) -> None:
    """It is on record as the present one and as a former one."""
    change(world, bram, "rossi@example.org")
    world.pass_time(minutes=1)
    change(world, bram, "bram@example.org")
    world.collect_mail()
    world.run(reset_secret_key, ResetSecretKey(bram, "lost phone"))

    assert sorted(recipient for recipient, _ in world.collect_mail()) == ["bram@example.org", "rossi@example.org"]


def test_former_addresses_are_purged(world: World, bram: AccountId) -> None:
    """After seven days, by the worker."""
    change(world, bram, "rossi@example.org")
    counts = []
    for days in (6, 1, 0):
        world.pass_time(days=days)
        with world.writing() as call:
            counts.append(notices.purge(call))

    assert counts == [0, 1, 0]
