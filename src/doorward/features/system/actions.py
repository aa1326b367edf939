"""Looking at the server itself."""

from datetime import datetime

from doorward.edges import processes
from doorward.edges.call import Call
from doorward.edges.sql import duties, promises, schema
from doorward.features.applications.actions.hosts import list_hosts
from doorward.features.applications.model import ListHosts
from doorward.features.notices.actions import list_mail
from doorward.features.notices.model import ListMail
from doorward.features.otp import actions as otp
from doorward.features.policy import actions as policy
from doorward.features.rights.actions.administrators import administrator_exists
from doorward.features.system import rules
from doorward.features.system.model import BrokenPromise, DutyHeld, Facts, Serving, SystemShown, ViewSystem
from doorward.kernel.act import act
from doorward.kernel.version import VERSION


@act("system:read", event=None, writes=False)
def view_system(call: Call, command: ViewSystem) -> SystemShown:
    """Show which version runs on which database, who does the server's duties, and how each thing is."""
    facts = _facts(call)
    return SystemShown(facts, rules.findings(facts, command.machine))


def keys_fit(call: Call) -> bool:
    """Return whether the server's keys are this database's, which knows its own from the first start on.

    A node with other keys would seal what no other node opens, and fail what they have sealed.
    """
    fit = _keys_open(call) is not False
    if fit and policy.keys_open(call) is None:
        policy.know_keys(call)
    return fit


def _keys_open(call: Call) -> bool | None:
    """Try the keys on what was sealed to know them by, and on some account's secret key; None where neither is."""
    tried = (policy.keys_open(call), otp.keys_open(call))
    return None if tried == (None, None) else False not in tried


def _facts(call: Call) -> Facts:
    room = promises.room(call.sql)
    return Facts(
        now=call.now,
        version=VERSION,
        node=call.site.node,
        public_url=call.site.public_url,
        behind_proxy=call.site.behind_proxy,
        database=promises.kind(call.sql),
        schema=schema.version(call.sql),
        newest_schema=schema.NEWEST,
        broken=tuple(BrokenPromise(one.what, one.mend, one.loses_acts) for one in promises.kept_badly(call.sql)),
        size_bytes=None if room is None else room.size_bytes,
        free_bytes=None if room is None else room.free_bytes,
        keys_open=_keys_open(call),
        duties=tuple(DutyHeld(*one) for one in duties.held(call.sql, call.now)),
        serving=_serving(call),
        seen_at=_seen_at(call),
        mail_error=_mail_error(call),
        hosts=tuple(one.named.name for one in list_hosts(call, ListHosts()).hosts),
        administered=administrator_exists(call),
    )


def _serving(call: Call) -> frozenset[Serving]:
    found = map(processes.read, duties.holders(call.sql, call.now))
    return frozenset(Serving(one.node, one.place, one.address) for one in found if one is not None)


def _seen_at(call: Call) -> datetime | None:
    held_until = duties.last_held_until(call.sql)
    return None if held_until is None else held_until - duties.LEASE


def _mail_error(call: Call) -> str | None:
    late = list_mail(call, ListMail(undelivered=True, limit=1)).mails
    return (late[0].error or "no reason was given") if late else None
