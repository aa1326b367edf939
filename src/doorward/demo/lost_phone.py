"""The second story: Carmen's phone is lost, and a new key is set up without a door standing open in between."""

from datetime import timedelta

from doorward.demo.locked_out import used_twice
from doorward.demo.people import Person
from doorward.demo.phone import code_of, step_at
from doorward.demo.stage import Stage, because, phone_of

ENDED_WITHIN = timedelta(seconds=1)
"""How soon a session that was ended is dead everywhere (SESS-3)."""
_LOST = "phone lost, known by her voice"


def reset(stage: Stage) -> None:
    """Reset the key: from this moment nothing that was made with the old one opens anything."""
    report, ada, carmen = stage.report, stage.cast.ada, stage.cast.carmen
    report.scene("Carmen's phone is lost: Ada resets the key")
    finder = stage.give_password(carmen)
    report.answered("whoever has her phone and password is at the code", finder, "200 code")
    path = f"POST /accounts/{carmen.id}/reset-secret-key"
    report.answered("the help desk may not reset keys", stage.as_hugo(path, because(_LOST)), "403 rights.missing")
    own = stage.as_ada(f"POST /accounts/{ada.id}/reset-secret-key", because("to try"))
    report.answered("nobody resets their own", own, "403 second_factor.self")
    done = stage.as_ada(path, because(_LOST))
    dead_at = stage.time.now() + ENDED_WITHIN
    report.answered("Ada resets it", done, "200 done")
    _stands(stage, "no key is left, a new one may be set up", "may_set_up")
    _nothing_old_opens(stage, finder.need("sign_in"))
    stage.time.wait_until(dead_at)
    asked = stage.client.ask("GET /session", token=carmen.token)
    report.answered("within a second the old session is dead everywhere", asked, "401 session.required")
    stage.sees_letter("Carmen is told by mail", carmen, "was deleted")


def new_key(stage: Stage) -> None:
    """Carmen proves herself by password and mailed code, and sets up the key in her new phone."""
    report, carmen = stage.report, stage.cast.carmen
    report.scene("Carmen sets up her new phone")
    lost = phone_of(carmen)
    first = stage.give_password(carmen)
    report.answered("her password alone leads to a code by mail", first, "200 device_code")
    sign_in = {"sign_in": first.need("sign_in")}
    early = stage.client.ask("POST /sign-in/set-up", sign_in)
    report.answered("no key is shown before that code", early, "401 signin.expired")
    typed = sign_in | {"code": code_of(lost.secret_key, step_at(stage.time.now()))}
    old = stage.client.ask("POST /sign-in/device-code", typed)
    report.answered("a code of the lost phone will not do in its place", old, "401 devices.wrong_code")
    code = stage.read_mailed_code(carmen)
    mailed = stage.client.ask("POST /sign-in/device-code", sign_in | {"code": code})
    report.answered("the code from her mailbox does", mailed, "200 set_up")
    shown = stage.client.ask("POST /sign-in/set-up", sign_in)
    key = shown.need("secret_key")
    seen = f"{shown.short}, {'another key' if key != lost.secret_key else 'the old key'}"
    report.saw("a new key is shown, for nobody else", shown.line, seen, "200, another key")
    report.answered(
        "a code made from it lets her in", stage.confirm_key(carmen, key, first.need("sign_in")), "200 done"
    )
    _is_in(stage)
    used_twice(stage, carmen, code_of(key, phone_of(carmen).typed_step))


def deleted_and_allowed(stage: Stage) -> None:
    """Block every way in by Delete; let in again by the allowlist, once and by the whole way."""
    report, carmen = stage.report, stage.cast.carmen
    report.scene("Delete blocks, the allowlist lets in again")
    done = stage.as_ada(f"POST /accounts/{carmen.id}/delete-secret-key", because("phone and laptop stolen"))
    report.answered("Ada deletes Carmen's key", done, "200 done")
    _stands(stage, "the account is blocked", "blocked")
    me = stage.client.ask("GET /me", token=carmen.token)
    report.answered("the session is dead", me, "401 session.required")
    report.answered("the right password leads nowhere", stage.give_password(carmen), "403 signin.set_up_not_available")
    allowed = stage.as_ada(f"PUT /allowlist/{carmen.id}", because("came to the desk with her passport"))
    report.answered("Ada adds her to the allowlist", allowed, "200 done")
    _stands(stage, "she may set up a key", "may_set_up")
    report.answered("password, mailed code and a new key let her in", stage.come_in(carmen), "200 done")
    _is_in(stage)
    listed = stage.as_ada("GET /allowlist")
    found = any(row["account_id"] == carmen.id for row in listed.items)
    seen = f"{listed.short}, {'still there' if found else 'used up'}"
    report.saw("the entry was for one set-up", listed.line, seen, "200, used up")


def next_day(stage: Stage) -> None:
    """Sign in with the new phone, as on any other day."""
    report, carmen = stage.report, stage.cast.carmen
    report.scene("From now on she signs in as everybody does")
    first = stage.give_password(carmen)
    report.answered("password", first, "200 code")
    code = stage.free_code(phone_of(carmen))
    second = stage.client.ask("POST /sign-in/code", {"sign_in": first.need("sign_in"), "code": code})
    report.answered("code of the new phone: in", second, "200 done")
    carmen.token = second.need("token")
    used_twice(stage, carmen, code)


def the_trail(stage: Stage) -> None:
    """Everything that was done is in the audit trail, and nothing that opens a door is."""
    report, carmen = stage.report, stage.cast.carmen
    report.scene("What the audit trail has of it, and what it has not")
    history = stage.as_ada(f"GET /accounts/{carmen.id}/history?limit=200")
    wanted = ("second_factor.set_up", "second_factor.reset", "second_factor.deleted", "allowlist.added",
              "second_factor.regenerated")  # fmt: skip
    acts = [row["act"] for row in history.items if row["outcome"] == "done"]
    counted = ", ".join(f"{act} {acts.count(act)}" for act in wanted)
    expected = ("200: second_factor.set_up 3, second_factor.reset 1, second_factor.deleted 1, allowlist.added 2, "
                "second_factor.regenerated 1")  # fmt: skip
    report.saw("each step of Carmen's story", history.line, f"{history.short}: {counted}", expected)
    everything, count = _all_entries(stage)
    leaked = [secret for secret in _secrets(stage.cast.everybody) if secret in everything]
    seen = f"{count} entries, {len(leaked)} secrets" if count else "no entries"
    report.saw("no password, key or token in any entry", "GET /api/v1/audit", seen, f"{count} entries, 0 secrets")


def _nothing_old_opens(stage: Stage, sign_in: str) -> None:
    """Try the sign-in that was under way, with a fresh code of the lost phone, and then the open session."""
    report, carmen = stage.report, stage.cast.carmen
    lost = phone_of(carmen)
    code = code_of(lost.secret_key, lost.free_step(stage.time.now()))
    old = stage.client.ask("POST /sign-in/code", {"sign_in": sign_in, "code": code})
    report.answered("a fresh code of the lost phone opens nothing", old, "401 signin.expired")
    me = stage.client.ask("GET /me", token=carmen.token)
    report.answered("the session she had open is dead", me, "401 session.required")


def _stands(stage: Stage, claim: str, state: str) -> None:
    account = stage.account(stage.cast.carmen)
    stage.report.saw(claim, account.line, f"{account.short}, {account.facts.get('second_factor')}", f"200, {state}")


def _is_in(stage: Stage) -> None:
    carmen = stage.cast.carmen
    session = stage.client.ask("GET /session", token=carmen.token)
    stage.report.saw("she is signed in", session.line, f"{session.short}, {session.facts.get('user_name')}",
                     f"200, {carmen.user_name}")  # fmt: skip


def _all_entries(stage: Stage) -> tuple[str, int]:
    """Read the whole trail, page by page, as text; and say how many entries it has."""
    text, count, cursor = "", 0, ""
    while True:
        page = stage.as_ada(f"GET /audit?limit=200{cursor}")
        text += page.body.decode()
        count += len(page.items)
        following = page.need("next")
        if following is None:
            return text, count
        cursor = f"&cursor={following}"


def _secrets(people: tuple[Person, ...]) -> list[str]:
    """List what opens a door, as far as the demo has it."""
    keys = [person.phone.secret_key for person in people if person.phone is not None]
    return [*keys, *(person.password for person in people), *(person.token for person in people)]
