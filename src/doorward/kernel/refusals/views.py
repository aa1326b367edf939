"""Refusals of saved views."""

from doorward.kernel.refusal import CONFLICT, NOT_FOUND, USAGE, Refusal

REFUSALS = {
    "views.not_found": Refusal(404, NOT_FOUND, "You have no view of this name. Look at the list of your views."),
    "views.name_malformed": Refusal(
        422,
        USAGE,
        "A view's name has 1 to {most} characters, none of them a slash or a control character. Choose another name.",
    ),
    "views.name_taken": Refusal(409, CONFLICT, "You have a view of this name already. Choose another name."),
    "views.too_many": Refusal(
        409, CONFLICT, "You keep {most} views already. Delete one that you need no longer, then save this one."
    ),
}
