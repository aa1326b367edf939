from uuid import UUID

import pytest

from tests.doors.served import Served
from tests.features.signin.walking import PASSWORD, allow
from tests.worlds import NOON


def test_mail_is_listed_without_what_it_says(served: Served) -> None:
    """Recipient, kind, state and error; no body, code or link (DEV-5)."""
    allow(served.world, served.walk.person("bram"))
    served.ask("POST /sign-in", {"user_name": "bram", "password": PASSWORD})
    listed = served.ask("GET /mail", token=served.operator())
    code = served.walk.mailed_code()
    told = {(one["recipient"], one["kind"], one["state"]) for one in listed.json()["items"]}

    assert ("bram@example.org", "device_code", "queued") in told
    assert sorted(listed.json()["items"][0]) == [
        "account_id", "attempts", "error", "finished_at", "id", "kind", "next_attempt_at", "queued_at", "recipient",
        "state",
    ]  # fmt: skip
    assert code.encode() not in listed.body


def test_mail_is_filtered(served: Served) -> None:
    """By state and by whom it is about."""
    bram = served.world.add("bram", locked_at=NOON, lock_reason="Failures")
    olga = served.operator()
    served.ask(f"POST /accounts/{bram}/unlock", {"reason": "called back"}, olga)

    assert len(served.ask(f"GET /mail?account={bram}&state=queued", token=olga).json()["items"]) == 1
    assert served.ask("GET /mail?state=failed", token=olga).json()["items"] == []
    assert served.ask("GET /mail?state=lost", token=olga).code == "request.malformed"


def test_mail_is_tried_again(served: Served) -> None:
    """All of it, with or without a reason."""
    bram = served.world.add("bram", locked_at=NOON, lock_reason="Failures")
    olga = served.operator()
    served.ask(f"POST /accounts/{bram}/unlock", {"reason": "called back"}, olga)
    told = served.ask("POST /mail/retry", {"reason": "server is back"}, olga)

    assert told.status == 200
    assert sorted(told.json()) == ["count", "outcome"]


def test_nothing_to_retry_is_no_mistake(served: Served) -> None:
    """The outbox is empty."""
    told = served.ask("POST /mail/retry", token=served.operator())

    assert told.json() == {"outcome": "unchanged", "count": 0}


@pytest.mark.parametrize("mail", ["7", str(UUID(int=7))])
def test_unknown_mail_is_not_found(served: Served, mail: str) -> None:
    """Malformed or none, the answer is one."""
    refused = served.ask(f"POST /mail/{mail}/retry", token=served.operator())

    assert (refused.status, refused.code) == (404, "notices.not_found")
