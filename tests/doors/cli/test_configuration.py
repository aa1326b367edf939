from tests.doors.cli.shell import Shell


def test_every_setting_is_shown_with_its_origin(shell: Shell) -> None:
    """From the file, by default, or as an option."""
    (shell.data / "doorward.toml").write_text('node = "oak"\nmail = "smtp://us:hunter2@mail.example.org"\n')
    shown = shell.done("config", "show", "--json")

    assert shown.json["node"] == {"value": "oak", "from": "doorward.toml"}
    assert shown.json["workers"] == {"value": "1", "from": "default"}
    assert shown.json["data"]["from"] == "option"
    assert shown.json["mail"]["value"] == "smtp://us:***@mail.example.org"
    assert "hunter2" not in shown.out


def test_people_are_told_what_each_setting_is(shell: Shell) -> None:
    """In a table."""
    lines = shell.done("config", "show").lines

    assert lines[0] == "setting value from what it is"
    assert "workers 1 default server processes" in lines


def test_an_unknown_key_fails_every_command(shell: Shell) -> None:
    """Exit code 1, with the sentence that names it."""
    (shell.data / "doorward.toml").write_text("wokers = 2")

    for words in (["config", "show"], ["account", "list"], ["doctor"], ["serve"], ["init"]):
        ran = shell(*words)
        assert (ran.code, "`wokers` in " in ran.err) == (1, True)
        assert len(ran.err.splitlines()) == 1
