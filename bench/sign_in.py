"""B1: complete sign-ins (password, code, session), against the CPU of the password hash that they cannot do without."""

import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

from bench import people
from bench.databases import SQLITE, home
from bench.measuring import NotMeasured, Row, median, post, serving
from doorward import app
from doorward.edges.crypto.hash_queue import cores
from doorward.edges.entropy import SystemEntropy
from doorward.kernel.ports import Encode, Secret, Verify

ROUNDS = 5
PEOPLE = 200
CLIENTS = 4
VERIFICATIONS = 60
GOAL = 0.90


def measure(kind: str = SQLITE, rounds: int = ROUNDS, count: int = PEOPLE) -> Row:
    """Sign everybody in once a round; each round has people of its own, since a code is taken once."""
    with home(kind) as there:
        everybody = people.make(there.data, rounds * count)
        raw = raw_seconds(there.data)
        costs, rates = [], []
        with serving(there.data, beside=there.postmaster) as server:
            sign_in_all(server.port, everybody[:1])
            for number in range(rounds):
                batch = everybody[number * count + (1 if number == 0 else 0) : (number + 1) * count]
                cpu, began = server.cpu_seconds(), time.perf_counter()
                sign_in_all(server.port, batch)
                rates.append(len(batch) / (time.perf_counter() - began))
                costs.append((server.cpu_seconds() - cpu) / len(batch))
    ratio = raw / median(costs)
    return Row(
        f"B1 sign-in on {kind}",
        f"complete sign-ins on {kind}, against the raw argon2id verification",
        f">= {GOAL:.2f}",
        ratio,
        ratio >= GOAL,
        {
            f"CPU of one argon2id verification, {cores()} at once": f"{raw * 1000:.1f} ms",
            "CPU of one sign-in (server and database)": f"{median(costs) * 1000:.1f} ms",
            "beside the hash": f"{(median(costs) - raw) * 1000:.1f} ms",
            "sign-ins a second": f"{median(rates):.0f} ({CLIENTS} clients)",
            "rounds": f"{rounds} of {count}",
        },
        "The raw one is the library's as it stands; the server verifies in large pages where the system has them.",
    )


def raw_seconds(data: Path) -> float:
    """Time the verification alone, in CPU seconds of its thread, on every core at once as the server does it."""
    hasher = app.real_hasher(people.settings_of(data), SystemEntropy())
    job = Verify(Secret(people.PASSWORD), str(hasher.run(Encode(Secret(people.PASSWORD)))))

    def verify() -> list[float]:
        times = []
        for _ in range(VERIFICATIONS):
            began = time.thread_time()
            hasher.run(job)
            times.append(time.thread_time() - began)
        return times

    with ThreadPoolExecutor(cores()) as threads:
        return median([spent for done in [threads.submit(verify) for _ in range(cores())] for spent in done.result()])


def sign_in_all(port: int, batch: list[people.Person]) -> None:
    """Sign a batch in, several at once, each client on one connection."""
    shares = [batch[client::CLIENTS] for client in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as clients:
        for done in [clients.submit(_sign_in, port, share) for share in shares]:
            done.result()


def sign_in(connection: HTTPConnection, person: people.Person) -> None:
    """Go all the way: password, code, session."""
    credentials = {"user_name": person.user_name, "password": people.PASSWORD}
    begun = post(connection, "/api/v1/sign-in", credentials)
    done = post(connection, "/api/v1/sign-in/code", {"sign_in": begun["sign_in"], "code": person.code()})
    if done["next"] != "done":
        raise NotMeasured(f"a sign-in ended with {done['next']}")


def _sign_in(port: int, share: list[people.Person]) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    for person in share:
        sign_in(connection, person)
