"""The first administrator, and the one who comes back: links that stand in for the e-mailed code."""

from dataclasses import replace

from doorward.edges.call import Call, Resumed, Steps
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import AccountKind, NewAccount, Standing
from doorward.features.administration.actions.adding import create, judge_new
from doorward.features.administration.model import LinkMade, MakeFirstLink, RescueAccount, UseWelcomeLink
from doorward.features.audit import actions as audit
from doorward.features.links import actions as links
from doorward.features.links.model import Link, LinkKind
from doorward.features.lockout.actions import attempts as lockout
from doorward.features.lockout.model import Factor
from doorward.features.notices.model import Kind
from doorward.features.passwords import actions as passwords
from doorward.features.passwords.model import Chooser, Whose
from doorward.features.rights.actions import administrators, granting
from doorward.features.rights.rules.roles import ADMINISTRATOR
from doorward.features.second_factor.actions import states as second_factor
from doorward.features.signin.actions.new_password import after_link, hash_new
from doorward.features.signin.model import LinkOpened, OpenLink, PendingToken
from doorward.kernel.act import Actor, Who, act
from doorward.kernel.events import Event
from doorward.kernel.ids import AccountId, new_id
from doorward.kernel.outcome import Begin, Refused
from doorward.kernel.time import rfc3339

_NOT_YET = 0
"""The epoch of an account that does not exist yet."""


@act(who=Who.SERVER, event="links.first_administrator")
def make_first_link(call: Call, command: MakeFirstLink) -> LinkMade | Refused:
    """Make a link by which the first administrator comes in; it ends once there is one.

    Those before it stay good: each `serve` makes one, and whoever holds an earlier one is not locked out by a restart.
    """
    if administrators.administrator_exists(call):
        return Refused("rights.administrator_exists")
    path, link = links.make_link(call, AccountId(new_id(call.now, call.entropy)), LinkKind.WELCOME, _NOT_YET)
    return LinkMade(path, link.expires_at)


def open_welcome_link(command: OpenLink) -> Steps:
    """Look at the first administrator's link: opening changes nothing."""
    resumed: Resumed = yield Begin()
    link = _good(resumed.call, command.token)
    return link if isinstance(link, Refused) else LinkOpened(command.kind, "", link.expires_at)


def use_welcome_link(command: UseWelcomeLink) -> Steps:
    """Make the first administrator, and go on to the set-up without an e-mailed code."""

    def whose(call: Call) -> Chooser | Refused:
        link = _good(call, command.token)
        if isinstance(link, Refused):
            return link
        refused = judge_new(call, command.user_name, command.full_name, command.email)
        return refused or (command.token.account, Whose(command.user_name, command.email))

    hashed = yield from hash_new(command.password, whose)
    if isinstance(hashed, Refused):
        return hashed
    call, encoded = hashed
    link = _good(call, command.token)
    if isinstance(link, Refused) or not links.use_up(call, link):
        return Refused("signin.expired")
    standing = _make(call, command, encoded)
    return after_link(call, standing)


@act(who=Who.SERVER, event="accounts.rescued")
def rescue_account(call: Call, command: RescueAccount) -> LinkMade:
    """Make an account able to administer again: everything that bars it is lifted, every factor deleted (RIGHT-5)."""
    standing = accounts.existing(call, command.account)
    accounts.restore(call, standing)
    granting.make_administrator(call, command.account, standing.account.user_name)
    lockout.clear_counters(call, command.account, *Factor)
    entry = second_factor.start_over(call, standing)
    epoch = accounts.move_epoch(call, command.account)
    links.end_of(call, command.account)
    path, link = links.make_link(call, command.account, LinkKind.RESCUE, epoch)
    second_factor.tell(call, standing, Kind.SECOND_FACTOR_RESET, until=rfc3339(entry.expires_at))
    return LinkMade(path, link.expires_at)


def _good(call: Call, token: PendingToken) -> Link | Refused:
    """Find the first administrator's link, dead as soon as any account holds Administrator."""
    link = links.find_good(call, token.account, token.token_hash, LinkKind.WELCOME, None)
    return Refused("signin.expired") if link is None or administrators.administrator_exists(call) else link


def _make(call: Call, command: UseWelcomeLink, encoded: str) -> Standing:
    """Make the account; whoever holds the link acts as the administrator that they become."""
    name = command.user_name.strip()
    person = NewAccount(
        id=command.token.account,
        user_name=name,
        full_name=command.full_name.strip() or name,
        email=command.email or None,
        kind=AccountKind.INTERNAL,
        at=call.now,
    )
    call = replace(call, actor=Actor(person.id, name))
    standing = create(call, person, (ADMINISTRATOR,))
    second_factor.allow_on_creation(call, person.id)
    passwords.put(call, person.id, encoded)
    links.end_kind(call, LinkKind.WELCOME)
    details = {"kind": person.kind.value, "roles": ADMINISTRATOR}
    audit.record(call, Event("accounts.added", "done", target=person.id, target_name=name, details=details))
    return standing
