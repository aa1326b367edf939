"""What stands in the record after a failover, held against what people were told."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from doorward.features.signin.model import Next
from doorward.kernel.ids import AccountId
from tests.failover.people import UNCLEAR, Accepted, People, Told
from tests.launcher import eventually
from tests.storms.town import Person, Town, api
from tests.storms.wire import Answer, ask

ACTS = {"signin.completed": "sign in", "lockout.locked": "lock", "lockout.unlocked": "unlock",
        "second_factor.reset": "reset-secret-key"}  # fmt: skip
AGAIN = 8
"""How many of the accepted codes are sent again: the last before the fault, and the last of all."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is wrong after a failover, by kinds; nothing, where the promise is kept."""

    lost: list[str]
    halves: list[str]
    twice: list[str]
    """Answers to codes that are sent again, other than that they are used."""

    @classmethod
    def read(cls, server: Town, people: People, told: Told, since: str, outage: float) -> "Found":
        """Hold the record against what was told; `outage` is when the answers began to fail to come."""
        before = [one for one in told.codes if one.time <= outage]
        again = [_again(server, one) for one in {*before[-AGAIN:], *told.codes[-AGAIN:]}]
        return cls(
            lost=[*_lost_sessions(server, told), *_lost_locks(server, told), *_lost_resets(server, told)],
            halves=_halves(server, people, told, since),
            twice=[answer.body.decode() for answer in again if answer.code != "otp.used"],
        )


def answered(server: Town, request: bytes) -> Answer:
    """Ask until the answer is clear: connections that were kept from before the failover cost one 503 each."""
    answers = [ask(server.url, request)]

    def clear() -> bool:
        if answers[-1].status == UNCLEAR:
            answers.append(ask(server.url, request))
        return answers[-1].status != UNCLEAR

    eventually(clear)
    return answers[-1]


def _again(server: Town, one: Accepted) -> Answer:
    """Send a code again, at the time at which it was shown: so that nothing but its use stands against it."""
    since = (server.server.now() - one.shown_at).total_seconds()
    server.server.turn(seconds=-since)
    (sign_in,) = server.pending(one.person, Next.CODE)
    answer = answered(server, api("POST /sign-in/code", {"sign_in": sign_in, "code": one.code}))
    server.server.turn(seconds=since)
    return answer


def _lost_sessions(server: Town, told: Told) -> list[str]:
    checks = [(person, answered(server, api("GET /session", token=token))) for person, token in told.tokens]
    return [f"session of {person.name}: {answer.status}" for person, answer in checks if answer.status != 200]


def _lost_locks(server: Town, told: Told) -> list[str]:
    return [
        f"lock of {person.name}, {locked}"
        for person, locked in told.locked.items()
        if (_account(server, person)["locked_at"] is not None) != locked
    ]


def _lost_resets(server: Town, told: Told) -> list[str]:
    reset = [person for act, person in told.done if act == "reset-secret-key"]
    return [f"reset of {one.name}" for one in reset if _account(server, one)["second_factor"] != "may_set_up"]


def _account(server: Town, person: Person) -> dict[str, Any]:
    found: dict[str, Any] = answered(server, api(f"GET /accounts/{person.account}", token=server.watch)).json()
    return found


def _halves(server: Town, people: People, told: Told, since: str) -> list[str]:
    """Name what was answered without an entry, recorded without an answer or an unclear one, and half there."""
    by_id = {str(one.account): one for one in [*people.signing_in, *people.lockable, *people.resettable]}
    entered = Counter[tuple[str, Person]]()
    for name, act in ACTS.items():
        listed = [entry for entry in server.entries(after=since, act=name) if entry["outcome"] == "done"]
        entered += Counter((act, by_id[entry["target_id"]]) for entry in listed if entry["target_id"] in by_id)
    rows = Counter(AccountId(row["account_id"]) for row in server.rows("SELECT account_id FROM sessions"))
    return [
        *(
            f"{act} {one.name}: {told.done[act, one]} told, {told.unclear[act, one]} unclear, {entered[act, one]} there"
            for act, one in sorted({*entered, *told.done}, key=str)
            if not 0 <= entered[act, one] - told.done[act, one] <= told.unclear[act, one]
        ),
        *(
            f"{one.name}: {rows[one.account]} sessions, {entered['sign in', one]} recorded"
            for one in people.signing_in
            if rows[one.account] != entered["sign in", one]
        ),
    ]
