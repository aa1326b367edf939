import pytest

from doorward.features.accounts import store as accounts_store
from doorward.features.accounts.model import AccountKind
from doorward.features.rights.actions import explaining, granting
from doorward.features.rights.model.acts.explaining import Explain, Explained, Reasoning, WhoMay, WhoMayShown
from doorward.features.rights.model.acts.granting import RolesOf, ShowRolesOf
from doorward.features.rights.model.facts import Assignment, Scope
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from tests.features.rights.giving import DENY, code, give, group, hold, join, own_role, scoped
from tests.worlds import OWNER, World

RESET = "reset_secret_key"


@pytest.fixture
def grace(world: World) -> Bearer:
    """Grace, an administrator who signed in with her factor."""
    return world.add_operator("grace", "administrator")


def who_may(world: World, by: Bearer, account: AccountId, asked: str = RESET) -> WhoMayShown:
    """Ask who may."""
    shown = world.run(explaining.list_who_may, WhoMay(account, asked), by)
    assert isinstance(shown, WhoMayShown)
    return shown


def explain(world: World, by: Bearer, actor: AccountId, account: AccountId, asked: str = RESET) -> Explained:
    """Ask why somebody may, or may not."""
    told = world.run(explaining.explain_permission, Explain(account, actor, asked), by)
    assert isinstance(told, Explained)
    return told


def test_who_may_reset_this_key(world: World, grace: Bearer) -> None:
    """By name, each with the roles that bring it; not who is barred, denied, without a factor, or below (RIGHT-7)."""
    tina = world.add("tina", "auditor")
    north, south = group(world, "North", tina), group(world, "South")
    robin, sue, lost = (world.add(name, factors=1) for name in ("robin", "sue", "lost"))
    own_role(world, "chief", "user-permissions:modify-object-acls", "users:read", higher=True)
    hold(world, robin, "chief", over=north)
    join(world, south, lost)
    give(world, south, "administrator")
    hold(world, sue, "super-user")
    world.add("bare", "administrator")
    world.add("ex", "administrator", kind=AccountKind.EXTERNAL, factors=1)
    dora = world.standing(world.add("dora", "administrator", factors=1)).account
    with world.writing() as call:
        accounts_store.save_fields(call.sql, dora, {"enabled": False}, call.now)
    hold(world, world.add("denied", "administrator", factors=1), "help-desk", DENY, north)
    shown = who_may(world, grace, tina)

    assert [(one.user_name, one.through) for one in shown.people] == [
        ("grace", (Assignment("administrator"),)),
        ("lost", (Assignment("administrator", through=south),)),
        ("robin", (Assignment("chief", scope=Scope(north)),)),
    ]
    assert shown.names == {north: "North", south: "South"}
    assert (shown.right, shown.more) == ("user-permissions:modify-object-acls", False)


def test_who_may_names_only_people_within_reach(world: World, grace: Bearer) -> None:
    """A branch's operator learns of no administrator elsewhere (RIGHT-3)."""
    tina, helper = world.add("tina"), world.add("helper", factors=1)
    north = group(world, "North", tina, helper)
    hold(world, helper, "super-user", over=north)
    ann = scoped(world, "ann", north, "users:read", "user-permissions:read")

    assert [one.user_name for one in who_may(world, ann, tina).people] == ["helper"]
    refused = world.run(explaining.explain_permission, Explain(tina, grace.account, RESET), ann)
    assert code(refused) == "accounts.not_found"


def test_groups_outside_the_askers_scope_are_not_named(world: World) -> None:
    """Whoever asks reads that there is a reason elsewhere, and not which group it hangs on (RIGHT-3, RIGHT-7)."""
    tina, helper = world.add("tina"), world.add("helper", factors=1)
    north, south = group(world, "North", tina, helper), group(world, "Secret South", helper)
    hold(world, helper, "super-user", over=north)
    hold(world, helper, "auditor", over=south)
    give(world, south, "super-user")
    ann = scoped(world, "ann", north, "users:read", "user-permissions:read")
    told = explain(world, ann, helper, tina)
    shown = who_may(world, ann, tina)
    held = world.run(granting.show_roles_of, ShowRolesOf(helper), ann)

    assert told.reasoning[1].because == (
        "by Super user over the group North, Super user over everything, through a group outside your scope"
    )
    assert [one.user_name for one in shown.people] == ["helper"]
    assert shown.names == {north: "North"}
    assert isinstance(held, RolesOf)
    assert held.names == {north: "North"}
    assert "Secret" not in f"{told}{shown}{held}"


@pytest.mark.parametrize("asked", ["rule_the_world", "reset_secret_keys"])
def test_unknown_act_is_refused(world: World, grace: Bearer, asked: str) -> None:
    """As `GET /accounts/{id}/permissions` names them, and nothing else."""
    tina = world.add("tina")

    assert code(world.run(explaining.list_who_may, WhoMay(tina, asked), grace)) == "rights.unknown_act"
    assert code(world.run(explaining.explain_permission, Explain(tina, tina, asked), grace)) == "rights.unknown_act"


def test_every_question_is_answered_with_its_ground(world: World, grace: Bearer) -> None:
    """A super user before an auditor who is in a denied group: the first no decides, the others are told too."""
    tina = world.add("tina", "auditor")
    board = group(world, "Board", tina)
    sam = world.add("sam", "super-user", factors=1)
    hold(world, sam, "super-user", DENY, board)
    told = explain(world, grace, sam, tina)

    assert (told.allowed, code(told.refusal)) == (False, "accounts.not_found")
    assert told.reasoning == (
        Reasoning("May this account operate at all?", answer=True, because="internal, enabled, not locked by hand"),
        Reasoning(
            "Does it hold user-permissions:modify-object-acls over this account?",
            answer=False, because="denied by Super user over the group Board; deny wins",
        ),
        Reasoning("Has it a second factor to sign in with?", answer=True, because=""),
        Reasoning("Is it somebody else's account?", answer=True, because=""),
        Reasoning("Does it hold all that this account holds?", answer=False, because=told.reasoning[4].because),
        Reasoning("Would an able administrator be left?", answer=True, because=""),
    )  # fmt: skip
    assert told.reasoning[4].because.startswith("it lacks ")
    assert "audit:export" in told.reasoning[4].because


@pytest.mark.parametrize(
    ("asked", "role", "decided"),
    [
        (RESET, "administrator", None),
        (RESET, "help-desk", "rights.missing"),
        ("unlock", "help-desk", None),
        ("unlock", "auditor", "rights.missing"),
        ("edit", "super-user", None),
    ],
)
def test_explanation_says_what_the_act_would(
    world: World, grace: Bearer, asked: str, role: str, decided: str | None
) -> None:
    """As if signed in with the second factor, where there is one; the answers hold a no exactly where it is refused."""
    sam, tina = world.add("sam", role, factors=1), world.add("tina")
    told = explain(world, grace, sam, tina, asked)

    assert (told.allowed, None if told.refusal is None else told.refusal.code) == (decided is None, decided)
    assert all(one.answer for one in told.reasoning) is told.allowed


def test_who_has_no_second_factor_is_told_so(world: World, grace: Bearer) -> None:
    """An administrator without one could not reset anything, however they signed in (KEY-7)."""
    told = explain(world, grace, world.add("sam", "administrator"), world.add("tina"))

    assert code(told.refusal) == "session.second_factor_required"
    assert [one.question for one in told.reasoning if not one.answer] == ["Has it a second factor to sign in with?"]


def test_asking_is_recorded_and_asks_for_its_right(world: World, grace: Bearer) -> None:
    """It is a view of the account (AUDIT-1); the help desk does not read permissions."""
    tina, hanna = world.add("tina"), world.add_operator("hanna", "help-desk")
    who_may(world, grace, tina)
    entry = world.entries()[-1]

    assert (entry.act, entry.target_name) == ("accounts.viewed", "tina")
    assert code(world.run(explaining.list_who_may, WhoMay(tina, RESET), hanna)) == "rights.missing"
    assert code(world.run(explaining.list_who_may, WhoMay(tina, RESET), OWNER)) == "done"
