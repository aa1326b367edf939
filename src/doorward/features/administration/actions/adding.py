"""Adding an account: with its allowlist entry, its roles, and a link to set a password."""

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import AccountKind, NewAccount, Standing
from doorward.features.administration import rules
from doorward.features.administration.actions import grouping
from doorward.features.administration.model import AccountAdded, AddAccount
from doorward.features.links import actions as links
from doorward.features.links.model import LinkKind
from doorward.features.notices import actions as notices
from doorward.features.notices.model import Kind
from doorward.features.passwords import actions as passwords
from doorward.features.policy import actions as policy
from doorward.features.rights.actions import granting as rights
from doorward.features.rights.actions import group_roles, judging
from doorward.features.second_factor.actions import states as second_factor
from doorward.features.second_factor.model import Cause
from doorward.kernel.act import Needs, act
from doorward.kernel.ids import AccountId, new_id
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret
from doorward.kernel.time import rfc3339


@act("users:modify", event="accounts.added", needs=(Needs.SOMEWHERE,))
def add_account(call: Call, command: AddAccount) -> AccountAdded | Refused:
    """Add an account; without a password it is mailed a link to set one (PASS-6)."""
    added = AccountId(new_id(call.now, call.entropy))
    if refused := _judge(call, command):
        return refused
    joined = grouping.judge_new_member(call, command.groups)
    if isinstance(joined, Refused):
        return joined
    if command.kind is AccountKind.EXTERNAL and any(group_roles.gives_roles(call, one.id) for one in joined):
        return Refused("rights.internal_only")
    if not (joined or call.reach.everything):
        return Refused("groups.required")
    name = command.user_name.strip()
    person = NewAccount(
        id=added,
        user_name=name,
        full_name=command.full_name.strip() or name,
        email=command.email or None,
        kind=command.kind,
        at=call.now,
    )
    call.note.target, call.note.target_name = person.id, person.user_name
    call.note.details.update(kind=command.kind.value, roles=", ".join(command.roles))
    call.note.details |= {"groups": ", ".join(group.name for group in joined)} if joined else {}
    standing = create(call, person, command.roles)
    grouping.join_along(call, person.id, person.user_name, joined)
    accounts.note_credential_change(call, person.id, "address")
    if command.password_hash is not None:
        passwords.put(call, person.id, command.password_hash, must_change=command.must_change_password)
        return AccountAdded(person.id, person.user_name)
    path = _invite(call, standing)
    return AccountAdded(person.id, person.user_name, path if call.actor.owner else None)


def create(call: Call, person: NewAccount, roles: tuple[str, ...]) -> Standing:
    """Make an account, enabled, with its roles, on the allowlist where new accounts start there (KEY-12)."""
    accounts.add(call, person)
    for role in roles:
        rights.give_along(call, person.id, person.user_name, role)
    if policy.two_factor(call).new_accounts_may_set_up:
        second_factor.allow_on_creation(call, person.id, Cause.NEW_ACCOUNT)
    return accounts.existing(call, person.id)


def judge_new(call: Call, user_name: str, full_name: str, email: str | None) -> Refused | None:
    """Refuse fields that cannot be so, and a name that somebody has in any spelling (LOCK-16)."""
    if refused := rules.judge_fields(user_name, full_name.strip() or None, email):
        return refused
    return Refused("accounts.name_taken") if accounts.find(call, user_name) is not None else None


def _judge(call: Call, command: AddAccount) -> Refused | None:
    if command.password_hash is not None and not call.actor.owner:
        return Refused("rights.missing", cause="only the server's owner gives an account its password")
    if refused := judge_new(call, command.user_name, command.full_name, command.email):
        return refused
    if command.password_hash is None and not command.email and not call.actor.owner:
        return Refused("accounts.email_missing")
    if command.roles and command.kind is AccountKind.EXTERNAL:
        return Refused("rights.internal_only")
    refusals = (judging.judge_grant(call, role) for role in command.roles)
    return next((one for one in refusals if one is not None), None)


def _invite(call: Call, standing: Standing) -> Secret:
    account = standing.account
    path, link = links.make_link(call, account.id, LinkKind.SET_PASSWORD, standing.state.epoch)
    facts = {
        **notices.about(call, account.user_name),
        "by": call.actor.name,
        "link": call.site.public_url + path.reveal(),
        "expires_at": rfc3339(link.expires_at),
    }
    notices.tell(call, account.id, account.email, Kind.ACCOUNT_ADDED, facts, expires_at=link.expires_at)
    return path
