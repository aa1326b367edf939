"""Keeping, renaming and forgetting one's own views, and taking what a search finds away as a file."""

from doorward.edges.call import Call
from doorward.features.directory import rules as directory
from doorward.features.directory.actions import search_accounts
from doorward.features.views import rules, store
from doorward.features.views.model import (
    DeleteView,
    ExportFound,
    ListViews,
    RenameView,
    SaveView,
    View,
    ViewDeleted,
    ViewExportAllowed,
    ViewSaved,
    ViewsListed,
    ViewUnchanged,
)
from doorward.kernel.act import Needs, Who, act
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused


@act(who=Who.SELF, event=None, writes=False)
def list_views(call: Call, command: ListViews) -> ViewsListed | Refused:
    """List one's own views, by name."""
    account = _owner(call)
    return account if isinstance(account, Refused) else ViewsListed(tuple(store.views_of(call.sql, account)))


@act(who=Who.SELF, event=None, changes=False)
def save_view(call: Call, command: SaveView) -> ViewSaved | ViewUnchanged | Refused:
    """Keep a search under a name; the one that has the name already is replaced."""
    account = _owner(call)
    if isinstance(account, Refused):
        return account
    if refused := rules.judge_name(command.name):
        return refused
    view = rules.kept(command.name, command.search)
    before = store.called(call.sql, account, command.name)
    if before == view:
        return ViewUnchanged(view)
    if before is not None:
        store.change(call.sql, account, command.name, view, call.now)
        return ViewSaved(view)
    if refused := rules.judge_count(len(store.views_of(call.sql, account))):
        return refused
    store.add(call.sql, account, view, call.now)
    return ViewSaved(view)


@act(who=Who.SELF, event=None, changes=False)
def rename_view(call: Call, command: RenameView) -> ViewSaved | ViewUnchanged | Refused:
    """Give one's view another name, unless another view has it."""
    account = _owner(call)
    if isinstance(account, Refused):
        return account
    before = store.called(call.sql, account, command.name)
    if before is None:
        return Refused("views.not_found")
    if refused := rules.judge_name(command.new_name):
        return refused
    view = rules.kept(command.new_name, before.search)
    if view == before:
        return ViewUnchanged(view)
    other = store.called(call.sql, account, command.new_name)
    if other is not None and other.name != before.name:
        return Refused("views.name_taken")
    store.change(call.sql, account, command.name, view, call.now)
    return ViewSaved(view)


@act(who=Who.SELF, event=None, changes=False)
def delete_view(call: Call, command: DeleteView) -> ViewDeleted | Refused:
    """Forget one's view."""
    account = _owner(call)
    if isinstance(account, Refused):
        return account
    return ViewDeleted() if store.remove(call.sql, account, command.name) else Refused("views.not_found")


@act("users:read", event="accounts.exported", needs=(Needs.SOMEWHERE,))
def export_found(call: Call, command: ExportFound) -> ViewExportAllowed | Refused:
    """Begin to export what a search finds; what was searched for stands in the one entry that this writes (AUDIT-1).

    A search that would be refused is refused here, before a file has begun.
    """
    found = search_accounts(call, command.search.page(None, 1))
    if isinstance(found, Refused):
        return found
    call.note.details |= {"form": "csv", "search": directory.told(command.search)}
    return ViewExportAllowed()


def views_of(call: Call, account: AccountId) -> tuple[View, ...]:
    """Return somebody's views, by name: for the page that shows them above its search."""
    return tuple(store.views_of(call.sql, account))


def _owner(call: Call) -> AccountId | Refused:
    """Return whose views it is about; a session that reaches the own page alone has no list to search (KEY-1)."""
    session = call.own_session
    return Refused("session.second_factor_required") if session.own_page_only else session.account
