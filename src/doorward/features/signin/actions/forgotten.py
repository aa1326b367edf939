"""Forgotten passwords: one answer for every name, and what is mailed about it afterwards (PASS-5).

Asking writes one row and one entry, whoever the name belongs to. What is mailed, if anything, is decided by the worker,
where nobody waits for it: neither bytes nor time tell names, nor how an account stands.
"""

from doorward.edges.call import Call, Resumed, Steps
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Standing
from doorward.features.audit import actions as audit
from doorward.features.devices import actions as devices
from doorward.features.links import actions as links
from doorward.features.links.model import LinkKind
from doorward.features.lockout import rules as lockout_rules
from doorward.features.notices import actions as notices
from doorward.features.notices.model import Kind
from doorward.features.passwords import actions as passwords
from doorward.features.passwords.model import Ask
from doorward.features.policy import actions as policy
from doorward.features.second_factor import rules as second_factor_rules
from doorward.features.second_factor.actions import states as second_factor
from doorward.features.signin.actions import admission, pending
from doorward.features.signin.model import AskForgottenPassword, PasswordAsked
from doorward.features.signin.rules import machine
from doorward.kernel.events import Event
from doorward.kernel.names import canonical
from doorward.kernel.outcome import Begin, Fact
from doorward.kernel.time import rfc3339

ASKED, MAILED = "passwords.forgotten_asked", "passwords.forgotten_mailed"


def ask_forgotten_password(command: AskForgottenPassword) -> Steps:
    """Take down that a password is forgotten; the answer is the same for every name, and locks nothing.

    A flood from one address is counted in one entry (AUDIT-1), and leaves nothing else behind.
    """
    resumed: Resumed = yield Begin(shared=True)
    call = resumed.call
    name_hash = call.sealer.keyed_hash(canonical(command.user_name), "unknown name")
    standing = accounts.find(call, command.user_name)
    account = machine.pseudo_account(name_hash) if standing is None else standing.account.id
    if call.hold(account) and standing is not None:
        standing = accounts.load(call, account)
    flood = call.refusals is not None and not call.refusals.offer(_asked(standing, name_hash, taken=False), call.origin)
    if not flood:
        audit.record(call, _asked(standing, name_hash, taken=passwords.ask_for_link(call, account)))
    return PasswordAsked()


def mail_forgotten(call: Call, most: int) -> int:
    """Mail what is to be mailed about forgotten passwords; for the worker."""
    asks = passwords.unanswered_asks(call, most)
    for ask in asks:
        standing = accounts.load(call, ask.account)
        if passwords.answer_ask(call, ask) and standing is not None:
            _reply(call, ask, standing)
    return len(asks)


def reply_to(call: Call, standing: Standing) -> machine.Reply:
    """Decide as the account stands now; asked again when the link is opened and used."""
    entry = second_factor.entry_of(call, standing.account.id)
    live = entry is not None and second_factor_rules.live(entry, call.now)
    return machine.reply(
        machine.ForgottenPassword(
            account=standing.account,
            address=devices.usable_address(standing.account, call.now),
            lock=lockout_rules.standing_lock(standing.state.lock, call.now),
            factor=second_factor.factor_state(call, standing),
            allowed=entry.cause if entry is not None and live else None,
            spared_factor=admission.spared_factor(call, standing),
        )
    )


def lift_lock(call: Call, standing: Standing) -> None:
    """Lift the lock that wrong passwords caused, where the rules allow it; it is recorded as the person's own act."""
    account = standing.account
    lock = lockout_rules.standing_lock(standing.state.lock, call.now)
    if not machine.lifts(
        lock, allowed=policy.password_rules(call, standing.state.password_rules).forgotten_password_lifts_failure_lock
    ):
        return
    accounts.set_lock(call, account.id, None)
    pending.record_own(call, standing, "lockout.unlocked", through=LinkKind.FORGOTTEN_PASSWORD.value)
    facts = {**notices.about(call, account.user_name), "by": account.user_name}
    notices.tell(call, account.id, account.email, Kind.ACCOUNT_UNLOCKED, facts)


def _asked(standing: Standing | None, name_hash: bytes, *, taken: bool) -> Event:
    """Tell of an ask; a name that nobody has is kept as a keyed hash only."""
    details: dict[str, Fact] = {} if taken else {"cause": "asked too often"}
    if standing is None:
        details["name_hash"] = name_hash.hex()[:32]
    return Event(
        ASKED,
        "done" if taken else "refused",
        target=None if standing is None else standing.account.id,
        target_name=None if standing is None else standing.account.user_name,
        details=details,
    )


def _reply(call: Call, ask: Ask, standing: Standing) -> None:
    account, reply = standing.account, reply_to(call, standing)
    facts = notices.about(call, account.user_name)
    facts |= {"at": rfc3339(ask.asked_at), "address": ask.address, "user_agent": ask.user_agent}
    match reply:
        case machine.Reply.LINK:
            path, link = links.make_link(call, account.id, LinkKind.FORGOTTEN_PASSWORD, standing.state.epoch)
            facts |= {"link": call.site.public_url + path.reveal(), "expires_at": rfc3339(link.expires_at)}
            notices.tell(call, account.id, account.email, Kind.PASSWORD_FORGOTTEN, facts, expires_at=link.expires_at)
        case machine.Reply.NO_LINK:
            notices.tell(call, account.id, account.email, Kind.PASSWORD_FORGOTTEN_NO_LINK, facts)
        case machine.Reply.NOTHING:
            pass
    event = Event(MAILED, "done", target=account.id, target_name=account.user_name, details={"mail": reply.value})
    audit.record(call, event)
