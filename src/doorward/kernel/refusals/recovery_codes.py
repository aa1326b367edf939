"""Refusals of recovery codes."""

from doorward.kernel.refusal import REFUSED, Refusal

REFUSALS = {
    "recovery_codes.wrong": Refusal(
        401, REFUSED, "This is not one of your recovery codes, or it was used already. Try another of them."
    ),
}
