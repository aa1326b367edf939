import subprocess
import sys
from pathlib import Path

import pytest

from doorward.edges.large_pages import HUGETLB, TUNABLES, libc_version, with_them
from tests.launcher import clean_environment

ON_REQUEST, EVERYBODY, NOBODY = "always [madvise] never\n", "[always] madvise never\n", "always madvise [never]\n"
NEW, OLD = (2, 36), (2, 31)
SYSTEM = Path("/sys/kernel/mm/transparent_hugepage/enabled")


def test_they_are_asked_for_where_the_system_gives_them_on_request() -> None:
    """The rest of the environment stays, and so do other tunables."""
    assert with_them({"HOME": "/root"}, ON_REQUEST, NEW) == {"HOME": "/root", TUNABLES: f"{HUGETLB}=1"}
    assert with_them({TUNABLES: "a=1"}, ON_REQUEST, NEW) == {TUNABLES: f"a=1:{HUGETLB}=1"}


@pytest.mark.parametrize(
    ("environment", "system", "libc"),
    [
        ({TUNABLES: f"{HUGETLB}=1"}, ON_REQUEST, NEW),
        ({TUNABLES: f"a=1:{HUGETLB}=0"}, ON_REQUEST, NEW),
        ({}, EVERYBODY, NEW),
        ({}, NOBODY, NEW),
        ({}, "", NEW),
        ({}, ON_REQUEST, OLD),
        ({}, ON_REQUEST, ()),
    ],
)
def test_nothing_is_asked_where_it_would_change_nothing(
    environment: dict[str, str], system: str, libc: tuple[int, ...]
) -> None:
    """A process that has begun again does not do so a third time, and whoever has decided is heard."""
    assert with_them(environment, system, libc) is None


def test_the_c_library_says_its_version() -> None:
    """Two numbers where it is glibc, and nothing elsewhere."""
    assert len(libc_version()) in {0, 2}


SHOWN = """
import os, sys
sys.argv = ["doorward", "serve", "--help"]
print(os.getpid(), os.environ.get("GLIBC_TUNABLES"), flush=True)
from doorward.__main__ import main
main()
"""


@pytest.mark.skipif(
    with_them({}, SYSTEM.read_text() if SYSTEM.exists() else "", libc_version()) is None,
    reason="this system gives none on request",
)
def test_the_server_begins_again_with_them(tmp_path: Path) -> None:
    """As itself: the same process, the same Python, the same words; twice and no more."""
    program = tmp_path / "shown.py"
    program.write_text(SHOWN)
    environment = {name: value for name, value in clean_environment().items() if name != TUNABLES}
    process = subprocess.Popen(
        [sys.executable, "-P", str(program)], env=environment, stdout=subprocess.PIPE, text=True, cwd=tmp_path
    )
    out, _ = process.communicate(timeout=60)
    lines = out.splitlines()

    assert lines[:2] == [f"{process.pid} None", f"{process.pid} {HUGETLB}=1"]
    assert (process.returncode, "Usage: doorward serve" in out) == (0, True)


def test_other_commands_begin_once() -> None:
    """They hash nothing, or once."""
    environment = {name: value for name, value in clean_environment().items() if name != TUNABLES}
    told = "import os, atexit; atexit.register(lambda: print(os.environ.get('GLIBC_TUNABLES')))"
    code = f"{told}; import sys; sys.argv = ['doorward', '--version']; from doorward.__main__ import main; main()"
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

    assert ran.stdout.splitlines()[-1] == "None"
