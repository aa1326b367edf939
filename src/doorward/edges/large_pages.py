"""Memory in pages of 2 MiB: each password hash goes through 19 MiB in an order that nobody can foresee.

In pages of 4 KiB the processor looks up where each piece lies: a hash takes 6 to 9 % longer. Where Linux gives large
pages to whoever asks (`madvise`), glibc asks for its heap when its environment says so as the process begins.
"""

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

TUNABLES = "GLIBC_TUNABLES"
HUGETLB = "glibc.malloc.hugetlb"
"""A tunable of glibc since 2.35: 1 asks for large pages, 0 does not."""
_OLDEST = (2, 35)
_ON_REQUEST = "[madvise]"
_SYSTEM = Path("/sys/kernel/mm/transparent_hugepage/enabled")


def begin_again_with_them() -> None:
    """Begin this process anew, as itself and with the same words, where that brings large pages; else do nothing."""
    environment = with_them(os.environ, _said(_SYSTEM), libc_version())  # noqa: TID251 - glibc's, and no setting
    if environment is not None and sys.executable:
        with suppress(OSError):
            os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)  # noqa: S606 - itself


def with_them(environment: Mapping[str, str], system: str, libc: tuple[int, ...]) -> dict[str, str] | None:
    """Return the environment with which glibc asks for large pages; None where it would change nothing.

    `system` is what Linux says of large pages: where everybody has them, or nobody, asking is of no use. Whoever has
    set the tunable has decided.
    """
    tunables = environment.get(TUNABLES, "")
    if HUGETLB in tunables or _ON_REQUEST not in system or libc < _OLDEST:
        return None
    return {**environment, TUNABLES: ":".join(filter(None, [tunables, f"{HUGETLB}=1"]))}


def libc_version() -> tuple[int, ...]:
    """Return the version of glibc; nothing where there is another C library."""
    with suppress(AttributeError, OSError, ValueError):
        name, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").split()
        return tuple(int(number) for number in version.split(".")) if name == "glibc" else ()
    return ()


def _said(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
