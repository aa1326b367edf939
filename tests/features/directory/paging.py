"""What the tests of lists share: going through all of their pages."""

from collections.abc import Callable
from typing import Any

from doorward.features.directory.rules import going_on
from doorward.features.directory.store.lists import JoinedAccount
from doorward.kernel.ids import AccountId


def pages(search: Callable[[dict[str, Any]], list[JoinedAccount]], conditions: dict[str, Any]) -> list[AccountId]:
    """Ask for page after page of a list, and give whom all of them have, in their order."""
    found: list[AccountId] = []
    after: dict[str, Any] = {}
    while page := search(conditions | after):
        last = page[-1]
        found += [one.standing.account.id for one in page]
        after = going_on(last.canonical_name, last.standing.account.id)
    return found
