"""Refusals of a database that has too much to do."""

from doorward.kernel.refusal import FAILED, Refusal

REFUSALS = {
    "database.busy": Refusal(
        503,
        FAILED,
        "The database is busy or away just now. Look whether what you asked for is done, and try again in a moment.",
    ),
}
