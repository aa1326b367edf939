"""Refusals of lists of sessions."""

from doorward.kernel.refusal import NOT_FOUND, Refusal

REFUSALS = {
    "sessions.not_found": Refusal(
        404, NOT_FOUND, "There is no such session; it may be over already. Look at the list again."
    ),
}
