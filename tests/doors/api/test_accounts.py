from typing import Any

import pytest

from doorward.features.accounts.model import AccountKind
from tests.doors.served import Served
from tests.features.rights.giving import hold, own_role
from tests.worlds import NOON

FIELDS = [
    "id", "user_name", "full_name", "email", "kind", "enabled", "protected", "locked_at", "lock_reason", "lock_ends_at",
    "unlocked_by", "unlocked_by_id", "unlocked_at", "second_factor", "signs_in_by_email", "groups", "roles",
    "last_sign_in_at", "password_changed_at", "version",
]  # fmt: skip
ZOE = {"user_name": "zoe", "email": "zoe@example.org"}
REASON = {"reason": "asked by letter"}


def names(found: Any) -> list[str]:
    """List the user names of a page."""
    return [one["user_name"] for one in found["items"]]


def test_a_search_finds_the_locked(served: Served) -> None:
    """Filters combine by AND (LOCK-6)."""
    token = served.operator()
    served.world.add("bram rossi", locked_at=NOON, lock_reason="Failures")
    served.world.add("rosa luz")
    served.world.add("ben", locked_at=NOON, lock_reason="Inactivity")

    assert names(served.ask("GET /accounts?locked=true", token=token).json()) == ["ben", "bram rossi"]
    assert names(served.ask("GET /accounts?locked=true&query=ros", token=token).json()) == ["bram rossi"]
    assert names(served.ask("GET /accounts?query=ROS", token=token).json()) == ["bram rossi", "rosa luz"]


def test_a_search_filters_by_factor_and_state(served: Served) -> None:
    """Who has none, who signs in without, who is disabled."""
    token = served.operator()
    served.world.add("ada")
    served.world.add("robot", excluded=True)

    assert names(served.ask("GET /accounts?second_factor=excluded", token=token).json()) == ["robot"]
    assert names(served.ask("GET /accounts?second_factor=blocked", token=token).json()) == ["ada"]
    assert names(served.ask("GET /accounts?enabled=false", token=token).json()) == []


def test_a_list_has_pages(served: Served) -> None:
    """Each page begins after the last; nothing is missed, nothing comes twice."""
    token = served.operator()
    for name in ("ada", "bo", "cleo", "dan"):
        served.world.add(name)
    seen, path = [], "/accounts?limit=2"
    while path:
        page = served.ask(f"GET {path}", token=token).json()
        seen += names(page)
        path = page["next"] and f"/accounts?limit=2&cursor={page['next']}"

    assert seen == ["ada", "bo", "cleo", "dan", "olga"]


@pytest.mark.parametrize(
    "query", ["locked=yes", "locked=1", "locked=%20", "enabled=no", "second_factor=none", "locked=True"]
)
def test_a_filter_that_does_not_exist_is_refused(served: Served, query: str) -> None:
    """Nothing is guessed."""
    assert served.ask(f"GET /accounts?{query}", token=served.operator()).code == "request.malformed"


def test_a_parameter_without_a_value_is_left_out(served: Served) -> None:
    """As a script writes it that has no cursor yet; a name that does not exist is refused all the same."""
    served.world.add("bram")
    olga = served.operator()
    plain = served.ask("GET /accounts?enabled=true", token=olga).json()
    blank = "query=&locked=&enabled=true&group=&second_factor=&lock=&limit=&cursor="

    assert served.ask(f"GET /accounts?{blank}", token=olga).json() == plain
    assert served.ask("GET /accounts?query&cursor", token=olga).status == 200
    assert served.ask("GET /accounts?colour=", token=olga).code == "request.unknown_field"
    assert served.ask("GET /audit?account=&actor=&act=&after=&before=&limit=&cursor=", token=olga).status == 200


def test_an_account_has_exactly_its_fields(served: Served) -> None:
    """Other people's scripts read them."""
    bram = served.world.add("bram")
    answered = served.ask(f"GET /accounts/{bram}", token=served.operator())

    assert list(answered.json()) == FIELDS
    assert answered.headers["etag"] == '"1"'


def test_opening_an_account_is_recorded(served: Served) -> None:
    """A list writes no entry, looking at one account does (AUDIT-1)."""
    bram = served.world.add("bram")
    token = served.operator()
    served.ask("GET /accounts", token=token)
    served.ask(f"GET /accounts/{bram}", token=token)

    assert [(entry.act, entry.target_id) for entry in served.world.entries()] == [("accounts.viewed", bram)]


def test_an_account_is_added(served: Served) -> None:
    """201 with its address; the link to set a password goes to the person alone."""
    body = {"user_name": "zoe", "full_name": "Zoë Zimmer", "email": "zoe@example.org", "roles": ["help-desk"]}
    added = served.ask("POST /accounts", body, served.operator())
    told = added.json()

    assert added.status == 201
    assert added.headers["location"] == f"/api/v1/accounts/{told['id']}"
    assert (told["user_name"], told["full_name"], told["roles"], told["kind"]) == (
        "zoe", "Zoë Zimmer", ["help-desk"], "internal",
    )  # fmt: skip
    assert [mail.recipient for mail in served.world.mails()] == ["zoe@example.org"]
    assert b"set-password" not in added.body


def test_an_added_account_has_the_least_it_needs(served: Served) -> None:
    """A user name and an address are enough; the full name is the user name then."""
    told = served.ask("POST /accounts", ZOE, served.operator()).json()

    assert (told["full_name"], told["kind"], told["roles"]) == ("zoe", "internal", [])


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("user_name", "", "accounts.name_missing"),
        ("user_name", "x" * 300, "accounts.name_too_long"),
        ("user_name", "zo\x00e", "accounts.name_malformed"),
        ("full_name", "Zo\u202ee", "accounts.name_malformed"),
        ("email", "zoe@example.org\r\nbcc: eve@example.org", "accounts.email_malformed"),
        ("email", None, "request.malformed"),
        ("email", ["zoe@example.org", "eve@example.org"], "request.malformed"),
        ("kind", "robot", "request.malformed"),
        ("roles", "administrator", "request.malformed"),
        ("roles", ["emperor"], "rights.unknown_role"),
        ("id", "x", "request.unknown_field"),
        ("enabled", True, "request.unknown_field"),
        ("protected", False, "request.unknown_field"),
        ("version", 1, "request.unknown_field"),
        ("password", "a walk in the wood", "request.unknown_field"),
        ("password_hash", "x", "request.unknown_field"),
        ("must_change_password", True, "request.unknown_field"),
    ],
)
def test_what_cannot_be_added_is_refused(served: Served, field: str, value: object, code: str) -> None:
    """Names, kinds and roles that are none, and fields that are nobody's to set."""
    assert served.ask("POST /accounts", {**ZOE, field: value}, served.operator()).code == code


def test_a_name_is_taken_in_every_spelling(served: Served) -> None:
    """Compared in its canonical form (LOCK-16)."""
    served.world.add("bram")
    refused = served.ask("POST /accounts", {**ZOE, "user_name": " ＢRAM "}, served.operator())

    assert (refused.status, refused.code) == (409, "accounts.name_taken")


@pytest.mark.parametrize("version", ['"1"', "1"])
def test_an_account_is_changed(served: Served, version: str) -> None:
    """The version stands in `If-Match`, quoted or bare; null removes the address."""
    bram = served.world.add("bram")
    body = {**REASON, "full_name": "Bram Rossi", "email": None}
    changed = served.ask(f"PATCH /accounts/{bram}", body, served.operator(), [("if-match", version)])

    assert changed.status == 200
    assert (changed.json()["full_name"], changed.json()["email"], changed.json()["version"]) == ("Bram Rossi", None, 2)
    assert changed.headers["etag"] == '"2"'


def test_a_change_names_its_version(served: Served) -> None:
    """428 where it does not."""
    bram = served.world.add("bram")
    refused = served.ask(f"PATCH /accounts/{bram}", {**REASON, "full_name": "Bram"}, served.operator())

    assert (refused.status, refused.code) == (428, "accounts.version_missing")


def test_a_change_of_what_has_changed_is_refused(served: Served) -> None:
    """Whoever was slower looks again."""
    bram = served.world.add("bram")
    olga = served.operator()
    served.ask(f"PATCH /accounts/{bram}", {**REASON, "full_name": "Bram A"}, olga, [("if-match", "1")])
    lost = served.ask(f"PATCH /accounts/{bram}", {**REASON, "full_name": "Bram B"}, olga, [("if-match", "1")])

    assert (lost.status, lost.code) == (409, "accounts.version_lost")


@pytest.mark.parametrize("version", ["*", 'W/"1"', "one", '"1', "-1", "1, 2", ""])
def test_what_is_no_version_is_refused(served: Served, version: str) -> None:
    """An account has one, and it is a number."""
    bram = served.world.add("bram")
    refused = served.ask(
        f"PATCH /accounts/{bram}", {**REASON, "full_name": "B"}, served.operator(), [("if-match", version)]
    )

    assert (refused.status, refused.code) == (400, "request.malformed")


@pytest.mark.parametrize(
    "field",
    ["locked_at", "lock_reason", "unlocked_by", "roles", "enabled", "second_factor", "id", "version"],
)
def test_only_what_is_listed_is_changed(served: Served, field: str) -> None:
    """Everything else has an act of its own, or is nobody's to set (mass assignment)."""
    bram = served.world.add("bram")
    refused = served.ask(f"PATCH /accounts/{bram}", {**REASON, field: None}, served.operator(), [("if-match", "1")])

    assert (refused.status, refused.code) == (422, "request.unknown_field")


@pytest.mark.parametrize("field", ["user_name", "full_name", "kind", "protected", "must_change_password"])
def test_only_the_address_can_be_removed(served: Served, field: str) -> None:
    """Null could mean "leave it" or "remove it", so it is refused elsewhere."""
    bram = served.world.add("bram")
    refused = served.ask(f"PATCH /accounts/{bram}", {**REASON, field: None}, served.operator(), [("if-match", "1")])

    assert (refused.status, refused.code) == (400, "request.malformed")


def test_a_disabled_account_is_out_and_comes_back(served: Served) -> None:
    """Its sessions end at once (SESS-3)."""
    bram = served.world.add("bram", factors=1)
    token, olga = served.token(bram), served.operator()
    disabled = served.ask(f"POST /accounts/{bram}/disable", REASON, olga).json()
    status = served.ask("GET /me", token=token).status
    enabled = served.ask(f"POST /accounts/{bram}/enable", REASON, olga).json()

    assert (disabled["account"]["enabled"], status, enabled["account"]["enabled"]) == (False, 401, True)


def test_a_password_reset_sends_the_person_a_link(served: Served) -> None:
    """The operator sees until when it is good, and nothing else (PASS-6)."""
    bram = served.walk.person("bram")
    told = served.ask(f"POST /accounts/{bram}/reset-password", REASON, served.operator())

    assert told.status == 200
    assert sorted(told.json()) == ["account", "expires_at", "outcome"]
    assert told.json()["expires_at"] == "2026-05-07T12:00:00Z"
    assert [mail.kind.value for mail in served.world.mails()] == ["password_reset_started"]


def test_a_history_tells_what_happened(served: Served) -> None:
    """Newest first, page by page."""
    bram = served.world.add("bram")
    olga = served.operator()
    served.ask(f"POST /accounts/{bram}/lock", REASON, olga)
    served.world.pass_time(seconds=1)
    served.ask(f"POST /accounts/{bram}/unlock", REASON, olga)
    served.world.pass_time(seconds=1)
    first = served.ask(f"GET /accounts/{bram}/history?limit=1", token=olga).json()
    second = served.ask(f"GET /accounts/{bram}/history?limit=1&cursor={first['next']}", token=olga).json()

    assert [page["items"][0]["act"] for page in (first, second)] == ["lockout.unlocked", "lockout.locked"]


def test_an_external_account_reads_nobody(served: Served) -> None:
    """Customers only sign in."""
    bram = served.world.add("bram")
    eva = served.token(served.world.add("eva", "administrator", kind=AccountKind.EXTERNAL, factors=1))

    assert served.ask(f"GET /accounts/{bram}", token=eva).code == "rights.missing"


def test_who_writes_accounts_and_reads_none_is_told_no_more_than_that(served: Served) -> None:
    """What was done is done, and nothing of the account is in the answer (RIGHT-3)."""
    world = served.world
    bram, mia = world.add("bram"), world.add("mia", factors=1)
    own_role(world, "writer", "users:modify")
    hold(world, mia, "writer")
    token = served.token(mia)

    added = served.ask("POST /accounts", ZOE, token)
    edited = served.ask(f"PATCH /accounts/{bram}", {**REASON, "full_name": "Bram Rossi"}, token, [("if-match", "1")])

    assert (added.status, added.body, edited.status, edited.body) == (201, b"", 204, b"")
    assert added.headers["location"].startswith("/api/v1/accounts/")
    assert world.standing(bram).account.full_name == "Bram Rossi"
