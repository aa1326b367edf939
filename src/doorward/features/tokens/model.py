"""Facts, commands and outcomes of hardware tokens."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from doorward.kernel.ids import AccountId, TokenId
from doorward.kernel.lines import LineError
from doorward.kernel.otp_parameters import OtpParameters
from doorward.kernel.outcome import Done, Unchanged
from doorward.kernel.paging import DEFAULT_PAGE
from doorward.kernel.ports import Secret


class TokenState(StrEnum):
    """Where a token is."""

    IN_STOCK = "in_stock"
    ASSIGNED = "assigned"
    RETIRED = "retired"
    """Lost, broken or scrapped; its seed is erased."""


class TokenFileFormat(StrEnum):
    """How a file of tokens is written."""

    PSKC = "pskc"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class NewToken:
    """What a line of a file says of a token."""

    line: int
    manufacturer: str
    serial: str
    model: str
    parameters: OtpParameters
    seed: bytes = field(repr=False)
    last_step: int
    """The counter before the one that the token shows next; -1 of a new one, and of every token with a clock."""
    offset_steps: int = 0
    starts_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A token of the inventory, without its seed."""

    id: TokenId
    manufacturer: str
    serial: str
    model: str
    parameters: OtpParameters
    state: TokenState
    account: AccountId | None
    """Who holds it, while it is assigned."""
    last_step: int
    """The last step that was accepted before it came back to stock."""
    offset_steps: int
    starts_at: datetime | None
    expires_at: datetime | None
    imported_at: datetime
    changed_at: datetime
    """When it came into its present state."""
    recent_steps: tuple[int, ...] = ()
    """The latest steps that it has accepted, or what stood for them before; of one with a clock."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What a token brings back from its holder."""

    token: TokenId
    account: AccountId
    last_step: int
    offset_steps: int
    recent_steps: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ContainerKey:
    """What opens an encrypted container: a key shared beforehand, or a password."""

    key: bytes | None = field(default=None, repr=False)
    password: Secret | None = None


@dataclass(frozen=True, slots=True)
class TokenFileRead:
    """A file as it was read: the tokens of its good lines, and what is wrong with the others."""

    tokens: tuple[NewToken, ...]
    errors: tuple[LineError, ...]
    lines: int


@dataclass(frozen=True, slots=True)
class JudgeTokens:
    """Ask whether tokens can be imported as the inventory stands now."""

    tokens: tuple[NewToken, ...]


@dataclass(frozen=True, slots=True)
class TokensJudged(Done):
    """What keeps tokens from being imported; nothing where the file is good."""

    errors: tuple[LineError, ...]


@dataclass(frozen=True, slots=True)
class ImportTokens:
    """Take all of them into the inventory, or none."""

    file: str
    """The file's name, for the entry."""
    tokens: tuple[NewToken, ...]
    told: Callable[[int], None] = field(repr=False, compare=False)
    """Is told how many are written so far."""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TokensImported(Done):
    """They are in stock now."""

    count: int


@dataclass(frozen=True, slots=True)
class ListTokens:
    """Search the inventory by serial number, in the order of serial numbers."""

    query: str = ""
    state: TokenState | None = None
    holder: AccountId | None = None
    limit: int = DEFAULT_PAGE
    after: TokenId | None = None


@dataclass(frozen=True, slots=True)
class TokensListed(Done):
    """One page of the inventory, and after which token the next one begins."""

    tokens: tuple[Token, ...]
    next: TokenId | None
    names: Mapping[AccountId, str] = field(default_factory=dict)
    """The user names of whoever holds a token of this page."""


@dataclass(frozen=True, slots=True)
class ShowToken:
    """Look at one token."""

    token: TokenId


@dataclass(frozen=True, slots=True)
class TokenShown(Done):
    """A token, and who holds it."""

    token: Token
    holder: str | None


@dataclass(frozen=True, slots=True)
class RetireToken:
    """Take a token out of use for good, and erase its seed."""

    token: TokenId
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TokenRetired(Done):
    """Nobody can be given it any more."""


@dataclass(frozen=True, slots=True)
class AssignToken:
    """Give a token to another's account, as its secret key; it is named by its id or by its serial number."""

    account: AccountId
    token: TokenId | None = None
    serial: str = ""
    manufacturer: str | None = None
    """The maker, where several have given this serial number."""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TokenAssigned(Done):
    """The account signs in with it from now on."""

    serial: str


@dataclass(frozen=True, slots=True)
class TokenHeldAlready(Unchanged):
    """The account held this token before."""


@dataclass(frozen=True, slots=True)
class UnassignToken:
    """Take the token from another's account."""

    account: AccountId
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TokenUnassigned(Done):
    """The token is in stock; whoever held it is blocked, unless another factor is left."""

    serial: str
    blocked: bool


@dataclass(frozen=True, slots=True)
class ResynchroniseToken:
    """Find the token of another's account again, by two codes in a row that its holder reads out."""

    account: AccountId
    codes: tuple[str, str] = field(repr=False)
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ResynchroniseOwnToken:
    """Find one's own token again by two of its codes in a row."""

    codes: tuple[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenResynchronised(Done):
    """Both codes are used up, and the one after them is right."""

    serial: str
    offset_minutes: int | None
    """By how many minutes its clock is wrong, which is allowed for; negative when it is slow, None for a counter."""
