"""Run everything that a change must pass: the checks, then the tests in seven groups; fail if anything fails.

python tools/test.py                          everything
python tools/test.py --full                   everything, with the storms at full size, which takes hours
python tools/test.py tests/features/otp -k x  pytest alone, with these words
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
WORKERS = str(max(2, min(os.cpu_count() or 2, 8)))

CHECKS = (
    "ruff check .",
    "ruff format --check .",
    "mypy",
    "lint-imports",
    "deptry src",
    "python -m tools.lock --check",
    "python -m tools.contracts --check",
    "python -m tools.reference --check",
    "python -m tools.diagrams --check",
    "python -m tools.changelog --check",
)
RULES_ONLY = ("-n", WORKERS, "--cov=doorward", "--cov-branch", "--cov-report=")
COVERED = "coverage report --include=*/features/*/rules.py,*/features/*/rules/*.py --fail-under=100"


@dataclass(frozen=True, slots=True)
class Group:
    """Tests that run together, and the seconds that they may take on two cores."""

    name: str
    paths: tuple[str, ...]
    budget: int
    options: tuple[str, ...] = ("-n", WORKERS)


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a group."""

    name: str
    budget: int
    code: int
    seconds: float
    counts: dict[str, int]
    broken: list[str]
    """The tests that failed, and what each said."""


FULL = "--full"
LONGEST_SAID = 600
"""How many characters of what a failed test said are repeated at the end, where whoever reads only that finds them."""
NOTHING_COLLECTED = 5
BY_FILE = ("-n", WORKERS, "--dist=loadfile")
"""Each file on one worker, so that its server is started once."""

GROUPS = (
    Group("rules", ("tests/kernel", "tests/features/*/test_rules*"), 40, RULES_ONLY),
    Group(
        "stores and races",
        ("tests/features/*/test_store*", "tests/edges", "tests/migrations", "tests/storms"),
        440,
        BY_FILE,
    ),
    Group("doors", ("tests/doors", "tests/test_*.py"), 310, BY_FILE),
    Group(
        "on PostgreSQL",
        (
            "tests/features/*/test_store*",
            "tests/features/*/test_actions*",
            "tests/edges/sql/test_[efhmopw]*",
            "tests/doors/cli/test_moving*",
            "tests/test_*postgresql*",
        ),
        280,
        ("-n", WORKERS, "--postgresql"),
    ),
    Group("failover", ("tests/failover",), 220, ("-n", "0")),
    Group("journeys", ("tests/journeys", "tests/demo"), 300, BY_FILE),
)
REST = Group("actions", ("tests",), 120)
"""All that no other group names, so that no test is left out; what runs on PostgreSQL runs on SQLite as well."""


def found(group: Group) -> list[str]:
    """List the files and folders of a group that are there."""
    return sorted(str(path.relative_to(ROOT)) for pattern in group.paths for path in ROOT.glob(pattern))


def rest() -> list[str]:
    """Give the words by which pytest runs what no group names."""
    named = [path for group in GROUPS if "--postgresql" not in group.options for path in found(group)]
    return ["tests", *(f"--ignore={path}" for path in named)]


def start(command: str) -> subprocess.CompletedProcess[str]:
    """Run one check and keep what it says."""
    program, *words = command.split()
    return subprocess.run([BIN / program, *words], cwd=ROOT, text=True, capture_output=True, check=False)


def checks() -> list[str]:
    """Run all checks, two at a time; print what each says and return those that failed."""
    failed = []
    with ThreadPoolExecutor(2) as pool:
        for command, done in zip(CHECKS, pool.map(start, CHECKS), strict=True):
            print(f"\n--- {command}", (done.stdout + done.stderr).strip(), sep="\n", flush=True)
            if done.returncode:
                failed.append(command)
    return failed


def asked(words: list[str], around: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """Give what is left for pytest, and the environment that it runs in: `--full` is a word for the storms alone."""
    size = {"STORMS": "full"} if FULL in words else {}
    return [word for word in words if word != FULL], {**around, **size}


def pytest(words: list[str], environment: Mapping[str, str]) -> int:
    """Run pytest in sight of whoever waits for it."""
    command = [str(BIN / "python"), "-m", "pytest", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def suite_of(report: Path) -> ET.Element | None:
    """Read pytest's own report; None where the run broke off before it wrote one."""
    return ET.parse(report).getroot().find("testsuite") if report.exists() else None  # noqa: S314 - ours


def counts(suite: ET.Element | None) -> dict[str, int]:
    """Read how many tests passed, failed and were skipped."""
    if suite is None:
        return {"passed": 0, "failed": 0, "skipped": 0}
    total, failures, errors, skipped = (int(suite.get(k, 0)) for k in ("tests", "failures", "errors", "skipped"))
    return {"passed": total - failures - errors - skipped, "failed": failures + errors, "skipped": skipped}


def broken(suite: ET.Element | None) -> list[str]:
    """Name the tests that failed or met an error, each with the beginning of what it said."""
    return [
        f"{case.get('classname')}::{case.get('name')}: {(ended.get('message') or '')[:LONGEST_SAID]}"
        for case in ([] if suite is None else suite.iter("testcase"))
        for ended in case
        if ended.tag in {"failure", "error"}
    ]


def run(group: Group, words: list[str], environment: Mapping[str, str]) -> Ran:
    """Run one group and measure it."""
    print(f"\n=== {group.name}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        began = time.perf_counter()
        options = [*group.options, f"--junit-xml={report}"]
        code = pytest([*words, *options], environment) if words else NOTHING_COLLECTED
        seconds, suite = time.perf_counter() - began, suite_of(report)
        return Ran(group.name, group.budget, code, seconds, counts(suite), broken(suite))


def covered() -> list[str]:
    """Ask that the tests of the rules alone take every branch of every rule."""
    done = start(COVERED)
    print(f"\n--- {COVERED}", (done.stdout + done.stderr).strip(), sep="\n", flush=True)
    return [COVERED] if done.returncode and "No data to report" not in done.stdout + done.stderr else []


def closing(ran: list[Ran], failed: list[str]) -> None:
    """Print a line for each group, what failed, and the sum in pytest's own words."""
    print("\n=== summary")
    for one in ran:
        late = "  over its budget" if one.seconds > one.budget else ""
        said = ", ".join(f"{count} {word}" for word, count in one.counts.items() if count) or "no tests"
        print(f"{one.name:<18}{one.seconds:6.1f} s of {one.budget:>3} s  {said}{late}")
    for what in [*failed, *(one for group in ran for one in group.broken)]:
        print(f"FAILED {what}")
    total = {word: sum(one.counts[word] for one in ran) for word in ("failed", "passed", "skipped")}
    words = ", ".join(f"{count} {word}" for word, count in total.items() if count) or "no tests ran"
    print(f"=== {words} in {sum(one.seconds for one in ran):.2f}s ===", flush=True)


def everything(environment: Mapping[str, str]) -> int:
    """Run the checks and all groups, even after a failure, and close with the sum."""
    failed = checks()
    ran = []
    for group in (GROUPS[0], REST, *GROUPS[1:]):
        ran.append(run(group, rest() if group is REST else found(group), environment))
        if ran[-1].code not in {0, NOTHING_COLLECTED}:
            failed.append(f"tests: {group.name}")
        if group is GROUPS[0]:
            failed += covered()
    closing(ran, failed)
    return 1 if failed else 0


def main(words: list[str], around: Mapping[str, str]) -> int:
    """Run what the words ask for."""
    left, environment = asked(words, around)
    return pytest(left, environment) if left else everything(environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
