"""Refusals of new passwords, and of links that set one."""

from doorward.kernel.refusal import CONFLICT, FAILED, REFUSED, Refusal

REFUSALS = {
    "passwords.min_length": Refusal(
        422, REFUSED, "This password is too short. Choose one of at least {least} characters."
    ),
    "passwords.max_length": Refusal(
        422, REFUSED, "This password is too long. Choose one of at most {most} characters."
    ),
    "passwords.min_letters": Refusal(422, REFUSED, "This password has too few letters. Use at least {least}."),
    "passwords.min_digits": Refusal(422, REFUSED, "This password has too few digits. Use at least {least}."),
    "passwords.min_specials": Refusal(
        422, REFUSED, "This password has too few special characters. Use at least {least}."
    ),
    "passwords.min_groups": Refusal(
        422,
        REFUSED,
        "This password is too uniform. Use {least} of: small letters, capital letters, digits, special characters.",
    ),
    "passwords.common": Refusal(
        422, REFUSED, "This password is among the ones that are guessed first. Choose another one."
    ),
    "passwords.breached": Refusal(
        422,
        REFUSED,
        "This password is known from a breach elsewhere: it is tried early by whoever guesses. Choose another one.",
    ),
    "passwords.breach_list_unreadable": Refusal(
        503,
        FAILED,
        "The password could not be compared with the list of breached passwords, so it was not taken. Try again later; "
        "whoever runs the server finds out more with “doorward doctor”.",
    ),
    "passwords.contains_name": Refusal(
        422,
        REFUSED,
        "A password must not contain the user name, the e-mail address or this product's name. Choose another one.",
    ),
    "passwords.previous": Refusal(
        422, REFUSED, "You had this password before. Choose one that differs from your last {count}."
    ),
    "passwords.no_address": Refusal(
        409,
        CONFLICT,
        "There is no e-mail address that a link may go to: the account has none, or it was changed within the last 72 "
        "hours. Give the account one, or wait.",
    ),
    "passwords.set_up_open": Refusal(
        409,
        CONFLICT,
        "This account may set up a second factor, with a code that goes to its mailbox: with a link to set a password, "
        "the mailbox alone would give the account. Take it off the allowlist, and allow the set-up again once the new "
        "password is set.",
    ),
    "passwords.one_change_a_day": Refusal(
        422, REFUSED, "A password can be changed once in 24 hours. Try again tomorrow."
    ),
}
