"""What the tests of mailed links share: asking for one as a person does, and reading it from the mail."""

from dataclasses import replace
from typing import Any

from doorward.features.notices.model import Letter
from doorward.features.signin.actions.forgotten import ask_forgotten_password, mail_forgotten
from doorward.features.signin.actions.new_password import open_link, use_forgotten_link
from doorward.features.signin.model import AskForgottenPassword, OpenLink, PendingToken, UseForgottenLink
from doorward.kernel.act import SYSTEM
from doorward.kernel.ports import Secret
from doorward.kernel.tokens import parse_token
from tests.features.signin.walking import Walk
from tests.worlds import World

NEW = "an otter in the river"
SITE = "https://login.example.org"


def ask(walk: Walk, name: str = "bram") -> Any:
    """Say that a password is forgotten."""
    return walk.take(ask_forgotten_password(AskForgottenPassword(name)))


def answered(world: World) -> list[tuple[str, Letter]]:
    """Let the worker answer, and read the mail."""
    with world.writing() as call:
        mail_forgotten(replace(call, actor=SYSTEM), 20)
    return world.collect_mail()


def token_in(letter: Letter, fact: str, page: str) -> PendingToken:
    """Read the token of a mailed link."""
    link = str(letter.facts[fact])
    parsed = parse_token(link.removeprefix(f"{SITE}/{page}/"))
    assert parsed is not None, link
    return PendingToken(*parsed)


def link_for(walk: Walk, name: str = "bram") -> PendingToken:
    """Ask for a link, and read it from the mail."""
    ask(walk, name)
    ((_, letter),) = answered(walk.world)
    return token_in(letter, "link", "forgotten-password")


def opened(walk: Walk, token: PendingToken) -> Any:
    """Open a link."""
    return walk.take(open_link(OpenLink("forgotten-password", token)))


def use(walk: Walk, token: PendingToken, password: str = NEW) -> Any:
    """Set the new password by a link."""
    return walk.take(use_forgotten_link(UseForgottenLink(token, Secret(password))))
