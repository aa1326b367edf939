"""Refusals of signing in."""

from doorward.kernel.refusal import FAILED, REFUSED, Refusal

REFUSALS = {
    "signin.refused": Refusal(
        401,
        REFUSED,
        "You could not be signed in. The user name or the password may be wrong, or the account may be locked or not "
        "in use: accounts lock after repeated failures. Try again, and if it goes on ask {contact}.",
    ),
    "signin.locked": Refusal(
        403, REFUSED, "This account has been locked since {since}{until}. To have it unlocked, ask {contact}."
    ),
    "signin.set_up_not_available": Refusal(
        403,
        REFUSED,
        "Your password is right, but this account has no second factor and setting one up is not available to you. "
        "Ask {contact}: somebody who has the right can allow it.",
    ),
    "signin.expired": Refusal(
        401, REFUSED, "This sign-in or link is over or was used already. Start again from the beginning."
    ),
    "signin.busy": Refusal(
        503, FAILED, "Too many people are signing in just now. Your attempt was not counted; try again in a moment."
    ),
    "signin.throttled": Refusal(
        429, REFUSED, "There were too many attempts from your network. Wait a while, then try again."
    ),
}
