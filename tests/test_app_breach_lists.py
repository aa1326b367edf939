import logging
from pathlib import Path

import pytest

from doorward import app, config, starting
from doorward.features.passwords.actions import import_breach_list
from doorward.features.passwords.model import ImportBreachList
from doorward.kernel.act import Owner
from doorward.kernel.events import Door, Origin


def test_pass_2_a_list_that_is_missing_is_logged_at_the_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The server starts, since whoever has a password gets in, and says what will be refused."""
    settings = config.load({"data": tmp_path / "data"}, {}).settings
    starting.first_run(settings)
    runtime = app.open_runtime(settings)
    command = ImportBreachList("words", "ab" * 32, 7, "words.txt", "plain", 1)
    runtime.run(import_breach_list, command, Owner("cli:root"), Origin(Door.CLI))
    runtime.database.close()

    with caplog.at_level(logging.ERROR):
        starting.first_run(settings)

    (record,) = [one for one in caplog.records if one.name == "doorward.breach_lists"]
    assert f"{'ab' * 32}.list is missing: new passwords are refused until it is mended" in record.getMessage()
