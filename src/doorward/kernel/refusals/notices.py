"""Refusals of mail."""

from doorward.kernel.refusal import NOT_FOUND, Refusal

REFUSALS = {
    "notices.not_found": Refusal(404, NOT_FOUND, "There is no such mail. Look at the list again."),
}
