"""Refusals of locks: locking, unlocking, and taking an unlock back."""

from doorward.kernel.refusal import CONFLICT, REFUSED, Refusal

REFUSALS = {
    "lockout.self": Refusal(403, REFUSED, "Nobody locks or unlocks their own account. Ask another operator."),
    "lockout.by_hand": Refusal(
        403,
        REFUSED,
        "This lock was set by hand or reported; lifting it takes the right users:modify, one account at a time.",
    ),
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
}
