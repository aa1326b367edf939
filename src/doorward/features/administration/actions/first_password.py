"""The password that an account may be given while it is added, at the server's own machine only (PASS-6)."""

from doorward.edges.call import Call, Steps
from doorward.features.administration.actions.adding import judge_new
from doorward.features.administration.model import AddAccount
from doorward.features.groups import actions as groups
from doorward.features.passwords.model import Chooser, Whose
from doorward.features.signin.actions.new_password import hash_new
from doorward.kernel.ids import AccountId, new_id
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret


def hash_first_password(command: AddAccount, password: Secret) -> Steps:
    """Judge the password of an account that is about to be added, and give its hash for `AddAccount`."""

    def whose(call: Call) -> Chooser | Refused:
        refused = judge_new(call, command.user_name, command.full_name, command.email)
        return refused or (AccountId(new_id(call.now, call.entropy)), Whose(command.user_name, command.email))

    def serving(call: Call) -> str:
        """Name the rules of the groups that it is added with; one that is not there is told when it is added."""
        found = (groups.named(call, one) for one in command.groups)
        return groups.serving(call, [group for group in found if group is not None])

    hashed = yield from hash_new(password, whose, serving)
    return hashed if isinstance(hashed, Refused) else hashed[1]
