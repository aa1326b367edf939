"""Refusals of groups."""

from doorward.kernel.refusal import CONFLICT, NOT_FOUND, REFUSED, USAGE, Refusal

REFUSALS = {
    "groups.not_found": Refusal(404, NOT_FOUND, "There is no such group. Look it up in the list of groups."),
    "groups.name_taken": Refusal(409, CONFLICT, "Another group has this name. Choose another one."),
    "groups.name_malformed": Refusal(
        422,
        USAGE,
        "A group's name has 1 to {most} characters, none of them a semicolon, a control or an invisible character. "
        "Choose another one.",
    ),
    "groups.description_malformed": Refusal(
        422,
        USAGE,
        "A description has at most {most} characters, none of them a control or an invisible character. Shorten it, or "
        "type it instead of pasting it.",
    ),
    "groups.required": Refusal(
        422, USAGE, "You add people to your own groups only. Name at least one group that you look after."
    ),
    "groups.protected_member": Refusal(
        403,
        REFUSED,
        "A member of this group is protected. Take them out of it first, with the proof that they ask for.",
    ),
    "groups.holds_roles": Refusal(
        409,
        CONFLICT,
        "This group gives its members a role, or somebody holds a role over its members. Take those roles away first.",
    ),
    "groups.not_empty": Refusal(
        409, CONFLICT, "There are accounts in this group. Take them out of it first, then delete it."
    ),
    "groups.version_lost": Refusal(
        409, CONFLICT, "Somebody else has saved in between. Look at what it says now, then make your change again."
    ),
    "groups.version_missing": Refusal(
        428, CONFLICT, "A change must say which version it changes. Read it first, and send its version in If-Match."
    ),
}
