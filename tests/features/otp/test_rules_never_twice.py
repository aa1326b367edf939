from hypothesis import given
from hypothesis import strategies as st

from doorward.features.otp.model import CodeAccepted, OtpKey, WrongCode
from doorward.features.otp.rules import clock_errors, codes
from tests.features.otp.keys import NOON, STEP
from tests.features.otp.tokens import counting, press, ticking

MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("give"), st.integers(-15, 15)),
        st.tuples(st.just("resynchronise"), st.integers(-30, 60)),
        st.tuples(st.just("wrong twice"), st.integers(-30, 60)),
        st.tuples(st.just("wait"), st.integers(0, 20)),
    ),
    max_size=40,
)


@given(moves=MOVES, by_counter=st.booleans())
def test_no_code_of_a_token_is_accepted_again(moves: list[tuple[str, int]], *, by_counter: bool) -> None:
    """Whatever is given, lost, drifted and resynchronised: the remembered step only rises, so no code works twice."""
    one = counting() if by_counter else ticking()
    now, taken = NOON, [one.last_step]
    for move, number in moves:
        middle = one.last_step if by_counter else codes.step_at(now)
        step = max(0, middle + number)
        match move:
            case "give":
                verdict = codes.verify_key(one, press(step), now)
                if isinstance(verdict, CodeAccepted):
                    one = codes.succeeded(one, verdict, now)
                    taken.append(verdict.step)
            case "resynchronise":
                found = clock_errors.resynchronise(
                    one, (press(step), press(step + 1)), now, clock_errors.RESYNC_SECONDS
                )
                if isinstance(found, OtpKey):
                    one = found
                    taken.append(found.last_step)
            case "wrong twice":
                pair = WrongCode(press(step), now), WrongCode(press(step + 1), now + STEP)
                error = clock_errors.counter_error(one, *pair) or clock_errors.clock_error(one, *pair)
                if error is not None:
                    one = clock_errors.spend(one, error, now + STEP)
                    taken.append(error.spent[1])
            case _:
                now += number * STEP

    assert taken == sorted(set(taken))
