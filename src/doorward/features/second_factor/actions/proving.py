"""What every proof of account protection has in common: where wrong ones count, and what a right one is good for."""

from dataclasses import dataclass, replace

from doorward.edges.call import Call, Note
from doorward.features.accounts import actions as accounts
from doorward.features.lockout import rules as lockout_rules
from doorward.features.lockout.actions import attempts as lockout
from doorward.features.lockout.model import Context, Factor
from doorward.features.sessions import actions as sessions
from doorward.features.sessions.model import EndSession
from doorward.kernel.act import Denied, Granted, Prover, SessionFacts, unproven
from doorward.kernel.ids import AccountId, SessionId
from doorward.kernel.outcome import Refused

NO_GUESS_LEFT = Refused("session.required", cause="no guess is left in the account's own sessions")
ASKED = (Factor.SECOND_FACTOR, Context.SESSION)
"""Where wrong proofs count, passwords too: no stranger can fill it, and its limit is never 0 (PROT-1, LOCK-3)."""
DETAIL = "account_protection"
"""What the entry of a change says that was made with a proof."""


@dataclass(frozen=True, slots=True)
class Again:
    """A prover for the rest of a request that was proven: the same session, the same account."""

    session: SessionId
    target: AccountId

    def __call__(self, call: Call, verdict: Granted | Denied) -> Granted | Denied:
        """Let through what the proof was given for."""
        session, target = verdict.actor.session, verdict.target
        named = None if session is None or target is None else (session.id, target.account)
        return verdict if named == (self.session, self.target) else unproven(call, verdict)


@dataclass(frozen=True, slots=True)
class Proven:
    """Base of the provers that hold a proof: good for one request, about one account."""

    session: SessionFacts

    def again(self, target: AccountId) -> Prover:
        """Give the prover of what the same request changes about the same account, once its first act is committed."""
        return Again(self.session.id, target)


def accept(call: Call, verdict: Granted, given: bool | str) -> Granted:  # noqa: FBT001 - a detail of the entry
    """Let a proven change through, in a session that has proven itself for this act alone, written nowhere (KEY-2)."""
    call.note.details[DETAIL] = given
    session = verdict.actor.session
    fresh = None if session is None else replace(session, fresh_at=call.now)
    return replace(verdict, actor=replace(verdict.actor, session=fresh))


def wrong(call: Call, account: AccountId, cause: str) -> Refused:
    """Refuse a wrong proof that was counted; with the last one that the rules allow the session ends (PROT-1)."""
    refused, standing = Refused("protection.wrong", cause=cause), accounts.load(call, account)
    left = standing is not None and not isinstance(lockout.admission(call, standing, *ASKED), lockout_rules.LockNow)
    return refused if left else end(call, refused)


def end(call: Call, refused: Refused) -> Refused:
    """End the session in which there is nothing more to guess."""
    sessions.end_session(replace(call, note=Note()), EndSession())
    return refused
