"""Refusals of accounts: their names, their addresses, and their versions."""

from doorward.kernel.refusal import CONFLICT, NOT_FOUND, USAGE, Refusal

REFUSALS = {
    "accounts.not_found": Refusal(404, NOT_FOUND, "There is no such account. Look it up by its name."),
    "accounts.name_taken": Refusal(409, CONFLICT, "Another account has this user name. Choose another one."),
    "accounts.name_missing": Refusal(422, USAGE, "The {name} is empty. Give a name that can be seen."),
    "accounts.name_too_long": Refusal(422, USAGE, "The {name} is too long. Give a name of at most {most} characters."),
    "accounts.name_malformed": Refusal(
        422, USAGE, "The {name} holds control or invisible characters. Type the name instead of pasting it."
    ),
    "accounts.email_malformed": Refusal(
        422, USAGE, "This is not an e-mail address. Give one such as bram@example.org."
    ),
    "accounts.email_missing": Refusal(
        422, USAGE, "An account without a password needs an e-mail address for the link that sets one. Give one."
    ),
    "accounts.version_lost": Refusal(
        409, CONFLICT, "Somebody else has saved in between. Look at what it says now, then make your change again."
    ),
    "accounts.version_missing": Refusal(
        428, CONFLICT, "A change must say which version it changes. Read it first, and send its version in If-Match."
    ),
}
