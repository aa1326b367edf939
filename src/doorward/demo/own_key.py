"""By herself: Carmen replaces her own key, and the present one is good until the new one is saved."""

from doorward.demo.client import Answer
from doorward.demo.lost_phone import ENDED_WITHIN
from doorward.demo.phone import Phone, code_of, step_at
from doorward.demo.stage import Stage, phone_of


def regenerated(stage: Stage) -> None:
    """Begin, try a wrong code, prove and save: only then the old key ends, and with it every other session."""
    report, carmen = stage.report, stage.cast.carmen
    report.scene("Carmen moves to another phone by herself: Regenerate secret key")
    old, elsewhere = phone_of(carmen), carmen.token
    carmen.token = _signed_in(stage, "she signs in once more, on a second machine", old)
    begun = _own(stage, "POST /me/secret-key", {})
    report.answered("a new key is shown to her, whose code is fresh", begun, "200")
    new = Phone(begun.need("secret_key"))
    early = _own(stage, "PUT /me/secret-key", {})
    report.answered("it cannot be saved before it is proven", early, "409 second_factor.not_confirmed")
    wrong = code_of(old.secret_key, step_at(stage.time.now()))
    answer = _own(stage, "POST /me/secret-key/check", {"code": wrong})
    report.answered("a code of the old key does not prove the new one", answer, "401 otp.wrong")
    checked = _own(stage, "POST /me/secret-key/check", {"code": new.type_code(step_at(stage.time.now()))})
    report.answered("a code of the new key does", checked, "200 done")
    other = stage.client.ask("GET /session", token=elsewhere)
    report.answered("until she saves, nothing has changed: her other session lives", other, "200")
    saved = _own(stage, "PUT /me/secret-key", {})
    dead_at = stage.time.now() + ENDED_WITHIN
    seen = f"{saved.short}, {len(saved.facts.get('recovery_codes', []))} recovery codes"
    report.saw("she saves it, and gets new recovery codes", saved.line, seen, "200 done, 10 recovery codes")
    report.answered("the session in which she did it goes on", _own(stage, "GET /session"), "200")
    stage.time.wait_until(dead_at)
    other = stage.client.ask("GET /session", token=elsewhere)
    report.answered("within a second her other session is dead everywhere", other, "401 session.required")
    carmen.phone = new
    _new_opens_and_old_does_not(stage, old)


def _new_opens_and_old_does_not(stage: Stage, old: Phone) -> None:
    report, carmen = stage.report, stage.cast.carmen
    sign_in = stage.give_password(carmen).need("sign_in")
    stale = stage.client.ask(
        "POST /sign-in/code", {"sign_in": sign_in, "code": code_of(old.secret_key, step_at(stage.time.now()))}
    )
    report.answered("the old key opens nothing any more", stale, "401 otp.wrong")
    code = _early(stage, phone_of(carmen))
    fresh = stage.client.ask("POST /sign-in/code", {"sign_in": sign_in, "code": code})
    report.answered("the new one does", fresh, "200 done")
    carmen.token = fresh.need("token")


def _signed_in(stage: Stage, claim: str, phone: Phone) -> str:
    sign_in = stage.give_password(stage.cast.carmen).need("sign_in")
    answer = stage.client.ask("POST /sign-in/code", {"sign_in": sign_in, "code": _early(stage, phone)})
    stage.report.answered(claim, answer, "200 done")
    token: str = answer.need("token")
    return token


def _early(stage: Stage, phone: Phone) -> str:
    """Type the next code a step before its time, as a phone whose clock is ahead does (KEY-9); no need to wait."""
    following = phone.typed_step + 1
    return phone.type_code(following) if following <= step_at(stage.time.now()) + 1 else stage.free_code(phone)


def _own(stage: Stage, line: str, body: object = None) -> Answer:
    return stage.client.ask(line, body, stage.cast.carmen.token)
