from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.features.accounts import actions as accounts
from doorward.features.accounts import store as accounts_store
from doorward.features.devices import actions as devices
from doorward.features.second_factor.actions import secret_key, states
from doorward.features.second_factor.model import (
    IssueTemporaryAccessCode,
    TemporaryAccessCodeIssued,
)
from doorward.kernel.act import Bearer
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.keys import bind
from tests.worlds import NOON, OWNER, World

PENDING = b"p" * 32


@pytest.fixture
def grace(world: World) -> Bearer:
    """Sign in Grace, an operator who may do all that a super user may, with her second factor."""
    return world.add_operator("grace", "super-user")


@pytest.fixture
def bram(world: World) -> AccountId:
    """Add Bram, who has a key."""
    account = world.add("bram")
    bind(world, account)
    return account


def issue(world: World, account: AccountId, by: Bearer) -> TemporaryAccessCodeIssued | Refused:
    """Issue a temporary access code."""
    return world.run(secret_key.issue_temporary_access_code, IssueTemporaryAccessCode(account, "at the counter"), by)


@pytest.fixture
def nomail(world: World) -> AccountId:
    """Add somebody on the allowlist whose address has just been changed, not by Grace."""
    account = world.add("nomail")
    with world.writing() as call:
        states.allow_on_creation(call, account)
        changed = {"email_changed_at": NOON - timedelta(hours=1)}
        assert accounts_store.save_fields(call.sql, world.standing(account).account, changed, NOON)
    world.pass_time(seconds=1)
    return account


def test_temporary_code_opens_the_step(world: World, grace: Bearer, nomail: AccountId) -> None:
    """It is shown once, lives 15 minutes, and is typed in place of the mailed code (KEY-10)."""
    issued = issue(world, nomail, grace)
    assert isinstance(issued, TemporaryAccessCodeIssued)

    with world.writing() as call:
        result = devices.check_device_code(call, nomail, PENDING, issued.code.reveal())
    assert (result, issued.expires_at) == (Result.RIGHT, NOON + timedelta(minutes=15, seconds=1))


def test_temporary_code_is_recorded_and_told_without_itself(world: World, grace: Bearer, nomail: AccountId) -> None:
    """Neither entry nor mail holds the code."""
    issued = issue(world, nomail, grace)
    assert isinstance(issued, TemporaryAccessCodeIssued)

    recorded = world.entries()[-1]
    ((_, letter),) = world.collect_mail()
    assert (recorded.act, recorded.reason) == ("second_factor.temporary_code", "at the counter")
    assert recorded.details == {"until": "2026-05-04T12:15:01Z"}
    assert letter.kind == "temporary_access_code_issued"
    assert issued.code.reveal() not in f"{recorded} {letter}"


def test_temporary_code_is_refused_where_mail_works(world: World, grace: Bearer) -> None:
    """The ordinary way is open."""
    carl = world.add("carl")
    with world.writing() as call:
        states.allow_on_creation(call, carl)

    assert issue(world, carl, grace) == Refused("second_factor.address_usable")


def test_temporary_code_is_refused_off_the_allowlist(world: World, grace: Bearer, bram: AccountId) -> None:
    """It stands in for a code before a set-up, for nothing else."""
    assert issue(world, bram, grace) == Refused("second_factor.not_allowed_to_set_up")


@pytest.mark.parametrize(("hours", "refused"), [(71.9, 1), (72.1, 0)])
def test_temporary_code_is_refused_to_whoever_set_the_credentials(
    world: World, grace: Bearer, nomail: AccountId, hours: float, refused: int
) -> None:
    """Within 72 hours an operator who changed password or address could sign in with it (KEY-10)."""
    with world.writing() as call:
        accounts_store.note_credential_change(call.sql, nomail, grace.account, "address", NOON - timedelta(hours=hours))

    assert [issue(world, nomail, grace)].count(Refused("second_factor.changed_by_actor")) == refused


def test_another_operator_may_issue_it(world: World, grace: Bearer, nomail: AccountId) -> None:
    """Two people are needed, not none."""
    with world.writing() as call:
        operator = replace(call, actor=replace(call.actor, account=grace.account))
        accounts.note_credential_change(operator, nomail, "address")
    other = world.add_operator("hugo", "super-user")

    assert issue(world, nomail, grace) == Refused("second_factor.changed_by_actor")
    assert isinstance(issue(world, nomail, other), TemporaryAccessCodeIssued)


def test_owner_is_not_asked_who_set_the_credentials(world: World, nomail: AccountId) -> None:
    """The 72 hours do not apply to the server's owner (RIGHT-8)."""
    outcome = world.run(secret_key.issue_temporary_access_code, IssueTemporaryAccessCode(nomail, "by hand"), OWNER)

    assert isinstance(outcome, TemporaryAccessCodeIssued)
