"""Refusals of codes of a secret key."""

from doorward.kernel.refusal import REFUSED, USAGE, Refusal

REFUSALS = {
    "otp.wrong": Refusal(
        401, REFUSED, "This code is wrong. {clock}Type the one that your authenticator app shows now."
    ),
    "otp.used": Refusal(
        401, REFUSED, "This code was used already. Wait for the next one, which your app shows within 30 seconds."
    ),
    "otp.malformed": Refusal(
        422, USAGE, "A code is six digits, without spaces. Type the one that your authenticator app shows."
    ),
}
