"""Refusals of passkeys."""

from doorward.kernel.refusal import CONFLICT, NOT_FOUND, REFUSED, USAGE, Refusal

REFUSALS = {
    "passkeys.refused": Refusal(
        401,
        REFUSED,
        "This passkey was not accepted. It may have been removed, or it may be for another account, or the account may "
        "not be in use. Sign in with your password, and if it goes on ask {contact}.",
    ),
    "passkeys.expired": Refusal(401, REFUSED, "This took too long, or was answered already. Use your passkey again."),
    "passkeys.malformed": Refusal(
        422, USAGE, "This is not what a browser says of a passkey. Send what `PublicKeyCredential.toJSON()` gives."
    ),
    "passkeys.none": Refusal(
        409,
        CONFLICT,
        "This account has no passkey that will do here. Use a code of the secret key, or add a passkey first.",
    ),
    "passkeys.not_found": Refusal(404, NOT_FOUND, "There is no such passkey. Look at the list of your passkeys again."),
    "passkeys.not_available": Refusal(
        409,
        CONFLICT,
        "Browsers allow no passkeys at {address}: they want a host name over HTTPS. Whoever runs the server can set "
        "`public_url`.",
    ),
    "passkeys.too_many": Refusal(
        409, CONFLICT, "An account has at most {most} passkeys. Remove one that you no longer use."
    ),
    "passkeys.already_added": Refusal(409, CONFLICT, "This passkey is among yours already. Use it, or add another."),
    "passkeys.name_malformed": Refusal(
        422, USAGE, "A passkey's name has at most {most} characters, all of them to be seen. Choose another one."
    ),
    "passkeys.last_factor": Refusal(
        409,
        CONFLICT,
        "This is your last second factor: without it you could not sign in. Add another one first.",
    ),
}
