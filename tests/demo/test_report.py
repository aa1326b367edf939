from io import BytesIO, StringIO, TextIOWrapper

from rich.console import Console

from doorward.demo.report import Report


def console(to: StringIO) -> Console:
    """Give a console that is no terminal."""
    return Console(file=to, highlight=False, markup=False, emoji=False)


def test_a_right_observation_is_one_line() -> None:
    """Claim, request and answer stand beside a check mark."""
    out = StringIO()
    Report(console(out)).saw("Hugo unlocks it", "POST /unlock", "200 done", "200 done")

    assert out.getvalue().split() == ["✓", "Hugo", "unlocks", "it", "POST", "/unlock", "→", "200", "done"]


def test_a_wrong_observation_tells_both() -> None:
    """What should have been stands above what was."""
    out = StringIO()
    Report(console(out)).saw("Hugo unlocks it", "POST /unlock", "403 rights.missing", "200 done")

    assert [line.strip() for line in out.getvalue().splitlines()][1:] == [
        "expected  200 done",
        "seen      403 rights.missing",
    ]


def test_the_sum_counts_what_was_right() -> None:
    """One wrong observation makes the whole wrong, and is named again at the end."""
    out = StringIO()
    report = Report(console(out))
    report.scene("An unlock")
    report.saw("one", "GET /", "200", "200")
    report.saw("two", "GET /", "500", "200")

    assert not report.close()
    assert out.getvalue().endswith("1 of 2 observations were right\n   ✗ 1. two\n")


def test_a_scene_that_breaks_off_is_wrong() -> None:
    """What could not be seen was not right."""
    report = Report(console(StringIO()))
    report.broke_off("GET / was not answered")

    assert not report.close()


def test_no_observation_wrong_is_right() -> None:
    """The demo may end with 0."""
    report = Report(console(StringIO()))
    report.saw("one", "GET /", "200", "200")

    assert report.close()


def test_a_terminal_of_ascii_gets_ascii() -> None:
    """Marks and arrows have stand-ins where they cannot be printed."""
    out = TextIOWrapper(BytesIO(), encoding="ascii", write_through=True)
    Report(Console(file=out)).saw("“Your account”", "Maildir", "200", "200")

    assert out.buffer.getvalue().split() == [b"+", b'"Your', b'account"', b"Maildir", b">", b"200"]


def test_no_colours_outside_of_a_terminal() -> None:
    """A file holds the words alone."""
    out = StringIO()
    Report(console(out)).saw("one", "GET /", "500", "200")

    assert "\x1b" not in out.getvalue()
