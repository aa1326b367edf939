import pytest

from tests.doors.cli.shell import Shell


@pytest.fixture
def history(shell: Shell) -> Shell:
    """Add Ada and Bob, and lock Bob by hand."""
    shell.add("ada")
    shell.add("bob")
    shell.done("account", "lock", "bob", "--reason", "left")
    return shell


def test_entries_are_listed_newest_first(history: Shell) -> None:
    """In columns, with what was done to whom by whom and why."""
    lines = history.done("audit", "list").lines

    assert lines[0] == "time (UTC) act outcome actor account code address reason"
    assert " lockout.locked done cli:" in lines[1]
    assert lines[1].endswith(" bob left")


def test_an_entry_is_spelled_as_in_the_api(history: Shell) -> None:
    """Every field of the interface, and no other."""
    entry = history.done("audit", "list", "--json").json["items"][0]

    assert list(entry) == [
        "id", "at", "act", "outcome", "result", "code", "actor_id", "actor_name", "target_id", "target_name", "reason",
        "reference", "address", "user_agent", "session_id", "door", "node", "details",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "acts"),
    [
        (["--account", "bob", "--limit", "1"], ["lockout.locked"]),
        (["--account", "bob", "--act", "accounts.added"], ["accounts.added"]),
        (["--actor", "system"], []),
        (["--act", "accounts.added"], ["accounts.added", "accounts.added"]),
        (["--before", "2020-01-01"], []),
        (["--after", "2020-01-01T00:00:00Z", "--act", "lockout.locked"], ["lockout.locked"]),
    ],
)
def test_filters_narrow_down(history: Shell, words: list[str], acts: list[str]) -> None:
    """By account, actor, act and time, and all of them together."""
    assert [entry["act"] for entry in history.done("audit", "list", *words, "--json").json["items"]] == acts


def test_a_reference_leads_to_its_entry(history: Shell) -> None:
    """Each command has one, and whatever it does is found by it."""
    locked = history.done("audit", "list", "--act", "lockout.locked", "--json").json["items"][0]
    found = history.done("audit", "list", "--reference", locked["reference"], "--json").json["items"]

    assert found == [locked]


def test_reading_the_trail_is_recorded_once(history: Shell) -> None:
    """Each listing is one entry of its own (AUDIT-1)."""
    history.done("audit", "list")
    viewed = history.done("audit", "list", "--act", "audit.viewed", "--json").json["items"]

    assert len(viewed) == 1


def test_a_long_trail_goes_on_by_its_cursor(history: Shell) -> None:
    """No entry twice, none left out."""
    first = history.done("audit", "list", "--limit", "1", "--act", "accounts.added", "--json").json
    words = ["--limit", "1", "--act", "accounts.added", "--cursor", first["next"], "--json"]
    second = history.done("audit", "list", *words).json

    assert [first["items"][0]["target_name"], second["items"][0]["target_name"]] == ["bob", "ada"]


@pytest.mark.parametrize("words", [["--after", "yesterday"], ["--cursor", "x"], ["--limit", "0"], ["--limit", "201"]])
def test_filters_that_cannot_be_read_are_usage_errors(shell: Shell, words: list[str]) -> None:
    """Exit code 2."""
    assert shell("audit", "list", *words).code == 2


def test_the_acts_that_there_are_are_listed(shell: Shell) -> None:
    """With what each means."""
    told = shell.done("audit", "acts")

    assert told.lines[0] == "act what it means"
    assert "lockout.unlocked Unlocked" in told.lines
    assert {"act": "lockout.unlocked", "feature": "lockout", "words": "Unlocked"} in shell.done(
        "audit", "acts", "--json"
    ).json["items"]


def test_a_feature_stands_for_all_its_acts(history: Shell) -> None:
    """Without naming each."""
    found = history.done("audit", "list", "--act", "accounts", "--json").json["items"]

    assert [entry["act"] for entry in found] == ["accounts.added"] * 2


def test_retention_is_set_like_every_rule(shell: Shell) -> None:
    """And refused where it would wipe out last month (AUDIT-4)."""
    assert shell.done("rules", "set", "audit_retention_days=400").out == "audit_retention_days: 0 → 400\n"
    assert shell.done("rules", "show", "--json").json["audit"] == {"version": 1, "audit_retention_days": 400}
    assert "policy.out_of_bounds" in shell("rules", "set", "audit_retention_days=30").err
    assert "one after the other" in shell("rules", "set", "audit_retention_days=90", "min_length=13").err


def test_what_was_removed_is_listed(shell: Shell) -> None:
    """Nothing at first."""
    assert shell.done("audit", "checkpoints").out == "Nothing was ever removed.\n"
    assert shell.done("audit", "checkpoints", "--json").json == {"items": [], "next": None}
