"""The ways through a sign-in: the whole table written out, and the laws that hold on every way."""

from itertools import product

import pytest

from doorward.features.signin.rules import machine
from doorward.features.signin.rules.machine import Input, SignInState

TARGETS = {
    (SignInState.PASSWORD, Input.PASSKEY_ALONE): SignInState.PROVEN,
    (SignInState.PASSWORD, Input.HAS_FACTOR): SignInState.CODE,
    (SignInState.PASSWORD, Input.FACTOR_ELSEWHERE): SignInState.DEVICE_CODE,
    (SignInState.PASSWORD, Input.MAY_SET_UP): SignInState.DEVICE_CODE,
    (SignInState.PASSWORD, Input.BLOCKED): SignInState.REFUSED,
    (SignInState.PASSWORD, Input.EXCLUDED): SignInState.PROVEN,
    (SignInState.PASSWORD, Input.SPARED_FACTOR): SignInState.DEVICE_CODE,
    (SignInState.PASSWORD, Input.SPARED_BOTH): SignInState.PROVEN,
    (SignInState.CODE, Input.CODE_RIGHT): SignInState.PROVEN,
    (SignInState.CODE, Input.RECOVERY_CODE_RIGHT): SignInState.PROVEN,
    (SignInState.CODE, Input.PASSKEY_RIGHT): SignInState.PROVEN,
    (SignInState.DEVICE_CODE, Input.DEVICE_CODE_RIGHT): SignInState.AUTHORIZED,
    (SignInState.AUTHORIZED, Input.HAS_FACTOR): SignInState.CODE,
    (SignInState.AUTHORIZED, Input.MAY_SET_UP): SignInState.SET_UP,
    (SignInState.AUTHORIZED, Input.BLOCKED): SignInState.REFUSED,
    (SignInState.AUTHORIZED, Input.SPARED_FACTOR): SignInState.PROVEN,
    (SignInState.SET_UP, Input.SET_UP_CONFIRMED): SignInState.PROVEN,
    (SignInState.PROVEN, Input.PASSWORD_DUE): SignInState.NEW_PASSWORD,
    (SignInState.PROVEN, Input.NOTHING_DUE): SignInState.SIGNED_IN,
    (SignInState.NEW_PASSWORD, Input.PASSWORD_SET): SignInState.SIGNED_IN,
    (SignInState.LINK, Input.PASSWORD_SET): SignInState.SET_UP,
}
"""Where each input leads; every other one is refused."""


@pytest.mark.parametrize(("state", "happened"), sorted(product(SignInState, Input)))
def test_each_input_leads_where_the_table_says(state: SignInState, happened: Input) -> None:
    """Each state with each input; what is not written out here is refused."""
    assert machine.after(state, happened) is TARGETS.get((state, happened), SignInState.REFUSED)


@pytest.mark.parametrize(
    ("said", "way"),
    [
        (
            [Input.HAS_FACTOR, Input.CODE_RIGHT, Input.NOTHING_DUE],
            [SignInState.CODE, SignInState.PROVEN, SignInState.SIGNED_IN],
        ),
        (
            [
                Input.MAY_SET_UP, Input.DEVICE_CODE_RIGHT, Input.MAY_SET_UP, Input.SET_UP_CONFIRMED, Input.NOTHING_DUE,
            ],
            [
                SignInState.DEVICE_CODE, SignInState.AUTHORIZED, SignInState.SET_UP, SignInState.PROVEN,
                SignInState.SIGNED_IN,
            ],
        ),
        ([Input.BLOCKED], [SignInState.REFUSED]),
        ([Input.EXCLUDED, Input.NOTHING_DUE], [SignInState.PROVEN, SignInState.SIGNED_IN]),
    ],
    ids=["has a factor", "on the allowlist", "neither", "excluded"],
)  # fmt: skip
def test_the_table_of_key(said: list[Input], way: list[SignInState]) -> None:
    """After a right password: the code; the mailed code, the set-up, then in; refused; in by password only."""
    state, seen = SignInState.PASSWORD, []
    for happened in said:
        state = machine.after(state, happened)
        seen.append(state)

    assert seen == way


Way = tuple[Input, ...]
"""What happens from the beginning of a sign-in to its end."""


def ways(state: SignInState, before: tuple[SignInState, ...] = ()) -> list[Way]:
    """Walk every way on from a state; one that comes round again would never end, and is an error."""
    assert state not in before, f"{state} follows itself"
    found = [
        (happened, *way)
        for happened in Input
        if (after := machine.after(state, happened)) is not SignInState.REFUSED
        for way in ways(after, (*before, state))
    ]
    return found or [()]


def end_of(way: Way, state: SignInState) -> SignInState:
    """Say where a way ends."""
    for happened in way:
        state = machine.after(state, happened)
    return state


def leads_to_set_up(state: SignInState) -> bool:
    """Tell whether the set-up page comes right after a state."""
    return SignInState.SET_UP in {machine.after(state, happened) for happened in Input}


PROVEN_BY = {
    Input.CODE_RIGHT, Input.RECOVERY_CODE_RIGHT, Input.PASSKEY_RIGHT, Input.PASSKEY_ALONE, Input.SET_UP_CONFIRMED,
}  # fmt: skip
"""What proves a second factor."""
MAILED = [(asked, Input.DEVICE_CODE_RIGHT) for asked in (Input.FACTOR_ELSEWHERE, Input.MAY_SET_UP, Input.SPARED_FACTOR)]
"""The ways to a right code from the mail; what the account is asked for may change while it is under way."""


def test_every_way_ends_in_a_session() -> None:
    """With the last proof where no new password is due, else with that one (PASS-3): nothing leads anywhere else."""
    found = [(way, SignInState.PASSWORD) for way in ways(SignInState.PASSWORD)] + [
        (way, SignInState.LINK) for way in ways(SignInState.LINK)
    ]

    assert {end_of(way, start) for way, start in found} == {SignInState.SIGNED_IN}
    for way, start in found:
        last = way.index(Input.NOTHING_DUE if Input.NOTHING_DUE in way else Input.PASSWORD_DUE)
        assert end_of(way[:last], start) is SignInState.PROVEN
        assert way[last:] in {(Input.NOTHING_DUE,), (Input.PASSWORD_DUE, Input.PASSWORD_SET)}


def test_no_session_is_before_the_second_factor() -> None:
    """Without one go in: the excluded, and whom the method spares it after the mailed code or by the device (DEV-2)."""
    without = [way for way in ways(SignInState.PASSWORD) if not PROVEN_BY & {*way} and way[-1] is Input.NOTHING_DUE]

    assert {way[:-1] for way in without} == {
        (Input.EXCLUDED,),
        (Input.SPARED_BOTH,),
        *((*mailed, Input.SPARED_FACTOR) for mailed in MAILED),
    }


def test_key_10_the_set_up_page_comes_after_the_mailed_code() -> None:
    """It is never reached on the password alone, and what follows it is a code of the new key."""
    through = [
        way for way in ways(SignInState.PASSWORD) if Input.SET_UP_CONFIRMED in way and way[-1] is Input.NOTHING_DUE
    ]

    assert {way[:-1] for way in through} == {(*mailed, Input.MAY_SET_UP, Input.SET_UP_CONFIRMED) for mailed in MAILED}
    assert {state for state in SignInState if leads_to_set_up(state)} == {SignInState.AUTHORIZED, SignInState.LINK}


def test_a_link_leads_to_a_set_up_and_never_to_a_session() -> None:
    """It stands in for the password and the mailed code, not for the factor."""
    assert {way[:2] for way in ways(SignInState.LINK)} == {(Input.PASSWORD_SET, Input.SET_UP_CONFIRMED)}
