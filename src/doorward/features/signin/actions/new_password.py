"""Giving a new password: at the end of a sign-in (PASS-3), by a link (PASS-5, PASS-6), and for a rescue.

Judge, compare with the earlier ones, hash, then write: the two slow pieces run outside any transaction, and what was
looked at before them is looked at again after.
"""

from collections.abc import Callable, Generator
from typing import Any

from doorward.edges.call import Call, Resumed, Steps
from doorward.edges.common_passwords import is_common
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Standing
from doorward.features.devices import actions as devices
from doorward.features.links import actions as links
from doorward.features.links.model import LinkKind
from doorward.features.lockout.actions import attempts as lockout
from doorward.features.lockout.model import Factor
from doorward.features.notices import actions as notices
from doorward.features.notices.model import Kind
from doorward.features.passwords import actions as passwords
from doorward.features.passwords.model import Chooser
from doorward.features.policy import actions as policy
from doorward.features.signin import store
from doorward.features.signin.actions import completion, forgotten, opened, pending
from doorward.features.signin.model import (
    GiveNewPassword,
    LinkOpened,
    OpenLink,
    PasswordSet,
    SignedIn,
    SignInGoesOn,
    UseForgottenLink,
    UseRescueLink,
    UseSetPasswordLink,
)
from doorward.features.signin.rules import machine
from doorward.kernel.outcome import Begin, Hash, Place, Refused
from doorward.kernel.ports import BreachListing, Encode, Matches, Secret

ACT = "passwords.changed"
Hashed = tuple[Call, str]
"""The last transaction's call, and the new password's hash."""


def give_new_password(command: GiveNewPassword) -> Steps:
    """Take the new password that is due; the old one stays valid until the session exists (PASS-3)."""

    def whose(call: Call) -> Chooser | Refused:
        found = pending.find_at(call, command.sign_in, machine.Input.PASSWORD_SET)
        return found if isinstance(found, Refused) else passwords.chooser(found.standing.account)

    hashed = yield from hash_new(command.password, whose)
    return hashed if isinstance(hashed, Refused) else _finish(*hashed, command)


def open_link(command: OpenLink) -> Steps:
    """Look at a link that sets a password: opening changes nothing."""
    resumed: Resumed = yield Begin()
    found = opened.find(resumed.call, command.token, LinkKind(command.kind))
    if isinstance(found, Refused):
        return found
    return LinkOpened(command.kind, found.standing.account.user_name, found.link.expires_at)


def use_set_password_link(command: UseSetPasswordLink) -> Steps:
    """Set a password by a link; it never skips the second factor, and lifts no lock (PASS-6)."""
    used = yield from _use(command, LinkKind.SET_PASSWORD)
    if isinstance(used, Refused):
        return used
    call, standing = used
    accounts.move_epoch(call, standing.account.id)
    return PasswordSet(standing.account.user_name)


def use_forgotten_link(command: UseForgottenLink) -> Steps:
    """Set a password by the link of whoever forgot theirs: the second factor stays, and so does a lock (PASS-5).

    Where the rules allow it, a lock that wrong passwords caused is lifted.
    """
    used = yield from _use(command, LinkKind.FORGOTTEN_PASSWORD)
    if isinstance(used, Refused):
        return used
    call, standing = used
    accounts.move_epoch(call, standing.account.id)
    forgotten.lift_lock(call, standing)
    return PasswordSet(standing.account.user_name)


def use_rescue_link(command: UseRescueLink) -> Steps:
    """Set a password by a rescue link, and go on to the set-up without an e-mailed code."""
    used = yield from _use(command, LinkKind.RESCUE)
    return used if isinstance(used, Refused) else after_link(*used)


def after_link(call: Call, standing: Standing) -> SignInGoesOn:
    """Open a pending sign-in at the set-up: the link stands in for password and e-mailed code."""
    step = machine.step_of(machine.after(machine.SignInState.LINK, machine.Input.PASSWORD_SET))
    token, opened = pending.open_pending(call, standing, step, through_link=True)
    return SignInGoesOn(step, token, opened.expires_at)


def hash_new(
    password: Secret, whose: Callable[[Call], Chooser | Refused], serving: Callable[[Call], str] | None = None
) -> Generator[Any, Resumed, Hashed | Refused]:
    """Judge and hash a new password of whoever `whose` finds; `whose` is asked in every transaction anew.

    The rules are those that serve the account; of one that is not there yet, those that `serving` names.
    """
    resumed: Resumed = yield Place(ACT)
    found = whose(resumed.call)
    if isinstance(found, Refused):
        return found
    account, person = found
    name = accounts.serving(resumed.call, account) if serving is None else serving(resumed.call)
    asked = policy.password_rules(resumed.call, name)
    if refused := passwords.judge(asked, password, person, is_common):
        return refused
    looked = yield from _not_listed(resumed.call, password)
    if isinstance(looked, Refused):
        return looked
    earlier = passwords.hashes_to_differ_from(looked, account)
    if earlier:
        resumed = yield Hash(Matches(password, earlier))
        if refused := passwords.refuse_used(asked, had_before=resumed.answer):
            return refused
    resumed = yield Hash(Encode(password))
    found = whose(resumed.call)
    return found if isinstance(found, Refused) else (resumed.call, resumed.answer)


def _not_listed(call: Call, password: Secret) -> Generator[Any, Resumed, Call | Refused]:
    """Refuse a password that a breach list has (PASS-2); give the call to go on with.

    A list that cannot be read may have been replaced since its name was: the names are read once more.
    """
    answer = BreachListing.ABSENT
    for _ in range(2):
        request = passwords.look_up(call, password)
        if request is None:
            return call
        resumed: Resumed = yield request
        call, answer = resumed.call, resumed.answer
        if answer is not BreachListing.UNREADABLE:
            break
    return passwords.refuse_listed(answer) or call


def _finish(call: Call, encoded: str, command: GiveNewPassword) -> SignedIn | SignInGoesOn | Refused:
    """Open the session, write the password, and only then remember the device: the old ones end with the old one."""
    found = pending.find_at(call, command.sign_in, machine.Input.PASSWORD_SET)
    if isinstance(found, Refused):
        return found
    proof = found.pending.opened_with
    if proof is None:
        return Refused("signin.expired", cause="nothing was proven")
    found = pending.wishing(found, remember_device=command.remember_device)
    outcome = completion.complete(call, found, proof)
    if isinstance(outcome, Refused):
        return outcome
    write(call, found.standing, encoded)
    return completion.remember(call, found, proof, outcome)


def write(call: Call, standing: Standing, encoded: str) -> None:
    """Write the password, clear its counter (LOCK-4), record and tell.

    What the password before has begun ends with it: sign-ins that gave it and wait for their next step, and links that
    were sent to replace it.
    """
    account = standing.account
    passwords.put(call, account.id, encoded)
    store.end_of(call.sql, account.id)
    devices.forget_devices_of(call, account.id)
    links.end_of(call, account.id)
    lockout.clear_counters(call, account.id, Factor.PASSWORD)
    pending.record_own(call, standing, ACT)
    facts = notices.about_own(call, account.user_name)
    links.tell_with_not_me(call, account.id, account.email, Kind.PASSWORD_CHANGED, facts)


def _use(
    command: UseSetPasswordLink | UseForgottenLink | UseRescueLink, kind: LinkKind
) -> Generator[Any, Resumed, tuple[Call, Standing] | Refused]:
    """Hash the password that somebody gives through a link, use the link up, and write the password."""

    def whose(call: Call) -> Chooser | Refused:
        found = opened.find(call, command.token, kind)
        return found if isinstance(found, Refused) else passwords.chooser(found.standing.account)

    hashed = yield from hash_new(command.password, whose)
    if isinstance(hashed, Refused):
        return hashed
    call, encoded = hashed
    found = opened.use(call, command.token, kind)
    if isinstance(found, Refused):
        return found
    write(call, found.standing, encoded)
    return call, found.standing
