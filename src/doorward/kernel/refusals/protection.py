"""Refusals of changes to protected accounts."""

from doorward.kernel.refusal import REFUSED, Refusal

REFUSALS = {
    "protection.required": Refusal(
        403,
        REFUSED,
        "This account is protected. Prove yourself with your own password and a fresh code, or your passkey.",
    ),
    "protection.wrong": Refusal(
        403, REFUSED, "Your own password, code or passkey was wrong. Try again with a fresh code, or your passkey."
    ),
}
