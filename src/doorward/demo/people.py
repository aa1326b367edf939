"""Who plays: four people with a part, and all the others who work here. Nobody of them is real."""

import base64
from dataclasses import dataclass, field
from itertools import product

from doorward.demo.phone import Phone
from doorward.edges.entropy import SystemEntropy

OTHERS = 196
"""With the four who have a part they are two hundred."""
DOMAIN = "example.org"

_FIRST = ("Aiko", "Amara", "Anton", "Birgit", "Chidi", "Dilan", "Elena", "Farid", "Greta", "Ivo", "Jana", "Kofi",
          "Lucia", "Mateo")  # fmt: skip
_LAST = ("Adeyemi", "Bergman", "Costa", "Dimitrov", "Eriksen", "Fischer", "Gupta", "Haddad", "Ito", "Janssen",
         "Kowalski", "Lopez", "Moreau", "Nguyen")  # fmt: skip


def new_password() -> str:
    """Draw a password: four groups of four, eighty bits."""
    letters = base64.b32encode(SystemEntropy().bytes(10)).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


@dataclass(slots=True)
class Person:
    """Somebody with an account, and what they have at hand."""

    full_name: str
    roles: tuple[str, ...] = ()
    password: str = field(default_factory=new_password)
    id: str = ""
    token: str = ""
    """Of the session that was opened last."""
    phone: Phone | None = None

    @property
    def first_name(self) -> str:
        """Return the name that the story calls them by."""
        return self.full_name.partition(" ")[0]

    @property
    def user_name(self) -> str:
        """Return the name that they sign in with."""
        return self.full_name.lower().replace(" ", ".")

    @property
    def email(self) -> str:
        """Return the address that their mail goes to."""
        return f"{self.user_name}@{DOMAIN}"


@dataclass(frozen=True, slots=True)
class Cast:
    """The four who have a part."""

    ada: Person = field(default_factory=lambda: Person("Ada Novak", ("administrator",)))
    hugo: Person = field(default_factory=lambda: Person("Hugo Lindqvist", ("help-desk",)))
    bram: Person = field(default_factory=lambda: Person("Bram Rossi"))
    carmen: Person = field(default_factory=lambda: Person("Carmen Ortiz"))

    @property
    def everybody(self) -> tuple[Person, ...]:
        """List them."""
        return (self.ada, self.hugo, self.bram, self.carmen)


def others(count: int) -> list[Person]:
    """List `count` of those who have no part; a hundred and ninety-six at most."""
    return [Person(f"{first} {last}", password="") for first, last in product(_FIRST, _LAST)][:count]
