"""What is known of a group."""

from dataclasses import dataclass
from datetime import datetime

from doorward.kernel.ids import GroupId


@dataclass(frozen=True, slots=True)
class Group:
    """A named set of accounts."""

    id: GroupId
    name: str
    description: str
    password_rules: str | None
    """The name of the password rules that serve its members; None: it says nothing about them."""
    created_at: datetime
    version: int
