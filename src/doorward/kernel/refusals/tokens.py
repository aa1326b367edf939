"""Refusals of hardware tokens."""

from doorward.kernel.refusal import CONFLICT, NOT_FOUND, REFUSED, USAGE, Refusal

REFUSALS = {
    "tokens.refused": Refusal(
        422,
        REFUSED,
        "Nothing was imported: there are mistakes in {wrong} of {lines} tokens. Mend them, and import the file again.",
    ),
    "tokens.malformed": Refusal(422, USAGE, "This cannot be read: {why}. Write it as the guide shows."),
    "tokens.too_long": Refusal(422, USAGE, "A file has at most {most} tokens, and 32 MiB. Import it in parts."),
    "tokens.value": Refusal(422, USAGE, "This value is not known here. Use one of: {allowed}."),
    "tokens.digits": Refusal(
        422, USAGE, "This token shows {digits} digits, and every door takes six. Have the maker set it to six."
    ),
    "tokens.seed": Refusal(422, USAGE, "This seed cannot be taken over: {why}. Ask the maker for the right one."),
    "tokens.twin": Refusal(422, USAGE, "Line {line} has the same serial number. Leave one of them out."),
    "tokens.known": Refusal(409, CONFLICT, "This serial number is in the inventory already. Leave the line out."),
    "tokens.key_missing": Refusal(
        422, USAGE, "This file is encrypted. Give its key with --key-file, or its password with --password-stdin."
    ),
    "tokens.key_wrong": Refusal(
        422, REFUSED, "This file does not open: the key or the password is not its own, or it was changed on its way."
    ),
    "tokens.not_found": Refusal(404, NOT_FOUND, "There is no such hardware token. Look it up by its serial number."),
    "tokens.ambiguous": Refusal(
        409, CONFLICT, "Several makers have given this serial number: {makers}. Name the maker, too."
    ),
    "tokens.taken": Refusal(409, CONFLICT, "The hardware token {serial} is somebody's. Unassign it first."),
    "tokens.retired": Refusal(
        409, CONFLICT, "The hardware token {serial} is retired, and its seed is erased. Take another one."
    ),
    "tokens.none_assigned": Refusal(
        409, CONFLICT, "No hardware token is in use here. Assign one first, or look at another account."
    ),
    "tokens.changed_by_actor": Refusal(
        403,
        REFUSED,
        "You set this account's password or e-mail address within the last 72 hours. Ask another operator to assign "
        "the token.",
    ),
    "tokens.not_yet": Refusal(409, CONFLICT, "This hardware token is for use from {at} on. Take another one."),
    "tokens.expired": Refusal(
        409, CONFLICT, "The time of this hardware token was over on {at}. Take another one, and retire this one."
    ),
}
