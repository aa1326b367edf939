from importlib.resources import files

from doorward.features.sessions.model import OpenedWith


def test_every_way_into_a_session_has_its_words() -> None:
    """The list of sessions shows a session however it was opened: on one's own page and on the account's."""
    told = files("doorward.doors.console").joinpath("templates/_sessions.html").read_text(encoding="utf-8")

    assert [way.value for way in OpenedWith if f'"{way.value}": ' not in told] == []
