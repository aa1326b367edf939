"""T40: however a name is spelled, by whichever door, guesses at one account are counted in one place (LOCK-16)."""

from collections.abc import Iterator

import pytest

from tests.storms.size import size
from tests.storms.town import PASSWORD, Person, Town, address, api, password_of, town
from tests.storms.wire import at_once, form

LIMIT = 5
ROUNDS = size(1, 20)
NAMES = {
    "alice{}": ("alice{}", "ALICE{}", "Alice{}", "aLiCe{}", " alice{}", "alice{} ", "\u00a0alice{}",
                "\u3000alice{}\u2003", "ａｌｉｃｅ{}", "ＡＬＩＣＥ{}", "𝐚𝐥𝐢𝐜𝐞{}", "𝓐𝓛𝓘𝓒𝓔{}",
                "ⓐⓛⓘⓒⓔ{}", "aliⅽe{}", "aⅼice{}", "alⅰce{}"),
    "straße{}": ("straße{}", "STRASSE{}", "Strasse{}", "STRAẞE{}", "ſtraße{}", "ﬆraße{}"),
    "josé{}": ("josé{}", "jose\u0301{}", "JOSÉ{}", "JOSE\u0301{}", "ｊｏｓé{}"),
    "ﬁona{}": ("ﬁona{}", "fiona{}", "FIONA{}", "ＦＩＯＮＡ{}"),
}  # fmt: skip
"""Each name with spellings that are the same name: capitals, blanks, wide and styled letters, ligatures, marks."""
OTHERS = (
    "alıce{}",
    "alіce{}",
    "аlice{}",
    "al\u200bice{}",
    "alice{}\u200d",
    "alice{}@example.org",
    "alice{}\x00",
    "a1ice{}",
)
"""Names that look alike and are others, and an address: nothing of Alice's is counted for them."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch two processes behind one port, and behind a proxy."""
    with town(tmp_path_factory.mktemp("names"), {"behind_proxy": "127.0.0.1"}, workers=2) as begun:
        begun.rules(failures_before_lock=LIMIT, failing_names_before_refusing=0)
        yield begun


def by_page(server: Town, name: str, number: int) -> bytes:
    """Write a guess on the sign-in page."""
    line = form("POST /sign-in", server.url, {"user_name": name, "password": "wrong"})
    return line.replace(b"\r\n\r\n", f"\r\nx-forwarded-for: {address(number)}\r\n\r\n".encode(), 1)


def compared(server: Town, person: Person) -> int:
    """Count the guesses at an account that were compared with its password."""
    return server.attempts("signin.password", person).get(("checked", "wrong"), 0)


@pytest.mark.parametrize("name", NAMES)
def test_spellings_of_one_name_share_one_limit_on_every_door(server: Town, name: str) -> None:
    """All at once, by API and page: five are compared, one lock is set, and no spelling opens it afterwards."""
    for number in range(ROUNDS):
        person = server.add(name.format(number))
        spellings = [one.format(number) for one in NAMES[name]] * 4
        guesses = [password_of(one, "wrong", address(at)) for at, one in enumerate(spellings)]
        guesses += [by_page(server, one, 1_000 + at) for at, one in enumerate(spellings)]
        at_once(server.url, guesses)
        right = at_once(server.url, [password_of(one, PASSWORD, address(9_000)) for one in set(spellings)])

        assert compared(server, person) == LIMIT
        assert {answer.code for answer in right} == {"signin.refused"}
        assert len(server.entries(person, act="lockout.locked")) == 1


def test_names_that_only_look_alike_are_others(server: Town) -> None:
    """Nobody locks Alice by guessing at her double; her address is not her name."""
    person = server.add("alice-x")
    lookalikes = [one.format("-x") for one in OTHERS]
    at_once(server.url, [password_of(one, "wrong", address(at)) for at, one in enumerate(lookalikes * 8)])

    assert compared(server, person) == 0
    assert at_once(server.url, [password_of(person.name)])[0].json()["next"] == "code"


def spellings_of(name: str) -> list[str]:
    """Spell a name that is taken in every way."""
    return sorted({one.format("-taken").strip() for one in NAMES[name]})


@pytest.mark.parametrize("name", NAMES)
def test_two_accounts_never_share_a_name(server: Town, name: str) -> None:
    """Every spelling is taken."""
    server.add(name.format("-taken"))
    lines = [{"user_name": one, "email": "x@example.org"} for one in spellings_of(name)]
    refused = at_once(server.url, [api("POST /accounts", line, server.watch) for line in lines])

    assert {answer.code for answer in refused} == {"accounts.name_taken"}
    assert server.count("SELECT count(*) FROM accounts WHERE email = 'x@example.org'") == 0


def test_a_taken_name_is_taken_on_the_servers_own_machine_too(server: Town) -> None:
    """At the command line, and in every line of a file."""
    server.add("taken ﬁrst")
    spellings = ["TAKEN FIRST", "taken ﬁrst", "ｔａｋｅｎ　ｆｉｒｓｔ"]
    shell = server.server.run("account", "add", spellings[2], "--email", "x@example.org")
    sheet = server.server.data.parent / "people.csv"
    sheet.write_text("user_name\n" + "\n".join(spellings) + "\n", encoding="utf-8")
    imported = server.server.run("account", "import", str(sheet), "--json")

    assert (shell.returncode, "accounts.name_taken" in shell.stderr) == (5, True)
    assert (imported.returncode, imported.stdout.count("accounts.name_taken")) == (3, 3)
