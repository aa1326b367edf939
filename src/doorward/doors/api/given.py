"""What requests give: types that are parsed once, here, and that name the code they refuse with."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Header, Path, Query
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from doorward.doors.api.cursors import id_of
from doorward.doors.web.passkey_json import read_assertion
from doorward.doors.web.requested import Requested
from doorward.doors.web.six_digits import six_digits
from doorward.features.passkeys.model.facts import GivenAssertion, SignedChange
from doorward.features.second_factor.model import PasswordAndCode, Proof
from doorward.features.signin.model import PendingToken
from doorward.kernel.ids import AccountId, GroupId, JobId, SessionId, TokenId, parse_id
from doorward.kernel.names import NAME_LENGTH
from doorward.kernel.outcome import Fact, Refused
from doorward.kernel.paging import LARGEST_PAGE
from doorward.kernel.ports import Secret
from doorward.kernel.texts import has_controls, judge_reason
from doorward.kernel.tokens import parse_token

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")


def refusing(code: str, **facts: Fact) -> PydanticCustomError:
    """Refuse a value under a code of the table."""
    return PydanticCustomError(code, "refused", facts or None)


def parsed_id(code: str) -> BeforeValidator:
    """Read an id, and refuse under a code what is none."""

    def parse(value: Any) -> UUID:
        found = parse_id(value) if isinstance(value, str) else None
        if found is None:
            raise refusing(code)
        return found

    return BeforeValidator(parse)


def _reason(text: str) -> str:
    if refused := judge_reason(text):
        raise refusing(refused.code, **refused.facts)
    return text


def _name(text: str) -> str:
    if not text.strip() or len(text) > NAME_LENGTH or has_controls(text):
        raise ValueError(f"a name has 1 to {NAME_LENGTH} characters, none of them a control character")
    return text


def _six_digits(text: str) -> str:
    if six_digits(text) is None:
        raise refusing("otp.malformed")
    return text


def _pending(value: Any) -> PendingToken:
    if not isinstance(value, str):
        raise ValueError("it should be a text")  # noqa: TRY004 - pydantic takes ValueError for "refused"
    named = parse_token(value)
    if named is None:
        raise refusing("signin.expired")
    return PendingToken(*named)


def _digits(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{1,4}", value):
        raise ValueError("it should be a number")
    return value


def _truth(value: Any) -> Any:
    if isinstance(value, str) and value not in {"true", "false"}:
        raise ValueError("it should be true or false")
    return value == "true" if isinstance(value, str) else value


def _instant(value: Any) -> datetime:
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise ValueError("it should be a time as RFC 3339 writes it, such as 2026-05-04T12:00:00Z")
    return datetime.fromisoformat(value.upper().replace(" ", "T"))


def _cursor(value: Any) -> UUID | None:
    if not isinstance(value, str):
        return None
    found = id_of(value)
    if found is None:
        raise refusing("list.cursor")
    return found


def _version(value: Any) -> int | None:
    if not isinstance(value, str):
        return None
    found = re.fullmatch(r'(?:"([0-9]{1,9})"|([0-9]{1,9}))', value.strip())
    if found is None:
        raise ValueError("it should be a version, quoted or bare")
    return int(found[1] or found[2])


def _given(value: Any) -> Any:
    if value is None:
        raise ValueError("it should not be null; leave it out to keep it as it is")
    return value


class Body(BaseModel):
    """Base of all bodies: no unknown field, no conversion, and nothing of it in a message."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Show no field: a body in a traceback would show passwords and codes."""
        return ()


AccountIn = Annotated[AccountId, Path(description="the account's id"), parsed_id("accounts.not_found")]
GroupIn = Annotated[GroupId, Path(description="the group's id"), parsed_id("groups.not_found")]
SessionIn = Annotated[SessionId, Path(description="the session's id"), parsed_id("sessions.not_found")]
JobIn = Annotated[JobId, Path(description="the job's id"), parsed_id("jobs.not_found")]
DeviceIn = Annotated[UUID, Path(description="the remembered device's id"), parsed_id("devices.not_found")]
TokenIn = Annotated[TokenId, Path(description="the hardware token's id"), parsed_id("tokens.not_found")]
MailIn = Annotated[UUID, Path(description="the mail's id"), parsed_id("notices.not_found")]
ListedToken = Annotated[TokenId, parsed_id("tokens.not_found")]
ListedAccount = Annotated[AccountId, parsed_id("accounts.not_found")]

Reason = Annotated[str, Field(description="why: 1 to 500 characters, kept in the audit trail"), AfterValidator(_reason)]
Name = Annotated[str, Field(description="1 to 200 characters, no control characters"), AfterValidator(_name)]
SixDigits = Annotated[
    str, Field(description="six digits", examples=["492039"], repr=False), AfterValidator(_six_digits)
]
TwoSixDigits = Annotated[
    list[Annotated[str, AfterValidator(_six_digits)]],
    Field(min_length=2, max_length=2, repr=False, description="two codes of six digits, one shown after the other"),
]
LinkToken = Annotated[
    PendingToken,
    Field(description="the last part of the mailed link's address"),
    PlainValidator(_pending),
    WithJsonSchema({"type": "string"}),
]
SignInName = Annotated[
    PendingToken,
    Field(description="`sign_in` of the answer to `POST /sign-in`"),
    PlainValidator(_pending),
    WithJsonSchema({"type": "string"}),
]
Typed = Annotated[str, Field(max_length=200, description="as typed")]
Password = Annotated[
    str, Field(description="any text; never cut, never logged", json_schema_extra={"format": "password"}, repr=False)
]

Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="items on a page"), BeforeValidator(_digits)]
Cursor = Annotated[str | None, Query(max_length=2_000, description="`next` of the page before")]
After = Annotated[
    UUID | None, Query(alias="cursor", description="`next` of the page before"), BeforeValidator(_cursor),
    WithJsonSchema({"type": "string"}),
]  # fmt: skip
IfMatch = Annotated[
    int | None, Header(description="the version that was read, quoted or bare"), BeforeValidator(_version),
    WithJsonSchema({"type": "string", "pattern": '^("[0-9]{1,9}"|[0-9]{1,9})$'}),
]  # fmt: skip
Kind = Literal["internal", "external"]
NewText = Annotated[str | None, BeforeValidator(_given), WithJsonSchema({"type": "string"})]
NewKind = Annotated[
    Kind | None, BeforeValidator(_given), WithJsonSchema({"type": "string", "enum": ["internal", "external"]})
]
NewFlag = Annotated[bool | None, BeforeValidator(_given), WithJsonSchema({"type": "boolean"})]
Flag = Annotated[bool, BeforeValidator(_truth)]
InstantIn = Annotated[datetime, BeforeValidator(_instant)]


def _assertion(value: Any) -> GivenAssertion:
    given = read_assertion(value)
    if isinstance(given, Refused):
        raise refusing(given.code)
    return given


Assertion = Annotated[
    GivenAssertion,
    Field(description="AuthenticationResponseJSON: what `PublicKeyCredential.toJSON()` gives"),
    PlainValidator(_assertion),
    WithJsonSchema({"type": "object"}),
]


class AccountProtection(Body):
    """The actor's own proof; only a change to a protected account asks for it."""

    password: Password
    code: SixDigits


class OwnProtection(Body):
    """The proof for one's own account; only a change to a protected account asks for it."""

    password: Password
    code: str = Field(
        max_length=200,
        repr=False,
        description="six digits of the present secret key; in a session of a recovery code, another recovery code",
    )


class PasskeyProtection(Body):
    """The proof by one of the actor's own passkeys; `POST /me/account-protection/options` says what it signs."""

    passkey: Assertion


def _form_of_proof(value: Any) -> str:
    return "passkey" if isinstance(value, Mapping) and "passkey" in value else "password"


ByOperator = Annotated[
    Annotated[AccountProtection, Tag("password")] | Annotated[PasskeyProtection, Tag("passkey")],
    Discriminator(_form_of_proof),
]
ByOwner = Annotated[
    Annotated[OwnProtection, Tag("password")] | Annotated[PasskeyProtection, Tag("passkey")],
    Discriminator(_form_of_proof),
]
"""Either of the two forms of a proof, and never parts of both."""


class Reasoned(Body):
    """What every change to another's account takes."""

    reason: Reason
    account_protection: ByOperator | None = None


class Ending(Body):
    """Why sessions are ended."""

    reason: Reason | None = None
    account_protection: ByOperator | None = None


class Undone(Body):
    """What taking back a moment's act takes: why, if there is something to say."""

    reason: Reason | None = None
    account_protection: ByOperator | None = None


class OwnChange(Body):
    """What a change to one's own account takes."""

    account_protection: ByOwner | None = None


Protecting = Reasoned | Ending | Undone | OwnChange | None
"""The body of a change; it may be left out where nothing in it is needed."""


def proof_of(given: Protecting, requested: Requested) -> Proof | None:
    """Take the proof from the body of a change."""
    proof = None if given is None else given.account_protection
    if isinstance(proof, PasskeyProtection):
        return SignedChange(proof.passkey, requested.digest)
    return None if proof is None else PasswordAndCode(Secret(proof.password), Secret(proof.code))
