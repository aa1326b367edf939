"""Refusals of settings and password rules."""

from doorward.kernel.refusal import CONFLICT, NOT_FOUND, USAGE, Refusal

REFUSALS = {
    "policy.no_choice": Refusal(422, USAGE, "The setting “{key}” is one of: {choices}. Choose one of them."),
    "policy.not_found": Refusal(404, NOT_FOUND, "There are no password rules of this name. Look at the list of them."),
    "policy.out_of_bounds": Refusal(
        422, USAGE, "The setting “{key}” goes from {least} to {most}. Choose a value in between."
    ),
    "policy.version_lost": Refusal(
        409, CONFLICT, "Somebody else has saved in between. Look at what the settings say now, then change them again."
    ),
    "policy.name_malformed": Refusal(
        422,
        USAGE,
        "The name of password rules has 1 to {most} small letters, digits and hyphens, a letter first. Choose another "
        "one.",
    ),
    "policy.name_taken": Refusal(409, CONFLICT, "There are password rules of this name already. Choose another one."),
    "policy.default_only": Refusal(
        422, USAGE, "The setting “{key}” concerns nobody's account. Change it in the password rules named “default”."
    ),
    "policy.default_stays": Refusal(
        409,
        CONFLICT,
        "The password rules named “default” stay: they serve everybody without others. Change them instead.",
    ),
    "policy.in_use": Refusal(
        409, CONFLICT, "These password rules are assigned to {groups}. Take them from every group first."
    ),
}
