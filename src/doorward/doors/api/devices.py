"""Remembered devices: one's own, and those of accounts (DEV-3, SESS-2)."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import Response
from pydantic import Field

from doorward.doors.api.answers import answer
from doorward.doors.api.asked import Holder
from doorward.doors.api.given import AccountIn, DeviceIn
from doorward.doors.api.routing import Routes
from doorward.doors.api.sessions import OptionalChange, OptionalEnding
from doorward.doors.api.shapes import Page, Shape
from doorward.features.devices.actions import (
    list_devices_of,
    list_own_devices,
    revoke_devices_of,
    revoke_own_devices,
)
from doorward.features.devices.model import (
    DevicesListed,
    DevicesRevoked,
    ListDevicesOf,
    ListOwnDevices,
    NoDevices,
    RememberedDevice,
    RevokeDevicesOf,
    RevokeOwnDevices,
)
from doorward.kernel.outcome import Refused

routes = Routes("devices")

_CODES = ("accounts.not_found", "request.reason", "rights.higher_target")


class DeviceJson(Shape):
    """A device that is spared the code by e-mail at sign-in."""

    id: UUID
    user_agent: str
    address: str = Field(description="from where it was remembered")
    created_at: datetime
    last_used_at: datetime | None = Field(description="when it last spared its account the code")
    expires_at: datetime


class DevicesRevokedJson(Shape):
    """How many devices are asked for the code again."""

    outcome: Literal["done", "unchanged"]
    count: int


@routes.on("GET /me/devices", list_own_devices, Page[DeviceJson])
def read_own_devices(asked: Holder) -> Response:
    """List one's own remembered devices, newest first.

    curl -s https://login.example.org/api/v1/me/devices -H "authorization: Bearer $TOKEN"
    """
    return asked.told(asked.run(list_own_devices, ListOwnDevices()), _listed)


@routes.on("DELETE /me/devices", revoke_own_devices, DevicesRevokedJson)
def forget_own_devices(asked: Holder, body: OptionalChange = None) -> Response:
    """Forget all of one's own remembered devices."""
    outcome = asked.change(revoke_own_devices, RevokeOwnDevices(), body)
    return asked.refuse(outcome) if isinstance(outcome, Refused) else answer(_revoked(outcome))


@routes.on("DELETE /me/devices/{device}", revoke_own_devices, DevicesRevokedJson, ("devices.not_found",))
def forget_one_own_device(device: DeviceIn, asked: Holder, body: OptionalChange = None) -> Response:
    """Forget one of one's own remembered devices; `unchanged` if it was forgotten already."""
    outcome = asked.change(revoke_own_devices, RevokeOwnDevices(device), body)
    return asked.refuse(outcome) if isinstance(outcome, Refused) else answer(_revoked(outcome))


@routes.on("GET /accounts/{account}/devices", list_devices_of, Page[DeviceJson], ("accounts.not_found",))
def list_devices(account: AccountIn, asked: Holder) -> Response:
    """List the remembered devices of an account, newest first."""
    return asked.told(asked.run(list_devices_of, ListDevicesOf(account)), _listed)


@routes.on("DELETE /accounts/{account}/devices", revoke_devices_of, DevicesRevokedJson, _CODES)
def forget_devices(account: AccountIn, asked: Holder, body: OptionalEnding = None) -> Response:
    """Forget every remembered device of an account: the next sign-in from each asks for a code by e-mail."""
    command = RevokeDevicesOf(account, reason=None if body is None else body.reason)
    outcome = asked.change(revoke_devices_of, command, body)
    return asked.refuse(outcome) if isinstance(outcome, Refused) else answer(_revoked(outcome))


@routes.on(
    "DELETE /accounts/{account}/devices/{device}", revoke_devices_of, DevicesRevokedJson,
    (*_CODES, "devices.not_found"),
)  # fmt: skip
def forget_one_device(account: AccountIn, device: DeviceIn, asked: Holder, body: OptionalEnding = None) -> Response:
    """Forget one remembered device of an account; `unchanged` if it was forgotten already."""
    command = RevokeDevicesOf(account, device, None if body is None else body.reason)
    outcome = asked.change(revoke_devices_of, command, body)
    return asked.refuse(outcome) if isinstance(outcome, Refused) else answer(_revoked(outcome))


def _listed(outcome: DevicesListed) -> Page[DeviceJson]:
    return Page(items=[_device(one) for one in outcome.devices], next=None)


def _device(device: RememberedDevice) -> DeviceJson:
    return DeviceJson(
        id=device.id,
        user_agent=device.user_agent,
        address=device.address,
        created_at=device.created_at,
        last_used_at=device.last_used_at,
        expires_at=device.expires_at,
    )


def _revoked(outcome: DevicesRevoked | NoDevices) -> DevicesRevokedJson:
    count = outcome.count if isinstance(outcome, DevicesRevoked) else 0
    return DevicesRevokedJson(outcome=outcome.status, count=count)
