"""`GET /accounts/{account}/factors`: which second factors an account has, and never what they are made of (KEY-16)."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import Response
from pydantic import Field

from doorward.doors.api.asked import Holder
from doorward.doors.api.given import AccountIn
from doorward.doors.api.routing import Routes
from doorward.doors.api.shapes import Shape
from doorward.features.directory.actions import view_account
from doorward.features.directory.model import AccountShown, ViewAccount
from doorward.features.otp.model import KeyFacts
from doorward.features.passkeys.model.facts import PasskeyFacts

routes = Routes("accounts")


class FactorJson(Shape):
    """A second factor."""

    kind: Literal["secret_key", "hardware_token", "passkey", "security_key"] = Field(
        description="a `passkey` verifies its person and can be the whole sign-in; a `security_key` only presence"
    )
    id: UUID | None = Field(description="of a passkey, a security key or a hardware token")
    name: str | None = Field(description="as its owner named it; of a hardware token its serial number")
    added_at: datetime
    last_used_at: datetime | None


class FactorsJson(Shape):
    """The second factors of an account, the key first and then the passkeys, oldest first."""

    second_factor: Literal["set_up", "may_set_up", "blocked", "excluded"]
    signs_in_by_email: bool
    items: list[FactorJson]
    secret_key_disabled_at: datetime | None = Field(
        description="since when the key is switched off: 100 wrong codes in a row (LOCK-14)"
    )
    recovery_codes_left: int


@routes.on("GET /accounts/{account}/factors", view_account, FactorsJson, ("accounts.not_found",))
def read_factors(account: AccountIn, asked: Holder) -> Response:
    """Tell which second factors an account has; the look is recorded, as every other at an account.

    curl -s https://login.example.org/api/v1/accounts/$ID/factors -H "authorization: Bearer $TOKEN"
    """
    return asked.told(asked.run(view_account, ViewAccount(account)), _factors)


def _factors(shown: AccountShown) -> FactorsJson:
    key = [] if shown.key is None else [_key(shown.key)]
    return FactorsJson(
        second_factor=shown.account.second_factor.value,
        signs_in_by_email=shown.account.signs_in_by_email,
        items=[*key, *map(_passkey, shown.passkeys)],
        secret_key_disabled_at=shown.key_disabled_at,
        recovery_codes_left=shown.recovery_codes_left,
    )


def _key(key: KeyFacts) -> FactorJson:
    token = key.token
    return FactorJson(
        kind="secret_key" if token is None else "hardware_token",
        id=None if token is None else token.id,
        name=None if token is None else token.serial,
        added_at=key.confirmed_at,
        last_used_at=key.last_used_at,
    )


def _passkey(one: PasskeyFacts) -> FactorJson:
    kind: Literal["passkey", "security_key"] = "passkey" if one.signs_in_alone else "security_key"
    return FactorJson(kind=kind, id=one.id, name=one.name, added_at=one.added_at, last_used_at=one.last_used_at)
