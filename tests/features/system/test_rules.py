from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from doorward.features.system import rules
from doorward.features.system.model import Facts, Held, Trouble

WELL = Facts(
    version="1.0",
    node="oak",
    public_url="https://login.example.org",
    database="SQLite 3",
    schema="0050",
    newest_schema="0050",
    duties=(Held("send mail", "oak/1", datetime(2026, 5, 4, tzinfo=UTC)),),
    broken=(),
    mail_error=None,
)


def test_a_server_that_is_well_has_no_troubles() -> None:
    """Nothing is said for the sake of saying something."""
    assert rules.troubles(WELL) == ()


@pytest.mark.parametrize(
    ("found", "what", "mend"),
    [
        ({"broken": (("fsync is off.", "Set it to on."),)}, "fsync is off.", "Set it to on."),
        ({"duties": ()}, "Nobody does the server's own duties", "Look into the log of each node"),
        ({"schema": "0051"}, "oak knows version 0050", "Upgrade this node as well."),
        ({"mail_error": "connection refused"}, "has not arrived: connection refused", "See the list of mail."),
        ({"public_url": "http://login.example.org"}, "sends passwords in the clear", "Put a proxy with TLS in front"),
        ({"public_url": "http://192.0.2.1:8420"}, "sends passwords in the clear", "Put a proxy with TLS in front"),
    ],
)
def test_a_trouble_is_told_with_its_mend(found: dict[str, Any], what: str, mend: str) -> None:
    """Each by itself."""
    (trouble,) = rules.troubles(replace(WELL, **found))

    assert (what in trouble.what, trouble.mend.startswith(mend)) == (True, True)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8420", "http://[::1]:8420", "http://localhost", "https://192.0.2.1"]
)
def test_what_nobody_reads_on_the_way_is_no_trouble(address: str) -> None:
    """An address of this machine, or TLS."""
    assert rules.troubles(replace(WELL, public_url=address)) == ()


def test_what_loses_acts_comes_first() -> None:
    """Before what only delays them."""
    told = rules.troubles(replace(WELL, broken=(("a", "b"),), mail_error="x", duties=()))

    assert told[0] == Trouble("a", "b")
    assert told[-1].mend == "See the list of mail."
