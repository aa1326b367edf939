"""Looking at the server itself."""

from doorward.edges.call import Call
from doorward.edges.sql import duties, promises, schema
from doorward.features.notices.actions import list_mail
from doorward.features.notices.model import ListMail
from doorward.features.system import rules
from doorward.features.system.model import Facts, Held, SystemShown, ViewSystem
from doorward.kernel.act import act
from doorward.kernel.version import VERSION


@act("system:read", event=None, writes=False)
def view_system(call: Call, command: ViewSystem) -> SystemShown:
    """Show which version runs on which database, who does the server's duties, and what is wrong."""
    facts = Facts(
        version=VERSION,
        node=call.site.node,
        public_url=call.site.public_url,
        database=promises.kind(call.sql),
        schema=schema.version(call.sql),
        newest_schema=schema.NEWEST,
        duties=tuple(Held(*one) for one in duties.held(call.sql, call.now)),
        broken=tuple((one.what, one.mend) for one in promises.kept_badly(call.sql)),
        mail_error=_mail_error(call),
    )
    return SystemShown(facts, rules.troubles(facts))


def _mail_error(call: Call) -> str | None:
    late = list_mail(call, ListMail(undelivered=True, limit=1)).mails
    return (late[0].error or "no reason was given") if late else None
