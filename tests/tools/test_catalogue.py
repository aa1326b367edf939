from pathlib import Path

from tools.catalogue import Field, acts, configuration, events_written, fields


def test_fields_come_with_their_sentences(tmp_path: Path) -> None:
    """A field's docstring stands below it; one without has none."""
    path = tmp_path / "model.py"
    path.write_text(
        'class Rules:\n    """Rules."""\n\n    tries: int = 1\n    """How often."""\n    contact: str = ""\n'
        "    daily: bool = False\n"
    )

    assert fields(path, "Rules") == [
        Field("tries", "1", "How often."),
        Field("contact", "", None, text=True),
        Field("daily", "off", None),
    ]


def test_events_are_the_dotted_words_that_are_no_codes(tmp_path: Path) -> None:
    """What an action records is told from what it refuses with by the table of refusals."""
    path = tmp_path / "lockout" / "actions.py"
    path.parent.mkdir()
    path.write_text('Event("lockout.lapsed")\nRefused("lockout.self")\n"a sentence."\n')

    assert events_written(tmp_path, {"lockout.self"}) == {"lockout.lapsed"}


def test_the_configuration_is_listed_with_its_defaults() -> None:
    """Each setting has its default as `config show` spells it, and a description."""
    listed = {one.name: one for one in configuration()}

    assert listed["listen"].default == "127.0.0.1:8420"
    assert all(one.sentence for one in listed.values())


def test_acts_are_listed_with_their_feature() -> None:
    """An act is found once, under the feature that declares it."""
    found = [one.feature for one in acts() if one.act.name == "end_session"]

    assert found == ["sessions"]
