"""Importing people, all of a file in one transaction, and exporting accounts: at the server's own machine (PASS-6)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import AccountKind, NewAccount
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
    AccountExportAllowed,
    ExportPeople,
    ImportPeople,
    JudgePeople,
    PeopleImported,
    PeopleJudged,
    Person,
)
from doorward.features.transfer.rules.people import MOST_ERRORS
from doorward.kernel.act import Who, act
from doorward.kernel.events import Event
from doorward.kernel.ids import AccountId, new_ids
from doorward.kernel.lines import LineError
from doorward.kernel.names import canonical
from doorward.kernel.outcome import Fact, Refused

_Brought = tuple[AccountKind, tuple[str, ...], bool, bool, bool]


@act(who=Who.SERVER, event=None, writes=False)
def judge_people(call: Call, command: JudgePeople) -> PeopleJudged:
    """Tell what keeps people from being imported as the server stands: names that are taken, roles that are unknown."""
    judge, errors, there = _Judge(call), list[LineError](), 0
    for part in command.people.parts():
        taken = judge.taken(part)
        there += len(taken) if command.going_on else 0
        errors += judge.errors(part, {} if command.going_on else taken)
        if len(errors) > MOST_ERRORS:
            break
    return PeopleJudged(tuple(errors), there)


@act(who=Who.SERVER, event="accounts.imported")
def import_people(call: Call, command: ImportPeople) -> PeopleImported | Refused:
    """Add all people with their passwords, secret keys and roles, or nobody (PASS-4, PASS-6).

    They are judged once more as they are written: the server may have changed since somebody asked.
    """
    call.note.details.update(file=command.file, lines=len(command.people))
    call.note.details.update({"part": command.part} if command.part else {})
    judge, done = _Judge(call), PeopleImported(0, 0, 0)
    with call.tentatively() as take_back:
        for part in command.people.parts():
            taken = judge.taken(part)
            if errors := judge.errors(part, {} if command.going_on else taken):
                take_back()
                wrong = len({error.line for error in errors})
                return Refused("transfer.refused", {"wrong": wrong, "lines": len(command.people)})
            new = [one for one in part if one.line not in taken]
            _add_part(call, judge, new)
            done = done.with_more(_counted(new, len(taken)))
            command.told(done.count + done.there)
    return done


def _counted(added: Sequence[Person], there: int) -> PeopleImported:
    return PeopleImported(
        count=len(added),
        with_password=sum(person.password_hash is not None for person in added),
        with_key=sum(person.secret_key is not None for person in added),
        there=there,
    )


@act(who=Who.SERVER, event="accounts.exported")
def export_people(call: Call, command: ExportPeople) -> AccountExportAllowed:
    """Begin to export every account; neither a password's hash nor a secret key ever goes along (KEY-16)."""
    call.note.details["file"] = command.file
    return AccountExportAllowed()


class _Judge:
    """Compares people with what is there, and remembers the roles and groups that it has looked up."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._unfit: dict[str, Refused | None] = {}
        self._groups: dict[str, Group | None] = {}

    def taken(self, part: Sequence[Person]) -> dict[int, str]:
        """Find whose names somebody has, by their lines."""
        names = {person.line: canonical(person.user_name) for person in part}
        there = accounts.taken(self._call, list(names.values()))
        return {line: name for line, name in names.items() if name in there} if there else {}

    def errors(self, part: Sequence[Person], taken: Mapping[int, str]) -> list[LineError]:
        """Return what is wrong with these people, in the order of their lines."""
        asked = (person for person in part if person.roles or person.groups or person.line in taken)
        return [error for person in asked for error in self._of(person, taken)]

    def groups(self, person: Person) -> list[Group]:
        """Return the groups that somebody is put into, each once."""
        found = (self._group(name) for name in person.groups)
        return list({group.id: group for group in found if group is not None}.values())

    def _of(self, person: Person, taken: Mapping[int, str]) -> Iterator[LineError]:
        if person.line in taken:
            yield LineError(person.line, "user_name", Refused("accounts.name_taken"))
        for role in person.roles:
            if (refused := self._role(role)) is not None:
                yield LineError(person.line, "roles", refused)
        if any(self._group(name) is None for name in person.groups):
            yield LineError(person.line, "groups", Refused("groups.not_found"))

    def _role(self, role: str) -> Refused | None:
        if role not in self._unfit:
            self._unfit[role] = judging.judge_grant(self._call, role)
        return self._unfit[role]

    def _group(self, name: str) -> Group | None:
        form = canonical(name)
        if form not in self._groups:
            self._groups[form] = groups.find(self._call, form)
        return self._groups[form]


def _add_part(call: Call, judge: _Judge, part: list[Person]) -> None:
    """Write a part of the people."""
    people = list(zip(map(AccountId, new_ids(call.now, call.entropy, len(part))), part, strict=True))
    if people:
        _add(call, judge, people)


def _add(call: Call, judge: _Judge, people: list[tuple[AccountId, Person]]) -> None:
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
        if person.groups:
            grouping.join_along(call, one, person.user_name, judge.groups(person))


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
    alike: dict[_Brought, list[tuple[AccountId, str]]] = {}
    for account, person in people:
        alike.setdefault(_brought(person), []).append((account, person.user_name))
    for (kind, roles, enabled, password, key), targets in alike.items():
        details: dict[str, Fact] = {
            "kind": kind.value,
            "roles": ", ".join(roles),
            "imported": True,
            "enabled": enabled,
            "password": password,
            "secret_key": key,
        }
        audit.record_each(call, Event("accounts.added", "done", details=details), targets)


def _brought(person: Person) -> _Brought:
    return (
        person.kind,
        person.roles,
        person.enabled,
        person.password_hash is not None,
        person.secret_key is not None,
    )
