"""What an account's page says one may do is what one may do, in every state of the account (RIGHT-7)."""

from itertools import product
from typing import Any

import pytest

from doorward.features.accounts.model import AccountKind
from doorward.features.directory.actions import view_account
from doorward.features.directory.model import AccountShown, ViewAccount
from doorward.features.lockout.actions.locking import unlock_account
from doorward.features.lockout.model import UnlockAccount
from doorward.features.rights.actions.explaining import explain_permission
from doorward.features.rights.model.acts.explaining import Explain, Explained
from doorward.features.second_factor.actions.allowlist import allow_set_up
from doorward.features.second_factor.actions.exclusions import exclude_account
from doorward.features.second_factor.actions.secret_key import delete_secret_key, reset_secret_key
from doorward.features.second_factor.model import AllowSetUp, DeleteSecretKey, ExcludeAccount, ResetSecretKey
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.worlds import NOON, World

WHY = "as it is asked for"
DO: dict[str, Any] = {
    "unlock": lambda account: (unlock_account, UnlockAccount(account, WHY)),
    "reset_secret_key": lambda account: (reset_secret_key, ResetSecretKey(account, WHY)),
    "delete_secret_key": lambda account: (delete_secret_key, DeleteSecretKey(account, WHY)),
    "allow_set_up": lambda account: (allow_set_up, AllowSetUp(account, WHY)),
    "exclude": lambda account: (exclude_account, ExcludeAccount(account, WHY)),
}
STATES: dict[str, dict[str, Any]] = {
    "open": {"factors": 1},
    "without a factor": {},
    "excluded": {"factors": 1, "excluded": True},
    "external": {"factors": 1, "kind": AccountKind.EXTERNAL},
    "Failures": {"locked_at": NOON, "lock_reason": "Failures"},
    "Inactivity": {"locked_at": NOON, "lock_reason": "Inactivity"},
    "Administrator": {"locked_at": NOON, "lock_reason": "Administrator"},
    "Reported": {"locked_at": NOON, "lock_reason": "Reported"},
}
REFUSED = {
    ("help-desk", "Administrator", "unlock"): "rights.missing",
    ("help-desk", "Reported", "unlock"): "rights.missing",
    ("administrator", "excluded", "delete_secret_key"): "second_factor.excluded",
    ("administrator", "external", "delete_secret_key"): "second_factor.internal_only",
}
"""What the state of an account forbids to whoever has the right."""


def said(world: World, account: AccountId, by: Bearer, name: str) -> tuple[bool, bool, str | None]:
    """Read what the page says of one act: whether it is allowed, whether by right, and why not."""
    shown = world.run(view_account, ViewAccount(account), by)
    assert isinstance(shown, AccountShown)
    one = shown.permissions[name]
    return one.allowed, one.has_right, None if one.reason is None else one.reason.code


@pytest.mark.parametrize("role", ["help-desk", "administrator"])
def test_what_is_said_is_what_is_done(world: World, role: str) -> None:
    """Each act in each state, first asked about and then tried; "why can't I?" says the same."""
    by = world.add_operator("olga", role)
    chief = world.add_operator("chief", "administrator")
    for (state, columns), (name, act) in product(STATES.items(), DO.items()):
        bram = world.add(f"bram {state} {name}", **columns)
        allowed, has_right, why = said(world, bram, by, name)
        explained = world.run(explain_permission, Explain(bram, by.account, name), chief)
        action, command = act(bram)
        outcome = world.run(action, command, by)

        code = outcome.code if isinstance(outcome, Refused) else None
        assert (allowed, why) == (code is None, code), (state, name)
        without = "rights.missing" if role == "help-desk" and name != "unlock" else None
        assert code == REFUSED.get((role, state, name), without), (state, name)
        assert has_right == (code != "rights.missing")
        assert isinstance(explained, Explained)
        assert (explained.allowed, None if explained.refusal is None else explained.refusal.code) == (allowed, why)
        assert all(one.answer for one in explained.reasoning) == allowed
