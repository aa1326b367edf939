"""What `doorward doctor` looks at on the server's own machine; what a page can tell too is judged by `system`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from doorward.config import Settings
from doorward.doors.cli.program import OpenedData, Program
from doorward.edges import data_directory
from doorward.edges.breach_lists import ListUnreadable, OpenedList, file_of
from doorward.edges.call import Call
from doorward.edges.clock import SystemClock
from doorward.edges.sql import obstacles, promises
from doorward.features.passwords.actions import count_to_upgrade, list_breach_lists
from doorward.features.passwords.model import ListBreachLists
from doorward.features.system.actions import view_system
from doorward.features.system.model import Finding, Grade, Machine, ViewSystem
from doorward.kernel.events import Door, Origin
from doorward.kernel.obstacle import Obstacle
from doorward.kernel.ports import NotDelivered

_ORIGIN = Origin(Door.CLI)


@dataclass(frozen=True, slots=True)
class Examined:
    """The opened data directory with its settings."""

    settings: Settings
    opened: OpenedData

    @contextmanager
    def reading(self) -> Iterator[Call]:
        """Open a reading transaction; raise `Obstacle` where the database cannot be had."""
        with obstacles.told(self.settings.database_name), self.opened.runtime.database.read() as sql:
            yield self.opened.runtime.call(sql, _ORIGIN)


def permissions(settings: Settings) -> Finding:
    """See whether other users of the machine can look in, and whether the server may start on what is here."""
    try:
        data_directory.require(settings)
        data_directory.must_not_be_moved(settings)
    except Obstacle as obstacle:
        return Finding("data directory", Grade.WRONG, obstacle.what, obstacle.mend)
    opened = data_directory.open_to_others(settings)
    if opened:
        names = " ".join(str(path) for path in opened)
        return Finding("permissions", Grade.WRONG, "Other users can look into the data.", f"chmod go= {names}")
    return Finding("permissions", Grade.WELL, f"only its owner can look into {settings.data}")


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


def system(examined: Examined) -> tuple[Finding, ...]:
    """See how the server is, as its page tells it, with what this machine alone can say."""
    with examined.reading() as call:
        sqlite = examined.settings.database_file is not None
        machine = Machine(
            clock=SystemClock().now(),
            database=examined.settings.database_name,
            damaged=sqlite and not promises.whole(call.sql),
            outdated_hashes=count_to_upgrade(call, examined.opened.hasher.current),
            connections=examined.settings.workers * (examined.settings.database_connections + 1),
            most_connections=promises.most_connections(call.sql),
        )
        return view_system(call, ViewSystem(machine)).findings


def breach_lists(examined: Examined) -> Finding:
    """See whether the lists of breached passwords are here, and whole: each is read to its end (PASS-2)."""
    with examined.reading() as call:
        lists = list_breach_lists(call, ListBreachLists()).lists
    folder = data_directory.breach_lists(examined.settings)
    for one in lists:
        try:
            OpenedList(file_of(folder, one.digest)).verify()
        except ListUnreadable as error:
            said = f"New passwords are refused: {error}, the file of the list {one.name!r}."
            mend = "`doorward breach import` the same file again, or put back your copy; or `doorward breach clear`."
            return Finding("breach lists", Grade.WRONG, said, mend)
    if not lists:
        return Finding("breach lists", Grade.WELL, "none was imported; the common passwords are refused all the same")
    entries = sum(one.entries for one in lists)
    return Finding("breach lists", Grade.WELL, f"{len(lists)} with {entries:,} entries, whole")
