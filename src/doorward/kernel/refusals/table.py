"""The one table of refusals: `signin.refused` stands in `signin.py`, and so on.

A sentence says what is wrong and how to mend it, and no more than the visitor knows already. `{words}` in braces are
filled from the facts that the refusal carries (`kernel.sentences`).
"""

from collections.abc import Mapping
from types import MappingProxyType

from doorward.kernel.refusal import Refusal
from doorward.kernel.refusals import (
    accounts,
    applications,
    breach_lists,
    database,
    devices,
    groups,
    jobs,
    lockout,
    notices,
    otp,
    passkeys,
    passwords,
    policy,
    protection,
    recovery_codes,
    request,
    rights,
    second_factor,
    server,
    session,
    sessions,
    signin,
    tokens,
    transfer,
    views,
)
from doorward.kernel.refusals import (
    list as lists,
)

REFUSALS: Mapping[str, Refusal] = MappingProxyType(
    {
        **accounts.REFUSALS,
        **applications.REFUSALS,
        **breach_lists.REFUSALS,
        **database.REFUSALS,
        **devices.REFUSALS,
        **groups.REFUSALS,
        **jobs.REFUSALS,
        **lists.REFUSALS,
        **lockout.REFUSALS,
        **notices.REFUSALS,
        **otp.REFUSALS,
        **passkeys.REFUSALS,
        **passwords.REFUSALS,
        **policy.REFUSALS,
        **protection.REFUSALS,
        **recovery_codes.REFUSALS,
        **request.REFUSALS,
        **rights.REFUSALS,
        **second_factor.REFUSALS,
        **server.REFUSALS,
        **session.REFUSALS,
        **sessions.REFUSALS,
        **signin.REFUSALS,
        **tokens.REFUSALS,
        **transfer.REFUSALS,
        **views.REFUSALS,
    }
)
"""Every code that a visitor can meet."""
