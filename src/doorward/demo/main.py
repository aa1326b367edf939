"""`doorward demo`: the main job from end to end; it ends with 0 only if every observation was right."""

import json
import shlex
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

from rich.console import Console

from doorward.demo import first_run, guarded, locked_out, lost_phone, own_key
from doorward.demo.client import BrokenOff, Client
from doorward.demo.letters import Letters
from doorward.demo.people import OTHERS, Cast, Person
from doorward.demo.report import Report
from doorward.demo.server import PROGRAM, NotStarted, Started, throw_away_server
from doorward.demo.stage import Stage
from doorward.demo.waiting import RealTime, Time
from doorward.edges.clock import Stopwatch

Scene = Callable[[Stage], None]

FIRST_STORY = "The first story: somebody is locked out, and let in again"
SECOND_STORY = "The second story: a lost phone is replaced"
BY_HERSELF = "By herself: a key is replaced without asking anybody"
WHO_MAY = "Who may do it at all"

PLAY: Sequence[str | Scene] = (
    "Setting up",
    first_run.first_administrator,
    first_run.two_hundred_people,
    FIRST_STORY,
    locked_out.guessed_at,
    locked_out.found_and_unlocked,
    locked_out.nobody_unlocks_themselves,
    locked_out.back_again,
    SECOND_STORY,
    lost_phone.reset,
    lost_phone.new_key,
    lost_phone.deleted_and_allowed,
    lost_phone.next_day,
    BY_HERSELF,
    own_key.regenerated,
    WHO_MAY,
    guarded.protected,
    guarded.a_branch,
    guarded.excluded,
    "What is left of it",
    lost_phone.the_trail,
)


def main(*, keep: bool, as_json: bool = False) -> int:
    """Play everything on a server of its own, and give the exit code."""
    with _ended_like_ctrl_c(signal.SIGTERM, signal.SIGHUP):
        return play(keep=keep, as_json=as_json)


def play(
    program: Sequence[str] = PROGRAM,
    time: Time | None = None,
    *,
    others: int = OTHERS,
    keep: bool = False,
    as_json: bool = False,
) -> int:
    """Play on the server that a program starts; tests hand over one that breaks a rule, and a clock they can turn.

    As JSON the observations come on standard output at the end, and the story goes to standard error.
    """
    report, time = Report(Console(highlight=False, markup=False, emoji=False, stderr=as_json)), time or RealTime()
    report.title("Doorward, from an empty machine to a new key")
    try:
        with throw_away_server(program, keep=keep) as server:
            letters = Letters(server.maildir, time.patience)
            stage = Stage(server, Client(server.address), letters, time, report, Cast(), others)
            right = _told(stage)
            if keep:
                _tell_kept(stage)
            if as_json:
                _print_json(stage, keep=keep)
            return 0 if right else 1
    except NotStarted as error:
        report.plain(f"The throw-away server did not start. Its last words:\n{error}")
        return 1


def _told(stage: Stage) -> bool:
    """Tell everything from beginning to end, and whether all of it was right."""
    watch = Stopwatch()
    stage.report.note(f"a throw-away server is at {stage.server.address}; all lines below are what it answered")
    _perform(stage)
    right = stage.report.close()
    stage.report.note(f"it took {watch.seconds():.0f} s")
    return right


def _perform(stage: Stage) -> None:
    """Play scene after scene; one that breaks off does not keep the next from being tried."""
    for part in PLAY:
        if isinstance(part, str):
            stage.report.chapter(part)
            continue
        try:
            part(stage)
        except (BrokenOff, LookupError) as why:
            stage.report.broke_off(str(why) if isinstance(why, BrokenOff) else f"an answer lacks {why}")
            if not stage.server.runs:
                stage.report.plain(f"The server has ended. Its last words:\n{stage.server.last_words()}")
                return
    stage.client.close()


def _tell_kept(stage: Stage) -> None:
    """Say where the server is, who has an account on it, and how to end it."""
    report, server = stage.report, stage.server
    report.chapter("The server goes on")
    report.plain(f"   address     {server.address}")
    report.plain(
        f"   mail        {server.maildir}  (one message a file; the others' links to set a password are there)"
    )
    report.plain(f"   to end it   {_farewell(server)}")
    report.plain("   a code      oathtool --totp --base32 SECRET_KEY, or put the key into an authenticator app")
    report.plain()
    report.plain(f"   {'user name':<16}{'password':<22}{'secret key':<35}role")
    for person in stage.cast.everybody:
        report.plain(_row(person))


def _print_json(stage: Stage, *, keep: bool) -> None:
    """Print what was observed for programs to read; of a server that goes on also where it is and who has accounts."""
    observations = [asdict(one) | {"right": one.right} for one in stage.report.observations]
    said: dict[str, object] = {"right": all(one["right"] for one in observations), "observations": observations}
    if keep:
        said |= {"address": stage.server.address, "process": stage.server.process.pid}
        said |= {"folder": str(stage.server.folder), "accounts": [_account(one) for one in stage.cast.everybody]}
    print(json.dumps(said, indent=2))


def _account(person: Person) -> dict[str, object]:
    return {
        "user_name": person.user_name,
        "password": person.password,
        "secret_key": None if person.phone is None else person.phone.secret_key,
        "roles": list(person.roles),
    }


def _row(person: Person) -> str:
    key = "" if person.phone is None else person.phone.secret_key
    return f"   {person.user_name:<16}{person.password:<22}{key:<35}{', '.join(person.roles) or '-'}"


def _farewell(server: Started) -> str:
    return f"kill {server.process.pid}; rm -r {shlex.quote(str(server.folder))}"


@contextmanager
def _ended_like_ctrl_c(*words: signal.Signals) -> Iterator[None]:
    """Clean up when the demo is asked to end in another way than by Ctrl-C, too; `nohup` stays what it is."""
    heard = [word for word in words if signal.getsignal(word) is not signal.SIG_IGN]
    before = {word: signal.signal(word, signal.default_int_handler) for word in heard}
    try:
        yield
    finally:
        for word, handler in before.items():
            signal.signal(word, handler)
