import ast
import inspect
import re
from collections.abc import Callable
from dataclasses import fields
from typing import Any, get_type_hints

from doorward.features.rights.rules.roles import ALL_RIGHTS
from doorward.kernel.act import Act, Action, Needs, Who, registry
from tests.architecture.tree import features, parsed, product_files
from tools.catalogue import acts

ALL = acts()
NAMES = [f"{one.feature}.{one.act.name}" for one in ALL]
VERB_OBJECT = re.compile(r"[a-z]+(_[a-z]+)+")
LISTS = {"allowlist", "exclusions", "database"}
"""The two lists of the feature `second_factor` have events of their own name, and so has the database itself."""

HAPPENED = {
    "accounts": "added disabled edited enabled exported imported rescued viewed",
    "allowlist": "add_undone added removed",
    "applications": "added entered removed",
    "audit": "expired exported viewed",
    "database": "moved",
    "devices": "remembered revoked",
    "exclusions": "added removed",
    "groups": "added deleted edited member_added member_removed",
    "jobs": "started stopped",
    "links": "first_administrator",
    "lockout": "lapsed locked unlock_undone unlocked",
    "notices": "retried",
    "passkeys": "added begun proof_given removed renamed",
    "passwords": "breach_list_cleared breach_list_imported changed forgotten_asked forgotten_mailed reset_started",
    "policy": "assigned changed deleted",
    "rights": "granted revoked role_added role_deleted role_edited",
    "second_factor": "deleted key_disabled new_key_begun new_key_checked new_key_discarded "
    "recovery_codes_made regenerated reset set_up temporary_code",
    "sessions": "ended",
    "signin": "code completed device_code passkey password recovery_code spray_suspected",
    "tokens": "assigned imported resynchronised retired unassigned",
}
"""What can have happened, feature by feature, each on a line of its own so that two changes meet on none."""
EVENTS = {f"{feature}.{happened}" for feature, words in HAPPENED.items() for happened in words.split()}
"""Every event that an entry can carry: other people's scripts search for them."""


ABOUT_NOBODY = {
    "add_account",
    "add_group",
    "add_host",
    "add_password_rules",
    "add_role",
    "assign_password_rules",
    "change_audit_settings",
    "change_password_rules",
    "change_two_factor",
    "clear_breach_lists",
    "delete_group",
    "delete_password_rules",
    "delete_role",
    "edit_group",
    "edit_role",
    "export_entries",
    "export_found",
    "grant_role_to_group",
    "import_breach_list",
    "import_tokens",
    "list_entries",
    "rank_password_rules",
    "remove_host",
    "retire_token",
    "retry_mail",
    "revoke_role_from_group",
    "set_roles_of_group",
    "start_allowlist_additions",
    "start_exclusion_additions",
    "start_secret_key_resets",
    "start_unlocks",
    "stop_job",
}
"""What operators write that is about no account that is there already, so that none of them can be protected."""
OWN_UNASKED = {
    "add_passkey",
    "check_new_key",
    "delete_view",
    "discard_new_key",
    "end_own_sessions",
    "end_session",
    "give_proof",
    "hand_over",
    "rename_view",
    "save_new_key",
    "save_view",
}
"""What people do at their own protected account without a proof: end sessions, give a fresh proof, go on with a key or
a passkey begun with one, go on to applications, and keep views, which change nothing about the account."""


def about_an_account(action: Action[Any, Any]) -> bool:
    """Tell whether an act's command names the account that it is about."""
    command = get_type_hints(inspect.unwrap(action))["command"]
    return "account" in {field.name for field in fields(command)}


def calls_of_acts(tree: ast.AST) -> set[str]:
    """Name the acts that a module calls itself, in place of handing them to `run`."""
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = {one.id if isinstance(one, ast.Name) else getattr(one, "attr", "") for one in called}
    return names & {one.act.name for one in ALL}


def test_an_act_that_is_called_is_seen() -> None:
    """However its module is named; handing it over is no call."""
    module = ast.parse("lock_account(call, x); lists.list_mail(call, y); visit.run(view_me, z)")

    assert calls_of_acts(module) == {"lock_account", "list_mail"}


def test_doors_leave_acts_to_the_guard() -> None:
    """No door performs an act by itself, but what the doctor looks at, which is about no account."""
    doors = [path for path in product_files() if "doors" in path.parts]

    assert {name for path in doors for name in calls_of_acts(parsed(path))} == {"list_breach_lists", "view_system"}


def test_every_action_is_listed() -> None:
    """What is declared and what the catalogue finds are the same: no act hides in another module."""
    listed = {one.act.name for one in ALL}

    assert {action.act.name for action in registry} == listed


def those(wrong: Callable[[Act], bool]) -> list[str]:
    """Name the acts for which something does not hold."""
    return [name for name, named in zip(NAMES, ALL, strict=True) if wrong(named.act)]


def test_an_act_says_who_may() -> None:
    """An act has a right and is an operator's, or has none and says who may ask."""
    assert those(lambda act: (act.right is not None) != (act.who is Who.OPERATOR)) == []


def test_an_operators_act_names_the_account_that_may_be_protected() -> None:
    """Else the guard could not see that it is (PROT-1)."""
    writing = [one for one in registry if one.act.writes and one.act.who is Who.OPERATOR]

    assert {one.act.name for one in writing if not about_an_account(one)} == ABOUT_NOBODY


def test_only_looks_are_spared_account_protection() -> None:
    """An operator's act about an account is a change, unless all that it writes is the entry of a look (PROT-1)."""
    about = [one for one in registry if one.act.writes and one.act.who is Who.OPERATOR and about_an_account(one)]

    assert {one.act.event for one in about if not one.act.changes} == {"accounts.viewed"}


def test_own_changes_ask_for_account_protection() -> None:
    """But those that this list names, with the reasons above it."""
    own = [one.act for one in ALL if one.act.writes and one.act.who is Who.SELF]

    assert {act.name for act in own if not act.changes} == OWN_UNASKED


def test_a_right_is_one_of_the_known() -> None:
    """A right that no role holds would shut everybody out."""
    assert those(lambda act: act.right is not None and act.right not in ALL_RIGHTS) == []


def test_an_event_is_one_of_the_known() -> None:
    """What an entry is called is not invented in passing."""
    assert those(lambda act: act.event is not None and act.event not in EVENTS) == []


def test_an_operators_change_is_recorded() -> None:
    """Nothing is changed for another without an entry (AUDIT-1)."""
    assert those(lambda act: act.writes and act.who is Who.OPERATOR and act.event is None) == []


def test_an_act_is_named_by_verb_and_object() -> None:
    """A name such as `unlock_account` says what is done to what."""
    assert those(lambda act: VERB_OBJECT.fullmatch(act.name) is None) == []


def test_an_act_says_what_it_does() -> None:
    """The reference quotes the sentence of the function."""
    assert [name for name, named in zip(NAMES, ALL, strict=True) if not named.sentence] == []


def test_an_event_begins_with_its_feature() -> None:
    """Whoever reads an entry knows where to look in the code."""
    known = {*features(), *LISTS}

    assert [event for event in sorted(EVENTS) if event.partition(".")[0] not in known] == []


def test_names_of_acts_are_unique() -> None:
    """A name in a log or in the reference means one act."""
    assert len(set(NAMES)) == len(NAMES)


def test_key_acts_ask_for_another_account_and_the_second_factor() -> None:
    """Whoever touches the factor, the lists or the roles of an account opened the session with a factor (KEY-7)."""
    guarded = [one.act for one in ALL if one.act.right == "user-permissions:modify-object-acls"]

    assert [act.name for act in guarded if Needs.SECOND_FACTOR not in act.needs] == []


def test_no_session_without_the_second_factor_can_use_a_right_that_asks_for_it() -> None:
    """Such a session uses rights to read alone, so that its usable rights say what KEY-7 says."""
    asking = [one.act for one in ALL if Needs.SECOND_FACTOR in one.act.needs]

    assert len(asking) > 10
    assert [act.name for act in asking if act.right is None or act.right.endswith(":read")] == []
