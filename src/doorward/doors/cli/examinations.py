"""What `doorward doctor` looks at, each thing by itself."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from doorward.config import Settings
from doorward.doors.cli.program import Opened, Program
from doorward.edges import data_directory
from doorward.edges.breach_lists import BreachList, ListUnreadable, file_of
from doorward.edges.call import Call
from doorward.edges.clock import SystemClock
from doorward.edges.sql import duties, promises, schema
from doorward.features.applications.actions.hosts import list_hosts
from doorward.features.applications.model import ListHosts
from doorward.features.directory.actions import search_accounts
from doorward.features.directory.model import Search
from doorward.features.notices.actions import list_mail
from doorward.features.notices.model import ListMail
from doorward.features.otp.actions import find_key
from doorward.features.passwords.actions import count_to_upgrade, list_breach_lists
from doorward.features.passwords.model import ListBreachLists
from doorward.features.rights.actions.administrators import administrator_exists
from doorward.features.second_factor.model import FactorState
from doorward.kernel.events import Door, Origin
from doorward.kernel.obstacle import Obstacle
from doorward.kernel.ports import NotDelivered, SealBroken

MOST_SECONDS_APART = 1
"""More than the clocks of well kept machines are apart."""
LEAST_FREE_BYTES = 100 * 1024 * 1024
_ORIGIN = Origin(Door.CLI)


class Grade(StrEnum):
    """How a thing is."""

    WELL = "well"
    ODD = "odd"
    """Worth knowing; the server works."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one thing, and how to mend it."""

    subject: str
    grade: Grade
    said: str
    mend: str = ""

    def told(self) -> dict[str, str]:
        """Spell the finding for scripts."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Examined:
    """The opened data directory with its settings."""

    settings: Settings
    opened: Opened

    @contextmanager
    def reading(self) -> Iterator[Call]:
        """Open a reading transaction."""
        with self.opened.runtime.database.read() as sql:
            yield self.opened.runtime.call(sql, _ORIGIN)


def permissions(settings: Settings) -> Finding:
    """See whether other users of the machine can look in."""
    try:
        data_directory.require(settings)
    except Obstacle as obstacle:
        return Finding("data directory", Grade.WRONG, obstacle.what, obstacle.mend)
    opened = data_directory.open_to_others(settings)
    if opened:
        names = " ".join(str(path) for path in opened)
        return Finding("permissions", Grade.WRONG, "Other users can look into the data.", f"chmod go= {names}")
    return Finding("permissions", Grade.WELL, f"only its owner can look into {settings.data}")


def public_address(settings: Settings) -> Finding:
    """See whether the address that people open is fit for passwords."""
    host = settings.public_url.partition("://")[2]
    here = host.startswith(("127.", "localhost", "[::1]"))
    if settings.public_url.startswith("http://") and not here:
        mend = "Put a proxy with TLS in front, or name tls_cert and tls_key, and make public_url an https:// address."
        return Finding("address", Grade.WRONG, f"{settings.public_url} sends passwords in the clear.", mend)
    if settings.public_url.startswith("http://"):
        return Finding("address", Grade.WELL, f"{settings.public_url}, which this machine alone can open")
    return Finding("address", Grade.WELL, settings.public_url)


def mail(program: Program, settings: Settings) -> Finding:
    """See whether mail can leave."""
    try:
        program.try_mail(settings)
    except NotDelivered as no:
        mend = "Correct `mail`, or mend the mail server; nothing is lost meanwhile."
        return Finding("mail", Grade.WRONG, str(no), mend)
    except Obstacle as obstacle:
        return Finding("mail", Grade.WRONG, obstacle.what, obstacle.mend)
    where = data_directory.maildir(settings)
    return Finding("mail", Grade.WELL, "the mail server answers" if where is None else f"kept in {where}")


def database(examined: Examined) -> Finding:
    """See whether the database is whole, keeps its promises, and has room."""
    path = examined.settings.database_file
    if path is None:
        return _server(examined)
    with examined.reading() as call:
        whole, version = promises.whole(call.sql), schema.version(call.sql)
    if not whole:
        return Finding("database", Grade.WRONG, f"{path} is damaged.", "Go back to a copy of the data directory.")
    free = shutil.disk_usage(path.parent).free
    if free < LEAST_FREE_BYTES:
        mend = "Free some space: without room nobody can sign in."
        return Finding("database", Grade.WRONG, f"{free // 2**20} MiB are left on its disk.", mend)
    size = path.stat().st_size // 2**20
    return _of_version(version, f"{path}, version {version}, {size} MiB")


def _server(examined: Examined) -> Finding:
    """See whether PostgreSQL is set up so that what was answered is never lost."""
    with examined.reading() as call:
        broken = promises.broken(call.sql)
        server, version = promises.server_version(call.sql), schema.version(call.sql)
    if broken:
        first = broken[0]
        return Finding("database", Grade.WRONG if first.loses_acts else Grade.ODD, first.what, first.mend)
    return _of_version(version, f"{examined.settings.database_name}, version {version}, PostgreSQL {server}")


def _of_version(version: str | None, said: str) -> Finding:
    """Tell of a database that is as it should be, and of one that waits for this node to be upgraded too."""
    if version == schema.NEWEST:
        return Finding("database", Grade.WELL, said)
    ahead = f"{said}: a newer Doorward has upgraded it, and this one knows version {schema.NEWEST}."
    return Finding("database", Grade.ODD, ahead, "Upgrade this node as well.")


def secrets(examined: Examined) -> Finding:
    """See whether the keys open what is sealed in the database."""
    with examined.reading() as call:
        found = search_accounts(call, Search(second_factor=FactorState.SET_UP, limit=1))
        accounts = getattr(found, "accounts", ())
        try:
            for row in accounts:
                find_key(call, row.id)
        except SealBroken:
            mend = "Put back the key file that belongs to this database."
            return Finding("keys", Grade.WRONG, "The keys do not open what this database holds.", mend)
    return Finding("keys", Grade.WELL, "they open what is sealed" if accounts else "nothing is sealed under them yet")


def applications(examined: Examined) -> Finding:
    """See whether the web servers in front of registered hosts are believed."""
    with examined.reading() as call:
        hosts = list_hosts(call, ListHosts()).hosts
    if hosts and not examined.settings.behind_proxy:
        said = f"{len(hosts)} registered, but no web server is believed: each of its questions is refused."
        return Finding("applications", Grade.ODD, said, "Name its network in `behind_proxy`, or by --behind-proxy.")
    return Finding("applications", Grade.WELL, f"{len(hosts)} registered" if hosts else "no host is registered")


def clock(examined: Examined) -> Finding:
    """See whether the clock was set back; codes of secret keys need it right to half a minute."""
    with examined.reading() as call:
        held_until, now = duties.last_held_until(call.sql), call.now
    told = f"{now:%Y-%m-%d %H:%M:%S} UTC; codes need it right within half a minute"
    if held_until is not None and held_until - duties.LEASE > now:
        said = f"It says {told}; but a server here has seen {held_until - duties.LEASE:%Y-%m-%d %H:%M:%S}."
        return Finding("clock", Grade.WRONG, said, "Set it right, and let a time service keep it.")
    if examined.settings.database_file is None and (wrong := apart(SystemClock().now(), now)) is not None:
        return wrong
    return Finding("clock", Grade.WELL, told)


def apart(own: datetime, common: datetime) -> Finding | None:
    """Tell of a machine whose clock is not the database's: that one decides, and this one is written into the log."""
    seconds = (own - common).total_seconds()
    if abs(seconds) <= MOST_SECONDS_APART:
        return None
    ahead = "ahead of" if seconds > 0 else "behind"
    said = f"This machine's clock is {abs(seconds):.0f} s {ahead} the database's, which decides; the log bears it."
    return Finding("clock", Grade.ODD, said, "Let a time service keep both.")


def administrators(examined: Examined) -> Finding:
    """See whether anybody administers this server."""
    with examined.reading() as call:
        there = administrator_exists(call)
    if not there:
        mend = "Open the link that `doorward init` prints."
        return Finding("administrators", Grade.ODD, "Nobody administers this server yet.", mend)
    return Finding("administrators", Grade.WELL, "there is at least one; if none can get in: `doorward rescue NAME`")


def passwords(examined: Examined) -> Finding:
    """See how many password hashes are older or imported (PASS-4)."""
    with examined.reading() as call:
        count = count_to_upgrade(call, examined.opened.hasher.current)
    if count:
        said = f"{count} are hashed with other parameters, and take another time until their next use."
        return Finding("passwords", Grade.ODD, said, "Nothing to do: each is upgraded at its next right use.")
    return Finding("passwords", Grade.WELL, "all are hashed with the present parameters")


def breach_lists(examined: Examined) -> Finding:
    """See whether the lists of breached passwords are here, and whole: each is read to its end (PASS-2)."""
    with examined.reading() as call:
        lists = list_breach_lists(call, ListBreachLists()).lists
    folder = data_directory.breach_lists(examined.settings)
    for one in lists:
        try:
            BreachList(file_of(folder, one.digest)).verify()
        except ListUnreadable as error:
            said = f"New passwords are refused: {error}, the file of the list {one.name!r}."
            mend = "`doorward breach import` the same file again, or put back your copy; or `doorward breach clear`."
            return Finding("breach lists", Grade.WRONG, said, mend)
    if not lists:
        return Finding("breach lists", Grade.WELL, "none was imported; the common passwords are refused all the same")
    entries = sum(one.entries for one in lists)
    return Finding("breach lists", Grade.WELL, f"{len(lists)} with {entries:,} entries, whole")


def undelivered(examined: Examined) -> Finding:
    """See whether mail waits that was tried already."""
    with examined.reading() as call:
        page = list_mail(call, ListMail(undelivered=True, limit=1))
    if page.mails:
        first = page.mails[0]
        return Finding("outbox", Grade.ODD, f"Mail was tried and has not left: {first.error}", "`doorward mail list`")
    return Finding("outbox", Grade.WELL, "no mail is held up")
