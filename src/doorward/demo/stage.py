"""What every scene has at hand, and the moves that several of them make."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from doorward.demo.client import Answer, BrokenOff, Client
from doorward.demo.letters import Letters
from doorward.demo.people import OTHERS, Cast, Person
from doorward.demo.phone import STEP_SECONDS, Phone
from doorward.demo.report import Report
from doorward.demo.server import Started
from doorward.demo.waiting import Time

MAILED_CODE = r"(?m)^\s*(\d{6})\s*$"
SAME = "the same bytes"


@dataclass(frozen=True, slots=True)
class Stage:
    """A server that runs, somebody to speak to it, its mail, the clock, and who plays."""

    server: Started
    client: Client
    letters: Letters
    time: Time
    report: Report
    cast: Cast
    others: int = OTHERS

    def as_ada(self, line: str, body: object = None) -> Answer:
        """Call the API as the administrator."""
        return self.client.ask(line, body, self.cast.ada.token)

    def as_hugo(self, line: str, body: object = None) -> Answer:
        """Call the API as the help desk."""
        return self.client.ask(line, body, self.cast.hugo.token)

    def patch_as_ada(self, path: str, body: object, version: int) -> Answer:
        """Change an account at the version that was read, as the administrator."""
        return self.client.ask(f"PATCH {path}", body, self.cast.ada.token, if_match=version)

    def account(self, person: Person) -> Answer:
        """Read an account as the administrator sees it."""
        return self.as_ada(f"GET /accounts/{person.id}")

    def entries(self, person: Person, act: str, newest: int = 10) -> Answer:
        """Read what the audit trail has of one act on somebody."""
        return self.as_ada(f"GET /audit?account={person.id}&act={act}&limit={newest}")

    def give_password(self, person: Person, password: str | None = None) -> Answer:
        """Take the first step of a sign-in."""
        password = person.password if password is None else password
        return self.client.ask("POST /sign-in", {"user_name": person.user_name, "password": password})

    def sees_letter(self, claim: str, person: Person, pattern: str) -> None:
        """Observe that somebody gets a letter that says something."""
        letter = self.letters.take(person.email, pattern)
        expected = f"a letter that says “{pattern}”" if letter is None else f"“{letter.subject}”"
        self.report.saw(claim, "Maildir", "no such letter" if letter is None else expected, expected)

    def read_mailed_code(self, person: Person) -> str:
        """Wait for the code of a device authorization, and read it."""
        letter = self.letters.take(person.email, MAILED_CODE)
        code = None if letter is None else letter.says(MAILED_CODE)
        if code is None:
            raise BrokenOff(f"no letter with a code came to {person.email}")
        return code

    def free_code(self, phone: Phone) -> str:
        """Read the next code of a phone that was not typed yet; wait for it where it must be waited for."""
        step = phone.free_step(self.time.now())
        begins = datetime.fromtimestamp(step * STEP_SECONDS, UTC)
        seconds = (begins - self.time.now()).total_seconds()
        if seconds > 0:
            self.report.note(f"waiting {seconds:.0f} s for the next 30-second step: a code works only once")
            self.time.wait_until(begins)
        return phone.type_code(step)

    def confirm_key(self, person: Person, secret_key: str, sign_in: str) -> Answer:
        """Scan a new key, type its first code, and keep the session that follows."""
        person.phone = Phone(secret_key)
        code = self.free_code(person.phone)
        answer = self.client.ask("POST /sign-in/set-up/confirm", {"sign_in": sign_in, "code": code})
        person.token = answer.need("token")
        return answer

    def come_in(self, person: Person) -> Answer:
        """Go all the way of somebody without a key: password, mailed code, a new key, in."""
        sign_in = self.give_password(person).need("sign_in")
        code = self.read_mailed_code(person)
        self.client.ask("POST /sign-in/device-code", {"sign_in": sign_in, "code": code})
        shown = self.client.ask("POST /sign-in/set-up", {"sign_in": sign_in})
        return self.confirm_key(person, shown.need("secret_key"), sign_in)


def phone_of(person: Person) -> Phone:
    """Return a phone that the scene cannot go on without."""
    if person.phone is None:
        raise BrokenOff(f"{person.full_name} has no key")
    return person.phone


def because(reason: str) -> dict[str, str]:
    """Return the reason that every change of another's account takes."""
    return {"reason": reason}


def likeness(*answers: Answer) -> str:
    """Say whether answers differ in anything but date and reference."""
    kinds = {repr(answer.alike) for answer in answers}
    return SAME if len(kinds) == 1 else f"{len(kinds)} different answers"


def lock_of(answer: Answer) -> str:
    """Say in a few words how an account is locked."""
    facts = answer.facts
    if not facts.get("locked_at"):
        return "open"
    until = f"until {facts['lock_ends_at']}" if facts.get("lock_ends_at") else "until somebody unlocks"
    return f"locked, {facts.get('lock_reason')}, {until}"


def names(rows: list[dict[str, Any]]) -> str:
    """List the accounts of a page by name."""
    return ", ".join(str(row.get("user_name")) for row in rows) or "nobody"
