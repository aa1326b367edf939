import pytest

from doorward.features.second_factor.model import FactorState
from doorward.features.second_factor.rules import Column, FactorChange, Untouched
from tools.diagrams import after, diagram


def test_each_pair_of_states_has_one_arrow() -> None:
    """All inputs that lead from one state to another stand on the same arrow."""
    drawn = diagram([("off", "press", "full on"), ("off", "turn", "full on"), ("full on", "press", "off")])

    assert drawn.splitlines() == [
        "```mermaid",
        "stateDiagram-v2",
        '    state "off" as off',
        '    state "full on" as full_on',
        "    off --> full_on: press, turn",
        "    full_on --> off: press",
        "```",
    ]


@pytest.mark.parametrize(
    ("state", "changes", "then"),
    [
        (FactorState.SET_UP, {FactorChange.DELETE_FACTORS, FactorChange.PUT_ENTRY}, "may_set_up"),
        (FactorState.SET_UP, {FactorChange.DELETE_FACTORS, FactorChange.TAKE_ENTRY}, "blocked"),
        (FactorState.BLOCKED, {FactorChange.PUT_ENTRY}, "may_set_up"),
        (Untouched.NEVER_SET_UP, {FactorChange.TAKE_ENTRY}, "blocked"),
        (FactorState.SET_UP, {FactorChange.EXCLUDE}, "excluded"),
        (FactorState.EXCLUDED, {FactorChange.DELETE_FACTORS, FactorChange.PUT_ENTRY}, "excluded"),
        (FactorState.EXCLUDED, {FactorChange.LIFT}, "as without the exclusion"),
    ],
)
def test_changes_lead_to_a_state(state: Column, changes: set[FactorChange], then: str) -> None:
    """The diagram follows from what a deed changes, not from a second table."""
    assert after(state, frozenset(changes)) == then
