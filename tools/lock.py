"""Write the two lock files, from which plain pip installs with hashes.

    python -m tools.lock            asks uv and the public registry; keeps what is locked where it still fits
    python -m tools.lock --upgrade  takes the newest releases that are a week old
    python -m tools.lock --check    offline: each dependency is locked, at a version that fits, with its hashes

Nothing younger than a week is taken, so that a stolen release has time to be found out.
The files name neither a registry nor a path of the machine that wrote them.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
RUN = "requirements.lock"
TEST = "requirements-test.lock"
COMPILE = (
    "pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-header"
    " --extra postgresql --no-emit-index-url --no-strip-extras --exclude-newer"
)
COOL_DOWN = "1 week"
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?P<version>\S+)(?P<rest>(?:.*\\\n)+.*)$", re.MULTILINE)


def direct(project: dict[str, object], lock: str) -> list[Requirement]:
    """List what the project itself asks for in one of the lock files."""
    match project:
        case {
            "project": {"dependencies": list(run), "optional-dependencies": {"postgresql": list(driver)}},
            "dependency-groups": {"test": list(test)},
        }:
            return [Requirement(line) for line in (run + driver if lock == RUN else run + driver + test)]
        case _:
            raise TypeError("pyproject.toml holds no dependencies, or no group `test`")


def faults(wanted: list[Requirement], text: str) -> list[str]:
    """Say what is wrong with the text of a lock file, if anything is."""
    pins = {canonicalize_name(pin["name"]): pin for pin in PIN.finditer(text)}
    found = [f"{name} has no hash" for name, pin in pins.items() if "--hash=sha256:" not in pin["rest"]]
    if "://" in text:
        found.append("an address stands in it")
    for requirement in wanted:
        pin = pins.get(canonicalize_name(requirement.name))
        if pin is None or not requirement.specifier.contains(pin["version"], prereleases=True):
            found.append(f"{requirement} is not locked")
    return found


def check() -> int:
    """Compare both files with pyproject.toml, without the network."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    found = [
        f"{lock}: {fault}" for lock in (RUN, TEST) for fault in faults(direct(project, lock), (ROOT / lock).read_text())
    ]
    print("\n".join(found) or "both lock files fit pyproject.toml")
    return 1 if found else 0


def write(*, upgrade: bool) -> int:
    """Let uv resolve both files against the public registry, whatever this machine is set up to use."""
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv is None:
        print("tools/lock.py: needs uv, which is not a part of the test environment")
        return 1
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "PIP_"))}
    command = [uv, *COMPILE.split(), COOL_DOWN, *(["--upgrade"] if upgrade else [])]
    for more in (["--output-file", RUN], ["--group", "test", "--constraints", RUN, "--output-file", TEST]):
        subprocess.run([*command, *more], cwd=ROOT, env=plain | {"UV_NO_CONFIG": "1"}, check=True)
    return check()


if __name__ == "__main__":
    sys.exit(check() if "--check" in sys.argv[1:] else write(upgrade="--upgrade" in sys.argv[1:]))
