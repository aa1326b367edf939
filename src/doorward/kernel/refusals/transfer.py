"""Refusals of files of people."""

from doorward.kernel.refusal import REFUSED, USAGE, Refusal

REFUSALS = {
    "transfer.refused": Refusal(
        422,
        REFUSED,
        "Nothing was imported: there are mistakes in {wrong} of {lines} lines. Mend them, and import the file again.",
    ),
    "transfer.malformed": Refusal(422, USAGE, "This cannot be read: {why}. Write it as the guide shows."),
    "transfer.too_long": Refusal(422, USAGE, "A file has at most {most} lines. Import it in parts."),
    "transfer.value": Refusal(422, USAGE, "This value is not known here. Use one of: {allowed}."),
    "transfer.twin": Refusal(422, USAGE, "Line {line} has the same user name. Leave one of them out."),
    "transfer.hash": Refusal(
        422,
        USAGE,
        "This password hash can never be verified here: {why}. Leave it empty, and start a password reset afterwards.",
    ),
    "transfer.key": Refusal(
        422,
        USAGE,
        "This secret key cannot be taken over: {why}. Leave it empty, and a new one is set up at the next sign-in.",
    ),
}
