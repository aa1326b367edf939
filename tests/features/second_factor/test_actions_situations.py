"""The states of KEY's table and every act on them: what becomes of key, entry, lock, and all that hangs on them.

The expected values are written by hand from the rules, not taken from the tables of the code.
"""

from typing import Any, NamedTuple

import pytest

from doorward.features.lockout.actions.locking import unlock_account
from doorward.features.lockout.model import UnlockAccount
from doorward.features.second_factor.actions.allowlist import allow_set_up
from doorward.features.second_factor.model import AllowSetUp, KeyShown
from doorward.features.signin.actions.codes import give_device_code
from doorward.features.signin.actions.set_up import confirm_set_up, show_set_up
from doorward.features.signin.model import ConfirmSetUp, GiveDeviceCode, ShowSetUp, SignedIn, SignInGoesOn
from doorward.kernel.act import Bearer
from doorward.kernel.outcome import Refused
from tests.features.second_factor.operating import delete, reset
from tests.features.second_factor.regenerating import begin, check, save
from tests.features.second_factor.situations import BY_HAND, FACTORS, LOCKS, Bram, bram
from tests.features.signin.walking import authenticator, token_of
from tests.keys import SECRET, code
from tests.worlds import World

ACTS = ("unlock", "reset", "delete", "regenerate", "set up", "allow")


class Row(NamedTuple):
    """What an act does to an account whose factor is in a state."""

    outcome: str
    state: str
    key: str
    entry: str
    ends: str = "nothing"
    """What hangs on the account and is dead afterwards: nothing, everything, or all but the session that asked."""


BEFORE = {
    "set up": Row("", "set_up", "old", "none"),
    "may set up": Row("", "may_set_up", "none", "allowed"),
    "blocked": Row("", "blocked", "none", "none"),
    "excluded": Row("", "excluded", "none", "none"),
    "excluded, with a key": Row("", "excluded", "old", "none"),
}
"""The states themselves; an act that is refused, or finds nothing to do, leaves them so."""
CHANGED = {
    # KEY-3: every factor deleted, on the allowlist; KEY-6: all that knew the old one is dead; KEY-8: repeated at will
    ("reset", "set up"): Row("done", "may_set_up", "none", "reset", "everything"),
    ("reset", "may set up"): Row("done", "may_set_up", "none", "reset", "everything"),
    ("reset", "blocked"): Row("done", "may_set_up", "none", "reset", "everything"),
    ("reset", "excluded"): Row("done", "excluded", "none", "reset", "everything"),
    ("reset", "excluded, with a key"): Row("done", "excluded", "none", "reset", "everything"),
    # KEY-4: every factor deleted, no entry: blocked; KEY-8: one that has neither stays so
    ("delete", "set up"): Row("done", "blocked", "none", "none", "everything"),
    ("delete", "may set up"): Row("done", "blocked", "none", "none", "everything"),
    # KEY-5: a blocked account may set up at its next sign-in; nothing ends, for there is nothing less than before
    ("allow", "blocked"): Row("done", "may_set_up", "none", "allowed"),
    ("allow", "excluded"): Row("done", "excluded", "none", "allowed"),
    # KEY-2 and KEY-6: the new key in place of the old one, and only the session that did it goes on
    ("regenerate", "set up"): Row("done", "set_up", "new", "none", "all but the session"),
    ("regenerate", "excluded, with a key"): Row("done", "excluded", "new", "none", "all but the session"),
    # KEY's table: device authorization, then set-up, then in; the entry is used up
    ("set up", "may set up"): Row("done", "set_up", "new", "none"),
}
NO_SESSION = ("may set up", "blocked")
"""Whoever has no factor, and is not spared one, is in no session (KEY's table)."""
UNCHANGED = {
    ("delete", "blocked"): "unchanged",
    ("delete", "excluded"): "second_factor.excluded",
    ("delete", "excluded, with a key"): "second_factor.excluded",
    ("allow", "set up"): "unchanged",
    ("allow", "may set up"): "unchanged",
    ("allow", "excluded, with a key"): "unchanged",
    ("regenerate", "may set up"): "session.required",
    ("regenerate", "blocked"): "session.required",
    ("regenerate", "excluded"): "otp.wrong",
    ("set up", "set up"): "asks for a code",
    ("set up", "blocked"): "signin.set_up_not_available",
    ("set up", "excluded"): "in by password only",
    ("set up", "excluded, with a key"): "in by password only",
}
UNLOCK = {
    "open": ("unchanged", "open"),
    "Failures": ("done", "open"),
    "Inactivity": ("done", "open"),
    "Administrator": ("done", "open"),
    "Reported": ("done", "open"),
}
"""LOCK-7 and LOCK-10: the lock goes, whatever it was, for whoever may lift it; nothing else is touched, nor enabled."""


def expected(act: str, factor: str, lock: str, *, enabled: bool) -> tuple[str, dict[str, Any]]:
    """Put the tables together: what is answered, and what is left."""
    barred = lock in BY_HAND or not enabled  # LOCK-5, SESS-3: those ended everything before
    row = BEFORE[factor]._replace(outcome=UNCHANGED.get((act, factor), ""))
    if act == "unlock":
        row = row._replace(outcome=UNLOCK[lock][0])
        lock = UNLOCK[lock][1]
    elif act == "set up" and (lock != "open" or not enabled):
        row = row._replace(outcome="signin.refused")  # LOCK-11: no way in, and nobody learns why
    elif act == "regenerate" and barred:
        row = row._replace(outcome="session.required")
    elif (act, factor) in CHANGED:
        row = CHANGED[act, factor]
    hangs = not barred and row.ends == "nothing"
    return row.outcome, {
        "state": row.state,
        "key": row.key,
        "entry": row.entry,
        "lock": lock,
        "enabled": enabled,
        "session": factor not in NO_SESSION and not barred and row.ends != "everything",
        "sign-in": hangs,
        "link": hangs and (act, row.outcome) != ("allow", "done"),  # PASS-5: not beside the code that is mailed then
        "not-me link": True,  # DESK-3: no later act ends it
        "mailed code": hangs,
        "temporary code": hangs,
        "remembered device": hangs and (act, row.outcome) != ("set up", "done"),  # DEV-3: any change of the factor
    }


def told(outcome: Any) -> str:
    """Name an outcome: its status, or the code of a refusal."""
    return outcome.code if isinstance(outcome, Refused) else str(outcome.status)


def regenerated(held: Bram) -> str:
    """Replace one's own key, from the fresh code to Save."""
    world = held.world
    begun = begin(world, held.session, code(SECRET, world.clock.now()))
    if not isinstance(begun, KeyShown):
        return told(begun)
    checked = check(world, held.session, authenticator(begun.secret_key.reveal(), world))
    return told(checked) if isinstance(checked, Refused) else told(save(world, held.session))


def set_up(held: Bram) -> str:
    """Sign in as far as it goes, with every code at hand."""
    walk = held.walk
    outcome = walk.give_password("bram")
    if isinstance(outcome, Refused):
        return outcome.code
    if isinstance(outcome, SignedIn):
        return "in by password only"
    assert isinstance(outcome, SignInGoesOn)
    if outcome.next == "code":
        return "asks for a code"
    sign_in = token_of(outcome)
    walk.take(give_device_code(GiveDeviceCode(sign_in, walk.mailed_code())))
    shown = walk.take(show_set_up(ShowSetUp(sign_in)))
    assert isinstance(shown, KeyShown)
    return told(walk.take(confirm_set_up(ConfirmSetUp(sign_in, authenticator(shown.secret_key.reveal(), walk.world)))))


def perform(act: str, held: Bram, grace: Bearer) -> str:
    """Do it: Grace to Bram, or Bram himself."""
    world, account = held.world, held.account
    match act:
        case "unlock":
            return told(world.run(unlock_account, UnlockAccount(account, "called back"), grace))
        case "reset":
            return told(reset(world, account, grace))
        case "delete":
            return told(delete(world, account, grace))
        case "allow":
            return told(world.run(allow_set_up, AllowSetUp(account, "has a phone again"), grace))
        case "regenerate":
            return regenerated(held)
        case _:
            return set_up(held)


@pytest.mark.parametrize(
    ("lock", "enabled"), [*((lock, True) for lock in LOCKS), ("open", False)], ids=[*LOCKS, "disabled"]
)
@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("act", ACTS)
def test_an_act_does_what_the_rules_say_in_every_state(
    world: World, act: str, factor: str, lock: str, *, enabled: bool
) -> None:
    """Six acts in thirty states: the answer, and what is left of everything."""
    world.add("olga", "administrator", factors=1)
    grace = world.add_operator("grace", "super-user")
    held = bram(world, factor, lock, enabled=enabled)
    world.pass_time(seconds=30)

    outcome = perform(act, held, grace)

    assert (outcome, held.left()) == expected(act, factor, lock, enabled=enabled)


@pytest.mark.parametrize("lock", LOCKS)
def test_who_unlocked_is_noted_and_stays(world: World, lock: str) -> None:
    """Unlocked by is Grace where there was a lock; a key that is reset afterwards leaves it so (LOCK-7, LOCK-10)."""
    grace = world.add_operator("grace", "super-user")
    held = bram(world, "set up", lock, enabled=True)
    perform("unlock", held, grace)
    perform("reset", held, grace)
    noted = world.standing(held.account).state

    assert (noted.unlocked_by, noted.unlocked_at is None) == ((None, True) if lock == "open" else ("grace", False))
