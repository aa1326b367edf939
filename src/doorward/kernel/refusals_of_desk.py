"""Refusals of what makes a desk quick: acts on many accounts, undo, and saved views."""

from doorward.kernel.refusal import CONFLICT, NOT_FOUND, USAGE, Refusal

DESK = {
    "views.not_found": Refusal(404, NOT_FOUND, "You have no view of this name. Look at the list of your views."),
    "views.name_malformed": Refusal(
        422,
        USAGE,
        "A view's name has 1 to {most} characters, none of them a slash or a control character. Choose another name.",
    ),
    "views.name_taken": Refusal(409, CONFLICT, "You have a view of this name already. Choose another name."),
    "views.too_many": Refusal(
        409, CONFLICT, "You keep {most} views already. Delete one that you need no longer, then save this one."
    ),
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
    "lockout.undo_nothing": Refusal(
        409,
        CONFLICT,
        "There is no unlock of yours to take back here. If the account should be locked, lock it by hand.",
    ),
    "lockout.undo_late": Refusal(
        409, CONFLICT, "An unlock can be taken back for 10 seconds. If the account should be locked, lock it by hand."
    ),
    "lockout.undo_changed": Refusal(
        409,
        CONFLICT,
        "Something has happened to this account since it was unlocked, so nothing was taken back. Look at its history.",
    ),
    "second_factor.undo_nothing": Refusal(
        409, CONFLICT, "There is no allowlist entry of yours here to take back. Remove what stands there instead."
    ),
    "second_factor.undo_late": Refusal(
        409, CONFLICT, "An allowlist entry can be taken back for 10 seconds. Remove it instead."
    ),
}
"""Codes of jobs, undo and views, as `kernel.refusals` has all others."""
