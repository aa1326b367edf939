"""Importing people, all of a file in one transaction, and exporting accounts: at the server's own machine (PASS-6)."""

from collections.abc import Iterable

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import NewAccount
from doorward.features.administration.actions import grouping
from doorward.features.audit import actions as audit
from doorward.features.groups import actions as groups
from doorward.features.groups.model import Group
from doorward.features.otp import actions as otp
from doorward.features.passwords import actions as passwords
from doorward.features.passwords.model import StoredPassword
from doorward.features.policy import actions as policy
from doorward.features.rights.actions import granting as rights
from doorward.features.rights.actions import judging
from doorward.features.second_factor.actions import states as second_factor
from doorward.features.transfer.model import (
    ExportAllowed,
    ExportPeople,
    ImportPeople,
    JudgePeople,
    PeopleImported,
    PeopleJudged,
    Person,
)
from doorward.kernel.act import Who, act
from doorward.kernel.events import Event
from doorward.kernel.ids import AccountId, new_ids
from doorward.kernel.lines import LineError
from doorward.kernel.names import canonical
from doorward.kernel.outcome import Fact, Refused

_AT_ONCE = 2_000
"""How many people are written by one statement of each table."""


@act(who=Who.SERVER, event=None, writes=False)
def judge_people(call: Call, command: JudgePeople) -> PeopleJudged:
    """Tell what keeps people from being imported as the server stands: names that are taken, roles that are unknown."""
    return PeopleJudged(_judge(call, command.people))


@act(who=Who.SERVER, event="accounts.imported")
def import_people(call: Call, command: ImportPeople) -> PeopleImported | Refused:
    """Add all people of a file with their passwords, secret keys and roles, or nobody (PASS-4, PASS-6)."""
    people = command.people
    call.note.details.update(file=command.file, lines=len(people))
    if errors := _judge(call, people):
        wrong = len({error.line for error in errors})
        return Refused("transfer.refused", {"wrong": wrong, "lines": len(people)})
    for start in range(0, len(people), _AT_ONCE):
        part = people[start : start + _AT_ONCE]
        _add(call, list(zip(map(AccountId, new_ids(call.now, call.entropy, len(part))), part, strict=True)))
        command.told(start + len(part))
    return PeopleImported(
        count=len(people),
        with_password=sum(person.password_hash is not None for person in people),
        with_key=sum(person.secret_key is not None for person in people),
    )


@act(who=Who.SERVER, event="accounts.exported")
def export_people(call: Call, command: ExportPeople) -> ExportAllowed:
    """Begin to export every account; neither a password's hash nor a secret key ever goes along (KEY-16)."""
    call.note.details["file"] = command.file
    return ExportAllowed()


def _judge(call: Call, people: tuple[Person, ...]) -> tuple[LineError, ...]:
    names = [canonical(person.user_name) for person in people]
    taken = accounts.taken(call, names)
    errors = [
        LineError(person.line, "user_name", Refused("accounts.name_taken"))
        for person, name in zip(people, names, strict=True)
        if name in taken
    ]
    wanted = dict.fromkeys(role for person in people for role in person.roles)
    unfit = {role: refused for role in wanted if (refused := judging.judge_grant(call, role))}
    errors += [
        LineError(person.line, "roles", unfit[role]) for person in people for role in person.roles if role in unfit
    ]
    there = _groups(call, people)
    errors += [
        LineError(person.line, "groups", Refused("groups.not_found"))
        for person in people
        if any(canonical(name) not in there for name in person.groups)
    ]
    return tuple(sorted(errors, key=lambda error: error.line))


def _groups(call: Call, people: Iterable[Person]) -> dict[str, Group]:
    """Find the groups that people are to be put into, by the canonical forms of their names."""
    wanted = dict.fromkeys(canonical(name) for person in people for name in person.groups)
    found = ((name, groups.find(call, name)) for name in wanted)
    return {name: group for name, group in found if group is not None}


def _add(call: Call, people: list[tuple[AccountId, Person]]) -> None:
    """Write a part of the people; whoever brings no key begins on the allowlist where new accounts do (KEY-12)."""
    accounts.add_many(call, [_account(call, one, person) for one, person in people])
    _record(call, people)
    passwords.put_first(
        call,
        [
            StoredPassword(one, person.password_hash, call.now, person.must_change_password)
            for one, person in people
            if person.password_hash is not None
        ],
    )
    otp.bind_first(call, [(one, person.secret_key) for one, person in people if person.secret_key is not None])
    if policy.two_factor(call).new_accounts_may_set_up:
        second_factor.allow_new(call, [(one, person.user_name) for one, person in people if person.secret_key is None])
    for one, person in people:
        for role in person.roles:
            rights.give_along(call, one, person.user_name, role)
    joining = [(one, person) for one, person in people if person.groups]
    there = _groups(call, [person for _, person in joining])
    for one, person in joining:
        wanted = {group.id: group for group in (there[canonical(name)] for name in person.groups)}
        grouping.join_along(call, one, person.user_name, list(wanted.values()))


def _account(call: Call, account: AccountId, person: Person) -> NewAccount:
    return NewAccount(
        id=account,
        user_name=person.user_name,
        full_name=person.full_name,
        email=person.email,
        kind=person.kind,
        at=call.now,
        enabled=person.enabled,
        factors=0 if person.secret_key is None else 1,
    )


def _record(call: Call, people: Iterable[tuple[AccountId, Person]]) -> None:
    """Record what each account brought along, never what it is."""
    alike: dict[tuple[tuple[str, Fact], ...], list[tuple[AccountId, str]]] = {}
    for account, person in people:
        alike.setdefault(_brought(person), []).append((account, person.user_name))
    for brought, targets in alike.items():
        audit.record_each(call, Event("accounts.added", "done", details=dict(brought)), targets)


def _brought(person: Person) -> tuple[tuple[str, Fact], ...]:
    return (
        ("kind", person.kind.value),
        ("roles", ", ".join(person.roles)),
        ("imported", True),
        ("enabled", person.enabled),
        ("password", person.password_hash is not None),
        ("secret_key", person.secret_key is not None),
    )
