"""The desk at which a command works: the opened data directory, its owner, and how outcomes are told."""

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any, Protocol, TypeVar, cast

import click

from doorward.config import Loaded, Settings
from doorward.doors.cli.options import settings_of, wants_json
from doorward.doors.cli.program import OpenedData, Program
from doorward.doors.cli.rehearsal import Rehearsal
from doorward.doors.cli.spelling import account_json
from doorward.doors.cli.telling import Failed, RefusedHere, confirm, obstacles_told, print_json
from doorward.edges import data_directory
from doorward.edges.run import LostRace, Runtime
from doorward.edges.sql import obstacles
from doorward.edges.sql.engine import DatabaseBusy, Unconfirmed
from doorward.edges.steps import PlainDriver
from doorward.features.accounts.actions import find
from doorward.features.directory.actions import account_row
from doorward.features.second_factor.model import FactorState
from doorward.kernel.act import Act, Owner
from doorward.kernel.events import Door, Origin
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused

C_contra = TypeVar("C_contra", contravariant=True)
O_co = TypeVar("O_co", covariant=True)
A = TypeVar("A")

_REFERENCE_LENGTH = 12
_REFERENCE_BYTES = 8


class Acts(Protocol[C_contra, O_co]):
    """An action as a command sees it: it may refuse, and then the command is over."""

    act: Act

    def __call__(self, call: Any, command: C_contra) -> O_co | Refused:
        """Perform the act."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One command's work: acts run as the server's owner (RIGHT-8), refusals end the command."""

    settings: Settings
    opened: OpenedData
    runtime: Runtime
    owner: Owner
    origin: Origin
    as_json: bool
    dry_run: bool

    def run(self, action: Acts[C_contra, O_co], command: C_contra) -> O_co:
        """Run one act and give its outcome."""
        with _busy_is_told(self):
            outcome: O_co | Refused = self.runtime.run(cast("Any", action), command, self.owner, self.origin)
        return self.accepted(outcome)

    def drive(self, steps: Any) -> Any:
        """Run the pieces of a step to the end and give its outcome."""
        with _busy_is_told(self):
            outcome = PlainDriver(self.runtime, self.opened.hasher.run).drive(steps, self.origin)
        return self.accepted(outcome)

    def account(self, name: str) -> AccountId:
        """Find the account that bears a name (LOCK-16)."""
        with _busy_is_told(self), self.runtime.database.read() as sql:
            found = find(self.runtime.call(sql, self.origin), name)
        if found is None:
            raise self.refusal(Refused("accounts.not_found", cause=name))
        return found.account.id

    def accepted(self, outcome: A | Refused) -> A:
        """Return an outcome that is not a refusal."""
        if isinstance(outcome, Refused):
            raise self.refusal(outcome)
        return outcome

    def refusal(self, refused: Refused) -> RefusedHere:
        """Make the exception that ends a command with a refusal."""
        return RefusedHere(refused, self.origin.reference, as_json=self.as_json)

    def tell(self, outcome: Any, said: str, **facts: Any) -> None:
        """Tell what came of an act: a sentence, or its status and facts as JSON."""
        if self.as_json:
            rehearsed = {"dry_run": True} if self.dry_run else {}
            print_json({"outcome": outcome.status, **rehearsed, **facts})
        else:
            click.echo(f"Would be done: {said}" if self.dry_run else said)

    def tell_of(self, outcome: Any, said: str, account: AccountId, **facts: Any) -> None:
        """Tell what came of an act on an account; as JSON with the account as it stands now."""
        self.tell(outcome, said, account=self._spelled(account) if self.as_json else None, **facts)

    def second_factor(self, account: AccountId) -> FactorState | None:
        """Look at the state of an account's second factor, as its row in a list shows it."""
        with _busy_is_told(self), self.runtime.database.read() as sql:
            row = account_row(self.runtime.call(sql, self.origin), account)
        return None if row is None else row.second_factor

    def confirm(self, question: str, *, yes: bool) -> None:
        """Ask a person at a terminal whether it is meant; a rehearsal needs no answer."""
        confirm(question, yes=yes or self.dry_run)

    def _spelled(self, account: AccountId) -> dict[str, Any] | None:
        with self.runtime.database.read() as sql:
            row = account_row(self.runtime.call(sql, self.origin), account)
        return None if row is None else account_json(row)


@contextmanager
def open_desk(program: Program, loaded: Loaded, *, as_json: bool, dry_run: bool) -> Iterator[Desk]:
    """Open the data directory as its owner, and close it when the command is over.

    Not where its database was moved elsewhere: what a command did here would be said to be done, and be done nowhere.
    """
    owner = Owner(f"cli:{data_directory.user()}")
    data_directory.take_on_owner(loaded.settings.data)
    data_directory.must_not_be_moved(loaded.settings)
    opened = program.open(loaded.settings)
    runtime = opened.runtime
    reference = base64.b32encode(runtime.entropy.bytes(_REFERENCE_BYTES)).decode()[:_REFERENCE_LENGTH].lower()
    desk = Desk(
        settings=loaded.settings,
        opened=opened,
        runtime=Rehearsal.of(runtime) if dry_run else runtime,
        owner=owner,
        origin=Origin(Door.CLI, reference=reference),
        as_json=as_json,
        dry_run=dry_run,
    )
    try:
        with _busy_is_told(desk):
            yield desk
    finally:
        opened.close()


@contextmanager
def _busy_is_told(desk: Desk) -> Iterator[None]:
    try:
        yield
    except Unconfirmed as error:
        raise Failed(str(obstacles.obstacle(error, desk.settings.database_name))) from error
    except (DatabaseBusy, LostRace) as error:
        raise desk.refusal(Refused("database.busy")) from error


def with_desk(command: Callable[..., Any]) -> Callable[..., Any]:
    """Hand a command its desk: the opened data directory."""

    def called(**given: Any) -> Any:
        context = click.get_current_context()
        program, loaded = settings_of(context, {})
        dry_run = bool(given.pop("dry_run", False))
        with obstacles_told(), open_desk(program, loaded, as_json=wants_json(context), dry_run=dry_run) as desk:
            return command(desk, **given)

    return update_wrapper(called, command)
