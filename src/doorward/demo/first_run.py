"""Before the stories: a server out of nothing, its first administrator, and two hundred people."""

from doorward.demo.client import API, BrokenOff, Client
from doorward.demo.people import Person, others
from doorward.demo.phone import Phone
from doorward.demo.stage import Stage
from doorward.edges.clock import Stopwatch

_GROUPED_KEY = rb"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}"
_RECOVERY_CODES = 10
_SESSION_COOKIE = "__Host-doorward"


def first_administrator(stage: Stage) -> None:
    """Ada opens the link that the server printed, as a browser does, and makes herself the first administrator."""
    report, ada, link = stage.report, stage.cast.ada, stage.server.welcome
    report.scene("A server made out of nothing, and its first administrator")
    browser = Client(stage.server.address)
    report.answered("the server is ready", browser.get("/readyz"), "200")
    report.answered("the one-time link that it printed opens a page", browser.get(link), "200")
    fields = {"user_name": ada.user_name, "full_name": ada.full_name, "email": ada.email, "new_password": ada.password}
    made = browser.post_form(link, fields)
    report.answered("its form makes Ada and leads on to a second factor", made, "303 /welcome/…/set-up")
    key = browser.get(f"{link}/set-up").find(_GROUPED_KEY).replace(" ", "")
    ada.phone = Phone(key)
    entered = browser.post_form(f"{link}/set-up", {"code": stage.free_code(ada.phone)})
    report.answered("a code made from the key on that page lets her in", entered, "200")
    ada.token = browser.cookies.get(_SESSION_COOKIE, "")
    report.answered("the link has had its one use", browser.get(link), "410")
    browser.close()
    session = stage.as_ada("GET /session")
    ada.id = session.need("id")
    seen = f"{session.short} {session.facts['user_name']}, {len(session.facts['rights'])} rights"
    report.saw("she is signed in and holds every right", session.line, seen, "200 ada.novak, 13 rights")


def two_hundred_people(stage: Stage) -> None:
    """Ada adds everybody; those who have a part set a password by mailed link, and a key by mailed code."""
    report, cast = stage.report, stage.cast
    report.scene(f"{stage.others + len(cast.everybody)} people")
    for person in (cast.hugo, cast.bram, cast.carmen):
        _add(stage, person)
        _arrives(stage, person)
    watch = Stopwatch()
    answers = [_added(stage, person) for person in others(stage.others)]
    seen = f"{' and '.join(sorted(set(answers)))}, {len(answers)} times in {watch.seconds():.1f} s"
    expected = f"201, {stage.others} times in {watch.seconds():.1f} s"
    report.saw("all the others are added too", f"POST {API}/accounts", seen, expected)
    listed = stage.as_ada("GET /accounts?limit=200")
    seen = f"{listed.short}, {len(listed.items)} people"
    expected = f"200, {stage.others + len(cast.everybody)} people"
    report.saw("and the list has them all", listed.line, seen, expected)


def _add(stage: Stage, person: Person) -> None:
    body = {"user_name": person.user_name, "full_name": person.full_name, "email": person.email}
    answer = stage.as_ada("POST /accounts", body | {"roles": list(person.roles)})
    part = f"with role {person.roles[0]}" if person.roles else "without any role"
    stage.report.answered(f"{person.full_name} is added, {part}", answer, "201")
    person.id = answer.need("id")


def _added(stage: Stage, person: Person) -> str:
    body = {"user_name": person.user_name, "full_name": person.full_name, "email": person.email}
    return stage.as_ada("POST /accounts", body).short


def _arrives(stage: Stage, person: Person) -> None:
    """Let somebody set a password by the mailed link, and come in with a mailed code and a key of their own."""
    letter = stage.letters.take(person.email, r"/set-password/\S+")
    link = None if letter is None else letter.says(r"(/set-password/\S+)")
    if link is None:
        raise BrokenOff(f"no letter with a link came to {person.email}")
    browser = Client(stage.server.address)
    done = browser.post_form(link, {"new_password": person.password})
    browser.close()
    stage.report.answered(f"{person.first_name} sets a password by the mailed link", done, "200")
    entered = stage.come_in(person)
    seen = f"{entered.short}, {len(entered.facts.get('recovery_codes', []))} recovery codes"
    claim = "password, mailed code and a key of their own let them in"
    stage.report.saw(claim, entered.line, seen, f"200 done, {_RECOVERY_CODES} recovery codes")
