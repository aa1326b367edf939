"""What a hardware token with a clock has used up, remembered so that a clock that jumped ends no token (KEY-9).

A server's clock that jumped ahead lets in codes of a time to come. The last step alone would then shut the token out
until that time; so its latest steps are remembered one by one.
"""

RECENT = 64
"""How many of the latest steps are remembered; the earliest are forgotten first."""


def with_recent(recent: tuple[int, ...], last_step: int, *steps: int) -> tuple[int, ...]:
    """Add to the latest steps; where they do not reach up to the last one, it stands for all before it."""
    return tuple(sorted({*(recent if last_step in recent else (last_step,)), *steps})[-RECENT:])


def used_up(last_step: int, recent: tuple[int, ...], present: int) -> tuple[int, frozenset[int]]:
    """Return what is used up: all steps up to one that has passed, and single ones beyond `present`.

    The earliest are forgotten first: where one of those remembered has passed, all that are to come are among them, and
    every step between is unused. Where none has, nothing is known of those before, and the last step stays.
    """
    if last_step <= present or last_step not in recent:
        return last_step, frozenset()
    passed = [step for step in recent if step <= present]
    return (max(passed), frozenset(recent).difference(passed)) if passed else (last_step, frozenset())
