"""Refusals of rights and roles."""

from doorward.kernel.refusal import CONFLICT, REFUSED, USAGE, Refusal

REFUSALS = {
    "rights.missing": Refusal(
        403, REFUSED, "You do not have the right that this takes ({right}). Ask an administrator for it."
    ),
    "rights.higher_target": Refusal(
        403,
        REFUSED,
        "{target} holds rights that you do not hold. Ask somebody who holds them, for example an administrator.",
    ),
    "rights.last_administrator": Refusal(
        403,
        REFUSED,
        "Nobody able to administer this server would remain. Make another administrator first, with a second factor.",
    ),
    "rights.unknown_role": Refusal(
        422, USAGE, "There is no role named “{role}”. Look at the list of roles for its right name."
    ),
    "rights.not_held": Refusal(
        403,
        REFUSED,
        "The role “{role}” holds rights that you do not hold. Ask somebody who holds them, for example an "
        "administrator.",
    ),
    "rights.reaches_higher": Refusal(
        403,
        REFUSED,
        "You hold none of its rights by a role that acts on accounts with more rights. Ask somebody who does, or use "
        "the command line on the server's own machine.",
    ),
    "rights.unknown_right": Refusal(422, USAGE, "There is no right “{right}”. GET /api/v1/roles shows them all."),
    "rights.unknown_act": Refusal(
        422, USAGE, "There is no act “{act}” to ask about. GET /api/v1/accounts/ID/permissions names them all."
    ),
    "rights.role_malformed": Refusal(
        422,
        USAGE,
        "The {field} of the role cannot be so. A name has 1 to 40 small letters, digits and hyphens and begins with a "
        "letter; a title has 1 to 200 characters.",
    ),
    "rights.shipped_role": Refusal(
        403, REFUSED, "The role “{role}” is shipped and stays as it is. Make one of your own with the rights you want."
    ),
    "rights.role_taken": Refusal(409, CONFLICT, "There is a role “{role}” already. Choose another name, or change it."),
    "rights.role_held": Refusal(
        409, CONFLICT, "Somebody still holds the role “{role}”. Take it from every account and group first."
    ),
    "rights.role_version_lost": Refusal(
        409,
        CONFLICT,
        "The role “{role}” was changed meanwhile and is at version {version}. Read it again, then change it.",
    ),
    "rights.protected_holder": Refusal(
        403,
        REFUSED,
        "Somebody who holds the role “{role}” is protected. Take it from them first, with the proof that they ask for.",
    ),
    "rights.gained": Refusal(
        403,
        REFUSED,
        "This change of groups would give you a right over the account that you do not hold now. Ask somebody who "
        "holds it already.",
    ),
    "rights.internal_only": Refusal(
        403, REFUSED, "An external account only signs in, and holds no role. Make it an internal one first."
    ),
    "rights.self": Refusal(403, REFUSED, "Nobody does this to their own account. Ask another operator."),
    "rights.administrator_exists": Refusal(
        409,
        CONFLICT,
        "This server has an administrator already. If nobody can sign in as one, use “doorward rescue NAME” on the "
        "server's own machine.",
    ),
}
