"""What the decision needs to know: what somebody holds, by themselves and through groups, and over whom (RIGHT-3)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import AccountKind, Standing
from doorward.features.groups import actions as groups
from doorward.features.rights import store
from doorward.features.rights.model.facts import ActorFacts, Assignment, Holdings, Role, TargetFacts
from doorward.features.rights.rules import deciding, roles, scopes
from doorward.kernel.act import EVERYBODY, Actor, Reach, SessionFacts
from doorward.kernel.ids import AccountId, GroupId

_OWN_ROLES = "roles of one's own"


def every_role(call: Call) -> Mapping[str, Role]:
    """Load all roles, once in each transaction: the shipped ones first."""
    if _OWN_ROLES not in call.remembered:
        call.remembered[_OWN_ROLES] = {**roles.SHIPPED, **store.own_roles(call.sql)}
    found: Mapping[str, Role] = call.remembered[_OWN_ROLES]
    return found


def forget_roles(call: Call) -> None:
    """Read the roles anew when they are asked for next: they were changed in this transaction."""
    call.remembered.pop(_OWN_ROLES, None)


def roles_behind(call: Call, assignments: Iterable[Assignment]) -> Mapping[str, Role]:
    """Return the roles that assignments name; where all are shipped nothing is read."""
    named = {one.role for one in assignments}
    return roles.SHIPPED if named <= roles.SHIPPED.keys() else every_role(call)


def assignments_of(call: Call, account: AccountId) -> tuple[Assignment, ...]:
    """Load what an account holds, its own assignments first and then its groups'."""
    through = store.assignments_of_groups(call.sql, groups.groups_of(call, account))
    return (*store.assignments_of(call.sql, account), *through)


def holdings_of(call: Call, account: AccountId) -> Holdings:
    """Return which rights an account holds, and over whom."""
    return holdings_from(call, assignments_of(call, account))


def holdings_from(call: Call, found: Collection[Assignment]) -> Holdings:
    """Add up assignments that are loaded already."""
    return scopes.holdings(found, roles_behind(call, found))


def rights_of(call: Call, account: AccountId) -> frozenset[str]:
    """Return which rights an account holds over anybody at all."""
    return frozenset(right for right, held in holdings_of(call, account).items() if scopes.somewhere(held))


def holds_over(call: Call, actor: Actor, right: str, account: AccountId) -> bool:
    """Return whether an actor holds a right over an account; the server and its owner always do (RIGHT-8)."""
    if actor.owner or actor.account is None:
        return actor.owner
    return scopes.over(holdings_of(call, actor.account).get(right), groups.groups_of(call, account))


def usable_rights(call: Call, session: SessionFacts) -> frozenset[str]:
    """Return which rights a session can use: none for whoever can only reach the own page (RIGHT-6)."""
    return deciding.usable(actor_facts(call, session))


def reach_of(call: Call, actor: Actor, right: str) -> Reach:
    """Say over whom an actor holds a right."""
    if actor.owner:
        return EVERYBODY
    if actor.account is None:
        return Reach(everything=False)
    return scopes.reach(holdings_of(call, actor.account).get(right))


def actor_facts(call: Call, session: SessionFacts) -> ActorFacts:
    """Load what the decision needs to know of whoever acts."""
    standing = accounts.existing(call, session.account)
    used = session.used_second_factor
    return facts_of(call, standing, used_second_factor=used, own_page_only=session.own_page_only)


def acting(call: Call) -> ActorFacts | None:
    """Load what the decision needs to know of whoever acts; None is the server's owner (RIGHT-8)."""
    return None if call.actor.owner else actor_facts(call, call.own_session)


def facts_of(call: Call, standing: Standing, *, used_second_factor: bool, own_page_only: bool = False) -> ActorFacts:
    """Load what the decision needs to know of an account in such a session."""
    return ActorFacts(
        account=standing.account.id,
        kind=standing.account.kind,
        enabled=standing.account.enabled,
        barred=standing.state.locked_by_hand,
        has_factor=standing.state.factors > 0,
        excluded=standing.state.excluded,
        rights=holdings_of(call, standing.account.id),
        session_used_second_factor=used_second_factor,
        own_page_only=own_page_only,
    )


def target_facts(call: Call, standing: Standing, *, last_administrator: bool) -> TargetFacts:
    """Load what the decision needs to know of the account acted on."""
    account = standing.account.id
    told = _told(standing, holdings_of(call, account), groups.groups_of(call, account))
    return replace(told, last_administrator=last_administrator)


def facts_of_targets(call: Call, there: Mapping[AccountId, Standing]) -> dict[AccountId, TargetFacts]:
    """Load what the decision needs to know of many accounts, whoever else could administer left aside."""
    inside = groups.groups_of_each(call, list(there))
    held = holdings_of_each(call, list(there), inside)
    return {one: _told(standing, held[one], inside.get(one, frozenset())) for one, standing in there.items()}


def holdings_of_each(
    call: Call, accounts: Sequence[AccountId], inside: Mapping[AccountId, frozenset[GroupId]]
) -> dict[AccountId, Holdings]:
    """Return which rights accounts hold, and over whom; they are in these groups."""
    own = store.assignments_of_each(call.sql, accounts)
    through: dict[GroupId, list[Assignment]] = {}
    for one in store.assignments_of_groups(call.sql, frozenset().union(*inside.values())):
        if one.through is not None:
            through.setdefault(one.through, []).append(one)
    found = {}
    for account in accounts:
        given = (one for group in inside.get(account, ()) for one in through.get(group, ()))
        held = [*own.get(account, ()), *given]
        found[account] = holdings_from(call, held) if held else {}
    return found


def _told(standing: Standing, rights: Holdings, within: frozenset[GroupId]) -> TargetFacts:
    """Put together what is known of an account acted on, whoever else could administer left aside."""
    return TargetFacts(
        account=standing.account.id,
        rights=rights,
        last_administrator=False,
        groups=within,
        locked_by_hand=standing.state.locked_by_hand,
        external=standing.account.kind is AccountKind.EXTERNAL,
        excluded=standing.state.excluded,
    )


def reaches(call: Call, account: AccountId) -> bool:
    """Return whether the actor reaches an account by this act's right: people outside their scope are not named."""
    return call.reach.whole or call.reach.covers(groups.groups_of(call, account))


def areas() -> Mapping[str, tuple[str, ...]]:
    """Return the rights, grouped by functional area (RIGHT-1)."""
    return roles.AREAS
