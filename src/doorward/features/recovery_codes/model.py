"""Facts of recovery codes."""

from dataclasses import dataclass, field
from datetime import datetime

from doorward.kernel.ids import AccountId


@dataclass(frozen=True, slots=True)
class RecoveryCode:
    """A recovery code as it is kept."""

    account: AccountId
    hash: bytes = field(repr=False)
    made_at: datetime
    used_at: datetime | None = None
