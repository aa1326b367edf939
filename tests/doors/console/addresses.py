"""Every address of the console, with something real in its gaps."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from starlette.routing import Route

from doorward.doors.console.app import routes
from doorward.features.administration.actions.grouping import add_group
from doorward.features.groups.model import AddGroup, GroupAdded
from doorward.features.jobs.actions.starting import start_unlocks
from doorward.features.jobs.model import JobStarted, StartJob
from doorward.features.lockout.actions.locking import lock_account, unlock_account
from doorward.features.lockout.model import LockAccount, UnlockAccount
from doorward.features.policy.actions import add_password_rules
from doorward.features.policy.model import AddPasswordRules
from doorward.features.rights.actions.granting import grant_role
from doorward.features.rights.actions.group_roles import grant_role_to_group
from doorward.features.rights.actions.roles import add_role
from doorward.features.rights.model.acts.granting import GrantRole, GrantRoleToGroup, Wanted
from doorward.features.rights.model.acts.roles import AddRole
from doorward.features.rights.model.facts import Effect, Role
from doorward.kernel.ids import AccountId
from doorward.kernel.tokens import make_token
from tests.authenticators import Authenticator
from tests.doors.console.visiting import Site
from tests.features.tokens.stock import COUNTING, stock

OUTSIDE = frozenset({"/sign-in", "/forgotten-password", "/welcome", "/set-password", "/rescue", "/not-me"})
"""Where nobody is signed in yet."""


@dataclass(frozen=True, slots=True)
class Address:
    """One route as its table spells it."""

    method: str
    path: str

    @property
    def inside(self) -> bool:
        """Tell whether it takes a session."""
        return "/" + self.path.split("/")[1] not in OUTSIDE

    @property
    def asked_by_script(self) -> bool:
        """Tell whether a script fetches it, what a passkey is to make or sign: answered in JSON, and no page."""
        return self.path.endswith("/options")

    def __str__(self) -> str:
        """Spell it for the names of tests."""
        return f"{self.method} {self.path}"


def addresses() -> Iterator[Address]:
    """List the routes, each method by itself."""
    for route in routes():
        if isinstance(route, Route):
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield Address(method, route.path)


EVERY = list(addresses())
INSIDE = [one for one in EVERY if one.inside]
PAGES = [one for one in INSIDE if one.method == "GET"]
FORMS = [one for one in EVERY if one.method == "POST"]
INSIDE_FORMS = [one for one in INSIDE if one.method == "POST" and not one.asked_by_script]

SIGNED = json.dumps(Authenticator().get({"challenge": "AA"}))
FIELDS = {
    "/me/passkeys": {"credential": json.dumps(Authenticator().create({"challenge": "AA", "user": {"id": "AA"}}))},
    "/me/passkeys/proof": {"code": "123456"},
    "/me/passkeys/{passkey}/rename": {"name": "Phone"},
    "/sign-in/passkey": {"credential": SIGNED, "sign_in": "A" * 64},
    "/sign-in/code/passkey": {"credential": SIGNED},
    "/me/password": {"password": "a wrong one", "new_password": "an even longer walk"},
    "/me/secret-key/check": {"code": "123456"},
    "/console/audit/export": {"format": "csv"},
    "/sign-in": {"user_name": "bram", "password": "a wrong one"},
    "/console/users/new": {"user_name": "zoe", "full_name": "Zoe", "email": "zoe@example.org"},
    "/console/users/{account}/edit": {"full_name": "Zoe", "version": "1", "reason": "married"},
    "/console/users/{account}/protect": {"version": "1", "reason": "on the board"},
    "/console/users/{account}/unprotect": {"version": "1", "reason": "left the board"},
    "/console/users/{account}/roles/add": {"role": "help-desk", "over": "", "effect": "allow", "reason": "joined"},
    "/console/users/{account}/roles/remove": {
        "role": "auditor",
        "scope": "everything",
        "effect": "allow",
        "reason": "moved",
    },
    "/console/groups/{group}/roles/add": {"role": "help-desk", "over": "", "effect": "allow", "reason": "joined"},
    "/console/groups/{group}/roles/remove": {
        "role": "auditor",
        "scope": "everything",
        "effect": "deny",
        "reason": "moved",
    },
    "/console/roles": {"name": "day-desk", "title": "Day desk", "right": "users:read", "reason": "asked"},
    "/console/roles/{role}/edit": {"title": "Late desk", "right": "users:read", "version": "1", "reason": "asked"},
    "/console/two-factor": {
        "issuer": "Example",
        "allowlist_hours_after_reset": "72",
        "allowlist_days_for_new_account": "14",
        "version": "0",
        "reason": "our name",
    },
    "/console/password-rules": {"min_length": "14", "version": "0", "reason": "longer"},
    "/console/audit/retention": {"audit_retention_days": "400", "version": "0", "reason": "the works council"},
    "/console/applications": {"host": "wiki.example.org", "reason": "the wiki"},
    "/console/groups": {"name": "Branch South", "reason": "opened"},
    "/console/password-rule-sets": {"name": "lax", "reason": "old terminals"},
    "/console/password-rules/{name}": {"min_length": "14", "version": "1", "reason": "longer"},
    "/console/password-rules/{name}/rank": {"rank": "3", "reason": "asked"},
    "/console/groups/{group}/edit": {"name": "Branch East", "version": "1", "reason": "moved"},
    "/console/views": {"name": "branch 7", "query": "branch-7"},
    "/console/views/rename": {"view": "branch 7", "name": "branch 8"},
    "/console/views/delete": {"view": "branch 7"},
    "/console/users/{account}/token/assign": {"serial": "100", "reason": "new desk"},
    "/console/users/{account}/token/resynchronise": {
        "first_code": "123456",
        "second_code": "654321",
        "reason": "called",
    },
    "/me/token": {"first_code": "123456", "second_code": "654321"},
    "/console/users/bulk": {"act": "unlocks", "everyone": "1", "query": "", "reason": "outage"},
}
"""What a form sends where it is more than a reason."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """What stands in the gaps of addresses."""

    account: AccountId
    job: str
    mail: str
    token: str
    group: str
    hardware_token: str

    def fill(self, path: str) -> str:
        """Put what is there into the gaps."""
        known = {"account": str(self.account), "job": self.job, "mail": self.mail, "token": self.token}
        known |= {"group": self.group, "name": "strict", "passkey": self.group, "hardware_token": self.hardware_token}
        known |= {"host": "app.example.org"}
        for name, value in known.items():
            path = path.replace(f"{{{name}}}", value)
        return path

    def fields(self, path: str) -> dict[str, str]:
        """Give what the form of an address sends."""
        if path not in FIELDS and path.endswith(("/groups/add", "/groups/remove", "/assign", "/withdraw")):
            return {"group": self.group, "reason": "a test"}
        if path == "/console/users/unlock" or "/members/" in path:
            return {"account": str(self.account), "reason": "a test"}
        return FIELDS.get(path, {"reason": "a test"})


def gaps(site: Site) -> Gaps:
    """Make an account that was locked and unlocked, a mail, a job, a group, a role, and a token of nothing."""
    world = site.world
    bram = world.add("bram", factors=1)
    world.run(lock_account, LockAccount(bram, "left his desk"))
    world.run(unlock_account, UnlockAccount(bram, "came back"))
    job = world.run(start_unlocks, StartJob(accounts=(bram,), reason="a test"))
    assert isinstance(job, JobStarted)
    token, _ = make_token(bram, world.runtime.entropy)
    world.run(add_password_rules, AddPasswordRules("strict"))
    group = world.run(add_group, AddGroup("Branch North"))
    assert isinstance(group, GroupAdded)
    world.run(add_role, AddRole(Role("night-desk", "Night desk", frozenset({"users:read"}))))
    world.run(grant_role, GrantRole(bram, "auditor"))
    world.run(grant_role_to_group, GrantRoleToGroup(group.group, Wanted("auditor", Effect.DENY)))
    (hardware_token,) = stock(world, COUNTING)
    mail = str(world.mails()[0].id)
    return Gaps(bram, str(job.job), mail, token.reveal(), str(group.group), str(hardware_token))
