"""Refusals of lists of breached passwords."""

from doorward.kernel.refusal import NOT_FOUND, REFUSED, USAGE, Refusal

REFUSALS = {
    "breach_lists.name": Refusal(
        422, USAGE, "The name of a list has 1 to {most} characters that can be printed. Choose another with --name."
    ),
    "breach_lists.malformed": Refusal(
        422, REFUSED, "Line {line} {wrong}. Nothing was imported; correct the file, or say with --format what it is."
    ),
    "breach_lists.empty": Refusal(
        422, REFUSED, "There is no password in this file that could be imported. Look at the file, and at --min-count."
    ),
    "breach_lists.not_found": Refusal(
        404, NOT_FOUND, "There is no such list of breached passwords. Look at “doorward breach status”."
    ),
}
