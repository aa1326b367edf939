from dataclasses import asdict, fields

import pytest

from doorward.features.policy.model import PasswordRules, TwoFactorSettings
from tests.doors.served import Served


def test_the_password_rules_are_read(served: Served) -> None:
    """Each by its name, with the version of all."""
    told = served.ask("GET /password-rules", token=served.operator()).json()

    assert told == {"name": "default", "version": 0, **asdict(PasswordRules())}


def test_the_default_rules_have_a_name(served: Served) -> None:
    """Named sets come later; there is one, and no other."""
    olga = served.operator()
    named = served.ask("GET /password-rules/default", token=olga).json()

    assert named == served.ask("GET /password-rules", token=olga).json()
    assert served.ask("GET /password-rules/strict", token=olga).code == "policy.not_found"


def test_what_is_left_out_stays(served: Served) -> None:
    """Only what is named changes, and the answer says from what to what."""
    olga = served.operator()
    changed = served.ask("PUT /password-rules", {"failures_before_lock": 5, "reason": "audit"}, olga).json()
    after = served.ask("GET /password-rules", token=olga).json()

    assert changed == {"outcome": "done", "version": 1, "changed": {"failures_before_lock": "10 → 5"}}
    assert (after["failures_before_lock"], after["min_length"], after["version"]) == (5, 12, 1)


def test_what_was_read_can_be_sent_back(served: Served) -> None:
    """Name and version may stand in the body; the version guards against whoever saved in between."""
    olga = served.operator()
    read = served.ask("GET /password-rules", token=olga).json()
    same = served.ask("PUT /password-rules", read, olga).json()
    served.ask("PUT /password-rules", {"min_length": 14}, olga)
    lost = served.ask("PUT /password-rules", {**read, "min_length": 16}, olga)

    assert same == {"outcome": "unchanged", "version": 0, "changed": {}}
    assert (lost.status, lost.code) == (409, "policy.version_lost")


@pytest.mark.parametrize("path", ["/password-rules", "/two-factor"])
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"colour": 5}, "request.unknown_field"),
        ({"min_length": [12]}, "request.malformed"),
        ({"issuer": {"name": "x"}}, "request.malformed"),
        ({"min_length": None}, "request.malformed"),
        ({"min_length": 12.0}, "request.malformed"),
    ],
)
def test_what_is_no_setting_is_refused(served: Served, path: str, body: dict[str, object], code: str) -> None:
    """Unknown names, and values of another kind."""
    assert served.ask(f"PUT {path}", body, served.operator()).code == code


def test_bounds_hold_here_too(served: Served) -> None:
    """The rules of policy say which values a setting takes."""
    refused = served.ask("PUT /password-rules", {"second_factor_failures_before_lock": 0}, served.operator())

    assert (refused.status, refused.code) == (422, "policy.out_of_bounds")


def test_two_factor_settings_are_read_and_changed(served: Served) -> None:
    """The issuer's name, and what concerns the allowlist."""
    olga = served.operator()
    read = served.ask("GET /two-factor", token=olga).json()
    served.ask("PUT /two-factor", {"issuer": "Example Ltd"}, olga)

    assert read == {"version": 0, **asdict(TwoFactorSettings())}
    assert served.ask("GET /two-factor", token=olga).json()["issuer"] == "Example Ltd"


def test_the_document_lists_every_setting(served: Served) -> None:
    """Made from the settings themselves."""
    schemas = served.send("GET /openapi.json").json()["components"]["schemas"]
    listed = set(schemas["RulesChange"]["properties"])

    assert listed == {one.name for one in fields(PasswordRules)} | {"reason", "version", "name"}
    assert schemas["RulesChange"]["additionalProperties"] is False
