"""Finding and using the link that somebody has opened."""

from dataclasses import dataclass

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Standing
from doorward.features.links import actions as links
from doorward.features.links.model import Link, LinkKind
from doorward.features.signin.actions import forgotten
from doorward.features.signin.model import PendingToken
from doorward.features.signin.rules import machine
from doorward.kernel.outcome import Refused


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """A good link with its account."""

    link: Link
    standing: Standing


def find(call: Call, token: PendingToken, kind: LinkKind) -> OpenedLink | Refused:
    """Find a good link; looking changes nothing."""
    standing = accounts.load(call, token.account)
    if standing is None:
        return Refused("signin.expired")
    link = links.find_good(call, token.account, token.token_hash, kind, standing.state.epoch)
    if link is None or _withdrawn(call, kind, standing):
        return Refused("signin.expired")
    return OpenedLink(link, standing)


def use(call: Call, token: PendingToken, kind: LinkKind) -> OpenedLink | Refused:
    """Use a good link up; of two at once one is refused."""
    found = find(call, token, kind)
    if isinstance(found, OpenedLink) and not links.use_up(call, found.link):
        return Refused("signin.expired")
    return found


def _withdrawn(call: Call, kind: LinkKind, standing: Standing) -> bool:
    """Return whether a forgotten password's link would not be mailed now (PASS-5)."""
    return kind is LinkKind.FORGOTTEN_PASSWORD and forgotten.reply_to(call, standing) is not machine.Reply.LINK
