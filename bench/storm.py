"""B3: people who are signed in while sign-ins are a storm: twice as many clients as the server has places for."""

from dataclasses import dataclass, field
from http import HTTPStatus

from bench import people
from bench.clients import Answer, Client, ask, asking, request
from bench.databases import SQLITE, home
from bench.measuring import NotMeasured, Row, Server, median, serving
from doorward.edges.crypto.hash_queue import SLOTS, cores

ROUNDS = 5
IDLE_SECONDS, STORM_SECONDS, FLOOD_SECONDS = 3.0, 6.0, 4.0
STORM, FLOOD = 2 * SLOTS, SLOTS
CLIENTS_OF_AN_ADDRESS = 4
CHECKERS, PACE = 4, 0.02
"""Four people whose pages ask fifty times a second each."""
MOST_RATIO, MOST_REFUSAL, LEAST_SHARE, MOST_OTHER = 5.0, 0.1, 0.9, 2.0
GIVES_WAY = 5


@dataclass(slots=True)
class _Told:
    """What the rounds have given."""

    idle_checks: list[float] = field(default_factory=list)
    storm_checks: list[float] = field(default_factory=list)
    failed: int = 0
    idle_rates: list[float] = field(default_factory=list)
    storm_rates: list[float] = field(default_factory=list)
    refusals: list[float] = field(default_factory=list)
    untold: int = 0
    others: list[float] = field(default_factory=list)
    strange: set[int] = field(default_factory=set)


def measure(kind: str = SQLITE, rounds: int = ROUNDS) -> Row:
    """Go round by round through idle and storm, so that both meet the same machine; a flood of one address comes last.

    The clients share the machine with the server; those of the storm are nicer by five steps than server and checkers.
    """
    told = _Told()
    with home(kind) as there:
        everybody = people.make(there.data, STORM + FLOOD + 1, excluded=True)
        tokens = people.open_sessions(there.data, people.make(there.data, CHECKERS, name="checker"), 1)
        checkers = [Client(request("GET", "/api/v1/session", token=one), pace=PACE) for one in tokens]
        signing_in = [_signing_in(person, place) for place, person in enumerate(everybody)]
        with serving(there.data, beside=there.postmaster) as server:
            ask(server.port, signing_in[: 2 * cores()], 1)
            for _ in range(rounds):
                _idle(server, told, checkers, signing_in)
                _storm(server, told, checkers, signing_in)
            _flood(server, told, signing_in)
    if told.strange:
        raise NotMeasured(f"sign-ins were answered by {sorted(told.strange)}")
    return _row(kind, rounds, told)


def _signing_in(person: people.Person, place: int) -> Client:
    body = {"user_name": person.user_name, "password": people.PASSWORD}
    return Client(request("POST", "/api/v1/sign-in", body), address=f"127.0.1.{place // CLIENTS_OF_AN_ADDRESS + 1}")


def _idle(server: Server, told: _Told, checkers: list[Client], signing_in: list[Client]) -> None:
    """Check sessions on an idle server, then sign in with as many clients as keep its cores busy."""
    _checked(told, told.idle_checks, ask(server.port, checkers, IDLE_SECONDS))
    done = _done(told, ask(server.port, signing_in[: 2 * cores()], IDLE_SECONDS, GIVES_WAY))
    told.idle_rates.append(len(done) / IDLE_SECONDS)


def _storm(server: Server, told: _Told, checkers: list[Client], signing_in: list[Client]) -> None:
    with asking(server.port, signing_in[:STORM], STORM_SECONDS, GIVES_WAY) as answers:
        _checked(told, told.storm_checks, ask(server.port, checkers, STORM_SECONDS))
    told.storm_rates.append(len(_done(told, answers)) / STORM_SECONDS)
    refused = [one for one in answers if one.status == HTTPStatus.SERVICE_UNAVAILABLE]
    told.refusals += [one.seconds for one in refused]
    told.untold += sum(not one.retry_after for one in refused)


def _flood(server: Server, told: _Told, signing_in: list[Client]) -> None:
    """Send what one address can, without waiting when told to, while somebody at another signs in."""
    flood = [Client(one.request, "127.0.2.1", patient=False) for one in signing_in[STORM : STORM + FLOOD]]
    other = Client(signing_in[STORM + FLOOD].request, "127.0.3.1")
    with asking(server.port, flood, FLOOD_SECONDS, GIVES_WAY) as answers:
        others = ask(server.port, [other], FLOOD_SECONDS)
    told.others = [one.seconds for one in others]
    told.strange |= {one.status for one in others} - {HTTPStatus.OK}
    _done(told, answers)


def _checked(told: _Told, times: list[float], answers: list[Answer]) -> None:
    """Keep the time that 99 of 100 session checks took at most, and count those that failed."""
    told.failed += sum(one.status != HTTPStatus.OK for one in answers)
    times.append(_p99([one.seconds for one in answers]))


def _done(told: _Told, answers: list[Answer]) -> list[Answer]:
    told.strange |= {one.status for one in answers} - {HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE}
    return [one for one in answers if one.status == HTTPStatus.OK]


def _p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


def _row(kind: str, rounds: int, told: _Told) -> Row:
    if not told.refusals:
        raise NotMeasured("nobody was refused: this was no storm")
    ratio = median(told.storm_checks) / median(told.idle_checks)
    refusal, other = _p99(told.refusals), max(told.others)
    share = median([storm / idle for storm, idle in zip(told.storm_rates, told.idle_rates, strict=True)])
    reached = {
        "checks": ratio <= MOST_RATIO,
        "failed": told.failed == 0,
        "refusals": refusal <= MOST_REFUSAL and told.untold == 0,
        "share": share >= LEAST_SHARE,
        "other": other <= MOST_OTHER,
    }
    said = {name: "reached" if one else "missed" for name, one in reached.items()}
    return Row(
        f"B3 storm on {kind}",
        f"session checks on {kind} while {STORM} clients sign in at once, against an idle server",
        f"<= {MOST_RATIO:.0f}, with all of the above",
        ratio,
        all(reached.values()),
        {
            "p99 of a session check, idle": f"{median(told.idle_checks) * 1000:.1f} ms",
            "p99 of a session check, in the storm": f"{median(told.storm_checks) * 1000:.1f} ms ({said['checks']})",
            "session checks that failed (goal 0)": f"{told.failed} ({said['failed']})",
            f"refused sign-ins, p99 of the 503 with Retry-After (goal {MOST_REFUSAL * 1000:.0f} ms)": (
                f"{refusal * 1000:.0f} ms, {len(told.refusals)} of them, {told.untold} without it ({said['refusals']})"
            ),
            f"sign-ins a second, idle, {2 * cores()} clients": f"{median(told.idle_rates):.0f}",
            f"sign-ins a second, in the storm (goal {LEAST_SHARE} of idle)": (
                f"{median(told.storm_rates):.0f} ({share:.2f}, {said['share']})"
            ),
            f"longest sign-in elsewhere while one address floods (goal {MOST_OTHER:.0f} s)": (
                f"{other:.2f} s ({said['other']})"
            ),
            "rounds": f"{rounds} of {IDLE_SECONDS:.0f} s idle and {STORM_SECONDS:.0f} s storm",
        },
        f"{SLOTS} sign-ins have a place at once, {SLOTS // 2} from one address. All clients run on the server's cores; "
        "those that sign in give way by five steps of nice, and wait as long as Retry-After says; the flood does not.",
    )
