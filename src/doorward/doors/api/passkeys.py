"""`/sign-in/passkey` and `/me/passkeys`: signing in with a passkey, and one's own passkeys (KEY-17, LOCK-15).

Options and answers are as browsers write them: W3C Web Authentication Level 3, section 5.1. A program that has an
authenticator of its own does as a browser would, with the server's public address as origin.
"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Body as InBody
from fastapi import Path, Response
from pydantic import Field, PlainValidator, WithJsonSchema

from doorward.doors.api.answers import answer, sparse_answer
from doorward.doors.api.asked import Anybody, Holder
from doorward.doors.api.given import Assertion, Body, OwnChange, SignInName, Typed, parsed_id, refusing
from doorward.doors.api.routing import Routes
from doorward.doors.api.shapes import OutcomeJson, Shape
from doorward.doors.api.signin import STEP, CompletingBody, StepJson, told_step
from doorward.doors.web.passkey_json import creation_json, read_registration, request_json
from doorward.features.passkeys.model.acts import (
    AddPasskey,
    AskProof,
    BeginPasskey,
    GiveProof,
    ListPasskeys,
    PasskeyAdded,
    PasskeyAsked,
    PasskeyBegun,
    PasskeysListed,
    RemovePasskey,
    RenamePasskey,
)
from doorward.features.passkeys.model.facts import GivenRegistration, PasskeyFacts
from doorward.features.second_factor.actions.own_passkeys import (
    add_passkey,
    ask_proof,
    begin_passkey,
    give_proof,
    list_own_passkeys,
    remove_passkey,
    rename_passkey,
)
from doorward.features.signin.actions.passkeys import ask_passkey, give_passkey
from doorward.features.signin.model import AskPasskey, GivePasskey, PasskeyWanted
from doorward.kernel.outcome import Done, Refused, Unchanged
from doorward.kernel.ports import Secret

routes = Routes("passkeys")

_PROOF = ("session.fresh_code_required", "session.second_factor_required", "second_factor.blocked", "otp.malformed",
          "otp.wrong", "otp.used")  # fmt: skip
_ANSWER = ("passkeys.refused", "passkeys.expired", "passkeys.malformed")


def _registration(value: Any) -> GivenRegistration:
    given = read_registration(value)
    if isinstance(given, Refused):
        raise refusing(given.code)
    return given


PasskeyIn = Annotated[UUID, Path(description="the passkey's id"), parsed_id("passkeys.not_found")]
Registration = Annotated[
    GivenRegistration,
    Field(description="RegistrationResponseJSON: what `PublicKeyCredential.toJSON()` gives"),
    PlainValidator(_registration),
    WithJsonSchema({"type": "object"}),
]


class AskingBody(Body):
    """Which sign-in a passkey is asked for; without one it is the whole sign-in."""

    sign_in: SignInName | None = None


class AssertionBody(CompletingBody):
    """What a passkey has signed for a sign-in; `remember_device` counts beside a password."""

    credential: Assertion


class ProofBody(OwnChange):
    """What a passkey has signed for a session."""

    credential: Assertion


class BeginningBody(OwnChange):
    """The fresh proof, where the session has given none in the last five minutes."""

    code: Typed | None = Field(None, description="a code of the present secret key")


class AddingBody(OwnChange):
    """What a browser has made, and what it is to be called."""

    credential: Registration
    name: Typed = Field("", description="up to 100 characters; empty: what it is")


class RenamingBody(OwnChange):
    """Another name."""

    name: Typed = Field(description="1 to 100 characters")


class PasskeyJson(Shape):
    """A passkey; neither its key nor its id on the authenticator is ever shown."""

    id: UUID
    name: str
    signs_in_alone: bool = Field(description="it verifies its person, and so can be the whole sign-in")
    backed_up: bool = Field(description="its owner's other devices have it too")
    added_at: datetime
    last_used_at: datetime | None
    doubted_at: datetime | None = Field(description="when it last looked like a copy, and was refused")


class PasskeysJson(Shape):
    """One's own passkeys."""

    items: list[PasskeyJson]
    next: None = None


class WantedJson(Shape):
    """What a browser is to sign, within five minutes."""

    sign_in: str | None = Field(None, description="of a whole sign-in: names it in the next step; shown once")
    options: dict[str, Any] = Field(description="PublicKeyCredentialRequestOptionsJSON")


class ToMakeJson(Shape):
    """What a browser is to make, within five minutes."""

    options: dict[str, Any] = Field(description="PublicKeyCredentialCreationOptionsJSON")


class AddedJson(Shape):
    """The passkey is one's own."""

    outcome: str
    passkey: PasskeyJson


OptionalBeginning = Annotated[BeginningBody | None, InBody(description="may be left out")]
OptionalAsking = Annotated[AskingBody | None, InBody(description="may be left out")]


@routes.on(
    "POST /sign-in/passkey/options", ask_passkey, WantedJson,
    ("signin.expired", "passkeys.none", "passkeys.not_available"),
)  # fmt: skip
def ask_for_passkey(asked: Anybody, body: OptionalAsking = None) -> Response:
    r"""Ask what a passkey is to sign.

    With the `sign_in` of a right password it is the second factor. Without one it is the whole sign-in: no name is
    asked for or told, the person must be verified, and the answer brings the `sign_in` of the next step.

    curl -s https://login.example.org/api/v1/sign-in/passkey/options -H 'content-type: application/json' -d '{}'
    """
    sign_in = None if body is None else body.sign_in
    outcome = asked.run(ask_passkey, AskPasskey(sign_in))
    return asked.refuse(outcome) if isinstance(outcome, Refused) else sparse_answer(_wanted(outcome))


@routes.on("POST /sign-in/passkey", give_passkey, StepJson, (*STEP, *_ANSWER, "signin.throttled", "signin.busy"))
async def sign_in_with_passkey(body: AssertionBody, asked: Anybody) -> Response:
    """Give what a passkey has signed.

    As the whole sign-in it works during an automatic lock too. Whatever is wrong is the same `passkeys.refused`; it
    counts towards no lock.
    """
    return told_step(
        asked, await asked.drive(give_passkey(GivePasskey(body.sign_in, body.credential, body.remember_device)))
    )


@routes.on("GET /me/passkeys", list_own_passkeys, PasskeysJson)
def read_own_passkeys(asked: Holder) -> Response:
    """Read one's own passkeys, oldest first."""
    return asked.told(asked.run(list_own_passkeys, ListPasskeys()), _listed)


@routes.on(
    "POST /me/passkeys/options", begin_passkey, ToMakeJson, (*_PROOF, "passkeys.too_many", "passkeys.not_available")
)
def begin_own_passkey(asked: Holder, body: OptionalBeginning = None) -> Response:
    """Ask what a browser is to make.

    Asks for a fresh code of the present key unless this session gave one, or a passkey, in the last five minutes.
    """
    return asked.told(asked.change(begin_passkey, BeginPasskey(_code(body)), body), _to_make)


@routes.on(
    "POST /me/passkeys", add_passkey, AddedJson,
    (*_ANSWER, "session.second_factor_required", "passkeys.too_many", "passkeys.already_added",
     "passkeys.name_malformed", "passkeys.not_available"),
)  # fmt: skip
def add_own_passkey(body: AddingBody, asked: Holder) -> Response:
    """Add what a browser has made; only the session that asked for it can."""
    return asked.told(asked.run(add_passkey, AddPasskey(body.credential, body.name)), _added)


@routes.on("POST /me/passkeys/proof/options", ask_proof, WantedJson, ("passkeys.none", "passkeys.not_available"))
def ask_for_proof(asked: Holder) -> Response:
    """Ask what a passkey is to sign as this session's fresh proof."""
    outcome = asked.run(ask_proof, AskProof())
    return asked.refuse(outcome) if isinstance(outcome, Refused) else sparse_answer(_asked(outcome))


@routes.on("POST /me/passkeys/proof", give_proof, OutcomeJson, (*_ANSWER, "session.second_factor_required"))
def give_own_proof(body: ProofBody, asked: Holder) -> Response:
    """Give this session's fresh proof by a passkey: it holds for five minutes, and raises nothing."""
    return asked.told(asked.run(give_proof, GiveProof(assertion=body.credential)), _done)


@routes.on(
    "PATCH /me/passkeys/{passkey}", rename_passkey, OutcomeJson,
    ("passkeys.not_found", "passkeys.name_malformed", "session.second_factor_required"),
)  # fmt: skip
def rename_own_passkey(passkey: PasskeyIn, body: RenamingBody, asked: Holder) -> Response:
    """Give one of one's own passkeys another name."""
    outcome = asked.change(rename_passkey, RenamePasskey(passkey, body.name), body)
    return asked.refuse(outcome) if isinstance(outcome, Refused) else answer(_done(outcome))


@routes.on(
    "DELETE /me/passkeys/{passkey}", remove_passkey, OutcomeJson,
    (*_PROOF, "passkeys.not_found", "passkeys.last_factor"),
)  # fmt: skip
def remove_own_passkey(passkey: PasskeyIn, asked: Holder, body: OptionalBeginning = None) -> Response:
    """Remove one of one's own passkeys; every session but this one ends.

    Asks for a fresh proof, as adding does. The last second factor is not removed.
    """
    return asked.told(asked.change(remove_passkey, RemovePasskey(passkey, _code(body)), body), _done)


def passkey_json(one: PasskeyFacts) -> PasskeyJson:
    """Spell a passkey."""
    return PasskeyJson(
        id=one.id, name=one.name, signs_in_alone=one.signs_in_alone, backed_up=one.backed_up, added_at=one.added_at,
        last_used_at=one.last_used_at, doubted_at=one.doubted_at,
    )  # fmt: skip


def _code(body: BeginningBody | None) -> Secret | None:
    return None if body is None or body.code is None else Secret(body.code)


def _wanted(outcome: PasskeyWanted) -> WantedJson:
    sign_in = None if outcome.sign_in is None else outcome.sign_in.reveal()
    return WantedJson(sign_in=sign_in, options=request_json(outcome.options))


def _asked(outcome: PasskeyAsked) -> WantedJson:
    return WantedJson(options=request_json(outcome.options))


def _to_make(outcome: PasskeyBegun) -> ToMakeJson:
    return ToMakeJson(options=creation_json(outcome.options))


def _listed(outcome: PasskeysListed) -> PasskeysJson:
    return PasskeysJson(items=[passkey_json(one) for one in outcome.passkeys])


def _added(outcome: PasskeyAdded) -> AddedJson:
    return AddedJson(outcome=outcome.status, passkey=passkey_json(outcome.passkey))


def _done(outcome: Done | Unchanged) -> OutcomeJson:
    return OutcomeJson(outcome=outcome.status)
