from doorward.doors.web.failures import failure, loggable
from doorward.edges.run import LostRace
from doorward.edges.sql.engine import DatabaseBusy
from doorward.kernel.outcome import Refused


def test_a_busy_database_can_be_asked_again() -> None:
    """Nothing may be taken for done, so the client looks and repeats itself."""
    assert failure(DatabaseBusy()) == Refused("database.busy", retry_after=1)
    assert failure(LostRace()) == Refused("database.busy", retry_after=1)


def test_everything_else_is_a_bug_and_tells_nothing() -> None:
    """No word of the exception reaches the visitor."""
    assert failure(ValueError("secret")) == Refused("server.failed")


def test_the_log_holds_no_token() -> None:
    """The token of a one-time link is part of its address."""
    token = "A" * 64

    assert loggable(f"/set-password/{token}") == "/set-password/***"
    assert loggable("/api/v1/accounts/019df2dc-0a00-7ff7-b574-6adc41a2ea49") == (
        "/api/v1/accounts/019df2dc-0a00-7ff7-b574-6adc41a2ea49"
    )
