"""Starting: what a command opens, what the first run makes, and what serves until it is told to stop."""

from collections.abc import Callable
from functools import partial

from doorward.app import App, build, open_runtime, real_hasher
from doorward.config import Settings
from doorward.doors.cli.program import OpenedData, Welcome
from doorward.edges import data_directory, http_server, loading, logs
from doorward.edges.clock import SystemClock
from doorward.edges.crypto.containers import AesCiphers
from doorward.edges.crypto.keys import create_key_file
from doorward.edges.entropy import SystemEntropy
from doorward.edges.mail.post import Post
from doorward.edges.run import Runtime
from doorward.edges.sql import duties, obstacles, schema
from doorward.edges.sql.opening import clock_of, open_database
from doorward.features.administration.actions.first import make_first_link
from doorward.features.administration.model import LinkMade, MakeFirstLink
from doorward.features.passwords import actions as passwords
from doorward.features.rights.actions import administrators
from doorward.features.system.actions import keys_fit
from doorward.kernel.act import Owner
from doorward.kernel.events import Door, Origin
from doorward.kernel.obstacle import Obstacle
from doorward.kernel.ports import Clock


def open_here(settings: Settings) -> OpenedData:
    """Open a data directory that is there, for one command; raise `Obstacle` where it cannot be used."""
    data_directory.require(settings)
    opened = _opened(settings)
    with obstacles.told(settings.database_name), opened.runtime.database.read() as sql:
        schema.must_suit(sql, settings.database_name)
        stands = schema.standing(sql)
    schema.must_be_usable(stands, settings.database_name)
    return opened


def open_target(settings: Settings) -> OpenedData:
    """Open a database into which another is to be moved, with the same keys; nothing is asked of what is in it."""
    data_directory.make_database_file(settings)
    return _opened(settings)


def first_run(settings: Settings, *, clock: Clock | None = None) -> Welcome:
    """Make what is missing of a data directory, and the first administrator's link while there is none."""
    loading.must_be_readable()
    Post.of(settings)  # a mail setting that cannot be used is told before anything is made
    if settings.database_file is None and not data_directory.key_file(settings).exists():
        _only_for_an_empty_database(settings)
    made = data_directory.make(settings, lambda path: create_key_file(path, SystemEntropy()))
    runtime = open_runtime(settings, clock=clock)
    try:
        schema.prepare(runtime.database, settings.database_name)
        with obstacles.told(settings.database_name):
            _keys_must_fit(settings, runtime)
            return _welcome(runtime, made=made)
    finally:
        runtime.database.close()


def upgrade(settings: Settings) -> schema.Upgraded:
    """Bring the database to the version that this program knows; one that is ahead of it stays as it is."""
    loading.must_be_readable()
    data_directory.require(settings)
    database = open_database(settings)
    try:
        with obstacles.told(settings.database_name), database.write() as sql:
            schema.must_suit(sql, settings.database_name)
            stands = schema.standing(sql)
            if stands in {schema.SchemaStanding.EMPTY, schema.SchemaStanding.OLDER}:
                return schema.Upgraded(schema.upgrade(sql) or "nothing", schema.NEWEST)
            if stands is schema.SchemaStanding.CURRENT:
                schema.complete(sql)
            found = schema.version(sql) or schema.NEWEST
    finally:
        database.close()
    schema.must_be_usable(stands, settings.database_name)
    return schema.Upgraded(None, found)


def serve(
    settings: Settings,
    told: Callable[[Settings, Welcome], None],
    *,
    make: Callable[[Settings], App] | None = None,
    clock: Clock | None = None,
) -> int:
    """Serve until told to stop, and give the exit code; on nothing make what is needed, and tell it first.

    The address is taken before anything is made or printed, and before root becomes the data directory's owner.
    """
    data_directory.close_new_files()
    logs.start(settings.log_level, clock or SystemClock())
    if settings.tls_cert is not None and settings.tls_key is not None:
        http_server.check_certificate(settings.tls_cert, settings.tls_key)
    with http_server.bind(settings) as taken:
        settings = http_server.bound(settings, taken)
        data_directory.take_on_owner(settings.data)
        if settings.workers > 1:
            loading.must_be_runnable()
        _no_new_database_unasked(settings)
        told(settings, first_run(settings, clock=clock))
        _free_duties(settings, clock)
        return http_server.serve(partial(make or build, settings), settings, taken)


def try_mail(settings: Settings) -> None:
    """See whether mail could be handed over; raise `NotDelivered` if not."""
    Post.of(settings).reach()


def _opened(settings: Settings) -> OpenedData:
    entropy = SystemEntropy()
    runtime = open_runtime(settings, entropy=entropy)
    return OpenedData(runtime, real_hasher(settings, entropy), AesCiphers(), runtime.database.close)


def _welcome(runtime: Runtime, *, made: bool) -> Welcome:
    origin = Origin(Door.CLI)
    with runtime.database.read() as sql:
        ready = administrators.administrator_exists(call := runtime.call(sql, origin))
        runtime.breach_lists.find((), passwords.lists_in_use(call))  # one that cannot be read is logged
    if not ready:
        outcome = runtime.run(make_first_link, MakeFirstLink(), Owner(f"cli:{data_directory.user()}"), origin)
        if isinstance(outcome, LinkMade):
            return Welcome(runtime.site.public_url, made, outcome.path, outcome.expires_at)
    return Welcome(runtime.site.public_url, made, None, None)


def _keys_must_fit(settings: Settings, runtime: Runtime) -> None:
    with runtime.writing(Origin(Door.CLI)) as call:
        fit = keys_fit(call)
    if not fit:
        raise Obstacle(
            f"The keys in {data_directory.key_file(settings)} do not open what the database "
            f"{settings.database_name} holds.",
            "Put back the key file that belongs to this database, from your copy or from another node.",
        )


def _no_new_database_unasked(settings: Settings) -> None:
    """Refuse to begin with an empty database where there are keys already: its path or name may be the wrong one."""
    data_directory.no_lost_database(settings)
    if settings.database_file is None and data_directory.key_file(settings).exists() and _is_empty(settings):
        raise data_directory.lost(settings)


def _is_empty(settings: Settings) -> bool:
    database = open_database(settings)
    try:
        with obstacles.told(settings.database_name), database.read() as sql:
            return schema.standing(sql) is schema.SchemaStanding.EMPTY
    finally:
        database.close()


def _only_for_an_empty_database(settings: Settings) -> None:
    """Refuse to make a key file for a database that other nodes have filled: it would open nothing."""
    if not _is_empty(settings):
        raise Obstacle(
            f"The database {settings.database_name} is in use already, and there is no key file for it here.",
            f"Copy {data_directory.KEY} from the data directory of another node into {settings.data}.",
        )


def _free_duties(settings: Settings, clock: Clock | None) -> None:
    """Let go of the duties that this node's processes held when they died."""
    database = open_database(settings)
    try:
        with obstacles.told(settings.database_name), database.write() as sql:
            duties.give_back_all_of(sql, settings.node, (clock or clock_of(database)).now())
    finally:
        database.close()
