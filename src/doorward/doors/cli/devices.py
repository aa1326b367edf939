"""`doorward device`: the devices that are spared the code by e-mail at sign-in, and forgetting them."""

from dataclasses import asdict
from uuid import UUID

import click

from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.options import DRY_RUN, NAME, REASON, YES, CommandGroup
from doorward.doors.cli.telling import print_json, print_table
from doorward.features.devices.actions import list_devices_of, revoke_devices_of
from doorward.features.devices.model import DevicesRevoked, ListDevicesOf, RevokeDevicesOf


@click.group(cls=CommandGroup)
def device() -> None:
    """List and forget an account's remembered devices."""


@device.command("list")
@NAME
@with_desk
def list_devices(desk: Desk, name: str) -> None:
    """List the devices that are remembered for NAME. This is recorded."""
    found = desk.run(list_devices_of, ListDevicesOf(desk.account(name))).devices
    if desk.as_json:
        items = [{key: value for key, value in asdict(each).items() if key != "epoch"} for each in found]
        print_json({"items": items, "next": None})
        return
    rows = [(d.id, d.created_at, d.last_used_at, d.expires_at, d.address, d.user_agent) for d in found]
    columns = ("device", "since (UTC)", "last used (UTC)", "until (UTC)", "address", "browser")
    print_table(columns, rows, f"No device is remembered for {name}.")


@device.command("revoke")
@NAME
@click.option("--device", "device_id", type=click.UUID, help="Only this one; else all.")
@REASON
@YES
@DRY_RUN
@with_desk
def revoke(desk: Desk, *, name: str, device_id: UUID | None, reason: str | None, yes: bool) -> None:
    """Forget the remembered devices of NAME, or one of them."""
    account = desk.account(name)
    desk.confirm(f"Forget {'all devices' if device_id is None else 'this device'} of {name}?", yes=yes)
    outcome = desk.run(revoke_devices_of, RevokeDevicesOf(account, device_id, reason))
    count = outcome.count if isinstance(outcome, DevicesRevoked) else 0
    said = f"Devices of {name} that were forgotten: {count}." if count else f"{name} had no such device."
    desk.tell(outcome, said, count=count)
