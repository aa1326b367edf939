import base64
import hashlib
from asyncio import new_event_loop
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.conftest import NewVisitor
from tests.journeys.household import PASSWORD, Household, Person

PEOPLE = 1_000
KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def old_hash(password: str) -> str:
    """Spell a hash as Django does, over few rounds."""
    made = hashlib.pbkdf2_hmac("sha256", password.encode(), b"salt", 1_000)
    return f"pbkdf2_sha256$1000$salt${base64.b64encode(made).decode()}"


def sheet(folder: Path, *, wrong: bool) -> str:
    """Write the file of another system: a thousand people, one of whom has an address that is none."""
    hashed = old_hash(PASSWORD)
    rows = [
        f"person{number:04d},Person {number:04d},person{number:04d}@example.org,{hashed},{KEY}"
        for number in range(PEOPLE)
    ]
    if wrong:
        rows[500] = rows[500].replace("@example.org", "")
    path = folder / "people.csv"
    path.write_text("user_name,full_name,email,password_hash,secret_key\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return str(path)


def test_a_thousand_people_move_in_while_the_server_runs(house: Household, visitor: NewVisitor, tmp_path: Path) -> None:
    """All or nobody, by a file on the server's machine; found at once, and signed in as before (PASS-4)."""
    olga, operator, person = house.add("olga", "administrator"), visitor(), visitor()
    operator.sign_in(olga, "Overview")
    refused = house.server.run("account", "import", sheet(tmp_path, wrong=True))
    operator.open("/console/users?query=person", "Users")
    expect(operator.page.locator("[data-row]")).to_have_count(0)

    clock = new_event_loop()
    began = clock.time()
    done = house.server.run("account", "import", sheet(tmp_path, wrong=False))
    print(f"{PEOPLE} people were imported beside the running server in {clock.time() - began:.1f} s")  # noqa: T201 - the figure is asked for
    clock.close()

    assert (refused.returncode, "502" in refused.stdout, "email" in refused.stdout) == (3, True, True)
    assert done.stdout == "1,000 accounts were added, 1,000 with a password and 1,000 with a secret key.\n"
    operator.open("/console/users?query=person0734", "Users")
    expect(operator.page.locator("[data-row]")).to_have_count(1)
    added = [one.target_id for one in house.world.entries() if one.target_name == "person0734" and one.target_id]
    operator.open(f"/console/users/{added[0]}", "Person 0734")
    operator.look()
    moved = Person(added[0], "person0734", KEY)
    person.give_password(moved, "Enter the code")
    person.fill(Code=house.next_code(KEY))
    person.press("Sign in", "Person 0734")
    person.look()
