"""Facts, commands and outcomes of saved views."""

from dataclasses import dataclass

from doorward.features.directory.model import Search
from doorward.kernel.outcome import Done, Unchanged


@dataclass(frozen=True, slots=True)
class View:
    """A search that somebody keeps under a name."""

    name: str
    search: Search


@dataclass(frozen=True, slots=True)
class ListViews:
    """Ask for one's own views."""


@dataclass(frozen=True, slots=True)
class ViewsListed(Done):
    """One's own views, by name."""

    views: tuple[View, ...]


@dataclass(frozen=True, slots=True)
class SaveView:
    """Keep a search under a name; one that has the name already is replaced."""

    name: str
    search: Search


@dataclass(frozen=True, slots=True)
class RenameView:
    """Give a view another name."""

    name: str
    new_name: str


@dataclass(frozen=True, slots=True)
class DeleteView:
    """Forget a view; the accounts that it finds are not touched."""

    name: str


@dataclass(frozen=True, slots=True)
class ExportFound:
    """Take what a search finds away as a file."""

    search: Search


@dataclass(frozen=True, slots=True)
class ViewExportAllowed(Done):
    """The file may be read, page by page."""


@dataclass(frozen=True, slots=True)
class ViewSaved(Done):
    """The view as it is kept now."""

    view: View


@dataclass(frozen=True, slots=True)
class ViewUnchanged(Unchanged):
    """The view was so already."""

    view: View


@dataclass(frozen=True, slots=True)
class ViewDeleted(Done):
    """The view is forgotten."""
