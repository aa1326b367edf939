"""What comes by e-mail and is used without signing in: a forgotten password, and *this was not me* (PASS-5, DESK-3)."""

from http import HTTPStatus
from typing import Literal

from fastapi import Response
from pydantic import Field

from doorward.doors.api.answers import answer
from doorward.doors.api.asked import Anybody
from doorward.doors.api.given import Body, LinkToken, Name, Password
from doorward.doors.api.routing import Routes
from doorward.doors.api.shapes import Shape
from doorward.features.signin.actions.forgotten import ask_forgotten_password
from doorward.features.signin.actions.new_password import use_forgotten_link
from doorward.features.signin.actions.not_me import say_not_me
from doorward.features.signin.model import (
    AskForgottenPassword,
    Disowned,
    PasswordAsked,
    PasswordSet,
    SayNotMe,
    UseForgottenLink,
)
from doorward.kernel.ports import Secret
from doorward.kernel.refusals.table import REFUSALS

routes = Routes("sign-in")

_PASSWORDS = tuple(code for code in REFUSALS if code.startswith("passwords."))


class ForgottenBody(Body):
    """Whose password is forgotten."""

    user_name: Name


class LinkPasswordBody(Body):
    """A new password, and the link that gives the right to set it."""

    token: LinkToken
    password: Password


class LinkBody(Body):
    """A link that needs nothing beside it."""

    token: LinkToken


class HeardJson(Shape):
    """The request was heard; what comes of it is in the mail."""

    outcome: Literal["done"] = "done"


class DisownedJson(Shape):
    """What *this was not me* came to."""

    outcome: Literal["done"] = "done"
    locked: bool = Field(description="false for the last able administrator: sessions ended, not locked")


@routes.on("POST /sign-in/forgotten-password", ask_forgotten_password, HeardJson, (), HTTPStatus.ACCEPTED)
async def ask_for_forgotten_password(body: ForgottenBody, asked: Anybody) -> Response:
    """Ask for a link by e-mail, because the password is forgotten.

    The answer is the same for every name. Three mails an hour are sent for an account; nothing is locked by asking.
    """
    outcome: PasswordAsked = await asked.drive(ask_forgotten_password(AskForgottenPassword(body.user_name)))
    return answer(HeardJson(outcome=outcome.status), HTTPStatus.ACCEPTED)


@routes.on(
    "POST /sign-in/forgotten-password/confirm", use_forgotten_link, HeardJson,
    ("signin.expired", "signin.busy", *_PASSWORDS),
)  # fmt: skip
async def set_forgotten_password(body: LinkPasswordBody, asked: Anybody) -> Response:
    """Set a new password by the token of the mailed link.

    No session follows: the person signs in with it, and gives their second factor as ever.
    """
    command = UseForgottenLink(body.token, Secret(body.password))
    return asked.told(await asked.drive(use_forgotten_link(command)), _set)


@routes.on("POST /not-me", say_not_me, DisownedJson, ("signin.expired",))
async def disown(body: LinkBody, asked: Anybody) -> Response:
    """Say *this was not me* by the token of a mailed link.

    Locks the account (`Reported`) and ends its sessions; the last able administrator's sessions end, and that is all.
    """
    return asked.told(await asked.drive(say_not_me(SayNotMe(body.token))), _disowned)


def _set(outcome: PasswordSet) -> HeardJson:
    return HeardJson(outcome=outcome.status)


def _disowned(outcome: Disowned) -> DisownedJson:
    return DisownedJson(outcome=outcome.status, locked=outcome.locked)
