"""What an edit changes, whether the fields of an account may be so, and whether a set-up is open."""

from datetime import datetime
from typing import Any

from doorward.features.accounts.model import Account
from doorward.features.accounts.rules import judge_email, judge_name
from doorward.features.administration.model import EditAccount
from doorward.features.second_factor.model import AllowlistEntry, Cause
from doorward.features.second_factor.rules import live
from doorward.kernel.outcome import Refused


def judge_fields(user_name: str | None, full_name: str | None, email: str | None) -> Refused | None:
    """Refuse the first field that cannot be so; None is a field that is not given."""
    if user_name is not None and (refused := judge_name(user_name, "user_name")):
        return refused
    if full_name is not None and (refused := judge_name(full_name, "full_name")):
        return refused
    return judge_email(email) if email else None


def changes(account: Account, command: EditAccount) -> dict[str, Any]:
    """Return which columns an edit changes: names are trimmed, an empty e-mail removes the address."""
    wanted: dict[str, Any] = {
        "user_name": None if command.user_name is None else command.user_name.strip(),
        "full_name": None if command.full_name is None else command.full_name.strip(),
        "email": command.email,
        "kind": command.kind,
        "protected": command.protected,
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    if given.get("email") == "":
        given["email"] = None
    return {name: value for name, value in given.items() if value != getattr(account, name)}


def set_up_open(entry: AllowlistEntry | None, now: datetime, *, has_password: bool) -> bool:
    """Tell whether an account may set up a key anew: after its factor was taken away, or because it was allowed to."""
    if entry is None or not live(entry, now) or entry.cause is Cause.NEW_ACCOUNT:
        return False
    return entry.cause is not Cause.ALLOWED or has_password


def judge_version(account: Account, if_version: int | None, *, owner: bool) -> Refused | None:
    """Refuse an edit of what somebody else has changed meanwhile; only the server's owner may overwrite unseen."""
    if if_version is None:
        return None if owner else Refused("accounts.version_missing")
    return None if if_version == account.version else Refused("accounts.version_lost")
