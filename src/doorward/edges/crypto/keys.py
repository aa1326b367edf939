"""The key file: what secrets at rest are sealed with, kept apart from the database and from its copies.

One line a key, the oldest first: `doorward-key-1 <id> <32 bytes in base64>`. The last one seals; all of them open.
"""

import base64
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from doorward.kernel.obstacle import Obstacle
from doorward.kernel.ports import Entropy

ID_BYTES = 4
KEY_BYTES = 32
MODE = 0o600
_OTHERS = 0o077
_LINE = re.compile(r"doorward-key-1 (?P<id>[0-9a-f]{8}) (?P<key>[A-Za-z0-9+/]{43}=)")
_HEADING = (
    "# Doorward's keys. Whoever has them and the database can read its secrets: keep your copy apart from both.\n"
)


@dataclass(frozen=True, slots=True)
class SealingKey:
    """One key and the id that sealed values name it by."""

    id: bytes
    material: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of a server, the oldest first."""

    keys: tuple[SealingKey, ...]

    @property
    def present(self) -> SealingKey:
        """Return the key that seals from now on."""
        return self.keys[-1]

    @property
    def first(self) -> SealingKey:
        """Return the key that was there from the start, under which texts are hashed for good."""
        return self.keys[0]

    def find(self, key_id: bytes) -> SealingKey | None:
        """Look a key up by its id."""
        return next((key for key in self.keys if key.id == key_id), None)


def create_key_file(path: Path, entropy: Entropy) -> None:
    """Make a key file with one new key, readable by its owner alone; raise `Obstacle` where one is there already."""
    key_id, material = entropy.bytes(ID_BYTES), entropy.bytes(KEY_BYTES)
    line = f"doorward-key-1 {key_id.hex()} {base64.b64encode(material).decode('ascii')}\n"
    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
    except FileExistsError as error:
        raise Obstacle(
            f"There is a key file {path} already, and it was left as it is.",
            "Use it, or name another data directory with --data.",
        ) from error
    try:
        with os.fdopen(opened, "w", encoding="ascii") as file:
            os.fchmod(file.fileno(), MODE)
            file.write(_HEADING + line)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink()  # half a key file would have to be removed by hand
        raise
    _remember_name(path.parent)


def load_key_file(path: Path) -> KeyRing:
    """Read the keys; raise `Obstacle` for a file that is missing, open to others, or not a key file."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read()
    except FileNotFoundError as error:
        mend = "Put it back from your copy; for a new server make one with `doorward init`."
        raise Obstacle(f"The key file {path} is missing.", mend) from error
    except OSError as error:
        mend = "Run as its owner, or give the file to the user who runs Doorward."
        raise Obstacle(f"The key file {path} cannot be read ({error.strerror}).", mend) from error
    if mode & _OTHERS:
        what = f"The key file {path} is open to other users of this machine (mode {mode & 0o777:03o})."
        raise Obstacle(what, f"Close it with: chmod 600 {path}")
    return _parse(content, path)


def _parse(content: bytes, path: Path) -> KeyRing:
    lines = content.decode("ascii", "replace").splitlines()
    found = [_LINE.fullmatch(line) for line in lines if line and not line.startswith("#")]
    keys = tuple(SealingKey(bytes.fromhex(one["id"]), base64.b64decode(one["key"])) for one in found if one)
    if not keys or len(keys) < len(found) or len({key.id for key in keys}) < len(keys):
        mend = "Put it back from your copy; only where there is no database yet, remove it and begin again."
        raise Obstacle(f"The key file {path} is damaged.", mend)
    return KeyRing(keys)


def _remember_name(directory: Path) -> None:
    """Write a directory's new entry to the disk, so that a power cut does not take the file away."""
    opened = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
