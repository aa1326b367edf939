"""What entries mean, in plain words, for timelines and pages (AUDIT-4)."""

from doorward.features.audit.model import KnownAct
from doorward.kernel.act import SYSTEM
from doorward.kernel.events import Checked, Entry, Result
from doorward.kernel.outcome import Fact


def sentence(entry: Entry) -> str:
    """Return what an entry means in plain words, for timelines (AUDIT-4)."""
    if entry.act.startswith("signin."):
        return _sign_in_sentence(entry)
    done, noun = _WORDS.get(entry.act, (entry.act, entry.act))
    match entry.outcome:
        case "refused":
            return f"{noun}{_by(entry)} refused{_in_brackets(entry.code)}{_because(entry)}"
        case "unchanged":
            return f"{noun}{_by(entry)} found nothing to change{_because(entry)}"
        case _:
            return f"{_done(entry, done)}{_because(entry)}"


def _done(entry: Entry, done: str) -> str:
    """Return what was done and by whom; what the server did by itself, and what somebody did to themselves."""
    match entry.act:
        case "lockout.locked" if entry.actor_name == SYSTEM.name:
            return f"Locked by itself{_cause_of_lock(entry)}"
        case "lockout.lapsed":
            return done
        case "second_factor.key_disabled" | "audit.expired":
            return _done_by_itself(entry, done)
        case "sessions.ended" if entry.actor_id is not None and entry.actor_id == entry.target_id:
            return _own_sessions(entry)
        case _:
            return f"{done}{_by(entry)}{_which(entry)}"


def _which(entry: Entry) -> str:
    """Name the role, group or token that an act was about; of an edit, say whether it marked the account (PROT-3)."""
    if entry.act == "accounts.edited" and "protected" in entry.details:
        return f", {'now' if entry.details['protected'] else 'no longer'} protected"
    if entry.act in {"rights.granted", "rights.revoked"}:
        return _assignment(entry)
    named = _NAMED.get(entry.act) or _NAMED.get(entry.act.partition(".")[0])
    return "" if named is None else f": {_group(entry.details.get(named, ''))}"


def _assignment(entry: Entry) -> str:
    """Return which role, whether it is denied, over whom, and to which group it is given."""
    told = entry.details
    denied = ", denied" if told.get("effect") == "deny" else ""
    over = f", over the members of {_group(told['over'])}" if "over" in told else ""
    group = f", by the group {_group(told['group'])}" if "group" in told else ""
    return f": {told.get('role', '')}{denied}{over}{group}"


def _group(name: Fact) -> str:
    """Name a group, or say that it is none of those which the reader reaches (RIGHT-3)."""
    return "a group outside your scope" if name is None else str(name)


def _done_by_itself(entry: Entry, done: str) -> str:
    if entry.act == "audit.expired":
        return f"{done}: {entry.details.get('count', 0):,}"
    return f"{done} by itself after {entry.details.get('failures')} wrong codes in a row"


def _own_sessions(entry: Entry) -> str:
    """Tell signing out from ending other sessions, and that from their end by a new sign-in (SESS-1)."""
    if "count" not in entry.details:
        return "Signed out"
    by = entry.details.get("cause")
    return f"Sessions ended{'' if by is None else f' by {by}'}"


def _cause_of_lock(entry: Entry) -> str:
    if entry.details.get("lock_reason") == "Inactivity":
        return " after days without a sign-in"
    factor = {"password": "wrong passwords", "second_factor": "wrong codes"}.get(str(entry.details.get("factor")))
    failures = entry.details.get("failures")
    return "" if factor is None else f" after {'' if failures is None else f'{failures} '}{factor}"


def _sign_in_sentence(entry: Entry) -> str:
    thing = _THINGS.get(entry.act, entry.act)
    match entry.outcome, entry.result:
        case (Checked.CHECKED, Result.UNKNOWN):
            said = f"Attempt with a {thing} cut short: nobody knows how it would have ended"
        case (Checked.CHECKED, Result.USED):
            said = f"{thing.capitalize()} used already"
        case (Checked.CHECKED, result):
            said = f"{str(result).capitalize()} {thing}"
        case (Checked.REFUSED, _):
            cause = entry.details.get("cause")
            said = f"Attempt with a {thing} not checked{'' if cause is None else f': {cause}'}"
        case _:
            said = f"Signed in{_WAYS_IN.get(str(entry.details.get('opened_with')), '')}"
    count = entry.details.get("count")
    times = "" if count is None else f", {count:,} times"
    new = next((words for detail, words in _NEW.items() if entry.details.get(detail)), "")
    return f"{said}{f' from {entry.address}' if entry.address else ''}{new}{_clock(entry)}{times}"


def _clock(entry: Entry) -> str:
    """Tell operators of a wrong clock that two codes of a set-up have shown (KEY-15)."""
    minutes = entry.details.get("clock_error_minutes")
    if not isinstance(minutes, int):
        return ""
    size = abs(minutes)
    return f", by a clock about {size} minute{'' if size == 1 else 's'} {'slow' if minutes < 0 else 'fast'}"


def _by(entry: Entry) -> str:
    """Name the actor, unless the act was the target's own."""
    own = entry.actor_id is not None and entry.actor_id == entry.target_id
    return "" if own or not entry.actor_name else f" by {entry.actor_name}"


def _because(entry: Entry) -> str:
    return f": {entry.reason}" if entry.reason else ""


def _in_brackets(code: str | None) -> str:
    return "" if code is None else f" ({code})"


_NEW = {"new_browser": ", in a new browser", "new_program": ", by a new program"}

_WAYS_IN = {
    "recovery_code": " with a recovery code",
    "password": " by password alone",
    "device_code": " with a code by e-mail, without a second factor",
    "remembered_device": " on a remembered device, without a second factor",
    "passkey": " with a passkey",
    "password_and_passkey": " with password and passkey",
}
_NAMED = {
    "rights": "role", "groups": "group", "policy.assigned": "group", "tokens": "serial", "tokens.imported": "file",
    "passwords.breach_list_cleared": "list", "passwords.breach_list_imported": "list",
    "applications": "host", "database": "from",
}  # fmt: skip
"""Which detail says what an act was about, by the act or by its feature."""

_THINGS = {
    "signin.password": "password",
    "signin.code": "code",
    "signin.passkey": "passkey",
    "signin.device_code": "e-mailed code",
    "signin.recovery_code": "recovery code",
}

_WORDS = {
    "accounts.added": ("Account added", "Adding the account"),
    "accounts.disabled": ("Disabled", "Disabling"),
    "accounts.edited": ("Edited", "Edit"),
    "accounts.enabled": ("Enabled", "Enabling"),
    "accounts.exported": ("Accounts exported", "Export of accounts"),
    "accounts.imported": ("Accounts imported", "Import of accounts"),
    "accounts.rescued": ("Made an administrator again", "Rescue"),
    "accounts.viewed": ("Looked at", "Look"),
    "allowlist.added": ("Added to the allowlist", "Adding to the allowlist"),
    "allowlist.add_undone": ("Adding to the allowlist taken back", "Taking back an entry of the allowlist"),
    "allowlist.removed": ("Taken off the allowlist", "Taking off the allowlist"),
    "applications.added": ("Host of an application added", "Adding the host of an application"),
    "applications.entered": ("Went on, signed in, to an application", "Going on, signed in, to an application"),
    "applications.removed": ("Host of an application removed", "Removal of the host of an application"),
    "audit.expired": ("Expired entries removed", "Removal of expired entries"),
    "audit.exported": ("Audit trail exported", "Export of the audit trail"),
    "audit.viewed": ("Audit trail read", "Reading of the audit trail"),
    "database.moved": ("Moved from another database", "Move from another database"),
    "devices.remembered": ("Device remembered", "Remembering a device"),
    "devices.revoked": ("Remembered devices forgotten", "Forgetting remembered devices"),
    "exclusions.added": ("Excluded from two-factor authentication", "Exclusion"),
    "exclusions.removed": ("Exclusion lifted", "Lifting of the exclusion"),
    "groups.added": ("Group added", "Adding a group"),
    "groups.deleted": ("Group deleted", "Deletion of a group"),
    "groups.edited": ("Group edited", "Edit of a group"),
    "groups.member_added": ("Added to a group", "Adding to a group"),
    "groups.member_removed": ("Taken out of a group", "Taking out of a group"),
    "jobs.started": ("Act on many accounts started", "Act on many accounts"),
    "jobs.stopped": ("Act on many accounts stopped", "Stopping an act on many accounts"),
    "links.first_administrator": ("Link for the first administrator made", "Link for the first administrator"),
    "lockout.lapsed": ("The lock came to its end", "End of the lock"),
    "lockout.locked": ("Locked", "Lock"),
    "lockout.unlock_undone": ("Unlock taken back", "Taking back an unlock"),
    "lockout.unlocked": ("Unlocked", "Unlock"),
    "notices.retried": ("Mail tried again", "Trying mail again"),
    "passkeys.added": ("Passkey added", "Adding a passkey"),
    "passkeys.begun": ("Adding a passkey begun", "Beginning to add a passkey"),
    "passkeys.proof_given": ("Proven anew", "Proof of who is signed in"),
    "passkeys.removed": ("Passkey removed", "Removal of a passkey"),
    "passkeys.renamed": ("Passkey renamed", "Renaming a passkey"),
    "passwords.breach_list_cleared": ("Lists of breached passwords deleted", "Deletion of lists of breached passwords"),
    "passwords.breach_list_imported": ("List of breached passwords imported", "Import of a list of breached passwords"),
    "passwords.changed": ("Password changed", "Change of the password"),
    "passwords.forgotten_asked": ("New password asked for as forgotten", "Asking for a forgotten password"),
    "passwords.forgotten_mailed": ("Mail about a forgotten password", "Mail about a forgotten password"),
    "passwords.reset_started": ("Password reset started", "Password reset"),
    "policy.assigned": ("Password rules assigned to a group", "Assigning password rules"),
    "policy.changed": ("Settings changed", "Change of settings"),
    "policy.deleted": ("Password rules deleted", "Deletion of password rules"),
    "rights.granted": ("Role granted", "Granting a role"),
    "rights.role_added": ("Role added", "Adding a role"),
    "rights.role_deleted": ("Role deleted", "Deletion of a role"),
    "rights.role_edited": ("Role changed", "Change of a role"),
    "rights.revoked": ("Role taken away", "Taking a role away"),
    "second_factor.deleted": ("Secret key deleted", "Deletion of the secret key"),
    "second_factor.key_disabled": ("Secret key disabled", "Disabling of the secret key"),
    "second_factor.new_key_begun": ("New secret key begun", "Beginning a new secret key"),
    "second_factor.new_key_checked": ("New secret key proven", "Check of a new secret key"),
    "second_factor.new_key_discarded": ("New secret key discarded", "Discarding a new secret key"),
    "second_factor.recovery_codes_made": ("New recovery codes made", "Making new recovery codes"),
    "second_factor.regenerated": ("Secret key regenerated", "Regeneration of the secret key"),
    "second_factor.reset": ("Secret key reset", "Reset of the secret key"),
    "second_factor.set_up": ("Secret key set up", "Set-up of a secret key"),
    "second_factor.temporary_code": ("Temporary access code issued", "Temporary access code"),
    "sessions.ended": ("Sessions ended", "Ending sessions"),
    "signin.spray_suspected": ("Many names failed from one address, which is shut out", "Suspicion of spraying"),
    "tokens.assigned": ("Hardware token assigned", "Assigning a hardware token"),
    "tokens.imported": ("Hardware tokens imported", "Import of hardware tokens"),
    "tokens.resynchronised": ("Hardware token resynchronised", "Resynchronising a hardware token"),
    "tokens.retired": ("Hardware token retired", "Retiring a hardware token"),
    "tokens.unassigned": ("Hardware token unassigned", "Unassigning a hardware token"),
}
"""Each act as something done, and as something tried."""

_MEANINGS = {
    **{act: f"Attempt with a {thing}" for act, thing in _THINGS.items()},
    **{act: done for act, (done, _) in _WORDS.items()},
    "signin.completed": "Signed in",
}
ACTS = tuple(KnownAct(act, act.partition(".")[0], _MEANINGS[act]) for act in sorted(_MEANINGS))
"""Every act that is recorded."""


def acts_meant(filtered: str) -> tuple[str, ...]:
    """Name the acts that a filter means: one by its name, or all of a feature's by the word before the dot."""
    if "." in filtered:
        return (filtered,)
    return tuple(one.act for one in ACTS if one.feature == filtered)
