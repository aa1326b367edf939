from dataclasses import replace

import pytest

from doorward.features.devices import actions as devices
from doorward.features.links.model import LinkKind
from doorward.features.otp import actions as otp
from doorward.features.passkeys.actions import keeping
from doorward.features.passkeys.model.acts import (
    AddPasskey,
    AskProof,
    BeginPasskey,
    ListPasskeys,
    NameUnchanged,
    PasskeyBegun,
    PasskeyRemoved,
    PasskeyRenamed,
    PasskeysListed,
    RenamePasskey,
)
from doorward.features.passkeys.model.facts import GivenRegistration
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.features.second_factor.actions import own_passkeys
from doorward.features.second_factor.actions.secret_key import reset_secret_key
from doorward.features.second_factor.model import ResetSecretKey
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.ids import AccountId, parse_id
from doorward.kernel.outcome import Refused
from tests.authenticators import Authenticator
from tests.features.second_factor.adding import (
    FRESH_CODE_REQUIRED,
    add,
    begin,
    listed,
    made,
    prove,
    remove,
    signed,
)
from tests.features.second_factor.protecting import protect
from tests.features.second_factor.regenerating import alive, saved
from tests.keys import SECRET, bind, code
from tests.worlds import NOON, World

LAST = Refused("passkeys.last_factor")


@pytest.fixture
def alice(world: World) -> AccountId:
    """Add Alice, who has a key of a while ago."""
    account = world.add("alice")
    bind(world, account)
    return account


def test_passkey_is_added_beside_the_secret_key(world: World, alice: AccountId) -> None:
    """Two factors, and every session goes on."""
    session, other = world.sign_in(alice), world.sign_in(alice)
    passkey = add(world, session, Authenticator(), " My phone ")

    assert listed(world, session) == PasskeysListed((passkey,), available=True, fresh=True, has_key=True)
    assert (passkey.name, passkey.signs_in_alone, passkey.added_at) == ("My phone", True, NOON)
    assert world.standing(alice).state.factors == 2
    assert [alive(world, one) for one in (session, other)] == [True, True]


def test_adding_is_recorded_and_told(world: World, alice: AccountId) -> None:
    """The entries name account and passkey; the mail has a link to say *this was not me* (DESK-3)."""
    add(world, world.sign_in(alice), Authenticator(), "Phone")
    ((recipient, letter),) = world.collect_mail()

    assert [(one.act, one.outcome, one.target_name, one.details) for one in world.entries()] == [
        ("passkeys.begun", "done", "alice", {}),
        ("passkeys.added", "done", "alice", {"name": "Phone"}),
    ]
    assert (recipient, letter.kind, letter.facts["passkey"]) == ("alice@example.org", "passkey_added", "Phone")
    assert f"/{LinkKind.NOT_ME.value}/" in str(letter.facts["not_me"])


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        (None, FRESH_CODE_REQUIRED),
        ("12345", Refused("otp.malformed")),
        (code(SECRET, NOON, steps=40), Refused("otp.wrong")),
    ],
)
def test_stale_session_proves_itself_first(world: World, alice: AccountId, given: str | None, answer: Refused) -> None:
    """Six minutes after its code: for adding, and for removing (KEY-2)."""
    session = world.sign_in(alice)
    passkey = add(world, session, Authenticator())
    world.pass_time(minutes=6)

    assert begin(world, session, given) == answer
    assert remove(world, session, passkey, given) == answer


def test_stale_session_gives_a_code_with_it(world: World, alice: AccountId) -> None:
    """In the same request, and is fresh from then on."""
    session = world.sign_in(alice)
    passkey = add(world, session, Authenticator())
    world.pass_time(minutes=6)

    assert isinstance(begin(world, session, code(SECRET, world.clock.now())), PasskeyBegun)
    assert remove(world, session, passkey) == PasskeyRemoved()


def test_what_one_session_begins_no_other_ends(world: World, alice: AccountId) -> None:
    """The challenge belongs to the session."""
    session, other = world.sign_in(alice), world.sign_in(alice)
    command = AddPasskey(made(world, session, Authenticator()))

    refused = world.run(own_passkeys.add_passkey, command, other)
    assert isinstance(refused, Refused)
    assert refused.code == "passkeys.refused"


@pytest.mark.parametrize("name", ["n" * 101, "two\nlines"])
def test_name_that_cannot_be_shown(world: World, alice: AccountId, name: str) -> None:
    """Refused when adding and when renaming."""
    session = world.sign_in(alice)
    passkey = add(world, session, Authenticator())
    answers = [
        world.run(own_passkeys.add_passkey, AddPasskey(GivenRegistration(b"", b""), name), session),
        world.run(own_passkeys.rename_passkey, RenamePasskey(passkey.id, name), session),
    ]

    assert answers == [Refused("passkeys.name_malformed", {"most": 100})] * 2


def test_passkey_is_renamed(world: World, alice: AccountId) -> None:
    """Recorded with both names; the same name again changes nothing, an empty one is none."""
    session = world.sign_in(alice)
    passkey = add(world, session, Authenticator(), "Phone")
    answers = [
        world.run(own_passkeys.rename_passkey, RenamePasskey(passkey.id, name), session)
        for name in ("Old phone", " Old phone", " ")
    ]

    assert answers == [PasskeyRenamed(), NameUnchanged(), Refused("passkeys.name_malformed", {"most": 100})]
    assert listed(world, session).passkeys == (replace(passkey, name="Old phone"),)
    assert next(one.details for one in world.entries() if one.act == "passkeys.renamed") == {
        "name": "Old phone", "before": "Phone",
    }  # fmt: skip


def test_removed_passkey_opens_nothing(world: World, alice: AccountId) -> None:
    """It is gone; other sessions end, this one stays (KEY-6)."""
    session, other = world.sign_in(alice), world.sign_in(alice)
    passkey = add(world, session, Authenticator(), "Phone")
    world.collect_mail()

    assert remove(world, session, passkey) == PasskeyRemoved()
    assert [alive(world, one) for one in (session, other)] == [True, False]
    assert world.standing(alice).state.factors == 1
    ((_, letter),) = world.collect_mail()
    assert (letter.kind, letter.facts["passkey"]) == ("passkey_removed", "Phone")
    assert world.entries()[-1].details == {"name": "Phone"}


def test_key_4_nobody_removes_their_last_factor(world: World, alice: AccountId) -> None:
    """With the secret key disabled the passkey is all that is left; with a second passkey it may go."""
    session = world.sign_in(alice)
    passkey = add(world, session, Authenticator())
    with world.writing() as call:
        otp.disable_key(call, alice)
    first = remove(world, session, passkey)
    add(world, session, Authenticator(credential_id=b"second"))

    assert [first, remove(world, session, passkey)] == [LAST, PasskeyRemoved()]


def test_account_whose_last_factor_was_disabled_adds_none(world: World, alice: AccountId) -> None:
    """An open session must not undo what 100 wrong codes have done (LOCK-14)."""
    session = world.sign_in(alice)
    with world.writing() as call:
        otp.disable_key(call, alice)

    refused = begin(world, session)
    assert isinstance(refused, Refused)
    assert refused.code == "second_factor.blocked"


@pytest.mark.parametrize("number", [0, 5])
def test_passkey_that_is_not_there(world: World, alice: AccountId, number: int) -> None:
    """Nobody's, or somebody else's."""
    bob = world.add("bob")
    bind(world, bob)
    others = add(world, world.sign_in(bob), Authenticator())
    unknown = parse_id("019df2dc-0a00-7ff7-b574-6adc41a2ea49")
    assert unknown is not None
    passkey = replace(others, id=unknown) if number else others
    session = world.sign_in(alice)
    renamed = world.run(own_passkeys.rename_passkey, RenamePasskey(passkey.id, "Mine"), session)

    assert renamed == remove(world, session, passkey) == Refused("passkeys.not_found")


def test_session_of_a_recovery_code_touches_no_passkey(world: World, alice: AccountId) -> None:
    """It makes a new secret key, and that is all (KEY-1)."""
    passkey = add(world, world.sign_in(alice), Authenticator())
    session = world.sign_in(alice, OpenedWith.RECOVERY_CODE)
    answers = [
        begin(world, session),
        remove(world, session, passkey),
        world.run(own_passkeys.rename_passkey, RenamePasskey(passkey.id, "Mine"), session),
        prove(world, session, signed(world, session, Authenticator())),
        world.run(own_passkeys.add_passkey, AddPasskey(GivenRegistration(b"", b"")), session),
    ]

    assert answers == [Refused("session.second_factor_required")] * 5


def test_key_3_reset_deletes_passkeys_too(world: World, alice: AccountId) -> None:
    """Every second factor, of whichever kind; both are counted."""
    add(world, world.sign_in(alice), Authenticator())
    outcome = world.run(reset_secret_key, ResetSecretKey(alice, "phone lost"))
    assert not isinstance(outcome, Refused)

    assert outcome.factors_deleted == 2
    assert world.standing(alice).state.factors == 0
    with world.reading() as call:
        assert keeping.facts_of(call, alice) == ()


def test_regenerating_leaves_passkeys_as_they_are(world: World, alice: AccountId) -> None:
    """It replaces the secret key alone."""
    session = world.sign_in(alice)
    passkey = add(world, session, Authenticator())
    saved(world, session)

    assert listed(world, session).passkeys == (passkey,)
    assert world.standing(alice).state.factors == 2


def test_without_a_session_there_is_nothing(world: World) -> None:
    """Nobody has passkeys, or proves anything."""
    answers = [
        world.run(own_passkeys.list_own_passkeys, ListPasskeys()),
        world.run(own_passkeys.begin_passkey, BeginPasskey()),
        world.run(own_passkeys.ask_proof, AskProof()),
    ]

    assert answers == [Refused("session.required")] * 3


def test_passkey_begun_before_the_account_is_protected_is_not_added(world: World, alice: AccountId) -> None:
    """It was begun without a proof (PROT-1)."""
    session = world.sign_in(alice)
    given = made(world, session, Authenticator())
    protect(world, alice)

    assert world.run(own_passkeys.add_passkey, AddPasskey(given), session) == Refused(
        "passkeys.refused", cause="an answer to no challenge of ours"
    )


def test_dev_3_another_factor_forgets_remembered_devices(world: World, alice: AccountId) -> None:
    """Any change of the factors does."""
    world.run(change_password_rules, ChangePasswordRules({"remember_device_days": 30}))
    with world.writing() as call:
        devices.remember_device(call, world.standing(alice))
    add(world, world.sign_in(alice), Authenticator())

    with world.reading() as call:
        assert devices.live_devices(call, world.standing(alice)) == ()
