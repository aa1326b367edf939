"""The truth table: right x session x whose account x what it holds x protection.

What is expected is written by hand below, first row that fits, and equal in preview, API and console; the column of
the command line is in `test_truth_owner.py` (RIGHT-8). Every day each situation is tried with every third act, another
third than its neighbour.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import pytest

from doorward.edges.run import Runtime
from doorward.features.accounts import store as accounts_store
from doorward.features.accounts.model import Lock, LockReason
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.ids import AccountId
from doorward.kernel.refusals.table import REFUSALS
from tests.doors.console.visiting import Browser, Shown, Site
from tests.doors.console.visiting import _doors as pages
from tests.doors.forgetful import Forgetful
from tests.doors.served import Served, _doors, serve
from tests.features.rights.giving import DENY, KEYS, group, hold, join, own_role, protect
from tests.storms.size import size
from tests.worlds import NOON, World

TABLE = """
right      session   whose  holds  protected   unlock        lock          keys                edit          grant
nowhere    *         *      *      *           missing       missing       missing             missing       missing
elsewhere  *         other  *      *           hidden        hidden        hidden              hidden        hidden
elsewhere  *         self   *      *           missing       missing       missing             missing       missing
denied     *         other  *      *           hidden        hidden        hidden              hidden        hidden
denied     *         self   *      *           missing       missing       missing             missing       missing
*          recovery  *      *      *           factor        factor        factor              factor        factor
*          password  *      *      *           factor        factor        factor              factor        factor
*          *         self   *      *           lockout.self  lockout.self  second_factor.self  rights.self   rights.self
explicit   *         other  *      no          done          done          done                done          done
explicit   *         other  *      yes         proof         proof         proof               proof         proof
*          *         other  more   *           higher        higher        higher              higher        higher
*          *         other  *      yes         proof         proof         proof               proof         proof
*          *         other  *      no          done          done          done                done          done
"""
"""*right*: held nowhere (reading alone), over another group, over everything but denied here, over this group, over
everything, by a role that explicitly reaches higher. *session*: opened with the second factor, by password (excluded),
or with a recovery code. *holds*: what the other account holds, seen from the actor: nothing, the same, more."""
WORDS = {
    "missing": "rights.missing", "hidden": "accounts.not_found", "factor": "session.second_factor_required",
    "higher": "rights.higher_target", "proof": "protection.required",
}  # fmt: skip
RIGHTS = ("nowhere", "elsewhere", "denied", "group", "everywhere", "explicit")
SESSIONS = ("factor", "password", "recovery")
COLUMNS = {
    "unlock": "unlock", "lock": "lock", "reset_secret_key": "keys", "delete_secret_key": "keys", "allow_set_up": "keys",
    "exclude": "keys", "edit": "edit", "grant": "grant",
}  # fmt: skip
WHY = {"reason": "a test"}
ASKED = {
    "unlock": "POST /accounts/{}/unlock", "lock": "POST /accounts/{}/lock",
    "reset_secret_key": "POST /accounts/{}/reset-secret-key",
    "delete_secret_key": "POST /accounts/{}/delete-secret-key",
    "allow_set_up": "PUT /allowlist/{}", "exclude": "PUT /exclusions/{}", "edit": "PATCH /accounts/{}",
    "grant": "PUT /accounts/{}/roles",
}  # fmt: skip
FORMS = {
    "unlock": "unlock", "lock": "lock", "reset_secret_key": "reset-secret-key",
    "delete_secret_key": "delete-secret-key",
    "allow_set_up": "allowlist/add", "exclude": "exclusions/add", "edit": "edit",
}  # fmt: skip
HELD: dict[str, list[Any]] = {"none": [], "same": [{"role": "ops", "groups": ["North"]}], "more": ["auditor"]}
STRIDE = size(3, 1)


@dataclass(frozen=True, slots=True)
class Situation:
    """A row of the product; `holds` says nothing of one's own account."""

    right: str
    session: str
    whose: str
    holds: str
    protected: str

    @property
    def facts(self) -> tuple[str, ...]:
        """Give it as the table has it."""
        return (self.right, self.session, self.whose, self.holds, self.protected)


OTHERS = [Situation(*one) for one in product(RIGHTS, SESSIONS, ["other"], HELD, ["no", "yes"])]
OWN = [Situation(*one) for one in product(RIGHTS, SESSIONS, ["self"], ["none"], ["no", "yes"])]
SITUATIONS = [*OTHERS, *OWN]


def expected(situation: Situation) -> dict[str, str]:
    """Look a situation up: the first row that fits."""
    heading, *rows = (line.split() for line in TABLE.strip().splitlines())
    row = next(row for row in rows if all(a in {"*", b} for a, b in zip(row[:5], situation.facts, strict=True)))
    told = dict(zip(heading[5:], row[5:], strict=True))
    return {act: WORDS.get(told[column], told[column]) for act, column in COLUMNS.items()}


@dataclass(frozen=True, slots=True)
class Scene:
    """The people, and a server before them that keeps nothing."""

    served: Served
    site: Site
    actors: dict[tuple[str, str, str], AccountId]
    targets: dict[tuple[str, str], AccountId]
    tokens: dict[AccountId, str]
    browsers: dict[AccountId, Browser]
    runtime: Runtime

    def actor(self, situation: Situation) -> AccountId:
        """Say who acts."""
        protected = situation.protected if situation.whose == "self" else "no"
        return self.actors[situation.right, situation.session, protected]

    def target(self, situation: Situation) -> AccountId:
        """Say on whom."""
        own = situation.whose == "self"
        return self.actor(situation) if own else self.targets[situation.holds, situation.protected]

    def preview(self, situation: Situation) -> dict[str, str]:
        """Ask what may be done: by act, or one refusal for all; a proof travels with its change and is not foretold."""
        line = f"GET /accounts/{self.target(situation)}/permissions"
        answer = self.served.ask(line, token=self.tokens[self.actor(situation)])
        if answer.status != 200:
            return dict.fromkeys(FORMS, answer.code)
        return {act: one["reason"] or "done" for act, one in answer.json().items()}

    def by_api(self, situation: Situation, act: str) -> str:
        """Do it."""
        body: dict[str, Any] = dict(WHY)
        if act == "edit":
            body |= {"full_name": "Somebody Else"}
        if act == "grant":
            body |= {"roles": [*HELD[situation.holds], {"role": "helpers", "groups": ["North"]}]}
        line = ASKED[act].format(self.target(situation))
        answer = self.served.ask(line, body, self.tokens[self.actor(situation)], [("if-match", "1")])
        return "done" if answer.status == 200 else answer.code

    def by_console(self, situation: Situation, act: str) -> Shown:
        """Do it by a form."""
        fields = {**WHY, "version": "1"} | ({"full_name": "Somebody Else"} if act == "edit" else {})
        path = f"/console/users/{self.target(situation)}/{FORMS[act]}"
        return self.browsers[self.actor(situation)].post(path, fields)


def everybody(world: World) -> tuple[dict[tuple[str, str, str], AccountId], dict[tuple[str, str], AccountId]]:
    """Add whoever acts and whoever is acted on, all of them in North."""
    north, south = group(world, "North"), group(world, "South")
    ops = ("users:read", "users:modify", "users:unlock", "user-permissions:read", KEYS)
    own_role(world, "readers", "users:read", "user-permissions:read")
    own_role(world, "ops", *ops)
    own_role(world, "chief", *ops, higher=True)
    own_role(world, "helpers", "users:read")
    held = {
        "nowhere": ("readers", None),
        "elsewhere": ("ops", south),
        "group": ("ops", north),
        "explicit": ("chief", None),
    }
    actors, targets = {}, {}
    for right, session, protected in product(RIGHTS, SESSIONS, ("no", "yes")):
        one = world.add(f"{right}-{session}-{protected}", factors=1, excluded=session == "password")
        role, over = held.get(right, ("ops", None))
        hold(world, one, role, over=over)
        if right == "denied":
            hold(world, one, "ops", DENY, north)
        actors[right, session, protected] = one
    for holds, protected in product(HELD, ("no", "yes")):
        one = world.add(f"holds-{holds}-{protected}")
        if holds != "none":
            hold(world, one, "ops" if holds == "same" else "auditor", over=north if holds == "same" else None)
        targets[holds, protected] = one
    for key, one in [*actors.items(), *targets.items()]:
        join(world, north, one)
        if key[-1] == "yes":
            protect(world, one)
        with world.writing() as call:
            if one in targets.values():
                accounts_store.set_lock(call.sql, one, Lock(NOON, LockReason.FAILURES))
    return actors, targets


OPENED = {"factor": OpenedWith.SECRET_KEY, "password": OpenedWith.PASSWORD, "recovery": OpenedWith.RECOVERY_CODE}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Begin a world with API and console."""
    with ExitStack() as stack:
        served = stack.enter_context(serve(tmp_path_factory.mktemp("truth")))
        world = served.world
        world.add("keeper", "administrator", factors=1)
        actors, targets = everybody(world)
        runtime = replace(world.runtime, database=Forgetful(world.database))
        app, gate = _doors(runtime, served.queue, served.pool, served.threads, served.ticks)
        front = pages(runtime, served.queue, served.pool, served.threads)
        site = Site(world, front, served.pool, served.queue, served.threads, served.runner)
        opened = {one: OPENED[session] for (_, session, _), one in actors.items()}
        tokens = {one: served.token(one, how) for one, how in opened.items()}
        browsers = {one: site.signed_in(one, how) for one, how in opened.items()}
        yield Scene(replace(served, app=app, gate=gate), site, actors, targets, tokens, browsers, runtime)


def turn(number: int) -> list[str]:
    """Choose the acts of a situation's turn."""
    return [act for place, act in enumerate(COLUMNS) if (number + place) % STRIDE == 0]


def test_api_does_as_the_table_says(scene: Scene) -> None:
    """Every act, in every situation."""
    wrong = [
        (one.facts, act, told, wanted)
        for number, one in enumerate(SITUATIONS)
        for act in turn(number)
        if (told := scene.by_api(one, act)) != (wanted := expected(one)[act])
    ]

    assert wrong == []


def test_preview_foretells_what_the_table_says(scene: Scene) -> None:
    """The greyed button and the act are one decision (RIGHT-7)."""
    wrong = []
    for one in SITUATIONS:
        told, wanted = scene.preview(one), expected(one)
        wrong += [
            (one.facts, act, told[act], wanted[act])
            for act in FORMS
            if told[act] != ("done" if wanted[act] == "protection.required" else wanted[act])
            and not (one.session == "recovery" and told[act] == "session.second_factor_required")
        ]

    assert wrong == []


def fits(shown: Shown, wanted: str) -> bool:
    """Tell whether a page says what is wanted: sent on where it is done, else the status and words of the refusal."""
    if wanted == "done":
        return (shown.status == 303 and "?done=" in shown.to) or "&done=" in shown.to
    refusal = REFUSALS[wanted]
    words = max((piece.rpartition("}")[2] for piece in refusal.sentence.split("{")), key=len)
    return shown.status == refusal.status and words.strip() in shown.page.text


def test_console_does_as_the_table_says(scene: Scene) -> None:
    """By the forms of an account's page; a session of a recovery code is sent to its own page before it sees one."""
    wrong = []
    for number, one in enumerate(SITUATIONS):
        for act in turn(number):
            if act not in FORMS:
                continue
            shown, wanted = scene.by_console(one, act), expected(one)[act]
            sent_home = one.session == "recovery" and (shown.status, shown.to) == (303, "/me")
            if not (sent_home or fits(shown, wanted)):
                wrong.append((one.facts, act, shown.told, shown.to, wanted))

    assert wrong == []
