"""What a name and an address may be, and how long a change of them binds whoever made it."""

import re
from datetime import datetime, timedelta

from doorward.kernel.act import SYSTEM
from doorward.kernel.names import EMAIL_LENGTH, NAME_LENGTH, canonical, fits
from doorward.kernel.outcome import Refused
from doorward.kernel.texts import has_controls, has_controls_beside_joiners

_NOT_IN_ADDRESSES = re.compile(r'[\s,;<>()\[\]"\\]')
OPERATOR_MEMORY = timedelta(hours=72)
"""For how long an operator who set an address or a password may not issue a code for the account (KEY-10)."""


def judge_name(text: str, field: str) -> Refused | None:
    """Refuse a user name or full name that is empty, too long, has control characters, or is the server's own."""
    form = canonical(text)
    if not text.strip() or not form:
        return Refused("accounts.name_missing", {"field": field})
    if not fits(text):
        return Refused("accounts.name_too_long", {"field": field, "most": NAME_LENGTH})
    acts_unseen = has_controls if field == "user_name" else has_controls_beside_joiners
    if acts_unseen(text):
        return Refused("accounts.name_malformed", {"field": field})
    return Refused("accounts.name_taken") if field == "user_name" and _of_the_server(form) else None


def judge_email(address: str) -> Refused | None:
    """Refuse what cannot be one mailbox: exactly one `@` between two parts, no spaces, no control characters."""
    local, at, domain = address.rpartition("@")
    plain = not has_controls(address) and not _NOT_IN_ADDRESSES.search(address)
    if not (local and at and domain and plain) or "@" in local:
        return Refused("accounts.email_malformed")
    if not fits(address, EMAIL_LENGTH):
        return Refused("accounts.email_malformed")
    if domain.startswith(".") or domain.endswith(".") or ".." in address:
        return Refused("accounts.email_malformed")
    return None


def recent(changed_at: datetime, now: datetime) -> bool:
    """Return whether a change of credentials still binds the operator who made it."""
    return now - changed_at < OPERATOR_MEMORY


def _of_the_server(form: str) -> bool:
    """Return whether a name's one form is what the trail has for the server and its owner: nobody else signs so."""
    return form == SYSTEM.name or form.startswith("cli:")
