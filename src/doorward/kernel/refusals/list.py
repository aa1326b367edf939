"""Refusals of lists that are read page by page."""

from doorward.kernel.refusal import USAGE, Refusal

REFUSALS = {
    "list.cursor": Refusal(400, USAGE, "This list cannot be continued from there. Start again at its first page."),
}
