import base64
import os
import resource
import stat
from pathlib import Path

import pytest

from doorward.edges.crypto.keys import KeyRing, SealingKey, create_key_file, load_key_file
from doorward.kernel.obstacle import Obstacle
from tests.chance import SeededEntropy

LINE = "doorward-key-1 0a0b0c0d " + base64.b64encode(bytes(32)).decode() + "\n"
OTHER_LINE = "doorward-key-1 01020304 " + base64.b64encode(b"k" * 32).decode() + "\n"


def written(folder: Path, content: str, mode: int = 0o600) -> Path:
    """Write a file with this content and mode."""
    path = folder / "doorward.key"
    path.write_text(content)
    path.chmod(mode)
    return path


def test_a_new_key_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    """Mode 600, whatever the process masks."""
    path = tmp_path / "doorward.key"
    before = os.umask(0)
    create_key_file(path, SeededEntropy())
    os.umask(before)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_new_key_file_holds_one_key_of_32_drawn_bytes(tmp_path: Path) -> None:
    """Id and key are what chance gave, and are read back."""
    path = tmp_path / "doorward.key"
    create_key_file(path, SeededEntropy("a"))
    chance = SeededEntropy("a")

    assert load_key_file(path) == KeyRing((SealingKey(chance.bytes(4), chance.bytes(32)),))


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    """The old keys would be gone, and with them every secret."""
    path = written(tmp_path, LINE)

    with pytest.raises(Obstacle, match=r"already.*left as it is"):
        create_key_file(path, SeededEntropy())
    assert path.read_text() == LINE


def test_a_key_file_that_could_not_be_written_is_not_there(tmp_path: Path) -> None:
    """On a full disk, for which a limit to the size of files stands here; the next try is not refused."""
    path = tmp_path / "doorward.key"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            create_key_file(path, SeededEntropy())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert not path.exists()


def test_several_keys_are_read_oldest_first(tmp_path: Path) -> None:
    """The last one seals, the first one hashes, each is found by its id; remarks are skipped."""
    ring = load_key_file(written(tmp_path, f"# a remark\n\n{LINE}{OTHER_LINE}"))

    assert ring.first == SealingKey(bytes.fromhex("0a0b0c0d"), bytes(32))
    assert ring.present == SealingKey(bytes.fromhex("01020304"), b"k" * 32)
    assert ring.find(bytes.fromhex("0a0b0c0d")) == ring.first
    assert ring.find(b"none") is None


def test_a_key_does_not_show_itself() -> None:
    """Neither a log line nor a traceback tells its bytes."""
    assert repr(SealingKey(b"\x01\x02\x03\x04", b"material")) == r"SealingKey(id=b'\x01\x02\x03\x04')"


def test_a_missing_key_file_is_said_with_how_to_mend_it(tmp_path: Path) -> None:
    """One sentence says what, one says what to do."""
    with pytest.raises(Obstacle, match=r"doorward\.key is missing\. Put it back .* `doorward init`"):
        load_key_file(tmp_path / "doorward.key")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_key_file_that_is_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    """The sentence names the mode and the command that closes it."""
    path = written(tmp_path, LINE, mode)

    with pytest.raises(Obstacle, match=rf"mode {mode:o}\)\. Close it with: chmod 600 {path}"):
        load_key_file(path)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_key_file_that_is_closed_is_read(tmp_path: Path, mode: int) -> None:
    """Readable by the owner alone, writable or not."""
    assert len(load_key_file(written(tmp_path, LINE, mode)).keys) == 1


def test_a_directory_in_its_place_is_said(tmp_path: Path) -> None:
    """What cannot be read is named with the system's reason."""
    with pytest.raises(Obstacle, match=r"cannot be read \(Is a directory\)"):
        load_key_file(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "# only a remark\n",
        "nonsense\n",
        LINE[:-5],
        LINE + "nonsense\n",
        LINE + LINE,
        LINE.replace("doorward-key-1", "doorward-key-2"),
        LINE.replace("0a0b0c0d", "0a0b0c"),
        LINE.replace("=", "A"),
        "\u00e9" + LINE,
    ],
)
def test_a_damaged_key_file_is_refused_whole(tmp_path: Path, content: str) -> None:
    """Half a ring would open half of the secrets; the sentence says where help is."""
    with pytest.raises(Obstacle, match=r"is damaged\. Put it back from your copy"):
        load_key_file(written(tmp_path, content))
