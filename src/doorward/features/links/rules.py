"""When a one-time link is good."""

from datetime import datetime

from doorward.features.links.model import Link, LinkKind


def good(link: Link, kind: LinkKind, account_epoch: int | None, now: datetime) -> bool:
    """Return whether a link opens what it is asked for: its own kind, unused, in time, and not ended by the epoch.

    `account_epoch` is None where the account does not exist yet: the first administrator's link. No epoch ends
    *this was not me* (DESK-3).
    """
    if link.kind is not kind or link.used_at is not None or now >= link.expires_at:
        return False
    if kind is LinkKind.NOT_ME:
        return account_epoch is not None
    return (account_epoch is None) == (kind is LinkKind.WELCOME) and account_epoch in {None, link.epoch}
