from collections.abc import Iterator
from dataclasses import replace

from doorward.features.administration.actions.grouping import add_group, add_member
from doorward.features.administration.actions.rule_sets import assign_password_rules
from doorward.features.applications.actions.hosts import add_host
from doorward.features.applications.model import AddHost
from doorward.features.groups.model import AddGroup, AddMember, AssignPasswordRules, GroupAdded
from doorward.features.jobs.actions.starting import start_unlocks
from doorward.features.jobs.model import JobStarted, StartJob
from doorward.features.lockout.actions.locking import lock_account
from doorward.features.lockout.model import LockAccount
from doorward.features.policy.actions import add_password_rules
from doorward.features.policy.model import AddPasswordRules
from doorward.features.rights.actions.granting import grant_role
from doorward.features.rights.actions.roles import add_role
from doorward.features.rights.model.acts.granting import GrantRole
from doorward.features.rights.model.acts.roles import AddRole
from doorward.features.rights.model.facts import Role
from doorward.features.second_factor.actions.exclusions import exclude_account
from doorward.features.second_factor.model import ExcludeAccount
from doorward.features.tokens.model import TokenAssigned
from doorward.kernel.ids import AccountId
from tests.features.second_factor.handing import COUNTING, TICKING, assign, stock
from tests.journeys.conftest import NewVisitor
from tests.journeys.household import Household

UNBROKEN = "W" * 200
"""A name as long as a name may be, without a place where it breaks by itself."""
LONG = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"
TABS = ("general", "two-factor", "sign-in", "sessions", "roles", "groups", "history")
STAGES = (
    "general&stage=edit",
    "general&stage=lock",
    "general&stage=disable",
    "general&stage=reset-password",
    "two-factor&stage=delete-key",
    "two-factor&stage=exclude",
    "two-factor&stage=assign-token",
    "two-factor&stage=unassign-token",
    "two-factor&stage=resync-token",
    "sessions&stage=end-sessions",
    "roles&stage=revoke-role&role=help-desk&effect=allow&scope=everything",
    "roles&who=unlock",
    "roles&actor=anna&why=unlock",
)
CONSOLE = (
    "/console",
    "/console/users",
    "/console/users?locked=1",
    "/console/users?query=nobody",
    "/console/users?enabled=0",
    "/console/users/new",
    "/console/groups",
    "/console/groups?stage=add",
    "/console/groups?query=nothing",
    "/console/jobs",
    "/console/users/bulk?act=secret-key-resets&everyone=1",
    "/console/users/bulk?act=unlocks&everyone=1&query=nobody",
    "/console/password-rules",
    "/console/password-rules?stage=add",
    "/console/two-factor",
    "/console/two-factor?stage=exclude&query=a",
    "/console/tokens",
    "/console/tokens?query=nothing",
    "/console/applications",
    "/console/applications?stage=add",
    "/console/applications?stage=remove&host=app.example.org",
    "/console/applications?host=app.example.org&kind=caddy",
    "/console/roles",
    "/console/roles?stage=add",
    "/console/roles?stage=edit&role=night-desk",
    "/console/roles?stage=delete&role=night-desk",
    "/console/audit",
    "/console/audit?act=lockout.locked&target=nobody",
    "/console/mail",
    "/console/mail?state=failed",
    "/console/system",
    "/nowhere",
)


def furnished(house: Household) -> Iterator[str]:
    """Let something happen to some people, and give the addresses that show it."""
    world, now = house.world, house.server.now()
    bram = house.add("bram")
    anna = house.add("anna", "help-desk", locked_at=now, lock_reason="Failures", lock_factor="password")
    long = world.add(LONG.lower(), "help-desk", "auditor", locked_at=now, lock_reason="Inactivity", factors=1)
    world.sign_in(bram.account)
    world.run(add_host, AddHost("app.example.org"))
    world.run(exclude_account, ExcludeAccount(world.add("printer"), "prints reports"))
    carl = world.add("carl", factors=1)
    world.run(lock_account, LockAccount(carl, "left without a word, and his laptop is somewhere on the way"))
    world.run(add_role, AddRole(Role("night-desk", LONG, frozenset({"users:read"}))))
    world.run(grant_role, GrantRole(bram.account, "help-desk"))
    yield from branch(house, bram.account, long)
    yield from handed(house, long)
    job = world.run(start_unlocks, StartJob(accounts=(carl,), reason="a test"))
    assert isinstance(job, JobStarted)
    for account in (bram.account, long):
        yield from (f"/console/users/{account}?tab={tab}" for tab in TABS)
    yield from (f"/console/users/{bram.account}?tab={tab}" for tab in STAGES)
    yield from (f"/console/users/{account}" for account in (anna.account, carl))
    yield f"/console/jobs/{job.job}"
    yield f"/console/users/{world.add(UNBROKEN, locked_at=now, lock_reason='Failures')}"


def handed(house: Household, holder: AccountId) -> Iterator[str]:
    """Hand out one token and keep another, and give the addresses that show it."""
    _, kept = stock(house.world, replace(COUNTING, serial=LONG, model=LONG), TICKING)
    assert isinstance(assign(house.world, holder, LONG), TokenAssigned)
    yield "/console/tokens"
    yield f"/console/tokens?stage=retire&token={kept}"


def branch(house: Household, *members: AccountId) -> Iterator[str]:
    """Make a group with a long name, and give the addresses that show it."""
    group = house.world.run(add_group, AddGroup(f"Branch {LONG}", "All of Harbour Street and the house behind it"))
    assert isinstance(group, GroupAdded)
    for account in members:
        house.world.run(add_member, AddMember(account, group.group))
    house.world.run(add_password_rules, AddPasswordRules("branch-customers"))
    house.world.run(assign_password_rules, AssignPasswordRules(group.group, "branch-customers"))
    rules = "/console/password-rules/branch-customers"
    yield from (rules, f"{rules}?stage=delete")
    address = f"/console/groups/{group.group}"
    yield from (address, f"{address}?stage=edit", f"{address}?stage=delete", f"{address}?add=a")
    yield f"{address}?stage=revoke-role&role=auditor&effect=deny&scope=group:{group.group}"
    yield f"/console/users?group={group.group}"


def test_every_page_can_be_used_by_everybody(house: Household, visitor: NewVisitor) -> None:
    """No finding of axe-core in light and in dark, nothing cut off at 320 px, whatever stands on the page."""
    olga, operator = house.add("olga", "administrator"), visitor()
    operator.sign_in(olga, "Overview")

    for address in (*CONSOLE, *furnished(house), "/me?tab=two-factor", "/me"):
        operator.page.goto(house.server.url + address)
        operator.look()

    assert operator.page.title() == "Your account · Doorward"
