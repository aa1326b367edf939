"""Cutting addresses of loopback off from everybody: packets to and from them are dropped, and nobody hangs up."""

import os
import shutil
import subprocess
from collections.abc import Sequence

_TABLE = f"doorward_tests_{os.getpid()}"


def is_possible() -> bool:
    """Tell whether this machine lets us: nftables, as root, in a kernel that filters."""
    if shutil.which("nft") is None or os.geteuid() != 0:
        return False
    possible = _nft(f"add table ip {_TABLE}").returncode == 0
    mend()
    return possible


def cut_off(addresses: Sequence[str]) -> None:
    """Drop every packet to and from these addresses."""
    those = "{ " + ", ".join(addresses) + " }"
    rules = "".join(f"ip {side} {those} drop\n" for side in ("daddr", "saddr"))
    hook = "type filter hook output priority filter; policy accept;"
    done = _nft(f"table ip {_TABLE} {{\nchain out {{\n{hook}\n{rules}}}\n}}\n")
    assert done.returncode == 0, done.stderr


def mend() -> None:
    """Let all packets through again."""
    _nft(f"delete table ip {_TABLE}")


def _nft(commands: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["nft", "-f", "-"], input=commands, text=True, capture_output=True, check=False, timeout=10)
