import fcntl
from hashlib import sha1
from pathlib import Path

import pytest

from tests.doors.cli.shell import Ran, Shell

WORDS = "Pelican Street 1\nour town by the sea\n"


def hashed(text: str) -> str:
    """Hash as published lists do."""
    return sha1(text.encode(), usedforsecurity=False).hexdigest().upper()


def file_of(folder: Path, content: str, name: str = "words.txt") -> str:
    """Write a file and give its name."""
    (folder / name).write_text(content)
    return str(folder / name)


def lists(shell: Shell) -> list[Path]:
    """List the files of lists."""
    return sorted((shell.data / "breach-lists").glob("*.list"))


def refused(shell: Shell, password: str) -> bool:
    """Tell whether an account cannot be added with a password, because it is breached."""
    ran: Ran = shell("account", "add", f"n{len(password)}", "--password-stdin", "--dry-run", stdin=f"{password}\n")
    assert ran.code == 0 or "passwords.breach" in ran.err
    return "(passwords.breached" in ran.err


def test_pass_2_nobody_can_choose_what_the_site_imported(shell: Shell, tmp_path: Path) -> None:
    """Before the import they can; in any case, since the list is of words."""
    assert not refused(shell, "Pelican Street 1")
    ran = shell.done("breach", "import", file_of(tmp_path, WORDS))

    assert ran.out == "words.txt was imported: 2 entries, which nobody may choose.\n"
    assert refused(shell, "Pelican Street 1")
    assert refused(shell, "OUR TOWN by the sea")
    assert not refused(shell, "our town by the lake")


def test_pass_2_a_published_list_of_hashes_is_imported(shell: Shell, tmp_path: Path) -> None:
    """Without those that were seen too seldom."""
    content = f"{hashed('Pelican Street 1')}:12\r\n{hashed('our town by the sea')}:3\r\n"
    said = shell.done("breach", "import", file_of(tmp_path, content), "--min-count", "10", "--json").json

    assert said | {"digest": ""} == {
        "outcome": "done", "name": "words.txt", "entries": 1, "format": "sha1", "min_count": 10, "lines": 2,
        "left_out": 1, "digest": "",
    }  # fmt: skip
    assert said["digest"] == lists(shell)[0].stem
    assert refused(shell, "Pelican Street 1")
    assert not refused(shell, "our town by the sea")


def test_a_list_comes_through_a_pipe(shell: Shell) -> None:
    """Under a name of its own."""
    shell.done("breach", "import", "-", "--name", "public", stdin=WORDS)
    (one,) = shell.done("breach", "status", "--json").json["items"]

    assert (one["name"], one["source"], one["entries"], one["state"]) == ("public", "standard input", 2, "readable")
    assert refused(shell, "Pelican Street 1")


def test_a_newer_list_of_the_same_name_takes_its_place(shell: Shell, tmp_path: Path) -> None:
    """And the older file goes; another name is another list."""
    shell.done("breach", "import", file_of(tmp_path, WORDS))
    shell.done("breach", "import", file_of(tmp_path, "harbour master\n"))
    shell.done("breach", "import", file_of(tmp_path, "lighthouse keeper\n", "more.txt"))

    assert not refused(shell, "Pelican Street 1")
    assert refused(shell, "harbour master")
    assert refused(shell, "lighthouse keeper")
    assert len(lists(shell)) == 2
    assert [line.split()[0] for line in shell.done("breach", "status").lines[1:3]] == ["more.txt", "words.txt"]


def test_two_names_may_have_the_same_entries(shell: Shell, tmp_path: Path) -> None:
    """Deleting one leaves the file to the other."""
    shell.done("breach", "import", file_of(tmp_path, WORDS), "--name", "one")
    shell.done("breach", "import", file_of(tmp_path, WORDS), "--name", "other")
    shell.done("breach", "clear", "--name", "one")

    assert len(lists(shell)) == 1
    assert refused(shell, "Pelican Street 1")


def test_the_same_list_again_changes_nothing_and_mends_the_file(shell: Shell, tmp_path: Path) -> None:
    """In any order of its lines."""
    path = file_of(tmp_path, WORDS)
    shell.done("breach", "import", path)
    lists(shell)[0].write_bytes(b"")
    assert shell("doctor").code == 1
    again = shell.done("breach", "import", file_of(tmp_path, "our town by the sea\nPelican Street 1\n"), "--json").json

    assert again["outcome"] == "unchanged"
    assert shell("doctor").code == 0
    assert refused(shell, "Pelican Street 1")


def test_a_rehearsal_imports_and_deletes_nothing(shell: Shell, tmp_path: Path) -> None:
    """It reads the whole file and says the same."""
    path = file_of(tmp_path, WORDS)
    ran = shell.done("breach", "import", path, "--dry-run")
    assert ran.out == "Would be done: words.txt was imported: 2 entries, which nobody may choose.\n"
    assert lists(shell) == []
    assert shell.done("breach", "status", "--json").json["items"] == []

    shell.done("breach", "import", path)
    assert shell.done("breach", "clear", "--dry-run").out == "Would be done: 1 list was deleted.\n"
    assert refused(shell, "Pelican Street 1")


def test_lists_are_deleted_all_or_by_name(shell: Shell, tmp_path: Path) -> None:
    """The list that comes with the product stays; there is nothing to delete twice."""
    shell.done("breach", "import", file_of(tmp_path, WORDS))
    unknown = shell("breach", "clear", "--name", "others")
    assert (unknown.code, "(breach_lists.not_found" in unknown.err) == (4, True)

    assert shell.done("breach", "clear", "--yes").out == "1 list was deleted.\n"
    assert lists(shell) == []
    assert not refused(shell, "Pelican Street 1")
    again = shell.done("breach", "clear", "--json").json
    assert again == {"outcome": "unchanged", "lists": 0}


@pytest.mark.parametrize(
    ("content", "words", "code"),
    [
        (f"{hashed('a')}\nnot one\n", (), "breach_lists.malformed"),
        ("", (), "breach_lists.empty"),
        (f"{hashed('a')}:3\n", ("--min-count", "4"), "breach_lists.empty"),
        (WORDS, ("--name", " "), "breach_lists.name"),
        (WORDS, ("--name", "a\nb"), "breach_lists.name"),
    ],
)
def test_a_bad_file_leaves_what_was_there(
    shell: Shell, tmp_path: Path, content: str, words: tuple[str, ...], code: str
) -> None:
    """Nothing of it is imported, and no scratch file stays."""
    shell.done("breach", "import", file_of(tmp_path, WORDS), "--name", "kept")
    ran = shell("breach", "import", file_of(tmp_path, content, "bad.txt"), *words, "--json")

    assert ran.code in {2, 3}
    assert ran.json["code"] == code
    assert refused(shell, "Pelican Street 1")
    assert [one["name"] for one in shell.done("breach", "status", "--json").json["items"]] == ["kept"]
    assert sorted(path.suffix for path in (shell.data / "breach-lists").iterdir() if path.name != ".lock") == [".list"]


def test_pass_2_a_list_that_is_missing_refuses_new_passwords(shell: Shell, tmp_path: Path) -> None:
    """It never passes for one without the password; status and doctor say which it is and how to mend it."""
    shell.done("breach", "import", file_of(tmp_path, WORDS))
    (gone,) = lists(shell)
    gone.unlink()
    ran = shell("account", "add", "ada", "--password-stdin", stdin="a quiet river bends\n")
    doctor = shell("doctor")

    assert (ran.code, "(passwords.breach_list_unreadable" in ran.err) == (1, True)
    assert f"wrong breach lists: New passwords are refused: {gone} is missing" in doctor.lines[-2]
    assert "`doorward breach import` the same file again" in doctor.lines[-1]
    assert doctor.code == 1
    (one,) = shell.done("breach", "status", "--json").json["items"]
    assert one["state"] == f"{gone} is missing"


def test_doctor_reads_every_list_to_its_end(shell: Shell, tmp_path: Path) -> None:
    """One bit among the entries is found."""
    shell.done("breach", "import", file_of(tmp_path, WORDS))
    assert shell("doctor").lines[-1] == "well breach lists: 1 with 2 entries, whole"
    (one,) = lists(shell)
    content = bytearray(one.read_bytes())
    content[-1] ^= 1
    one.write_bytes(content)

    assert f"{one} is damaged" in shell("doctor").lines[-2]


def test_a_second_import_at_the_same_time_is_told_to_wait(shell: Shell, tmp_path: Path) -> None:
    """Neither spoils the other's files."""
    (shell.data / "breach-lists").mkdir()
    with (shell.data / "breach-lists" / ".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ran = shell("breach", "import", file_of(tmp_path, WORDS))

    assert ran.code == 1
    assert ran.err == "doorward: Another command is changing the breach lists. Wait until it is done.\n"


def test_a_disk_that_does_not_play_along_is_told(shell: Shell, tmp_path: Path) -> None:
    """In one sentence, and nothing is changed."""
    (shell.data / "breach-lists").write_bytes(b"")
    ran = shell("breach", "import", file_of(tmp_path, WORDS))

    assert ran.code == 1
    assert "The list cannot be written to" in ran.err


def test_import_and_deletion_are_recorded(shell: Shell, tmp_path: Path) -> None:
    """With the owner's name, the list, its file and its size; never a word of it."""
    shell.done("breach", "import", file_of(tmp_path, WORDS), "--name", "ours", "--reason", "our own words")
    shell.done("breach", "clear", "--name", "ours")
    entries = shell.done("audit", "list", "--act", "passwords", "--json").json["items"]
    cleared, imported = entries[:2]

    assert (imported["act"], imported["reason"]) == ("passwords.breach_list_imported", "our own words")
    assert imported["details"] == {"list": "ours", "source": "words.txt", "entries": 2}
    assert (cleared["act"], cleared["details"]) == (
        "passwords.breach_list_cleared", {"lists": 1, "entries": 2, "list": "ours"},
    )  # fmt: skip
    assert all(entry["actor_name"].startswith("cli:") for entry in entries)
    assert "Pelican" not in str(entries)


def test_the_table_of_lists_is_empty_at_first(shell: Shell) -> None:
    """But for the one that comes with the product."""
    assert shell.done("breach", "status").out.startswith("No list was imported.\n")
    assert "The list that comes with the product has 197,667 entries." in shell.done("breach", "status").out
