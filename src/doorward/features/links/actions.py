"""Making one-time links, looking at them, using them up."""

from doorward.edges.call import Call
from doorward.features.links import rules, store
from doorward.features.links.model import Link, LinkKind
from doorward.kernel.ids import AccountId
from doorward.kernel.ports import Secret
from doorward.kernel.tokens import make_token


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
    """End every link of a kind: a new first-administrator link voids the one before."""
    store.end_kind(call.sql, kind)


def end_of(call: Call, account: AccountId) -> None:
    """End the links of an account: a new one voids those before."""
    store.end_of(call.sql, account)


def purge(call: Call) -> int:
    """Forget links that are past their end."""
    return store.forget_expired(call.sql, call.now)
