"""Refusals of a database that has too much to do."""

from doorward.kernel.refusal import FAILED, Refusal

REFUSALS = {
    "database.busy": Refusal(
        503, FAILED, "The server has too much to write just now, and nothing was changed. Try again in a moment."
    ),
}
