"""What a name and an address may be, and what a search looks for."""

import re
from datetime import datetime, timedelta

from doorward.features.accounts.model import State
from doorward.features.policy.model import DeviceMethod
from doorward.kernel.act import SYSTEM
from doorward.kernel.names import GROWTH, NAME_LENGTH, canonical, fits
from doorward.kernel.outcome import Refused
from doorward.kernel.texts import has_controls

EMAIL_LENGTH = 254
"""RFC 5321 section 4.5.3.1.3 leaves 254 characters for an address."""
LONGEST_CANONICAL = GROWTH * EMAIL_LENGTH
"""How long what the search looks through can be; SQLite refuses patterns of more than 50,000 bytes."""
ASKED_AT_ONCE = 500
"""How many names one statement asks for."""
STRETCH = 5_000
"""How many accounts are looked through at once for those that nobody uses: some milliseconds of reading."""
SUBSTRING_FROM = 3
"""From this many characters on a search looks anywhere in a name, not only at its beginning."""
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
    if has_controls(text):
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


def spared_factor(state: State, method: DeviceMethod) -> bool:
    """Tell whether an account goes in without a second factor: none was ever set up, reset or deleted (DEV-2).

    An account that has one is asked for it under every method; nothing is downgraded.
    """
    if method is DeviceMethod.APP_MANDATORY or state.excluded:
        return False
    return not state.factors and not state.factor_due


def _of_the_server(form: str) -> bool:
    """Tell whether a name's one form is what the trail has for the server and its owner: nobody else signs so."""
    return form == SYSTEM.name or form.startswith("cli:")


def recent(changed_at: datetime, now: datetime) -> bool:
    """Tell whether a change of credentials still binds the operator who made it."""
    return now - changed_at < OPERATOR_MEMORY


def searched(query: str) -> str:
    """Give the text that a user search looks for."""
    text = canonical(query)[: LONGEST_CANONICAL + 1]  # one more than anybody's: found nowhere, at a bounded cost
    return text.encode(errors="replace").decode()  # half a character is found nowhere either, and breaks nothing


def search_pattern(query: str) -> str | None:
    """Give the LIKE pattern of the user search (escaped by a backslash); None where nothing is asked for.

    One or two characters are looked for at the beginning, three or more anywhere.
    """
    text = searched(query)
    if not text:
        return None
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}%" if len(text) < SUBSTRING_FROM else f"%{escaped}%"
