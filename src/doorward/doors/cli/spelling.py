"""Accounts, entries, lists and mail as JSON: the same names as in the HTTP API.

Where the command line had a name of its own first, both are there: the API's, and the older one for scripts.
"""

from dataclasses import asdict
from typing import Any

from doorward.features.directory.model import AccountRow
from doorward.features.notices.model import Mail
from doorward.features.second_factor.model import AllowlistEntry, Exclusion
from doorward.features.sessions.model import SessionRow
from doorward.kernel.events import Entry


def account_json(row: AccountRow) -> dict[str, Any]:
    """Spell an account."""
    lock = row.lock
    return {
        "id": row.id,
        "user_name": row.user_name,
        "full_name": row.full_name,
        "email": row.email,
        "kind": row.kind.value,
        "enabled": row.enabled,
        "protected": row.protected,
        "locked_at": None if lock is None else lock.at,
        "lock_reason": None if lock is None else lock.reason.value,
        "lock_ends_at": None if lock is None else lock.ends_at,
        "unlocked_by": row.unlocked_by,
        "unlocked_by_id": row.unlocked_by_id,
        "unlocked_at": row.unlocked_at,
        "second_factor": row.second_factor.value,
        "signs_in_by_email": row.signs_in_by_email,
        "groups": list(row.groups),
        "roles": list(row.roles),
        "last_sign_in_at": row.last_sign_in_at,
        "password_changed_at": row.password_changed_at,
        "version": row.version,
    }


def entry_json(entry: Entry) -> dict[str, Any]:
    """Spell an entry of the audit trail."""
    return asdict(entry) | {"details": dict(entry.details)}


def mail_json(mail: Mail) -> dict[str, Any]:
    """Spell a mail: never a body, a code or a link. `account` is the older name of `account_id`."""
    return asdict(mail) | {"account_id": mail.account}


def listed_json(entry: AllowlistEntry | Exclusion, name: str) -> dict[str, Any]:
    """Spell an entry of the allowlist or of the exclusions. `account` is the older name of `account_id`."""
    return asdict(entry) | {"account_id": entry.account, "user_name": name}


def session_json(session: SessionRow) -> dict[str, Any]:
    """Spell a session."""
    spelled = asdict(session)
    return {"id": spelled.pop("session"), **spelled}
