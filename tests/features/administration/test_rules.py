from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from doorward.features.accounts.model import Account, AccountKind
from doorward.features.administration import rules
from doorward.features.administration.model import EditAccount
from doorward.features.second_factor.model import AllowlistEntry, Cause
from doorward.kernel.ids import AccountId
from tests.worlds import NOON

BRAM = Account(
    id=AccountId(UUID(int=11)),
    user_name="bram",
    full_name="Bram Rossi",
    email="bram@example.org",
    kind=AccountKind.INTERNAL,
    enabled=True,
    protected=False,
    created_at=NOON,
    updated_at=NOON,
    version=4,
    email_changed_at=None,
)
EDIT = EditAccount(BRAM.id, if_version=4)


@pytest.mark.parametrize(
    ("given", "changed"),
    [
        ({}, {}),
        (
            {"user_name": "bram", "full_name": "Bram Rossi", "email": "bram@example.org", "kind": AccountKind.INTERNAL},
            {},
        ),
        ({"user_name": "Bram"}, {"user_name": "Bram"}),
        ({"user_name": "  b.rossi "}, {"user_name": "b.rossi"}),
        ({"user_name": " bram "}, {}),
        ({"full_name": "B. Rossi "}, {"full_name": "B. Rossi"}),
        ({"email": "rossi@example.org"}, {"email": "rossi@example.org"}),
        ({"email": ""}, {"email": None}),
        ({"kind": AccountKind.EXTERNAL}, {"kind": AccountKind.EXTERNAL}),
        ({"protected": True}, {"protected": True}),
        ({"protected": False}, {}),
    ],
)
def test_what_an_edit_changes(given: dict[str, object], changed: dict[str, object]) -> None:
    """Fields that are not given stay, those that are like that already are no change, names are trimmed."""
    assert rules.changes(BRAM, replace(EDIT, **given)) == changed  # type: ignore[arg-type]


def test_address_that_is_not_there_is_removed_without_a_change() -> None:
    """Nothing from nothing."""
    assert rules.changes(replace(BRAM, email=None), replace(EDIT, email="")) == {}


@pytest.mark.parametrize(
    ("user_name", "full_name", "email", "code"),
    [
        ("bram", "Bram Rossi", "bram@example.org", None),
        ("bram", None, None, None),
        (None, None, "", None),
        ("", "Bram Rossi", "bram@example.org", "accounts.name_missing"),
        ("bram", "a\nb", "bram@example.org", "accounts.name_malformed"),
        ("bram", "Bram", "bram", "accounts.email_malformed"),
        ("a" * 201, "a" * 201, "bram", "accounts.name_too_long"),
    ],
)
def test_first_field_that_cannot_be_so(
    user_name: str | None, full_name: str | None, email: str | None, code: str | None
) -> None:
    """What is given must be in order; an empty e-mail is none."""
    refused = rules.judge_fields(user_name, full_name, email)

    assert (refused.code if refused else None) == code


@pytest.mark.parametrize(
    ("version", "owner", "code"),
    [
        (4, False, None),
        (4, True, None),
        (3, False, "accounts.version_lost"),
        (5, False, "accounts.version_lost"),
        (3, True, "accounts.version_lost"),
        (None, False, "accounts.version_missing"),
        (None, True, None),
    ],
)
def test_version_that_the_editor_saw(version: int | None, code: str | None, *, owner: bool) -> None:
    """Nobody overwrites what they have not seen, but for the server's owner who asks for it."""
    refused = rules.judge_version(BRAM, version, owner=owner)

    assert (refused.code if refused else None) == code


ENTRY = AllowlistEntry(BRAM.id, Cause.RESET, NOON, "grace", None, "new phone", NOON + timedelta(hours=72))


@pytest.mark.parametrize(
    ("entry", "has_password", "set_up_open"),
    [
        (None, True, False),
        (replace(ENTRY, expires_at=NOON), True, False),
        (replace(ENTRY, cause=Cause.NEW_ACCOUNT), True, False),
        (ENTRY, True, True),
        (ENTRY, False, True),
        (replace(ENTRY, cause=Cause.RESCUE), False, True),
        (replace(ENTRY, cause=Cause.ALLOWED), True, True),
        (replace(ENTRY, cause=Cause.ALLOWED), False, False),
    ],
)
def test_pass_5_whether_a_set_up_is_open(
    entry: AllowlistEntry | None, *, has_password: bool, set_up_open: bool
) -> None:
    """Where link and mailed code together would give the account; not a new one's, nor while it has no password."""
    assert rules.set_up_open(entry, NOON, has_password=has_password) is set_up_open
