"""The part of the table of refusals that is about hardware tokens; see `kernel.refusals`."""

from doorward.kernel.refusal import CONFLICT, Refusal

TOKENS = {
    "tokens.expired": Refusal(
        409, CONFLICT, "The time of this hardware token was over on {at}. Take another one, and retire this one."
    ),
}
