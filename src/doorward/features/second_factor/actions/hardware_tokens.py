"""Hardware tokens as second factors: assigning, unassigning, finding one again that is out of step (KEY-14).

Whoever assigns a token hands over the device: its key is the account's at once, in place of the secret key before it,
and its holder is told by mail. An operator who has set the account's address or password within 72 hours could use it
alone, and is refused (as for KEY-10).
"""

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Standing
from doorward.features.audit import actions as audit
from doorward.features.devices import actions as devices
from doorward.features.notices.model import Kind
from doorward.features.otp import actions as otp
from doorward.features.otp.rules import clock_errors, codes
from doorward.features.passkeys.actions import keeping as passkeys
from doorward.features.recovery_codes import actions as recovery_codes
from doorward.features.rights.model.facts import MODIFY_OBJECT_ACLS
from doorward.features.second_factor import rules, store
from doorward.features.second_factor.actions import proof, states
from doorward.features.tokens.actions import inventory
from doorward.features.tokens.model import (
    AssignToken,
    ResynchroniseOwnToken,
    ResynchroniseToken,
    Token,
    TokenAssigned,
    TokenHeldAlready,
    TokenResynchronised,
    TokenUnassigned,
    UnassignToken,
)
from doorward.features.tokens.rules.inventory import may_assign
from doorward.kernel.act import Needs, Who, act
from doorward.kernel.events import Event
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Fact, Refused


@act(MODIFY_OBJECT_ACLS, event="tokens.assigned", needs=(Needs.ANOTHER, Needs.SECOND_FACTOR))
def assign_token(call: Call, command: AssignToken) -> TokenAssigned | TokenHeldAlready | Refused:
    """Make a token from stock another's secret key, in place of the one before; nothing has to be set up.

    Refused with `tokens.not_found`, `tokens.ambiguous`, `tokens.changed_by_actor`, or because of what the token is.
    """
    standing, token = accounts.existing(call, command.account), _named(call, command)
    if isinstance(token, Refused):
        return token
    call.note.details.update(inventory.facts_of(token))
    if token.account == command.account and otp.key_facts(call, command.account) is not None:
        return TokenHeldAlready()
    if refused := may_assign(token, command.account, call.now):
        return refused
    if refused := judge_assign(call, standing):
        return refused
    otp.bind_token(call, command.account, token)
    _without_codes(call, command.account)
    accounts.move_epoch(call, command.account)
    states.tell(call, standing, Kind.HARDWARE_TOKEN_ASSIGNED, serial=token.serial)
    return TokenAssigned(token.serial)


@act(
    MODIFY_OBJECT_ACLS, event="tokens.unassigned", needs=(Needs.ANOTHER, Needs.SECOND_FACTOR, Needs.ADMINISTRATOR_LEFT)
)
def unassign_token(call: Call, command: UnassignToken) -> TokenUnassigned | Refused:
    """Take the token from another's account; without another factor the account is blocked, as by delete (KEY-4)."""
    standing, token = _holding(call, command.account)
    if token is None:
        return Refused("tokens.none_assigned")
    call.note.details.update(inventory.facts_of(token))
    if refused := judge_unassign(call, standing):
        return refused
    others, blocks = passkeys.count_of(call, command.account), _blocks(call, standing)
    otp.delete_keys(call, command.account)
    if not others:
        _without_codes(call, command.account)
    accounts.move_epoch(call, command.account)
    states.tell(call, standing, Kind.HARDWARE_TOKEN_UNASSIGNED, serial=token.serial, blocked=blocks)
    return TokenUnassigned(token.serial, blocks)


@act(MODIFY_OBJECT_ACLS, event="tokens.resynchronised", needs=(Needs.ANOTHER, Needs.SECOND_FACTOR))
def resynchronise_token(call: Call, command: ResynchroniseToken) -> TokenResynchronised | Refused:
    """Find another's token again by two codes in a row that its holder reads out, up to a day off its clock.

    A wrong pair is a wrong code of the operator's own session: nobody goes on trying, and its holder is not locked by
    somebody else's slip (LOCK-14).
    """
    standing, token = _holding(call, command.account)
    if token is not None:
        call.note.details.update(inventory.facts_of(token))
    if not _are_codes(command.codes):
        return Refused("otp.malformed")
    if token is None:
        return Refused("tokens.none_assigned")
    operator = _at_the_session(call)
    if operator is not None and (barred := proof.barred(call, operator)):
        return barred
    found = otp.resynchronise(call, command.account, command.codes, clock_errors.RESYNC_SECONDS)
    if isinstance(found, Refused):
        return found if operator is None or found.code != "otp.wrong" else proof.count_wrong(call, operator)
    states.tell(call, standing, Kind.HARDWARE_TOKEN_RESYNCHRONISED, serial=found.serial)
    return found


@act(who=Who.SELF, event="tokens.resynchronised")
def resynchronise_own_token(call: Call, command: ResynchroniseOwnToken) -> TokenResynchronised | Refused:
    """Find one's own token again by two of its codes in a row; a wrong pair counts as a wrong code of the session."""
    session = proof.own(call)
    standing, token = _holding(call, session.account)
    if token is None:
        return Refused("tokens.none_assigned")
    call.note.details.update(inventory.facts_of(token))
    if not _are_codes(command.codes):
        return Refused("otp.malformed")
    if barred := proof.barred(call, standing):
        return barred
    found = otp.resynchronise(call, session.account, command.codes, clock_errors.CLOCK_ERROR_SECONDS)
    if isinstance(found, Refused) and found.code == "otp.wrong":
        otp.count_failure(call, session.account)
        return proof.count_wrong(call, standing)
    return found


def judge_assign(call: Call, standing: Standing) -> Refused | None:
    """Refuse whoever could use the token alone, having set the account's address or password (as for KEY-10)."""
    mine = states.changed_by_actor(call, standing.account.id)
    return Refused("tokens.changed_by_actor") if mine else None


def judge_unassign(call: Call, standing: Standing) -> Refused | None:
    """Refuse to take a token that is not there, or whose want would block an external account (KEY-4)."""
    return judge_held(call, standing) or rules.judge_unassign(standing.account.kind, blocks=_blocks(call, standing))


def judge_held(call: Call, standing: Standing) -> Refused | None:
    """Refuse what is done to a token where the account holds none."""
    return Refused("tokens.none_assigned") if otp.token_of(call, standing.account.id) is None else None


def _blocks(call: Call, standing: Standing) -> bool:
    """Return whether an account without its token could not sign in."""
    return not standing.state.excluded and not passkeys.count_of(call, standing.account.id)


def record_in_step(call: Call, standing: Standing) -> None:
    """Record that two wrong codes in a row at a sign-in have put a token in step again (KEY-15)."""
    account = standing.account
    token = otp.token_of(call, account.id)
    details: dict[str, Fact] = {} if token is None else {**inventory.facts_of(token)}
    event = Event("tokens.resynchronised", "done", target=account.id, target_name=account.user_name, details=details)
    audit.record(call, event)


def _named(call: Call, command: AssignToken) -> Token | Refused:
    """Find the token that a command names."""
    if command.token is None:
        return inventory.by_serial(call, command.serial, command.manufacturer)
    return inventory.find(call, command.token) or Refused("tokens.not_found")


def _holding(call: Call, account: AccountId) -> tuple[Standing, Token | None]:
    """Load an account, and the token that it holds."""
    return accounts.existing(call, account), otp.token_of(call, account)


def _without_codes(call: Call, account: AccountId) -> None:
    """Delete what stood in for the key that is gone, and any permission to set one up."""
    recovery_codes.delete_codes(call, account)
    devices.delete_codes_of(call, account)
    store.take_entry(call.sql, account)


def _at_the_session(call: Call) -> Standing | None:
    """Load the account whose session this is; None for the owner at the command line, who has the database itself."""
    session = call.actor.session
    return None if session is None else accounts.load(call, session.account)


def _are_codes(given: tuple[str, str]) -> bool:
    return None not in map(codes.parse_code, given)
