from dataclasses import replace

import pytest

from doorward.features.administration.actions.adding import add_account
from doorward.features.administration.actions.first_password import hash_first_password
from doorward.features.administration.model import AccountAdded, AddAccount
from doorward.features.signin.model import SignInGoesOn
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret
from tests.features.signin.walking import PASSWORD, Walk
from tests.worlds import World

NEW = AddAccount("b.rossi", "Bram Rossi", "bram@example.org")


@pytest.fixture
def walk(world: World) -> Walk:
    """Begin with nobody there."""
    return Walk(world)


def test_password_that_the_owner_brings_signs_in(walk: Walk, world: World) -> None:
    """Judged and hashed first, then kept with the account (PASS-6)."""
    encoded = walk.take(hash_first_password(NEW, Secret(PASSWORD)))
    added = world.run(add_account, replace(NEW, password_hash=encoded))

    assert isinstance(added, AccountAdded)
    assert isinstance(walk.give_password("b.rossi"), SignInGoesOn)


@pytest.mark.parametrize(
    ("command", "password", "code"),
    [
        (NEW, "short", "passwords.min_length"),
        (NEW, "my name is b.rossi", "passwords.contains_name"),
        (replace(NEW, user_name="CARL"), PASSWORD, "accounts.name_taken"),
        (replace(NEW, email="bram"), PASSWORD, "accounts.email_malformed"),
    ],
)
def test_bad_password_or_account_is_refused_before_it_is_hashed(
    walk: Walk, world: World, command: AddAccount, password: str, code: str
) -> None:
    """The rules hold for the server's owner too (PASS-1, PASS-2)."""
    world.add("carl")
    refused = walk.take(hash_first_password(command, Secret(password)))

    assert isinstance(refused, Refused)
    assert refused.code == code
