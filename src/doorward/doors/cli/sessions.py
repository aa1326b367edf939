"""`doorward session`: where an account is signed in, and ending that."""

import click

from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.options import DRY_RUN, NAME, REASON, YES, CommandGroup
from doorward.doors.cli.spelling import session_json
from doorward.doors.cli.telling import print_json, print_table
from doorward.features.sessions.actions import end_sessions_of, list_sessions_of
from doorward.features.sessions.model import EndSessionsOf, ListSessionsOf, SessionsEnded
from doorward.kernel.ids import SessionId


@click.group(cls=CommandGroup)
def session() -> None:
    """List and end an account's sessions."""


@session.command("list")
@NAME
@with_desk
def list_sessions(desk: Desk, name: str) -> None:
    """List where NAME is signed in. This is recorded."""
    found = desk.run(list_sessions_of, ListSessionsOf(desk.account(name))).sessions
    if desk.as_json:
        print_json({"items": [session_json(each) for each in found], "next": None})
        return
    rows = [
        (s.session, s.opened_at, s.last_seen_at, s.opened_with.value.replace("_", " "), s.address, s.user_agent)
        for s in found
    ]
    columns = ("session", "since (UTC)", "last seen (UTC)", "opened with", "address", "browser")
    print_table(columns, rows, f"{name} is signed in nowhere.")


@session.command("end")
@NAME
@click.option("--session", "session_id", type=click.UUID, help="Only this one; else all.")
@REASON
@YES
@DRY_RUN
@with_desk
def end(desk: Desk, *, name: str, session_id: SessionId | None, reason: str | None, yes: bool) -> None:
    """Sign NAME out everywhere, or end one session."""
    account = desk.account(name)
    desk.confirm(f"End {'all sessions' if session_id is None else 'this session'} of {name}?", yes=yes)
    outcome = desk.run(end_sessions_of, EndSessionsOf(account, session_id, reason))
    count = outcome.count if isinstance(outcome, SessionsEnded) else 0
    said = f"Sessions of {name} that were ended: {count}." if count else f"{name} had no such session."
    desk.tell(outcome, said, count=count)
