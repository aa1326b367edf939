"""The one table of refusals: each code with its HTTP status, its exit code and its sentence.

A sentence says what is wrong and how to mend it, and no more than the visitor knows already. `{words}` in braces are
filled from the facts that the refusal carries (`kernel.sentences`).
"""

from collections.abc import Mapping
from types import MappingProxyType

from doorward.kernel.refusal import CONFLICT, FAILED, NOT_FOUND, REFUSED, USAGE, Refusal
from doorward.kernel.refusals_of_applications import APPLICATIONS
from doorward.kernel.refusals_of_desk import DESK
from doorward.kernel.refusals_of_files import TRANSFER
from doorward.kernel.refusals_of_groups import GROUPS
from doorward.kernel.refusals_of_passkeys import PASSKEYS
from doorward.kernel.refusals_of_passwords import BREACH_LISTS, PASSWORDS
from doorward.kernel.refusals_of_rights import RIGHTS
from doorward.kernel.refusals_of_tokens import TOKENS

_REQUESTS = {
    "request.malformed": Refusal(400, USAGE, "The request cannot be read: {detail}. Correct it and send it again."),
    "request.unknown_field": Refusal(
        422, USAGE, "There is no field named “{field}” here. Leave it out, or look at the reference for its right name."
    ),
    "request.reason": Refusal(
        422, USAGE, "A reason has 1 to {most} characters, none of them a control character. Say in a few words why."
    ),
    "request.too_large": Refusal(413, USAGE, "The request is larger than 64 KiB. Send less at a time."),
    "request.cross_origin": Refusal(
        403,
        REFUSED,
        "This request did not come from a page of this server. Open the page at the server's own address and try "
        "again; a program sends its token in the Authorization header instead of a cookie.",
    ),
    "request.not_found": Refusal(
        404, NOT_FOUND, "There is nothing at this address. Look at the reference for the right one."
    ),
    "request.method_not_allowed": Refusal(405, USAGE, "This address does not take {method}. It takes {allowed}."),
    "list.cursor": Refusal(400, USAGE, "This list cannot be continued from there. Start again at its first page."),
    "server.failed": Refusal(
        500, FAILED, "Something went wrong in the server, and nothing was changed. Tell whoever runs it the reference."
    ),
    "server.in_the_clear": Refusal(
        403,
        REFUSED,
        "Listening on {listen} would send passwords over the network in the clear. Give --tls-cert and --tls-key, or "
        "name the proxy that ends TLS by --behind-proxy, or listen on 127.0.0.1.",
    ),
    "server.starting": Refusal(503, FAILED, "The server is not ready yet. Try again in a moment."),
    "database.busy": Refusal(
        503, FAILED, "The server has too much to write just now, and nothing was changed. Try again in a moment."
    ),
}

_SIGN_IN = {
    "signin.refused": Refusal(
        401,
        REFUSED,
        "You could not be signed in. The user name or the password may be wrong, or the account may be locked or not "
        "in use: accounts lock after repeated failures. Try again, and if it goes on ask {contact}.",
    ),
    "signin.locked": Refusal(
        403, REFUSED, "This account has been locked since {since}{until}. To have it unlocked, ask {contact}."
    ),
    "signin.set_up_not_available": Refusal(
        403,
        REFUSED,
        "Your password is right, but this account has no second factor and setting one up is not available to you. "
        "Ask {contact}: somebody who has the right can allow it.",
    ),
    "signin.expired": Refusal(
        401, REFUSED, "This sign-in or link is over or was used already. Start again from the beginning."
    ),
    "signin.busy": Refusal(
        503, FAILED, "Too many people are signing in just now. Your attempt was not counted; try again in a moment."
    ),
    "signin.throttled": Refusal(
        429, REFUSED, "There were too many attempts from your network. Wait a while, then try again."
    ),
    "devices.not_found": Refusal(
        404, NOT_FOUND, "There is no such device; it may be forgotten already. Look at the list again."
    ),
    "devices.wrong_code": Refusal(
        401,
        REFUSED,
        "This code is wrong, or it was used or replaced already. Type the newest one, or have another sent.",
    ),
    "recovery_codes.wrong": Refusal(
        401, REFUSED, "This is not one of your recovery codes, or it was used already. Try another of them."
    ),
    "otp.wrong": Refusal(
        401, REFUSED, "This code is wrong. {clock}Type the one that your authenticator app shows now."
    ),
    "otp.used": Refusal(
        401, REFUSED, "This code was used already. Wait for the next one, which your app shows within 30 seconds."
    ),
    "otp.malformed": Refusal(
        422, USAGE, "A code is six digits, without spaces. Type the one that your authenticator app shows."
    ),
}

_SESSIONS = {
    "session.required": Refusal(401, REFUSED, "You are not signed in, or your session is over. Sign in and try again."),
    "session.fresh_code_required": Refusal(
        403,
        REFUSED,
        "This takes a fresh code of your present secret key. Type the one that your authenticator app shows now.",
    ),
    "session.wrong_password": Refusal(403, REFUSED, "This is not your present password. Type it once more."),
    "session.second_factor_required": Refusal(
        403, REFUSED, "This takes a session that was opened with your second factor. Sign in with it and try again."
    ),
    "sessions.not_found": Refusal(
        404, NOT_FOUND, "There is no such session; it may be over already. Look at the list again."
    ),
}

_LOCKS = {
    "lockout.self": Refusal(403, REFUSED, "Nobody locks or unlocks their own account. Ask another operator."),
    "lockout.by_hand": Refusal(
        403,
        REFUSED,
        "This lock was set by hand or reported; lifting it takes the right users:modify, one account at a time.",
    ),
    "protection.required": Refusal(
        403,
        REFUSED,
        "This account is protected. Prove yourself with your own password and a fresh code, or your passkey.",
    ),
    "protection.wrong": Refusal(
        403, REFUSED, "Your own password, code or passkey was wrong. Try again with a fresh code, or your passkey."
    ),
}

_SECOND_FACTOR = {
    "second_factor.self": Refusal(
        403,
        REFUSED,
        "Nobody does this to their own account. Regenerate your secret key on your own page, or ask another operator.",
    ),
    "second_factor.internal_only": Refusal(
        403,
        REFUSED,
        "The secret key of an external account cannot be deleted. Reset it, or disable the account instead.",
    ),
    "second_factor.excluded": Refusal(
        409, CONFLICT, "This account signs in without a second factor. Lift the exclusion first."
    ),
    "second_factor.blocked": Refusal(
        403,
        REFUSED,
        "Your account has no second factor any more, and setting one up is not available to you. Ask {contact}: "
        "somebody who has the right can allow it.",
    ),
    "second_factor.not_confirmed": Refusal(
        409, CONFLICT, "The new secret key is not proven yet. Type a code made from it, then save."
    ),
    "second_factor.no_new_key": Refusal(
        409, CONFLICT, "No new secret key is being set up here, or its ten minutes are over. Begin again."
    ),
    "second_factor.not_allowed_to_set_up": Refusal(
        409,
        CONFLICT,
        "A temporary access code is for an account without a second factor that is on the allowlist. Reset its secret "
        "key or add it to the allowlist first.",
    ),
    "second_factor.address_usable": Refusal(
        409,
        CONFLICT,
        "This account has an e-mail address that codes are sent to. Its owner asks for one by signing in.",
    ),
    "second_factor.changed_by_actor": Refusal(
        403,
        REFUSED,
        "You set this account's password or e-mail address within the last 72 hours. Ask another operator to issue the "
        "code.",
    ),
}

_ACCOUNTS = {
    "accounts.not_found": Refusal(404, NOT_FOUND, "There is no such account. Look it up by its name."),
    "accounts.name_taken": Refusal(409, CONFLICT, "Another account has this user name. Choose another one."),
    "accounts.name_missing": Refusal(422, USAGE, "“{field}” is empty. Give a name that can be seen."),
    "accounts.name_too_long": Refusal(422, USAGE, "“{field}” is too long. Give a name of at most {most} characters."),
    "accounts.name_malformed": Refusal(
        422, USAGE, "“{field}” holds control or invisible characters. Type the name instead of pasting it."
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
    "notices.not_found": Refusal(404, NOT_FOUND, "There is no such mail. Look at the list again."),
}

_POLICY = {
    "policy.no_choice": Refusal(422, USAGE, "The setting “{key}” is one of: {choices}. Choose one of them."),
    "policy.not_found": Refusal(404, NOT_FOUND, "There are no password rules of this name. Look at the list of them."),
    "policy.out_of_bounds": Refusal(
        422, USAGE, "The setting “{key}” goes from {least} to {most}. Choose a value in between."
    ),
    "policy.version_lost": Refusal(
        409, CONFLICT, "Somebody else has saved in between. Look at what the settings say now, then change them again."
    ),
}

REFUSALS: Mapping[str, Refusal] = MappingProxyType(
    {
        **_REQUESTS,
        **_SIGN_IN,
        **_SESSIONS,
        **RIGHTS,
        **_LOCKS,
        **_SECOND_FACTOR,
        **_ACCOUNTS,
        **_POLICY,
        **PASSWORDS,
        **BREACH_LISTS,
        **GROUPS,
        **PASSKEYS,
        **TOKENS,
        **TRANSFER,
        **DESK,
        **APPLICATIONS,
    }
)
"""Every code that a visitor can meet."""
