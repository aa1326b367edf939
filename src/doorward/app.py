"""The composition root: the one place where real things are plugged into the ports.

`build` makes the whole server for one process; tests hand it another clock, another source of chance or a cheaper
hash. `open_runtime` makes what the command line needs, which is all but the doors.
"""

import os
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from doorward.config import Settings
from doorward.doors.gate.middleware import Gate, Surroundings
from doorward.doors.web.health import PATHS as HEALTH_PATHS
from doorward.doors.web.health import Health
from doorward.doors.web.metrics import Metrics
from doorward.edges import data_directory, logs, memory
from doorward.edges.breach_lists import BreachListFiles
from doorward.edges.call import BUSY, Site
from doorward.edges.clock import SystemClock, UnaskedClock, seconds_awake_and_asleep
from doorward.edges.crypto.argon2 import Argon2Hasher, Parameters
from doorward.edges.crypto.assertions import AssertionSigner
from doorward.edges.crypto.hash_queue import HashPool, HashQueue
from doorward.edges.crypto.keys import load_key_file
from doorward.edges.crypto.sealing import FileSealer
from doorward.edges.entropy import SystemEntropy
from doorward.edges.mail.post import Post
from doorward.edges.processes import name_of
from doorward.edges.refusal_log import RefusalLog
from doorward.edges.run import Runtime
from doorward.edges.sql.engine import Database
from doorward.edges.sql.opening import clock_of, open_database
from doorward.edges.steps import LoopDriver
from doorward.features.administration.actions.editing import (
    disable_account,
    edit_account,
    enable_account,
    judge_password_reset,
    start_password_reset,
)
from doorward.features.audit import actions as audit
from doorward.features.devices.actions import revoke_devices_of
from doorward.features.lockout.actions.locking import lock_account, unlock_account
from doorward.features.notices.actions import Deliver
from doorward.features.notices.model import Letter
from doorward.features.rights.actions import permissions
from doorward.features.second_factor.actions.allowlist import allow_set_up, withdraw_set_up
from doorward.features.second_factor.actions.exclusions import exclude_account, lift_exclusion
from doorward.features.second_factor.actions.hardware_tokens import (
    assign_token,
    judge_assign,
    judge_held,
    judge_unassign,
    resynchronise_token,
    unassign_token,
)
from doorward.features.second_factor.actions.secret_key import (
    delete_secret_key,
    issue_temporary_access_code,
    judge_temporary_code,
    reset_secret_key,
)
from doorward.features.sessions import actions as sessions
from doorward.kernel.events import Checked, Event, Origin
from doorward.kernel.ports import Clock, Entropy, Hasher
from doorward.upkeep import post_duties, record_last_refusals, upkeep_duties
from doorward.worker import Worker

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

STEP_THREADS = 16
"""Threads for the transactions of sign-in steps; the hash has its own."""
SWITCH_SECONDS = 0.000_2
"""How long a thread that works may keep the interpreter from others, such as the event loop.

A transaction lets go of it at each statement, and waits so long to have it back while another thread works.
"""
GATE_THREADS = 4
"""Threads for session checks, so that they never wait behind anything else."""


@dataclass(frozen=True, slots=True)
class App:
    """One server process: its runtime, its drivers, its workers, and the ASGI application."""

    settings: Settings
    runtime: Runtime
    driver: LoopDriver
    queue: HashQueue
    pool: HashPool
    threads: tuple[ThreadPoolExecutor, ...]
    workers: tuple[Worker, ...]
    asgi: Asgi

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; or start and stop the workers, when the server does."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await self.asgi(scope, receive, send)

    def start(self) -> None:
        """Let the workers begin."""
        for worker in self.workers:
            worker.start()

    def close(self) -> None:
        """End the workers and threads, and close the database."""
        for worker in self.workers:
            worker.stop()
        self.pool.close()
        for threads in self.threads:
            threads.shutdown(wait=True, cancel_futures=True)
        record_last_refusals(self.runtime)
        self.runtime.database.close()

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        sys.setswitchinterval(SWITCH_SECONDS)
        memory.share_one_heap()
        memory.keep_what_is_there()
        self.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.close()
        await send({"type": "lifespan.shutdown.complete"})


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    entropy: Entropy | None = None,
    hasher: Hasher | None = None,
    database: Database | None = None,
) -> App:
    """Make the server for one process on a data directory that is there; what is given takes the real thing's place."""
    entropy = entropy or SystemEntropy()
    logs.start(settings.log_level, clock or SystemClock())
    runtime = open_runtime(settings, clock=clock, entropy=entropy, database=database)
    queue, pool = HashQueue(settings.hash_places), HashPool(hasher or real_hasher(settings, entropy))
    steps = ThreadPoolExecutor(STEP_THREADS, "steps")
    gate = ThreadPoolExecutor(GATE_THREADS, "gate")
    driver = LoopDriver(runtime, queue, pool, steps, _note_busy(runtime.refusals))
    process = name_of(settings, os.getpid(), entropy.bytes(4))
    signer = AssertionSigner(load_key_file(data_directory.key_file(settings)))
    around = Surroundings(gate, seconds_awake_and_asleep, Metrics(str(os.getpid())), signer, settings.behind_proxy)
    return App(
        settings=settings,
        runtime=runtime,
        driver=driver,
        queue=queue,
        pool=pool,
        threads=(steps, gate),
        workers=(
            Worker(runtime, post_duties(_deliver(settings)), f"{process}/post"),
            Worker(runtime, upkeep_duties(), f"{process}/upkeep"),
        ),
        asgi=Gate(_doors(runtime, driver, around), runtime, around),
    )


def open_runtime(
    settings: Settings,
    *,
    clock: Clock | None = None,
    entropy: Entropy | None = None,
    database: Database | None = None,
) -> Runtime:
    """Make what acts need: the database, time, chance, secrets, guard and recorder."""
    name_permissions()
    database = database or open_database(settings)
    clock, entropy = clock or clock_of(database), entropy or SystemEntropy()
    return Runtime(
        database=database,
        clock=clock,
        entropy=entropy,
        sealer=FileSealer(load_key_file(data_directory.key_file(settings)), entropy),
        site=Site(settings.public_url, settings.node, bool(settings.behind_proxy)),
        guard=sessions.guard,
        recorder=audit.recorder,
        guard_of_many=sessions.guard_of_many,
        recorder_of_many=audit.recorder_of_many,
        refusals=RefusalLog(UnaskedClock(clock)),
        breach_lists=BreachListFiles(data_directory.breach_lists(settings)),
    )


def name_permissions() -> None:
    """Tell `rights` the acts that it answers about, by what the API calls them; they stand in features above it."""
    permissions.answer_about(
        unlock=unlock_account,
        lock=lock_account,
        reset_secret_key=reset_secret_key,
        delete_secret_key=delete_secret_key,
        allow_set_up=allow_set_up,
        exclude=exclude_account,
        edit=edit_account,
        enable=enable_account,
        disable=disable_account,
        reset_password=start_password_reset,
        end_sessions=sessions.end_sessions_of,
        forget_devices=revoke_devices_of,
        withdraw_set_up=withdraw_set_up,
        lift_exclusion=lift_exclusion,
        temporary_code=issue_temporary_access_code,
        assign_token=assign_token,
        unassign_token=unassign_token,
        resynchronise_token=resynchronise_token,
    )
    permissions.judge_by(
        reset_password=judge_password_reset,
        temporary_code=judge_temporary_code,
        assign_token=judge_assign,
        unassign_token=judge_unassign,
        resynchronise_token=judge_held,
    )


def real_hasher(settings: Settings, entropy: Entropy) -> Hasher:
    """Make the password hash at the configured cost."""
    return Argon2Hasher(entropy, Parameters(settings.argon2_memory_kib, settings.argon2_passes, settings.argon2_lanes))


def _deliver(settings: Settings) -> Deliver:
    post = Post.of(settings)

    def deliver(letter: Letter, recipient: str, name: UUID, queued_at: datetime) -> None:
        post.hand_over(letter.kind.value, letter.facts, recipient, name, queued_at)

    return deliver


def _note_busy(refusals: RefusalLog | None) -> Callable[[str, Origin], None]:
    """Make what notes that the hash queue was full: on the event loop, so the worker writes the entry (LOCK-2)."""

    def noted(act: str, origin: Origin) -> None:
        if refusals is not None:
            refusals.keep(Event(act, Checked.REFUSED, code=BUSY.code), origin)

    return noted


def _doors(runtime: Runtime, driver: LoopDriver, around: Surroundings) -> Asgi:
    """Lead each path to its door."""
    from doorward.doors.api import app as api  # noqa: PLC0415 - a command pays for no framework: half a second
    from doorward.doors.api.straight import Straight  # noqa: PLC0415 - as above
    from doorward.doors.console import app as console  # noqa: PLC0415 - as above

    health = Health(runtime, around.metrics, around.proxies)
    programs, pages = Straight(api.build(runtime, driver)), console.build(runtime, driver)

    async def led(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path in HEALTH_PATHS:
            await health(scope, receive, send)
        elif api.owns(path):
            await programs(scope, receive, send)
        else:
            await pages(scope, receive, send)

    return led
