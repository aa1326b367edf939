"""Refusals of remembered devices and codes by e-mail."""

from doorward.kernel.refusal import NOT_FOUND, REFUSED, Refusal

REFUSALS = {
    "devices.not_found": Refusal(
        404, NOT_FOUND, "There is no such device; it may be forgotten already. Look at the list again."
    ),
    "devices.wrong_code": Refusal(
        401,
        REFUSED,
        "This code is wrong, or it was used or replaced already. Type the newest one, or have another sent.",
    ),
}
