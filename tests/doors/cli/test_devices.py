from doorward.features.accounts import actions as accounts
from doorward.features.devices import actions as devices
from tests.doors.cli.shell import Shell


def remember(shell: Shell, name: str) -> None:
    """Remember a device of the account."""
    with shell.writing() as call:
        standing = accounts.find(call, name)
        assert standing is not None
        assert devices.remember_device(call, standing) is not None


def test_devices_are_listed_and_forgotten(shell: Shell) -> None:
    """One, then the rest; nothing left is no failure, and no token is shown."""
    shell.add("bob")
    shell.done("rules", "set", "device_code_at_sign_in=on", "remember_device_days=30")
    remember(shell, "bob")
    remember(shell, "bob")
    items = shell.done("device", "list", "bob", "--json").json["items"]
    said = [
        shell.done("device", "revoke", "bob", "--device", items[0]["id"]).out,
        shell.done("device", "revoke", "bob", "--reason", "stolen").out,
        shell.done("device", "revoke", "bob").out,
        shell.done("device", "list", "bob").out,
    ]

    assert [sorted(item) for item in items] == [
        ["address", "created_at", "expires_at", "id", "last_used_at", "user_agent"]
    ] * 2
    assert said == [
        "Devices of bob that were forgotten: 1.\n",
        "Devices of bob that were forgotten: 1.\n",
        "bob had no such device.\n",
        "No device is remembered for bob.\n",
    ]


def test_devices_are_a_table(shell: Shell) -> None:
    """Since when, until when, from where."""
    shell.add("bob")
    shell.done("rules", "set", "device_code_at_sign_in=on", "remember_device_days=30")
    remember(shell, "bob")
    lines = shell.done("device", "list", "bob").lines

    assert lines[0].split()[0] == "device"
    assert len(lines) == 2
