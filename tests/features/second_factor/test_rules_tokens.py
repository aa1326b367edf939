import pytest

from doorward.features.accounts.model import AccountKind
from doorward.features.second_factor import rules


@pytest.mark.parametrize(
    ("kind", "blocks", "code"),
    [
        (AccountKind.INTERNAL, True, None),
        (AccountKind.EXTERNAL, False, None),
        (AccountKind.EXTERNAL, True, "second_factor.internal_only"),
    ],
)
def test_key_4_a_token_is_not_taken_from_an_external_account_that_it_would_block(
    kind: AccountKind, blocks: bool, code: str | None
) -> None:
    """Like a delete: such an account is disabled instead."""
    refused = rules.judge_unassign(kind, blocks=blocks)

    assert (refused.code if refused else None) == code
