from tests.doors.served import Served
from tests.features.rights.giving import group, hold, own_role

REASON = {"reason": "joins the help desk"}


def roles_of(served: Served, token: str, account: object) -> list[str]:
    """Read the roles of an account."""
    return [one["role"] for one in served.ask(f"GET /accounts/{account}/roles", token=token).json()["items"]]


def test_the_shipped_roles_are_listed(served: Served) -> None:
    """With their rights (RIGHT-2)."""
    listed = served.ask("GET /roles", token=served.operator()).json()["items"]

    assert [role["name"] for role in listed] == ["administrator", "super-user", "help-desk", "auditor", "no-access"]
    assert listed[2] == {
        "name": "help-desk", "title": "Help desk", "rights": ["users:read", "users:unlock"], "reaches_higher": False,
        "shipped": True, "version": 0,
    }  # fmt: skip


def test_the_help_desk_may_unlock_and_no_more(served: Served) -> None:
    """Both questions are answered apart, with the code of the refusal (KEY-7, RIGHT-7)."""
    bram = served.world.add("bram", factors=1)
    told = served.ask(f"GET /accounts/{bram}/permissions", token=served.operator("hanna", "help-desk")).json()

    assert sorted(told) == [
        "allow_set_up", "assign_token", "delete_secret_key", "disable", "edit", "enable", "end_sessions", "exclude",
        "forget_devices", "lift_exclusion", "lock", "reset_password", "reset_secret_key", "resynchronise_token",
        "temporary_code", "unassign_token", "unlock", "withdraw_set_up",
    ]  # fmt: skip
    assert told["unlock"] == {
        "allowed": True, "has_right": True, "session_used_second_factor": True, "reason": None,
    }  # fmt: skip
    assert told["reset_secret_key"] == {
        "allowed": False, "has_right": False, "session_used_second_factor": True, "reason": "rights.missing",
    }  # fmt: skip


def test_what_a_permission_says_is_what_the_act_does(served: Served) -> None:
    """The greyed button and the guard are one decision (RIGHT-7)."""
    anna = served.world.add("anna", "administrator", factors=1)
    hanna = served.operator("hanna", "help-desk")
    told = served.ask(f"GET /accounts/{anna}/permissions", token=hanna).json()["unlock"]
    refused = served.ask(f"POST /accounts/{anna}/unlock", REASON, hanna)

    assert told["reason"] == refused.code == "rights.higher_target"


def test_roles_are_set(served: Served) -> None:
    """These and no others; each given or taken is an entry of its own."""
    bram = served.world.add("bram", "auditor")
    olga = served.operator()
    told = served.ask(f"PUT /accounts/{bram}/roles", {**REASON, "roles": ["help-desk", "super-user"]}, olga).json()

    assert told["outcome"] == "done"
    assert sorted(roles_of(served, olga, bram)) == ["help-desk", "super-user"]
    assert [(entry.act, entry.details.get("role")) for entry in served.world.entries()] == [
        ("rights.granted", "help-desk"),
        ("rights.granted", "super-user"),
        ("rights.revoked", "auditor"),
        ("accounts.viewed", None),
    ]


def test_reading_an_accounts_roles_is_recorded(served: Served) -> None:
    """A look at what somebody may do is a look at their account (AUDIT-1)."""
    bram, olga = served.world.add("bram", "help-desk"), served.operator()

    assert roles_of(served, olga, bram) == ["help-desk"]
    assert [(one.act, one.outcome, one.target_name) for one in served.world.entries()] == [
        ("accounts.viewed", "done", "bram")
    ]


def test_roles_that_are_held_already_stay(served: Served) -> None:
    """PUT says how it shall be, as often as one likes."""
    bram = served.world.add("bram", "auditor")
    told = served.ask(f"PUT /accounts/{bram}/roles", {**REASON, "roles": ["auditor", "auditor"]}, served.operator())

    assert told.json()["outcome"] == "unchanged"


def test_nobody_gives_what_they_do_not_hold(served: Served) -> None:
    """Granting is no way up (RIGHT-4)."""
    bram = served.world.add("bram")
    served.world.add("anna", "administrator", factors=1)
    token = served.operator("sue", "super-user")
    refused = served.ask(f"PUT /accounts/{bram}/roles", {**REASON, "roles": ["administrator"]}, token)

    assert (refused.status, refused.code) == (403, "rights.not_held")


def test_an_unknown_role_is_refused(served: Served) -> None:
    """All of it or nothing: what could have been given is not, and the refusal says what to mend."""
    bram = served.world.add("bram")
    olga = served.operator()
    refused = served.ask(f"PUT /accounts/{bram}/roles", {**REASON, "roles": ["auditor", "emperor"]}, olga)

    assert (refused.status, refused.code) == (422, "rights.unknown_role")
    assert roles_of(served, olga, bram) == []


def test_reading_roles_is_asked_for_first(served: Served) -> None:
    """Whoever may not see an account's roles learns nothing by setting the same ones."""
    bram = served.world.add("bram", "auditor")
    token = served.operator("hanna", "help-desk")
    refused = served.ask(f"PUT /accounts/{bram}/roles", {**REASON, "roles": ["auditor"]}, token)

    assert (refused.status, refused.code) == (403, "rights.missing")


def test_a_group_outside_the_callers_scope_is_not_named(served: Served) -> None:
    """Neither its id nor its name, whatever is asked; that something is held over some group is said (RIGHT-3)."""
    world = served.world
    helper, tina = world.add("helper", factors=1), world.add("tina")
    north, south = group(world, "North", helper, tina), group(world, "Secret South")
    hold(world, helper, "help-desk", over=north)
    hold(world, helper, "auditor", over=south)
    own_role(world, "readers", "users:read", "user-permissions:read")
    ann = world.add("ann", factors=1)
    hold(world, ann, "readers", over=north)
    token = served.token(ann)
    held = served.ask(f"GET /accounts/{helper}/roles", token=token).json()["items"]
    questions = (f"explain?actor={helper}&act=reset_secret_key", "who-may?act=unlock")
    told = str([served.ask(f"GET /accounts/{tina}/{one}", token=token).json() for one in questions])

    assert [(one["role"], one["scope"], one["group"]) for one in held] == [
        ("auditor", "group", {"id": None, "name": None}),
        ("help-desk", "group", {"id": str(north), "name": "North"}),
    ]
    assert "helper" in told
    assert "Secret" not in told
    assert str(south) not in told
