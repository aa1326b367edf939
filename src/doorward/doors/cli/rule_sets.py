"""`doorward rules list`, `rank` and `delete`: named sets of password rules, which groups are assigned to."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import click

from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.options import DRY_RUN, NAME, REASON, YES, Command
from doorward.doors.cli.telling import print_facts, print_json, print_table
from doorward.features.administration.actions.rule_sets import (
    delete_password_rules,
    list_password_rules,
    rank_password_rules,
)
from doorward.features.policy.actions import add_password_rules, read_password_rules
from doorward.features.policy.model import (
    AddPasswordRules,
    DeletePasswordRules,
    ListPasswordRules,
    RankPasswordRules,
    ReadPasswordRules,
)
from doorward.kernel.outcome import Fact


@click.command("list", cls=Command, short_help="List the sets of password rules.")
@with_desk
def list_sets(desk: Desk) -> None:
    """List the sets of password rules: of several that an account's groups name, the first in the list serves it."""
    sets = desk.run(list_password_rules, ListPasswordRules()).sets
    if desk.as_json:
        print_json({"items": [asdict(one) for one in sets], "next": None})
        return
    rows = [(one.name, one.rank, one.accounts, "; ".join(one.groups)) for one in sets]
    print_table(("name", "rank", "accounts", "groups"), rows, "")


@click.command("add", cls=Command, short_help="Add a set of password rules.")
@NAME
@REASON
@DRY_RUN
@with_desk
def add_set(desk: Desk, name: str, reason: str | None) -> None:
    """Add the set NAME: it begins as the rules named `default` stand, and `rules set --name NAME` changes it."""
    desk.tell(desk.run(add_password_rules, AddPasswordRules(name, reason=reason)), f"The rules {name} are there now.")


@click.command("rank", cls=Command, short_help="Say where a set stands among the others.")
@NAME
@click.argument("rank", type=int)
@REASON
@DRY_RUN
@with_desk
def rank_set(desk: Desk, name: str, rank: int, reason: str | None) -> None:
    """Give the set NAME the rank RANK: of several that an account's groups name, the lowest serves it."""
    outcome: Any = desk.run(rank_password_rules, RankPasswordRules(name, rank, reason))
    said = f"{name} has rank {rank}." if outcome.status == "done" else f"{name} had rank {rank} already."
    desk.tell(outcome, said, version=outcome.version)


@click.command("delete", cls=Command, short_help="Delete a set that no group is assigned.")
@NAME
@REASON
@YES
@DRY_RUN
@with_desk
def delete_set(desk: Desk, name: str, reason: str | None, *, yes: bool) -> None:
    """Delete the set NAME of password rules; one that is assigned to a group stays."""
    desk.confirm(f"Delete the password rules {name}?", yes=yes)
    desk.tell(desk.run(delete_password_rules, DeletePasswordRules(name, reason)), f"{name} was deleted.")


def show_set(desk: Desk, name: str, word: Callable[[Fact], str]) -> None:
    """Show one set of password rules."""
    found = desk.run(read_password_rules, ReadPasswordRules(name))
    if desk.as_json:
        print_json({"name": name, "version": found.version, **asdict(found.rules)})
        return
    print_facts({key: word(value) for key, value in asdict(found.rules).items()})
