"""Judging what the server knows of itself: one judgement for the page and for `doorward doctor`."""

from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

from doorward.features.system.model import Facts, Finding, Grade, Machine
from doorward.kernel.addresses import host_name
from doorward.kernel.networks import is_this_machine

MOST_SECONDS_APART = 1
"""More than the clocks of well kept machines are apart (T27)."""
LEAST_FREE_BYTES = 100 * 1024 * 1024
_MIB = 2**20


def findings(facts: Facts, machine: Machine | None = None) -> tuple[Finding, ...]:
    """Return how each thing is, in the order in which they are told."""
    return tuple(_findings(facts, machine))


def _findings(facts: Facts, machine: Machine | None) -> Iterator[Finding]:
    yield _address(facts.public_url)
    yield from _database(facts, machine)
    yield _keys(facts.keys_open)
    yield _clock(facts, machine)
    yield _duties(facts)
    yield _nodes(facts)
    yield _outbox(facts.mail_error)
    yield _applications(facts)
    yield _administrators(administered=facts.administered)
    if machine is not None:
        yield _passwords(machine.outdated_hashes)


def _address(public_url: str) -> Finding:
    parts = urlsplit(public_url)
    if parts.scheme != "http":
        return Finding("address", Grade.WELL, public_url)
    if is_this_machine(parts.hostname or ""):
        return Finding("address", Grade.WELL, f"{public_url}, which this machine alone can open")
    mend = "Put a proxy with TLS in front, or name tls_cert and tls_key, and make public_url an https:// address."
    return Finding("address", Grade.WRONG, f"{public_url} sends passwords in the clear.", mend)


def _database(facts: Facts, machine: Machine | None) -> Iterator[Finding]:
    """Judge whether it is whole, has room, and is of this version; tell each promise that it does not keep."""
    for one in facts.broken:
        yield Finding("database", Grade.WRONG if one.loses_acts else Grade.ODD, one.what, one.mend)
    crowded = None if machine is None else _crowded(facts, machine)
    if crowded is not None:
        yield crowded
    found = _file(facts, machine)
    if found.grade is not Grade.WELL or not (facts.broken or crowded):
        yield found


def _crowded(facts: Facts, machine: Machine) -> Finding | None:
    """Judge whether all that serve find room at once, as if the other nodes were like this one."""
    nodes = len({one.node for one in facts.serving} | {facts.node})
    wanted = nodes * machine.connections
    if machine.most_connections is None or wanted <= machine.most_connections:
        return None
    who = "this node" if nodes == 1 else f"{nodes} nodes like this one"
    said = f"PostgreSQL gives us {machine.most_connections} connections, and {who} may open {wanted}: people get 503."
    mend = "Raise max_connections or the user's limit, or lower `database_connections` on the nodes."
    return Finding("database", Grade.ODD, said, mend)


def _file(facts: Facts, machine: Machine | None) -> Finding:
    where = facts.database if machine is None else machine.database
    if machine is not None and machine.damaged:
        return Finding("database", Grade.WRONG, f"{where} is damaged.", "Go back to a copy of the data directory.")
    if facts.free_bytes is not None and facts.free_bytes < LEAST_FREE_BYTES:
        mend = "Free some space: without room nobody can sign in."
        return Finding("database", Grade.WRONG, f"{facts.free_bytes // _MIB} MiB are left on its disk.", mend)
    size = "" if facts.size_bytes is None else f", {facts.size_bytes // _MIB} MiB"
    said = f"{where}, version {facts.schema}{size if machine else ''}"
    if facts.schema == facts.newest_schema:
        return Finding("database", Grade.WELL, said)
    ahead = f"{said}: a newer Doorward has upgraded it, and {facts.node} knows version {facts.newest_schema}."
    return Finding("database", Grade.ODD, ahead, "Upgrade this node as well.")


def _keys(keys_open: bool | None) -> Finding:  # noqa: FBT001 - three answers, not a switch
    if keys_open is None:
        return Finding("keys", Grade.WELL, "nothing is sealed under them yet")
    if keys_open:
        return Finding("keys", Grade.WELL, "they open what is sealed")
    mend = "Put back the key file that belongs to this database."
    return Finding("keys", Grade.WRONG, "The keys do not open what this database holds.", mend)


def _clock(facts: Facts, machine: Machine | None) -> Finding:
    """Judge whether the clock that decides was set back, and whether the machine's own is another (T27)."""
    told = f"{facts.now:%Y-%m-%d %H:%M:%S} UTC; codes need it right within half a minute"
    if facts.seen_at is not None and facts.seen_at > facts.now:
        said = f"It says {told}; but a server here has seen {facts.seen_at:%Y-%m-%d %H:%M:%S}."
        return Finding("clock", Grade.WRONG, said, "Set it right, and let a time service keep it.")
    ahead = 0.0 if machine is None else (machine.clock - facts.now).total_seconds()
    if abs(ahead) <= MOST_SECONDS_APART:
        return Finding("clock", Grade.WELL, told)
    how = "ahead of" if ahead > 0 else "behind"
    said = f"This machine's clock is {abs(ahead):.0f} s {how} the database's, which decides; the log bears it."
    return Finding("clock", Grade.ODD, said, "Let a time service keep both.")


def _duties(facts: Facts) -> Finding:
    if facts.duties:
        nodes = sorted({one.holder.partition("/")[0] for one in facts.duties})
        return Finding("duties", Grade.WELL, f"done by {', '.join(nodes)}")
    mend = "Start the server; where one runs, look into its log for what keeps it from them."
    return Finding("duties", Grade.ODD, "Nobody does the server's own duties: no mail is sent.", mend)


def _nodes(facts: Facts) -> Finding:
    """Judge whether the nodes that serve agree: each has a name of its own, and all have one public address."""
    nodes = sorted({one.node for one in facts.serving})
    places = Counter(node for node, _ in {(one.node, one.place) for one in facts.serving})
    for node in nodes:
        if places[node] > 1:
            said = f"{places[node]} nodes are called {node}: one that starts takes the duties of the other away."
            return Finding("nodes", Grade.WRONG, said, "Give each its own `node`, and start them anew.")
    if len({one.address for one in facts.serving}) > 1:
        said = f"{', '.join(nodes)} have different public addresses: what one mails or sets does not fit the other."
        return Finding("nodes", Grade.WRONG, said, "Set the same `public_url` on all, and start them anew.")
    return Finding("nodes", Grade.WELL, f"{', '.join(nodes)} serving" if nodes else "none serves just now")


def _outbox(error: str | None) -> Finding:
    if error is None:
        return Finding("outbox", Grade.WELL, "no mail is held up")
    said = f"Mail was tried and has not arrived: {error}"
    return Finding("outbox", Grade.ODD, said, "See the list of mail, here or by `doorward mail list`.")


def _applications(facts: Facts) -> Finding:
    """Judge whether the web servers in front of registered hosts are believed, and none has Doorward's own name."""
    own = host_name(facts.public_url)
    if own in facts.hosts:
        said = f"{own} is registered and Doorward's own name: browsers send its cookies to the application too."
        mend = f"`doorward forward-auth remove` {own}, and give the application another name."
        return Finding("applications", Grade.WRONG, said, mend)
    if facts.hosts and not facts.behind_proxy:
        said = f"{len(facts.hosts)} registered, but no web server is believed: each of its questions is refused."
        return Finding("applications", Grade.ODD, said, "Name its network in `behind_proxy`, or by --behind-proxy.")
    said = f"{len(facts.hosts)} registered" if facts.hosts else "no host is registered"
    return Finding("applications", Grade.WELL, said)


def _administrators(*, administered: bool) -> Finding:
    if administered:
        said = "there is at least one; if none can get in: `doorward rescue NAME`"
        return Finding("administrators", Grade.WELL, said)
    mend = "Open the link that `doorward init` prints."
    return Finding("administrators", Grade.ODD, "Nobody administers this server yet.", mend)


def _passwords(outdated: int) -> Finding:
    """Judge how many hashes are older or imported (PASS-4)."""
    if not outdated:
        return Finding("passwords", Grade.WELL, "all are hashed with the present parameters")
    said = f"{outdated} are hashed with other parameters, and take another time until their next use."
    return Finding("passwords", Grade.ODD, said, "Nothing to do: each is upgraded at its next right use.")
