"""One's own pages: profile and sessions; the second factor and a new secret key; sign-out."""

from typing import Any

from starlette.responses import Response

from doorward.doors.console.operator import permission, shell, signed_in, word_for
from doorward.doors.console.own_history import show_history
from doorward.doors.console.pages import status_of
from doorward.doors.console.qr_code import shown_key
from doorward.doors.console.visit import Visit
from doorward.doors.web.cookies import SESSION, drop_cookie
from doorward.doors.web.six_digits import six_digits
from doorward.features.devices.actions import list_own_devices, revoke_own_devices
from doorward.features.devices.model import ListOwnDevices, RevokeOwnDevices
from doorward.features.directory.actions import view_me
from doorward.features.directory.model import MeShown, ViewMe
from doorward.features.second_factor.actions.own_codes import make_recovery_codes
from doorward.features.second_factor.actions.own_key import (
    begin_new_key,
    check_new_key,
    discard_new_key,
    save_new_key,
    show_new_key,
)
from doorward.features.second_factor.actions.proof import fresh_until
from doorward.features.second_factor.model import (
    CheckNewKey,
    DiscardNewKey,
    KeyHeld,
    KeySaved,
    KeyShown,
    MakeRecoveryCodes,
    NewKey,
    SaveNewKey,
    ShowNewKey,
)
from doorward.features.sessions.actions import end_own_sessions, end_session
from doorward.features.sessions.model import EndOwnSessions, EndSession, SessionShown
from doorward.kernel.ids import parse_id
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret
from doorward.kernel.sentences import sentence

ACCOUNT, TWO_FACTOR = "/me?tab=account", "/me?tab=two-factor"
"""The addresses of the two tabs that are shown here."""
_STAGES = {"key", "recovery_codes"}
"""The changes of a protected account that are laid out, with the proof that they ask for, before they are made."""
_HINT = "Good for this change alone. Wrong ones count, and in the end lock your account."
_ABOUT_A_CODE = ("otp.", "session.fresh_code_required")
"""Refusals that stand at the field for a code: of the new key, or of the present one, asked for first (KEY-2)."""


def show_me(visit: Visit) -> Response:
    """Show one's own page, or one of its tabs."""
    if visit.query.get("tab") == "history":
        return show_history(visit)
    return _page(visit)


def begin(visit: Visit) -> Response:
    """Begin a new key; the fresh proof is the session's own, or a code of the present key typed with it."""
    given = visit.form.get("code", "")
    code = six_digits(given)
    if given and code is None:
        return _page(visit, Refused("otp.malformed"))
    outcome = visit.change(begin_new_key, NewKey(None if code is None else Secret(code)))
    return visit.go(TWO_FACTOR) if isinstance(outcome, KeyShown) else _page(visit, outcome)


def check(visit: Visit) -> Response:
    """Prove the new key (*Check and apply*); a wrong code keeps the page and the key."""
    code = six_digits(visit.form.get("code", ""))
    outcome = Refused("otp.malformed") if code is None else visit.run(check_new_key, CheckNewKey(code))
    return visit.go(TWO_FACTOR) if isinstance(outcome, KeyHeld) else _page(visit, outcome)


def save(visit: Visit) -> Response:
    """Put the proven key in force (*Save*), and show its recovery codes, this once."""
    outcome = visit.run(save_new_key, SaveNewKey())
    if not isinstance(outcome, KeySaved):
        return _page(visit, outcome)
    codes = list(outcome.recovery_codes)
    response = visit.show("me_key_saved.html", recovery_codes=codes, signed_out=outcome.signed_out)
    if outcome.signed_out:
        response.headers.append("set-cookie", drop_cookie(SESSION))
    return response


def make_codes(visit: Visit) -> Response:
    """Make new recovery codes, and show them, this once; the fresh proof is that of a new key (KEY-1, KEY-2)."""
    given = visit.form.get("code", "")
    code = six_digits(given)
    if given and code is None:
        return _page(visit, Refused("otp.malformed"), at="recovery_codes")
    outcome = visit.change(make_recovery_codes, MakeRecoveryCodes(None if code is None else Secret(code)))
    if isinstance(outcome, Refused):
        return _page(visit, outcome, at="recovery_codes")
    return visit.show("me_codes_made.html", recovery_codes=list(outcome.recovery_codes))


def discard(visit: Visit) -> Response:
    """Forget a key that was not saved."""
    outcome = visit.run(discard_new_key, DiscardNewKey())
    return _page(visit, outcome) if isinstance(outcome, Refused) else visit.go(f"{TWO_FACTOR}&done=key-discarded")


def end_sessions(visit: Visit) -> Response:
    """End one of one's own sessions, or all but this one (SESS-2); ending this one is signing out."""
    given = visit.form.get("session", "")
    ended = parse_id(given)
    if given and ended is None:
        return _page(visit, Refused("sessions.not_found"), at="sessions")
    outcome = visit.run(end_own_sessions, EndOwnSessions(ended))
    if isinstance(outcome, Refused):
        return _page(visit, outcome, at="sessions")
    return visit.go(f"{ACCOUNT}&done={word_for(outcome, 'sessions-ended')}")


def revoke_devices(visit: Visit) -> Response:
    """Forget one of one's own remembered devices, or all of them (SESS-2)."""
    given = visit.form.get("device", "")
    revoked = parse_id(given)
    if given and revoked is None:
        return _page(visit, Refused("devices.not_found"), at="devices")
    outcome = visit.run(revoke_own_devices, RevokeOwnDevices(revoked))
    if isinstance(outcome, Refused):
        return _page(visit, outcome, at="devices")
    return visit.go(f"{ACCOUNT}&done={word_for(outcome, 'devices-revoked')}")


def sign_out(visit: Visit) -> Response:
    """End the session; one that is over already is over."""
    visit.run(end_session, EndSession())
    response = visit.go("/sign-in")
    response.headers.append("set-cookie", drop_cookie(SESSION))
    return response


@signed_in
def _page(visit: Visit, shown: SessionShown, refused: Refused | None = None, at: str = "key") -> Response:
    """Show one's own page; a refusal stands at the field for a code of the form that it came from, if it has one."""
    me = visit.run(view_me, ViewMe())
    if isinstance(me, Refused):
        return visit.problem(me)
    of_factor = at in _STAGES if refused is not None else _about_the_factor(visit, me)
    more = _factor(visit, shown, me, refused, at) if of_factor else _account(visit, shown, me, refused)
    return visit.show(
        "me_two_factor.html" if of_factor else "me.html",
        status_of(refused),
        **shell(visit, shown),
        **more,
        account=me.account,
        key=me.key,
        passkeys=me.passkeys,
        recovery_codes_left=me.recovery_codes_left,
        own_page_only=me.own_page_only,
        may_renew=permission(me.key is not None or me.own_page_only) if me.key or me.own_page_only else None,
    )


def _about_the_factor(visit: Visit, me: MeShown) -> bool:
    """Return whether the tab about the factor is shown; where none is named, whether something is under way there."""
    tab = visit.query.get("tab", "")
    under_way = me.own_page_only or me.new_key_under_way or visit.query.get("stage", "") in _STAGES
    return tab == "two-factor" or (tab != "account" and under_way)


def _account(visit: Visit, shown: SessionShown, me: MeShown, refused: Refused | None) -> dict[str, Any]:
    devices = visit.run(list_own_devices, ListOwnDevices())
    return {
        "refusal": refused,
        "sessions": list(me.sessions),
        "devices": [] if isinstance(devices, Refused) else list(devices.devices),
        "session": shown.session.id,
        "may_end": permission(True),
    }


def _factor(visit: Visit, shown: SessionShown, me: MeShown, refused: Refused | None, at: str) -> dict[str, Any]:
    staged = visit.query.get("stage", "")
    told = _told(me, refused, at) | ({"stage": staged} if refused is None and staged in _STAGES else {})
    return told | {"fresh_until": fresh_until(shown.session), "new_key": _new_key(visit, me)}


def _told(me: MeShown, refused: Refused | None, at: str) -> dict[str, Any]:
    """Return which form asks for what, and at which of its fields a refusal stands."""
    proof = {"error": "", "code_error": "", "recovery_code": me.own_page_only, "hint": _HINT}
    told: dict[str, Any] = {"errors": {}, "refusal": None, "ask_code": None, "stage": None}
    told["proof"] = proof if me.account.protected else None
    if refused is None:
        return told
    at_proof = me.account.protected and not me.new_key_under_way
    if at_proof and refused.code.startswith(("protection.", "passkeys.", "otp.")):
        wrong = "code_error" if refused.code == "otp.malformed" else "error"
        return told | {"proof": proof | {wrong: sentence(refused)}, "stage": at}
    if refused.code.startswith(_ABOUT_A_CODE):
        return told | {
            "errors": {"code": sentence(refused)},
            "ask_code": None if me.new_key_under_way else at,
        }
    return told | {"refusal": refused}


def _new_key(visit: Visit, me: MeShown) -> dict[str, Any] | None:
    """Return how far the new key is: to be checked, or proven and to be saved."""
    if me.new_key_proven:
        return {"step": "save", "shown": None}
    if not me.new_key_under_way:
        return None
    key = visit.run(show_new_key, ShowNewKey())
    return {"step": "check", "shown": shown_key(key, me.account.user_name)} if isinstance(key, KeyShown) else None
