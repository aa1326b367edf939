"""Making one-time links, looking at them, using them up; and telling somebody with a link to say *this was not me*."""

from collections.abc import Mapping

from doorward.edges.call import Call
from doorward.features.links import rules, store
from doorward.features.links.model import Link, LinkKind
from doorward.features.notices import actions as notices
from doorward.features.notices.model import Kind
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Fact
from doorward.kernel.ports import Secret
from doorward.kernel.tokens import make_token

_NO_EPOCH = 0
"""What is stored where a link carries no epoch."""


def make_link(call: Call, account: AccountId, kind: LinkKind, epoch: int) -> tuple[Secret, Link]:
    """Make a link of an account; gives its path, which is shown this once, and the link as stored."""
    token, token_hash = make_token(account, call.entropy)
    link = Link(
        account=account,
        kind=kind,
        token_hash=token_hash,
        epoch=epoch,
        made_at=call.now,
        made_by=call.actor.name,
        expires_at=call.now + kind.lifetime,
        used_at=None,
    )
    store.add(call.sql, link)
    return Secret(f"/{kind.value}/{token.reveal()}"), link


def find_good(
    call: Call, account: AccountId, token_hash: bytes, kind: LinkKind, account_epoch: int | None
) -> Link | None:
    """Find a link that is good for what it is asked for; looking changes nothing."""
    link = store.by_token(call.sql, account, token_hash)
    return link if link is not None and rules.good(link, kind, account_epoch, call.now) else None


def use_up(call: Call, link: Link) -> bool:
    """Use a link up; False when somebody else just has."""
    return store.use(call.sql, link, call.now)


def end_kind(call: Call, kind: LinkKind) -> None:
    """End every link of a kind: the first administrator needs none any more, and nobody else may."""
    store.end_kind(call.sql, kind)


def end_of(call: Call, account: AccountId) -> None:
    """End the links of an account: a new one voids those before. *This was not me* stays good (DESK-3)."""
    store.end_of(call.sql, account)


def tell_with_not_me(
    call: Call, account: AccountId, recipient: str | None, kind: Kind, facts: Mapping[str, Fact]
) -> None:
    """Tell the owner what was done to their account, at every address on record (DESK-3).

    Each mail has a link of its own to say *this was not me*: whoever has one of the mailboxes uses up no other's.
    """
    for address in notices.on_record(call, account, recipient):
        path, _ = make_link(call, account, LinkKind.NOT_ME, _NO_EPOCH)
        notices.tell(call, account, address, kind, {**facts, "not_me": call.site.public_url + path.reveal()})


def purge(call: Call) -> int:
    """Forget links that are past their end."""
    return store.forget_expired(call.sql, call.now)
