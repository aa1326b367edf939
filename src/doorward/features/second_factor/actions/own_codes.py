"""New recovery codes in place of one's own set (KEY-1): for whoever has used most of them, or lost the paper."""

from doorward.edges.call import Call
from doorward.features.notices.model import Kind
from doorward.features.recovery_codes import actions as recovery_codes
from doorward.features.second_factor.actions import proof, states
from doorward.features.second_factor.model import MakeRecoveryCodes, RecoveryCodesMade
from doorward.kernel.act import Needs, Who, act
from doorward.kernel.outcome import Refused


@act(who=Who.SELF, event="second_factor.recovery_codes_made", needs=(Needs.WHOLE_SESSION,))
def make_recovery_codes(call: Call, command: MakeRecoveryCodes) -> RecoveryCodesMade | Refused:
    """Make ten new recovery codes, for whoever has given a fresh proof or gives one now; the set before is dead.

    Not for a session that a recovery code opened: one stolen code must not bring ten.
    """
    session, standing = proof.own_account(call)
    refused = proof.prove(call, session, standing, command.code)
    if refused is not None:
        return refused
    codes = recovery_codes.make_codes(call, session.account)
    states.tell_own(call, standing, Kind.RECOVERY_CODES_MADE)
    return RecoveryCodesMade(codes)
