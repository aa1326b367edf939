from dataclasses import replace

import pytest

from doorward.edges.spool import Spool
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import AccountKind
from doorward.features.groups import actions as groups
from doorward.features.groups.model import Group
from doorward.features.otp import actions as otp
from doorward.features.otp.rules.codes import hotp, step_at
from doorward.features.passwords import actions as passwords
from doorward.features.policy.actions import change_two_factor
from doorward.features.policy.model import ChangeTwoFactor
from doorward.features.rights.actions import facts as rights
from doorward.features.second_factor.actions import states
from doorward.features.second_factor.model import FactorState
from doorward.features.transfer.actions import importing
from doorward.features.transfer.model import (
    AccountExportAllowed,
    ExportPeople,
    ImportPeople,
    JudgePeople,
    PeopleImported,
    PeopleJudged,
    Person,
)
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId, GroupId, new_id
from doorward.kernel.lines import LineError
from doorward.kernel.outcome import Refused
from tests.worlds import NOON, World

SECRET = b"12345678901234567890"
ADA = Person(
    line=2,
    user_name="ada",
    full_name="Ada Lovelace",
    email="ada@example.org",
    kind=AccountKind.INTERNAL,
    roles=("help-desk",),
    enabled=True,
    must_change_password=True,
    password_hash="$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
    secret_key=SECRET,
)
BOB = Person(3, "bob", "bob", None, AccountKind.EXTERNAL, (), False, False, None, None)


def spooled(*people: Person, part: int = 2_000) -> Spool[Person]:
    """Keep people as reading a file does."""
    spool: Spool[Person] = Spool(bytes(32))
    for start in range(0, len(people), part):
        spool.add(people[start : start + part])
    return spool


def imported(world: World, *people: Person) -> PeopleImported | Refused:
    """Import people as the server's owner."""
    return imported_from(world, spooled(*people))


def imported_from(world: World, people: Spool[Person]) -> PeopleImported | Refused:
    """Import people as the server's owner."""
    return world.run(importing.import_people, ImportPeople("people.csv", people, lambda _: None))


def account(world: World, name: str) -> AccountId:
    """Find an account by its name."""
    with world.reading() as call:
        found = accounts.find(call, name)
    assert found is not None
    return found.account.id


def test_people_are_there_with_all_they_brought(world: World) -> None:
    """Name, role, password and key; and who was disabled stays so."""
    assert imported(world, ADA, BOB) == PeopleImported(2, with_password=1, with_key=1)

    ada, bob = account(world, "ada"), account(world, "bob")
    with world.reading() as call:
        stored = passwords.find(call, ada)
        key = otp.find_key(call, ada)
        assert rights.rights_of(call, ada) == {"users:read", "users:unlock"}
        assert passwords.find(call, bob) is None
    assert stored is not None
    assert (stored.hash, stored.must_change) == (ADA.password_hash, True)
    assert key is not None
    assert (key.secret, key.last_step, key.confirmed_at) == (SECRET, -1, NOON)
    assert (world.standing(ada).account.enabled, world.standing(bob).account.enabled) == (True, False)


def test_people_are_put_into_their_groups(world: World) -> None:
    """In any spelling and once each, with an entry in their histories."""
    with world.writing() as call:
        north = GroupId(new_id(call.now, call.entropy))
        groups.add(call, Group(north, "Branch North", "", None, NOON, 1))

    imported(world, replace(ADA, groups=("branch north", "BRANCH NORTH")), BOB)

    with world.reading() as call:
        assert groups.member_ids(call, north, 10) == [account(world, "ada")]
    told = [(one.target_name, one.details) for one in world.entries() if one.act == "groups.member_added"]
    assert told == [("ada", {"group": "Branch North"})]


def test_a_group_that_is_not_there_keeps_everybody_out(world: World) -> None:
    """Nothing is made in passing: a slip of the pen would be a group."""
    person = replace(ADA, groups=("Branch North", "Branch South"))
    judged = world.run(importing.judge_people, JudgePeople(spooled(person, BOB)))

    assert judged == PeopleJudged((LineError(2, "groups", Refused("groups.not_found")),))
    assert isinstance(imported(world, person, BOB), Refused)


def test_an_imported_key_opens_at_once_and_each_step_once(world: World) -> None:
    """It is confirmed, and has accepted no step here yet (KEY-9)."""
    imported(world, ADA)
    code = hotp(SECRET, step_at(NOON))

    with world.writing() as call:
        given = [otp.check_code(call, account(world, "ada"), code) for _ in range(2)]
    assert given == [Result.RIGHT, Result.USED]


def test_who_brings_no_key_may_set_one_up(world: World) -> None:
    """And who brings one is on no allowlist (KEY-12)."""
    imported(world, ADA, replace(BOB, enabled=True))

    with world.reading() as call:
        found = [states.factor_state(call, world.standing(account(world, name))) for name in ("ada", "bob")]
    assert found == [FactorState.SET_UP, FactorState.MAY_SET_UP]


def test_nobody_may_set_up_where_new_accounts_may_not(world: World) -> None:
    """The setting decides, as for an account that is added (KEY-12)."""
    world.run(change_two_factor, ChangeTwoFactor({"new_accounts_may_set_up": False}, None))
    imported(world, BOB)

    with world.reading() as call:
        assert states.entry_of(call, account(world, "bob")) is None


def test_an_import_is_recorded_account_by_account(world: World) -> None:
    """What came along is told, and never what it is (KEY-16)."""
    imported(world, ADA, BOB)
    entries = world.entries()

    assert [(entry.act, entry.target_name) for entry in entries] == [
        ("accounts.added", "ada"), ("accounts.added", "bob"), ("allowlist.added", "bob"), ("rights.granted", "ada"),
        ("accounts.imported", None),
    ]  # fmt: skip
    assert dict(entries[0].details) == {
        "kind": "internal", "roles": "help-desk", "imported": True, "enabled": True, "password": True,
        "secret_key": True,
    }  # fmt: skip
    assert dict(entries[-1].details) == {"file": "people.csv", "lines": 2}


@pytest.mark.parametrize(
    ("person", "error"),
    [
        (replace(BOB, user_name="ＡＤＡ"), LineError(3, "user_name", Refused("accounts.name_taken"))),
        (
            replace(BOB, roles=("chef",)),
            LineError(3, "roles", Refused("rights.unknown_role", {"role": "chef"})),
        ),
    ],
)
def test_one_wrong_line_keeps_everybody_out(world: World, person: Person, error: LineError) -> None:
    """A name that is taken in any spelling, a role that is not there: nothing is half done."""
    world.add("ada")
    carl = replace(BOB, line=2, user_name="carl")

    assert world.run(importing.judge_people, JudgePeople(spooled(carl, person))) == PeopleJudged((error,))
    assert imported(world, carl, person) == Refused("transfer.refused", {"wrong": 1, "lines": 2})
    with world.reading() as call:
        assert accounts.find(call, "carl") is None


def test_thousands_of_people_are_written_in_parts_and_as_one(world: World) -> None:
    """The bar moves; the transaction is one."""
    told: list[int] = []
    people = tuple(replace(BOB, line=n, user_name=f"u{n}", secret_key=SECRET) for n in range(2_500))
    world.run(importing.import_people, ImportPeople("people.csv", spooled(*people), told.append))

    assert told == [2_000, 2_500]
    with world.reading() as call:
        assert len(accounts.taken(call, [f"u{n}" for n in range(3_000)])) == 2_500


def test_an_import_that_was_cut_off_goes_on(world: World) -> None:
    """Whoever is there already is left out, in whatever spelling, and counted; nobody is there twice."""
    imported(world, ADA)
    people = spooled(replace(ADA, user_name="ＡＤＡ"), BOB, replace(BOB, line=4, user_name="carl"), part=2)
    judged = world.run(importing.judge_people, JudgePeople(people, going_on=True))
    done = world.run(importing.import_people, ImportPeople("people.csv", people, lambda _: None, True, "2 of 3"))

    assert judged == PeopleJudged((), there=1)
    assert done == PeopleImported(2, with_password=0, with_key=0, there=1)
    assert dict(world.entries()[-1].details) == {"file": "people.csv", "lines": 3, "part": "2 of 3"}
    again = world.run(importing.import_people, ImportPeople("people.csv", people, lambda _: None, True))
    assert again == PeopleImported(0, 0, 0, there=3)


def test_a_name_that_was_taken_meanwhile_takes_everybody_back(world: World) -> None:
    """Whom the parts before it have written too; the refusal is in the trail."""
    people = spooled(BOB, replace(BOB, line=4, user_name="carl"), part=1)
    world.add("carl")
    outcome = imported_from(world, people)

    assert outcome == Refused("transfer.refused", {"wrong": 1, "lines": 2})
    assert [(one.act, one.outcome) for one in world.entries()][-1:] == [("accounts.imported", "refused")]
    with world.reading() as call:
        assert accounts.find(call, "bob") is None


def test_a_commit_that_fails_leaves_nobody(world: World) -> None:
    """Nor a single password or key."""
    people = (ADA, replace(ADA, line=4))

    with pytest.raises(Exception, match=r"(?i)unique"):
        imported(world, *people)
    with world.reading() as call:
        assert accounts.find(call, "ada") is None
        assert call.sql.exec_driver_sql("SELECT count(*) FROM otp_keys").scalar_one() == 0


def test_an_export_of_accounts_is_recorded(world: World) -> None:
    """Once for the whole file."""
    assert world.run(importing.export_people, ExportPeople("people.csv")) == AccountExportAllowed()
    assert [(entry.act, dict(entry.details)) for entry in world.entries()] == [
        ("accounts.exported", {"file": "people.csv"})
    ]


@pytest.mark.parametrize("act", ["import", "export"])
def test_no_operator_imports_or_exports(world: World, act: str) -> None:
    """It is the server owner's, whatever rights a session has (PASS-6)."""
    olga = world.add_operator("olga", "administrator")
    people = ImportPeople("people.csv", spooled(BOB), lambda _: None)
    outcome = (
        world.run(importing.import_people, people, olga)
        if act == "import"
        else world.run(importing.export_people, ExportPeople("people.csv"), olga)
    )

    assert isinstance(outcome, Refused)
