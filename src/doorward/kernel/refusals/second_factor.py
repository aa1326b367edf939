"""Refusals of second factors and the allowlist."""

from doorward.kernel.refusal import CONFLICT, REFUSED, Refusal

REFUSALS = {
    "second_factor.self": Refusal(
        403,
        REFUSED,
        "Nobody does this to their own account. Regenerate your secret key on your own page, or ask another operator.",
    ),
    "second_factor.internal_only": Refusal(
        403,
        REFUSED,
        "The secret key of an external account cannot be deleted. Reset it, or disable the account instead.",
    ),
    "second_factor.excluded": Refusal(
        409, CONFLICT, "This account signs in without a second factor. Lift the exclusion first."
    ),
    "second_factor.blocked": Refusal(
        403,
        REFUSED,
        "Your account has no second factor any more, and setting one up is not available to you. Ask {contact}: "
        "somebody who has the right can allow it.",
    ),
    "second_factor.not_confirmed": Refusal(
        409, CONFLICT, "The new secret key is not proven yet. Type a code made from it, then save."
    ),
    "second_factor.no_new_key": Refusal(
        409, CONFLICT, "No new secret key is being set up here, or its ten minutes are over. Begin again."
    ),
    "second_factor.not_allowed_to_set_up": Refusal(
        409,
        CONFLICT,
        "A temporary access code is for an account without a second factor that is on the allowlist. Reset its secret "
        "key or add it to the allowlist first.",
    ),
    "second_factor.address_usable": Refusal(
        409,
        CONFLICT,
        "This account has an e-mail address that codes are sent to. Its owner asks for one by signing in.",
    ),
    "second_factor.changed_by_actor": Refusal(
        403,
        REFUSED,
        "You set this account's password or e-mail address within the last 72 hours. Ask another operator to issue the "
        "code.",
    ),
    "second_factor.undo_nothing": Refusal(
        409, CONFLICT, "There is no allowlist entry of yours here to take back. Remove what stands there instead."
    ),
    "second_factor.undo_late": Refusal(
        409, CONFLICT, "An allowlist entry can be taken back for 10 seconds. Remove it instead."
    ),
}
