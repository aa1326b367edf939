import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

MIB = 2**20
HASHED = """
import ctypes, os, threading
from doorward.edges.crypto.argon2 import Argon2Hasher
from doorward.edges.entropy import SystemEntropy
from doorward.edges.memory import give_back, share_one_heap
from doorward.kernel.ports import Encode, Secret

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

def hash_some():
    hasher = Argon2Hasher(SystemEntropy())
    for _ in range(3):
        hasher.run(Encode(Secret("a walk in the wood")))
    done.set()
    over.wait()

share_one_heap()
done, over = threading.Event(), threading.Event()
before = resident()
thread = threading.Thread(target=hash_some)
thread.start()
done.wait()
kept = resident()
told = give_back()
print(before, kept, resident(), told)
over.set()
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="not glibc")
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="not Linux")
def test_what_a_hash_leaves_behind_is_given_back() -> None:
    """The thread that hashed lives on, as those of the pool do, and its memory goes."""
    ran = subprocess.run([sys.executable, "-c", HASHED], capture_output=True, text=True, check=True, timeout=30)
    before, kept, after, told = ran.stdout.split()

    assert int(kept) - int(before) > 15 * MIB
    assert int(after) - int(before) < 5 * MIB
    assert told == "True"


KEPT = """
import gc
from doorward.edges.memory import keep_what_is_there, look_at_nothing_yet

look_at_nothing_yet()
made = [[number] for number in range(50_000)]
resting = not gc.isenabled() and not gc.get_freeze_count()
keep_what_is_there()
print(resting, gc.isenabled(), gc.get_freeze_count() > len(made))
"""


def test_what_a_start_makes_is_not_looked_at() -> None:
    """Neither while it is made nor afterwards; from then on the collector works."""
    ran = subprocess.run([sys.executable, "-c", KEPT], capture_output=True, text=True, check=True, timeout=30)

    assert ran.stdout.split() == ["True", "True", "True"]
