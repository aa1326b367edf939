"""What the command line is handed by `doorward.program`: the real things, each loaded when it is first asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from doorward.config import Loaded, Settings
from doorward.edges.run import Runtime
from doorward.edges.sql.schema import Upgraded
from doorward.kernel.ports import Ciphers, Hasher, Secret


@dataclass(frozen=True, slots=True)
class OpenedData:
    """A data directory that was opened: what acts need, and how to close it again."""

    runtime: Runtime
    hasher: Hasher
    ciphers: Ciphers
    close: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a first run has made: a link for the first administrator, or none where one is there already."""

    address: str
    made: bool
    """The data directory is new."""
    link: Secret | None
    expires_at: datetime | None


class Program(Protocol):
    """The parts of the program that a door cannot build by itself."""

    def load(self, options: Mapping[str, Any]) -> Loaded:
        """Read the settings."""

    def open(self, settings: Settings) -> OpenedData:
        """Open a data directory that is there."""

    def open_target(self, settings: Settings) -> OpenedData:
        """Open a database into which another is to be moved."""

    def first_run(self, settings: Settings) -> Welcome:
        """Make what is missing of a data directory."""

    def upgrade(self, settings: Settings) -> Upgraded:
        """Bring the database up to date."""

    def serve(self, settings: Settings, told: Callable[[Settings, Welcome], None]) -> int:
        """Serve until told to stop; what a first run has made is told before."""

    def try_mail(self, settings: Settings) -> None:
        """Ask the mail server whether it is there; raise `NotDelivered` if not."""

    def demo(self, *, keep: bool, as_json: bool) -> int:
        """Play the main job from end to end."""
