"""Refusals of acts on many accounts."""

from doorward.kernel.refusal import CONFLICT, NOT_FOUND, USAGE, Refusal

REFUSALS = {
    "jobs.not_found": Refusal(404, NOT_FOUND, "There is no such job. Start it again if it is needed."),
    "jobs.count_differs": Refusal(
        422, USAGE, "This is about {count} accounts, and that is not the number you typed. Look again, then type it."
    ),
    "jobs.key_used": Refusal(
        409,
        CONFLICT,
        "This `Idempotency-Key` has begun a job for something else. Send this request again with a key of its own.",
    ),
    "jobs.nothing_selected": Refusal(422, USAGE, "No account is selected. Select at least one, then try again."),
}
