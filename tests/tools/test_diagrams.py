from enum import StrEnum

from tools.diagrams import diagram


class Light(StrEnum):
    """A machine of two states."""

    OFF = "off"
    FULL_ON = "full on"


def test_each_pair_of_states_has_one_arrow() -> None:
    """All inputs that lead from one state to another stand on the same arrow."""
    table = {
        (Light.OFF, "press"): Light.FULL_ON,
        (Light.OFF, "turn"): Light.FULL_ON,
        (Light.FULL_ON, "press"): Light.OFF,
    }

    assert diagram(table).splitlines() == [
        "```mermaid",
        "stateDiagram-v2",
        '    state "off" as off',
        '    state "full on" as full_on',
        "    off --> full_on: press, turn",
        "    full_on --> off: press",
        "```",
    ]
