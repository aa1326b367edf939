"""T20: whatever five people do with roles, denials, groups and memberships, nobody comes to hold what nobody gave.

After each act that was done, what everybody effectively holds over everybody is worked out anew. Whoever acted holds
nothing new. What others gained by it the actor held there before; only where somebody changed groups does a role that
is held over those groups serve other people, which is what whoever gave it over them gave.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from doorward.features.administration.actions import adding, grouping
from doorward.features.administration.model import AddAccount
from doorward.features.groups import actions as groups
from doorward.features.groups.model import AddGroup, AddMember, DeleteGroup, GroupAdded, RemoveMember
from doorward.features.rights import store
from doorward.features.rights.actions import administrators, facts, granting, group_roles, roles
from doorward.features.rights.model.acts.granting import GrantRole, RevokeRole, SetRoles, SetRolesOfGroup, Wanted
from doorward.features.rights.model.acts.roles import AddRole, DeleteRole, EditRole
from doorward.features.rights.model.facts import Effect, Role
from doorward.features.rights.rules import scopes
from doorward.features.rights.rules.roles import ALL_RIGHTS
from doorward.features.second_factor.actions import allowlist, secret_key
from doorward.features.second_factor.model import AllowSetUp, ResetSecretKey
from doorward.kernel.act import Action
from doorward.kernel.ids import AccountId, GroupId
from doorward.kernel.outcome import Refused
from tests.features.rights.giving import DENY, KEYS, WHY, give, group, hold, join, own_role
from tests.storms.size import FULL, size
from tests.worlds import World

STEPS = 50
ROUNDS = size(24, 400)
"""T20 asks for twenty thousand steps."""
ACTORS = ("ada", "sam", "ann", "dan", "max")
PEOPLE = ("tina", "ursa", "vera")
NAMES = ("administrator", "help-desk", "auditor", "lead", "chief", "spare")
Cells = frozenset[tuple[str, AccountId]]

actors, effects = st.sampled_from(ACTORS), st.sampled_from(list(Effect))
accounts, names = st.sampled_from([*ACTORS, *PEOPLE]), st.sampled_from(NAMES)
places, scopes_ = st.sampled_from(["North", "South", "Chiefs"]), st.sampled_from([None, "North", "South"])
some_rights = st.frozensets(st.sampled_from(sorted(ALL_RIGHTS)), max_size=4)
wanteds = st.lists(
    st.builds(Wanted, names, effects, scopes_.map(lambda one: None if one is None else (one,))), max_size=3
).map(tuple)


class Granting(RuleBasedStateMachine):
    """Five people of different standing, three others, two groups, and eighteen things to do."""

    def __init__(self) -> None:
        """Begin the world."""
        super().__init__()
        self.folder = TemporaryDirectory()
        self.world = World.begin(Path(self.folder.name))
        self.ids = {name: self.world.add(name, factors=1) for name in (*ACTORS, *PEOPLE, "keeper")}
        self.groups: dict[str, GroupId] = {name: group(self.world, name) for name in ("North", "South", "Chiefs")}
        self._stand()
        self.callers = {name: self.world.sign_in(self.ids[name]) for name in ACTORS}
        self.added = 0
        self.known = self.held()

    def _stand(self) -> None:
        """Let Ada administer, Sam be a super user, Ann lead North, Dan be denied South, and Max reach higher."""
        ops = ("users:read", "users:modify", "users:unlock", "user-permissions:read", KEYS)
        own_role(self.world, "lead", *ops)
        own_role(self.world, "chief", *ops, higher=True)
        own_role(self.world, "spare", "users:read")
        north, south = self.groups["North"], self.groups["South"]
        for name, role, over in (
            ("keeper", "administrator", None), ("ada", "administrator", None), ("sam", "super-user", None),
            ("ann", "lead", north), ("dan", "administrator", None), ("max", "chief", north),
        ):  # fmt: skip
            hold(self.world, self.ids[name], role, over=over)
        hold(self.world, self.ids["dan"], "help-desk", DENY, south)
        give(self.world, south, "auditor", DENY, north)
        give(self.world, self.groups["Chiefs"], "administrator")
        hold(self.world, self.ids["vera"], "spare")
        for name, to in (("tina", north), ("ursa", south), ("ann", north)):
            join(self.world, to, self.ids[name])

    def held(self) -> dict[AccountId, Cells]:
        """Work out who holds which right over whom, and by a role that reaches higher."""
        with self.world.reading() as call:
            found = {one: facts.holdings_of(call, one) for one in self.ids.values()}
            within = {one: groups.groups_of(call, one) for one in self.ids.values()}
        return {
            holder: frozenset(
                (said, over)
                for right, held in holdings.items()
                for said, reaches in ((right, scopes.over), (f"{right} higher", scopes.over_higher))
                for over, those in within.items()
                if reaches(held, those)
            )
            for holder, holdings in found.items()
        }

    def do(self, actor: str, action: Action[Any, Any], command: Any, *, moves: bool = False) -> Any:
        """Act, and compare what everybody holds with what they held before."""
        before, me = self.known, self.ids[actor]
        outcome = self.world.run(action, command, self.callers[actor])
        if isinstance(outcome, Refused):
            return outcome
        self.known = self.held()
        for holder, cells in self.known.items():
            gained = cells - before.get(holder, frozenset())
            if holder == me:
                assert not gained, (actor, command, gained)
            elif moves:
                self._served(actor, holder, gained, before)
            else:
                assert gained <= before[me], (actor, command, holder, gained - before[me])
        with self.world.reading() as call:
            assert administrators.able_administrators(call)
        return outcome

    def _served(self, actor: str, holder: AccountId, gained: Cells, before: dict[AccountId, Cells]) -> None:
        """Let a change of groups serve others over whoever moved, by what they hold already or the actor gives."""
        kinds = {right for right, _ in before.get(holder, frozenset())} | self._over_groups(holder)
        mine = before[self.ids[actor]]
        assert {cell for cell in gained if cell[0] not in kinds} <= mine, (actor, holder, gained)

    def _over_groups(self, holder: AccountId) -> set[str]:
        """Name the rights that somebody is given over a group, whoever is in it."""
        with self.world.reading() as call:
            found = [one for one in store.assignments_of(call.sql, holder) if one.effect is Effect.ALLOW]
            known = facts.every_role(call)
        return {
            said
            for one in found
            if one.role in known
            for right in known[one.role].rights
            for said in (right, *([f"{right} higher"] if known[one.role].reaches_higher else []))
        }

    @rule(actor=actors, to=accounts, role=names, effect=effects, over=scopes_)
    def grant(self, actor: str, to: str, role: str, effect: Effect, over: str | None) -> None:
        """Give a role, or deny it."""
        self.do(actor, granting.grant_role, GrantRole(self.ids[to], role, WHY, effect, over))

    @rule(actor=actors, to=accounts, role=names, effect=effects, over=scopes_)
    def revoke(self, actor: str, to: str, role: str, effect: Effect, over: str | None) -> None:
        """Take a role, or lift a denial."""
        self.do(actor, granting.revoke_role, RevokeRole(self.ids[to], role, WHY, effect, over))

    @rule(actor=actors, to=accounts, wanted=wanteds)
    def set_roles(self, actor: str, to: str, wanted: tuple[Wanted, ...]) -> None:
        """Set all roles of an account."""
        self.do(actor, granting.set_roles, SetRoles(self.ids[to], wanted, WHY))

    @rule(actor=actors, to=places, wanted=wanteds)
    def set_roles_of_group(self, actor: str, to: str, wanted: tuple[Wanted, ...]) -> None:
        """Set what a group gives."""
        self.do(actor, group_roles.set_roles_of_group, SetRolesOfGroup(self.groups[to], wanted, WHY))

    @rule(actor=actors, one=accounts, to=places)
    def add_member(self, actor: str, one: str, to: str) -> None:
        """Put somebody into a group."""
        self.do(actor, grouping.add_member, AddMember(self.ids[one], self.groups[to], WHY), moves=True)

    @rule(actor=actors, one=accounts, left=places)
    def remove_member(self, actor: str, one: str, left: str) -> None:
        """Take somebody out of a group."""
        self.do(actor, grouping.remove_member, RemoveMember(self.ids[one], self.groups[left], WHY), moves=True)

    @rule(actor=actors, name=st.sampled_from(["spare", "extra", "lead"]), rights=some_rights, higher=st.booleans())
    def add_role(self, actor: str, name: str, rights: frozenset[str], *, higher: bool) -> None:
        """Make a role."""
        self.do(actor, roles.add_role, AddRole(Role(name, name, rights, higher), WHY))

    @rule(actor=actors, name=st.sampled_from(NAMES), rights=some_rights)
    def edit_role(self, actor: str, name: str, rights: frozenset[str]) -> None:
        """Change what a role holds."""
        self.do(actor, roles.edit_role, EditRole(name, rights=rights, reason=WHY))

    @rule(actor=actors, name=st.sampled_from(NAMES), higher=st.booleans())
    def edit_reach(self, actor: str, name: str, *, higher: bool) -> None:
        """Let a role reach higher, or no longer."""
        self.do(actor, roles.edit_role, EditRole(name, reaches_higher=higher, reason=WHY))

    @rule(actor=actors, name=st.sampled_from(["spare", "extra"]))
    def delete_role(self, actor: str, name: str) -> None:
        """Delete a role."""
        self.do(actor, roles.delete_role, DeleteRole(name, WHY))

    @precondition(lambda self: self.added < 5)
    @rule(
        actor=actors,
        given=st.lists(names, max_size=2, unique=True).map(tuple),
        into=st.lists(places, max_size=2, unique=True).map(tuple),
    )
    def add_account(self, actor: str, given: tuple[str, ...], into: tuple[str, ...]) -> None:
        """Add somebody with roles and groups; what they hold over others is held by whoever added them."""
        self.added += 1
        name, before = f"new{self.added}", self.known
        new = AddAccount(name, name, f"{name}@example.org", roles=given, groups=into)
        outcome = self.world.run(adding.add_account, new, self.callers[actor])
        if isinstance(outcome, Refused):
            return
        self.ids[name] = outcome.account
        self.known = self.held()
        over_others = {cell for cell in self.known[outcome.account] if cell[1] != outcome.account}
        assert over_others <= before[self.ids[actor]], (actor, new, over_others)

    @rule(actor=actors, name=st.sampled_from(["North", "South", "West"]))
    def delete_and_make_a_group(self, actor: str, name: str) -> None:
        """Delete a group if it may be, and make it anew: nothing of it is left."""
        there = self.groups.get(name)
        if there is None or not isinstance(self.do(actor, grouping.delete_group, DeleteGroup(there, WHY)), Refused):
            made = self.world.run(grouping.add_group, AddGroup(name))
            assert isinstance(made, GroupAdded)
            self.groups[name] = made.group

    @rule(actor=actors, one=st.sampled_from(PEOPLE))
    def reset_and_allow(self, actor: str, one: str) -> None:
        """Reset a key and allow a set-up: no right moves by that."""
        self.do(actor, secret_key.reset_secret_key, ResetSecretKey(self.ids[one], WHY))
        self.do(actor, allowlist.allow_set_up, AllowSetUp(self.ids[one], WHY))

    def teardown(self) -> None:
        """End the world."""
        self.world.database.close()
        self.folder.cleanup()


def test_nobody_comes_to_hold_what_nobody_gave() -> None:
    """In every round of fifty acts."""
    rounds = settings(
        max_examples=ROUNDS,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=not FULL,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Granting, settings=rounds)
