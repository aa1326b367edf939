"""Refusals of what the own session does not allow."""

from doorward.kernel.refusal import REFUSED, Refusal

REFUSALS = {
    "session.required": Refusal(401, REFUSED, "You are not signed in, or your session is over. Sign in and try again."),
    "session.fresh_code_required": Refusal(
        403,
        REFUSED,
        "This takes a fresh code of your present secret key. Type the one that your authenticator app shows now.",
    ),
    "session.wrong_password": Refusal(403, REFUSED, "This is not your present password. Type it once more."),
    "session.second_factor_required": Refusal(
        403, REFUSED, "This takes a session that was opened with your second factor. Sign in with it and try again."
    ),
}
