"""Editing, enabling and disabling an account, and starting a password reset."""

from doorward.edges.call import Call
from doorward.edges.run import LostRace
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import AccountKind, Standing
from doorward.features.administration import rules
from doorward.features.administration.model import (
    AccountDisabled,
    AccountEdited,
    AccountEnabled,
    AccountUnchanged,
    DisableAccount,
    EditAccount,
    EnableAccount,
    PasswordResetStarted,
    StartPasswordReset,
)
from doorward.features.devices import actions as devices
from doorward.features.links import actions as links
from doorward.features.links.model import LinkKind
from doorward.features.notices import actions as notices
from doorward.features.notices.model import Kind
from doorward.features.otp import actions as otp
from doorward.features.passwords import actions as passwords
from doorward.features.rights.actions import administrators
from doorward.features.second_factor.actions import states as second_factor
from doorward.features.signin.actions import pending
from doorward.kernel.act import Needs, act
from doorward.kernel.outcome import Refused
from doorward.kernel.time import rfc3339


@act("users:modify", event="accounts.edited", needs=(Needs.ANOTHER,))
def edit_account(call: Call, command: EditAccount) -> AccountEdited | AccountUnchanged | Refused:
    """Change what is known of an account; a changed address is told to the old one too (DESK-4).

    Marking it protected asks for nothing more; lifting the mark is a change to a protected account (PROT-3).
    """
    standing = accounts.existing(call, command.account)
    if refused := _judge(call, standing, command):
        return refused
    changed = rules.changes(standing.account, command)
    marked = command.must_change_password is not None and passwords.mark(
        call, command.account, must_change=command.must_change_password
    )
    if not changed and not marked:
        return AccountUnchanged()
    if "email" in changed:
        changed["email_changed_at"] = call.now
    if not accounts.save(call, standing.account, changed):
        raise LostRace
    if "email" in changed:
        _address_changed(call, standing, changed["email"])
    if "protected" in changed:
        call.note.details["protected"] = changed["protected"]
        otp.forget_candidates(call, command.account)  # what was begun without a proof is not saved without one
    names = (*(name for name in changed if name != "email_changed_at"), *(("must_change_password",) if marked else ()))
    call.note.details["changed"] = ", ".join(names)
    return AccountEdited(standing.account.version + 1, names)


@act("users:modify", event="accounts.enabled", needs=(Needs.ANOTHER,))
def enable_account(call: Call, command: EnableAccount) -> AccountEnabled | AccountUnchanged:
    """Let a disabled account sign in again."""
    standing = accounts.existing(call, command.account)
    if standing.account.enabled:
        return AccountUnchanged()
    accounts.set_enabled(call, standing.account, enabled=True)
    return AccountEnabled()


@act("users:modify", event="accounts.disabled", needs=(Needs.ANOTHER, Needs.ADMINISTRATOR_LEFT))
def disable_account(call: Call, command: DisableAccount) -> AccountDisabled | AccountUnchanged:
    """Bar an account from signing in and end its sessions (SESS-3)."""
    standing = accounts.existing(call, command.account)
    if not standing.account.enabled:
        return AccountUnchanged()
    accounts.set_enabled(call, standing.account, enabled=False)
    accounts.move_epoch(call, command.account)
    return AccountDisabled()


@act("users:modify", event="passwords.reset_started", needs=(Needs.ANOTHER,))
def start_password_reset(call: Call, command: StartPasswordReset) -> PasswordResetStarted | Refused:
    """Mail a link to set a new password; no operator chooses or sees one (PASS-6).

    Refused while a set-up is open, but for an account that has no password yet: with the link and the code that the
    set-up asks for, both mailed, the mailbox alone would give the account (PASS-5).
    """
    standing = accounts.existing(call, command.account)
    if refused := judge_password_reset(call, standing):
        return refused
    address = devices.usable_address(standing.account, call.now)
    links.end_of(call, command.account)
    path, link = links.make_link(call, command.account, LinkKind.SET_PASSWORD, standing.state.epoch)
    accounts.note_credential_change(call, command.account, "password")
    facts = {
        **notices.about(call, standing.account.user_name),
        "by": call.actor.name,
        "link": call.site.public_url + path.reveal(),
        "expires_at": rfc3339(link.expires_at),
    }
    notices.tell(call, command.account, address, Kind.PASSWORD_RESET_STARTED, facts, expires_at=link.expires_at)
    return PasswordResetStarted(link.expires_at, path if call.actor.owner else None)


def judge_password_reset(call: Call, standing: Standing) -> Refused | None:
    """Refuse a password reset while a set-up is open, and where no link can be mailed; the owner is given the link."""
    account = standing.account
    has_password = passwords.find(call, account.id) is not None
    if rules.set_up_open(second_factor.entry_of(call, account.id), call.now, has_password=has_password):
        return Refused("passwords.set_up_open")
    mailed = call.actor.owner or devices.usable_address(account, call.now) is not None
    return None if mailed else Refused("passwords.no_address")


def _judge(call: Call, standing: Standing, command: EditAccount) -> Refused | None:
    account = standing.account
    if refused := rules.judge_version(account, command.if_version, owner=call.actor.owner):
        return refused
    if refused := rules.judge_fields(command.user_name, command.full_name, command.email):
        return refused
    if command.user_name is not None:
        bearer = accounts.find(call, command.user_name)
        if bearer is not None and bearer.account.id != account.id:
            return Refused("accounts.name_taken")
    leaves = command.kind is AccountKind.EXTERNAL and account.kind is AccountKind.INTERNAL
    if leaves and administrators.last_able_administrator(call, account.id):
        return Refused("rights.last_administrator")
    return None


def _address_changed(call: Call, standing: Standing, address: str | None) -> None:
    """End codes, links and sign-ins under way, remember who set the address (KEY-10), tell the old one and the new."""
    account = standing.account
    devices.delete_codes_of(call, account.id)
    pending.end_of(call, account.id)
    links.end_of(call, account.id)
    accounts.note_credential_change(call, account.id, "address")
    facts = {**notices.about(call, account.user_name), "by": call.actor.name}
    notices.note_former_address(call, account.id, account.email)
    links.tell_with_not_me(call, account.id, address, Kind.EMAIL_CHANGED, facts)
