"""`doorward role explain`: what somebody may do to whom, who may do something, and why not (RIGHT-7)."""

from typing import Any

import click

from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.options import Command
from doorward.doors.cli.rehearsal import Rehearsal
from doorward.doors.cli.role_words import assignment_json, through
from doorward.doors.cli.telling import print_json, print_table
from doorward.features.rights.actions.explaining import explain_permission, list_who_may
from doorward.features.rights.actions.facts import rights_of
from doorward.features.rights.actions.granting import show_roles_of
from doorward.features.rights.actions.permissions import show_permissions
from doorward.features.rights.actions.roles import list_roles
from doorward.features.rights.model.acts.explaining import Explain, ShowPermissions, WhoMay, phrase
from doorward.features.rights.model.acts.granting import ShowRolesOf
from doorward.features.rights.model.acts.roles import ListRoles
from doorward.features.rights.model.facts import Permission
from doorward.kernel.act import OnBehalf
from doorward.kernel.sentences import sentence


@click.command("explain", cls=Command, short_help="Say what somebody may do to whom, and why not.")
@click.argument("words", metavar="[NAME] [ACT OTHER]", nargs=-1, required=True)
@click.option("--on", "target", metavar="OTHER", help="The account that NAME would act on: every act at once.")
@click.option("--who", is_flag=True, help="List everybody who may do ACT to OTHER.")
@with_desk
def explain(desk: Desk, words: tuple[str, ...], target: str | None, *, who: bool) -> None:
    """Say who may do what to whom, and why not.

    \b
    explain NAME              which rights NAME holds, and by which role
    explain NAME --on OTHER   what NAME may do to OTHER, and why not
    explain NAME ACT OTHER    the same for one act, question by question
    explain --who ACT OTHER   everybody who may do ACT to OTHER

    An ACT is one of unlock, lock, reset_secret_key, delete_secret_key, allow_set_up, exclude and edit. All is answered
    as if whoever acts had signed in with their second factor. The two forms with an ACT are kept in the audit trail.
    """  # noqa: D301 - click's mark for lines that stay as they are
    match words:
        case [act, other] if who and target is None:
            _who_may(desk, act, other)
        case [name] if not who:
            _explain_rights(desk, name) if target is None else _explain_on(desk, name, target)
        case [name, act, other] if not who and target is None:
            _reason(desk, name, act, other)
        case _:
            raise click.UsageError("It is NAME, NAME --on OTHER, NAME ACT OTHER, or --who ACT OTHER.")


def _reason(desk: Desk, name: str, act: str, other: str) -> None:
    """Answer one question by all that decide it; a no is an answer, and no failure."""
    found = desk.run(explain_permission, Explain(desk.account(other), desk.account(name), act))
    if desk.as_json:
        print_json(
            {
                "act": found.asked,
                "allowed": found.allowed,
                "code": None if found.refusal is None else found.refusal.code,
                "reasoning": [
                    {"question": one.question, "answer": one.answer, "because": one.because} for one in found.reasoning
                ],
            }
        )
        return
    rows = [(one.question, one.answer, one.because) for one in found.reasoning]
    print_table(("question", "answer", "because"), rows, "There is nothing to ask.")
    why = "" if found.refusal is None else f" ({found.refusal.code})"
    words = phrase(act, other)
    click.echo(f"\n{name} may {words}." if found.allowed else f"\n{name} may not {words}{why}.")


def _who_may(desk: Desk, act: str, other: str) -> None:
    """List whoever may, each with the roles that bring it."""
    found = desk.run(list_who_may, WhoMay(desk.account(other), act))
    if desk.as_json:
        people = [
            {
                "id": one.account,
                "user_name": one.user_name,
                "through": [assignment_json(each, found.names) for each in one.through],
            }
            for one in found.people
        ]
        print_json({"act": found.asked, "right": found.right, "people": people, "more": found.more})
        return
    rows = [(one.user_name, [through(each, found.names) for each in one.through]) for one in found.people]
    print_table(("user name", "by role"), rows, f"Nobody may {phrase(act, other)}.")
    if found.more:
        click.echo("\nThere are more holders of roles than were looked at.", err=True)


def _explain_on(desk: Desk, name: str, target: str) -> None:
    """Say what an account may do to another, and why not."""
    caller, wanted = OnBehalf(desk.account(name), used_second_factor=True), ShowPermissions(desk.account(target))
    # Rehearsed: a question about somebody is not a look of theirs at the account, and leaves no entry.
    outcome = Rehearsal.of(desk.opened.runtime).run(show_permissions, wanted, caller, desk.origin)
    permissions = desk.accepted(outcome).permissions
    if desk.as_json:
        print_json({act: _permission_json(answer) for act, answer in permissions.items()})
        return
    rows = [(act.replace("_", " "), answer.allowed, _why_not(answer)) for act, answer in permissions.items()]
    print_table(("act", "allowed", "because"), rows, "There is nothing to ask.")


def _explain_rights(desk: Desk, name: str) -> None:
    """Say which rights an account holds, and which of its roles bring each."""
    account = desk.account(name)
    held = {each.role for each in desk.run(show_roles_of, ShowRolesOf(account)).assignments}
    roles = [each for each in desk.run(list_roles, ListRoles()).roles if each.name in held]
    with desk.runtime.database.read() as sql:
        rights = sorted(rights_of(desk.runtime.call(sql, desk.origin), account))
    found = {right: [each.name for each in roles if right in each.rights] for right in rights}
    if desk.as_json:
        print_json({"user_name": name, "rights": found})
        return
    print_table(("right", "by role"), found.items(), f"{name} holds no right, and reaches the own account page only.")


def _permission_json(answer: Permission) -> dict[str, Any]:
    why = answer.reason
    return {
        "allowed": answer.allowed,
        "has_right": answer.has_right,
        "session_used_second_factor": answer.session_used_second_factor,
        "reason": None if why is None else {"code": why.code, "detail": sentence(why)},
    }


def _why_not(answer: Permission) -> str:
    return "" if answer.reason is None else f"{sentence(answer.reason)} ({answer.reason.code})"
