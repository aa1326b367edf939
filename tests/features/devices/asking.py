"""Asking for a code by e-mail, reading it in the mail, and typing it."""

from datetime import timedelta

from doorward.features.accounts import store as accounts_store
from doorward.features.devices import actions
from doorward.features.devices.model import CodeIssued
from doorward.features.notices.model import Letter
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId
from tests.worlds import World

HERE, THERE = b"h" * 32, b"t" * 32
"""Two pending sign-ins."""
MINUTE = timedelta(minutes=1)
NOTHING = CodeIssued(None, None, None)


def issue(world: World, account: AccountId, pending: bytes = HERE) -> CodeIssued:
    """Ask for a code by e-mail."""
    with world.writing() as call:
        return actions.issue_code(call, world.standing(account), pending)


def show(world: World, account: AccountId, pending: bytes = HERE) -> CodeIssued:
    """Ask how a pending sign-in stands."""
    with world.reading() as call:
        return actions.show_code(call, world.standing(account), pending)


def check(world: World, account: AccountId, typed: str, pending: bytes = HERE) -> Result:
    """Type a code in a transaction of its own."""
    with world.writing() as call:
        return actions.check_device_code(call, account, pending, typed)


def letters(world: World) -> list[Letter]:
    """Hand over the mail."""
    return [letter for _, letter in world.collect_mail()]


def mailed_code(world: World) -> str:
    """Read the code in the mail that came last."""
    code = letters(world)[-1].facts["code"]
    assert isinstance(code, str)
    return code


def temporary_code(world: World, account: AccountId) -> str:
    """Issue a temporary access code."""
    with world.writing() as call:
        code, _ = actions.issue_temporary_code(call, account)
    return code.reveal()


def change_address(world: World, account: AccountId, **fields: object) -> None:
    """Set columns of the account."""
    with world.writing() as call:
        assert accounts_store.save_fields(call.sql, world.standing(account).account, dict(fields), call.now)
