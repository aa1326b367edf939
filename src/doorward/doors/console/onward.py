"""What follows a step of sign-in: the next page, the session with its cookies, or what was refused."""

from datetime import datetime
from urllib.parse import quote, unquote

from starlette.responses import Response

from doorward.doors.console.visit import Visit
from doorward.doors.web.cookies import (
    BROWSER,
    DEVICE,
    SESSION,
    SIGN_IN,
    cookies_of,
    drop_cookie,
    set_cookie,
)
from doorward.doors.web.credentials import devices_and
from doorward.features.devices.model import BROWSER_LIFE
from doorward.features.signin.model import Next, SignedIn, SignInGoesOn
from doorward.kernel.outcome import Refused

RETURN = "__Host-doorward-return"
"""Where the person wanted to go, kept while they sign in: a path of this server."""
RETURN_SECONDS = 900
_KEPT_LENGTH = 3000
"""Browsers keep cookies of 4 KiB (RFC 6265 section 6.1); no address of ours is as long."""
PATHS = {
    Next.CODE: "/sign-in/code",
    Next.DEVICE_CODE: "/sign-in/device-code",
    Next.SET_UP: "/sign-in/set-up",
    Next.NEW_PASSWORD: "/sign-in/new-password",
}


def go_on(visit: Visit, outcome: SignedIn | SignInGoesOn | Refused, return_to: str = "") -> Response:
    """Go to the page of the next step, into the session, or tell what was refused."""
    match outcome:
        case SignInGoesOn():
            return _next_page(visit, outcome)
        case SignedIn():
            return _go_in(visit, outcome, return_to)
        case _:
            return turned_away(visit, outcome)


def enter(visit: Visit, outcome: SignedIn, response: Response) -> Response:
    """Hand over the session's cookie with a page, and drop what belonged to the sign-in."""
    sent = cookies_of(visit.request.scope)
    cookies = [set_cookie(SESSION, outcome.token.reveal()), drop_cookie(SIGN_IN)]
    if RETURN in sent:
        cookies.append(drop_cookie(RETURN))
    if outcome.browser is not None:
        cookies.append(set_cookie(BROWSER, outcome.browser.reveal(), int(BROWSER_LIFE.total_seconds())))
    if outcome.device is not None and outcome.device_expires_at is not None:
        lasts = outcome.device_expires_at - visit.plug.runtime.clock.now()
        devices = devices_and(visit.request.scope, outcome.device.reveal())
        cookies.append(set_cookie(DEVICE, devices, int(lasts.total_seconds())))
    for cookie in cookies:
        response.headers.append("set-cookie", cookie)
    return response


def own_path(address: str) -> str:
    """Keep an address only if it is a path of this server: nobody is sent elsewhere by a link to sign-in."""
    plain = address.startswith("/") and not address.startswith("//") and address.isprintable() and "\\" not in address
    return address if plain and len(quote(address, safe="")) <= _KEPT_LENGTH else ""


def _next_page(visit: Visit, outcome: SignInGoesOn) -> Response:
    address = PATHS[outcome.next]
    codes = outcome.recovery_codes
    response = _codes_page(visit, codes, address) if codes else visit.go(address)
    if outcome.sign_in is not None:
        response.headers.append("set-cookie", set_cookie(SIGN_IN, outcome.sign_in.reveal()))
    return response


def _go_in(visit: Visit, outcome: SignedIn, return_to: str) -> Response:
    """Go where the person wanted to; recovery codes are shown on the way, this once."""
    wanted = own_path(unquote(cookies_of(visit.request.scope).get(RETURN, ""))) or return_to
    onward = "/me" if outcome.own_page_only else wanted or "/"
    response = _codes_page(visit, outcome.recovery_codes, onward) if outcome.recovery_codes else visit.go(onward)
    return enter(visit, outcome, response)


def _codes_page(visit: Visit, codes: tuple[str, ...], onward: str) -> Response:
    return visit.show("sign_in/recovery_codes_shown.html", recovery_codes=list(codes), onward=onward)


def turned_away(visit: Visit, refused: Refused) -> Response:
    """Say why a sign-in does not go on: the page for the locked, for the blocked, or back to the beginning."""
    contact = str(refused.facts.get("contact") or "")
    match refused.code:
        case "signin.locked":
            ends_at = refused.facts.get("ends_at")
            lock = {
                "at": datetime.fromisoformat(str(refused.facts["locked_at"])),
                "ends_at": None if ends_at is None else datetime.fromisoformat(str(ends_at)),
            }
            return visit.show("sign_in/locked.html", 403, lock=lock, contact=contact)
        case "signin.set_up_not_available":
            reference = visit.origin.reference
            return visit.show("sign_in/set_up_not_available.html", 403, contact=contact, reference=reference)
        case "signin.expired" | "signin.refused":
            passkeys = visit.passkeys_work
            return visit.show(
                "sign_in/password.html", refusal=refused, return_to="", contact=contact, passkeys=passkeys
            )
        case _:
            return visit.problem(refused, "/sign-in")
