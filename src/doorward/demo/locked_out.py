"""The first story: Bram is locked out by somebody's guesses, and the help desk lets him in again."""

from doorward.demo.client import Answer
from doorward.demo.people import Person, new_password
from doorward.demo.stage import SAME, Stage, because, likeness, lock_of, names, phone_of

CALLED_BACK = "called back on the known number, it is him"
_CHECKED = ("wrong", "right", "used", "unknown")


def guessed_at(stage: Stage) -> None:
    """Somebody guesses at Bram's password until the account locks, and learns nothing."""
    report, bram = stage.report, stage.cast.bram
    report.scene("Somebody guesses at Bram's password")
    rules = stage.as_ada("GET /password-rules")
    most = rules.need("failures_before_lock")
    report.saw(
        "the rules say after how many failures it locks", rules.line, f"{rules.short}, after {most}", "200, after 10"
    )
    wrong = _guess(stage, bram, most)
    seen = f"{wrong[0].short}, {len(wrong)} times {likeness(*wrong)}"
    expected = f"401 signin.refused, {most} times {SAME}"
    report.saw(f"{most} wrong passwords are refused, and tell nothing", wrong[0].line, seen, expected)
    _same_for_all(stage, wrong[0])
    tries = stage.entries(bram, "signin.password", most + 1)
    expected = f"{most} checked wrong, 1 refused"
    report.saw("the trail: all guesses compared, the right one not", tries.line, _outcomes(tries), expected)
    locked = stage.entries(bram, "lockout.locked")
    report.saw("the trail: locked once, by the server itself", locked.line, _who(locked), "system: done")
    stage.sees_letter("Bram is told by mail", bram, "was locked")
    old = stage.client.ask("GET /session", token=bram.token)
    report.answered("the session he had before goes on", old, "200")


def found_and_unlocked(stage: Stage) -> None:
    """Hugo of the help desk finds Bram, and opens the account again."""
    report, bram, hugo = stage.report, stage.cast.bram, stage.cast.hugo
    report.scene("Hugo of the help desk finds him and unlocks him")
    found = stage.as_hugo("GET /accounts?locked=true")
    seen = f"{found.short}, {names(found.items)}"
    report.saw("the search for locked users finds exactly one", found.line, seen, f"200, {bram.user_name}")
    shown = stage.as_hugo(f"GET /accounts/{bram.id}")
    expected = "200, locked, Failures, until somebody unlocks"
    report.saw("the account says why, and until when", shown.line, f"{shown.short}, {lock_of(shown)}", expected)
    unlocked = stage.as_hugo(f"POST /accounts/{bram.id}/unlock", because(CALLED_BACK))
    report.answered("Hugo unlocks it", unlocked, "200 done")
    _open_again(stage, bram, hugo)
    entry = stage.entries(bram, "lockout.unlocked")
    report.saw("the trail: who unlocked, and why", entry.line, _who(entry), f"{hugo.user_name}: done, “{CALLED_BACK}”")
    stage.sees_letter("Bram is told by mail", bram, "was unlocked")


def nobody_unlocks_themselves(stage: Stage) -> None:
    """Hugo is locked by guesses too; his session goes on, but he cannot open his own account."""
    report, hugo, ada = stage.report, stage.cast.hugo, stage.cast.ada
    report.scene("Nobody unlocks themselves")
    wrong = _guess(stage, hugo, stage.as_ada("GET /password-rules").need("failures_before_lock"))
    locked = stage.account(hugo)
    expected = "200, locked, Failures, until somebody unlocks"
    claim = f"{len(wrong)} wrong passwords lock Hugo as well"
    report.saw(claim, locked.line, f"{locked.short}, {lock_of(locked)}", expected)
    own = stage.as_hugo(f"POST /accounts/{hugo.id}/unlock", because("it is me"))
    report.answered("he tries to unlock himself, and is refused", own, "403 lockout.self")
    still = stage.account(hugo)
    report.saw("he is as locked as before", still.line, f"{still.short}, {lock_of(still)}", expected)
    answer = stage.as_ada(f"POST /accounts/{hugo.id}/unlock", because("sits across the desk from me"))
    report.answered("Ada unlocks him", answer, "200 done")
    _open_again(stage, hugo, ada)
    found = stage.as_ada("GET /accounts?locked=true")
    report.saw("nobody is locked any more", found.line, f"{found.short}, {names(found.items)}", "200, nobody")


def back_again(stage: Stage) -> None:
    """Bram signs in with what he had before: the lock has changed neither password nor key."""
    report, bram = stage.report, stage.cast.bram
    report.scene("Bram signs in as before")
    first = stage.give_password(bram)
    report.answered("his password is good again", first, "200 code")
    code = stage.free_code(phone_of(bram))
    given = {"sign_in": first.need("sign_in"), "code": code}
    second = stage.client.ask("POST /sign-in/code", given)
    report.answered("and so is his phone", second, "200 done")
    bram.token = second.need("token")
    used_twice(stage, bram, code)


def used_twice(stage: Stage, person: Person, code: str) -> None:
    """Type a code that was accepted already, in a sign-in of its own."""
    again = {"sign_in": stage.give_password(person).need("sign_in"), "code": code}
    answer = stage.client.ask("POST /sign-in/code", again)
    stage.report.answered("the same code a second time is refused", answer, "401 otp.used")


def _guess(stage: Stage, person: Person, times: int) -> list[Answer]:
    return [stage.give_password(person, new_password()) for _ in range(times)]


def _same_for_all(stage: Stage, wrong: Answer) -> None:
    """Whoever guesses cannot tell the right password, nor whether anybody has the name."""
    expected = f"401 signin.refused, {SAME}"
    right = stage.give_password(stage.cast.bram)
    claim = "now the right password is refused in just these bytes"
    stage.report.saw(claim, right.line, f"{right.short}, {likeness(wrong, right)}", expected)
    nobody = stage.give_password(Person("Nobody Atall"))
    claim = "and so is a name that nobody has"
    stage.report.saw(claim, nobody.line, f"{nobody.short}, {likeness(wrong, nobody)}", expected)


def _open_again(stage: Stage, person: Person, by: Person) -> None:
    account = stage.account(person)
    seen = f"{account.short}, {lock_of(account)}, unlocked by {account.facts.get('unlocked_by')}"
    expected = f"200, open, unlocked by {by.user_name}"
    stage.report.saw("date and reason are gone, Unlocked by is filled in", account.line, seen, expected)


def _outcomes(entries: Answer) -> str:
    """Count the attempts of a list: what was compared, and what was refused unseen."""
    rows = entries.items
    counted = {word: sum(row["result"] == word for row in rows) for word in _CHECKED}
    said = [f"{count} checked {word}" for word, count in counted.items() if count]
    refused = sum(row["outcome"] == "refused" for row in rows)
    return ", ".join([*said, f"{refused} refused"])


def _who(entries: Answer) -> str:
    """Return who did what a list of entries is about, and why."""
    said = [f"{row['actor_name']}: {row['outcome']}" + (f", “{row['reason']}”" if row["reason"] else "")
            for row in entries.items]  # fmt: skip
    return "; ".join(said) or "no entry"
