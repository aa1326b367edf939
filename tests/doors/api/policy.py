"""The policy of the API (T19), written by hand: for each route its row, and for each kind of row what eight roles may.

A cell holds a mark for each object: `y` passes the guard (`h`: but not what RIGHT-4 asks, "the role holds rights that
you do not hold"); `.` is `rights.missing`; `s` is nobody's to do to themselves; `-` is not there for them (404).
"""

from typing import Any

ROLES = ("administrator", "super", "desk", "auditor", "nothing", "branch", "branch-desk", "denied")
"""Four shipped ones over everything, none, two over North alone, and an administrator who is denied South."""

# own account, in reach (North), out of reach (South)        admin sup desk aud none bran bdes deni
READ_ACCOUNT = "yyy yyy yyy yyy ... yy- yy- yy-"
CHANGE_ACCOUNT = "syy syy ... ... ... sy- ..- sy-"
MOVE_ACCOUNT = "syy shh ... ... ... sy- ..- sy-"
"""Administrators look after both groups, which a super user is not (RIGHT-4)."""
END_OF_ACCOUNT = "yyy yyy ... ... ... yy- ..- yy-"
UNLOCK_ACCOUNT = "syy syy syy ... ... sy- sy- sy-"
KEYS_OF_ACCOUNT = "syy syy ... ... ... sy- ..- sy-"
READ_RIGHTS = "yyy yyy ... yyy ... yy- ..- yy-"
SET_RIGHTS = "shh shh ... ... ... sh- ..- sh-"
# group in reach (North), out of reach (South)
READ_GROUP = "yy yy yy yy .. y- y- y-"
CHANGE_GROUP = "yy yy .. .. .. .. .. y-"
READ_GROUP_RIGHTS = "yy yy .. yy .. y- .. y-"
SET_GROUP_RIGHTS = "yy yy .. .. .. s- .. y-"
GROUP_RULES = "yy .. .. .. .. .. .. y-"
# a job that somebody else began
JOB = "y y y y . - - -"
STOP_JOB = "y y y . . - - -"
# nobody in particular
SEARCH = "y y y y . y y y"
READ_RIGHTS_SOMEWHERE = "y y . y . y . y"
ADD_ACCOUNT = "y y . . . y . y"
ADD_GROUP = "y y . . . . . y"
MAKE_ROLE = "y y . . . . . h"
UNLOCK_MANY = "y y y . . y y y"
KEYS_OF_MANY = "y y . . . y . y"
READ_SETTINGS = "y y . y . . . y"
CHANGE_SETTINGS = "y . . . . . . y"
READ_TRAIL = "y y . y . y . y"
EXPORT_TRAIL = "y . . y . y . y"
READ_WHOLE_TRAIL = "y y . y . . . y"
OWN = "y y y y y y y y"
ANYBODY = ""
"""No session and no right is asked for."""

WHY = {"reason": "a test"}
NORA = {**WHY, "accounts": ["{account}"]}
ROWS: dict[str, tuple[str, Any]] = {
    "POST /sign-in": (ANYBODY, None),
    "POST /sign-in/code": (ANYBODY, None),
    "POST /sign-in/device-code": (ANYBODY, None),
    "POST /sign-in/device-code/resend": (ANYBODY, None),
    "POST /sign-in/set-up": (ANYBODY, None),
    "POST /sign-in/set-up/confirm": (ANYBODY, None),
    "POST /sign-in/recovery-code": (ANYBODY, None),
    "POST /sign-in/new-password": (ANYBODY, None),
    "POST /sign-in/forgotten-password": (ANYBODY, None),
    "POST /sign-in/forgotten-password/confirm": (ANYBODY, None),
    "POST /sign-in/passkey/options": (ANYBODY, None),
    "POST /sign-in/passkey": (ANYBODY, None),
    "POST /not-me": (ANYBODY, None),
    "GET /session": (OWN, None),
    "DELETE /session": (OWN, None),
    "GET /me": (OWN, None),
    "GET /me/history": (OWN, None),
    "GET /me/sessions": (OWN, None),
    "DELETE /me/sessions": (OWN, None),
    "DELETE /me/sessions/{session}": (OWN, None),
    "GET /me/devices": (OWN, None),
    "DELETE /me/devices": (OWN, None),
    "DELETE /me/devices/{device}": (OWN, None),
    "POST /me/secret-key": (OWN, {}),
    "POST /me/secret-key/check": (OWN, {"code": "123456"}),
    "PUT /me/secret-key": (OWN, None),
    "DELETE /me/secret-key": (OWN, None),
    "POST /me/password": (OWN, {"password": "x", "new_password": "eleven green bicycles"}),
    "POST /me/recovery-codes": (OWN, {}),
    "POST /me/account-protection/options": (OWN, {"method": "POST", "path": "/api/v1/me/secret-key"}),
    "GET /me/passkeys": (OWN, None),
    "POST /me/passkeys/options": (OWN, {}),
    "POST /me/passkeys": (OWN, None),
    "POST /me/passkeys/proof/options": (OWN, None),
    "POST /me/passkeys/proof": (OWN, None),
    "PATCH /me/passkeys/{passkey}": (OWN, None),
    "DELETE /me/passkeys/{passkey}": (OWN, None),
    "GET /me/views": (OWN, None),
    "PUT /me/views/{name}": (OWN, None),
    "POST /me/views/{name}/rename": (OWN, None),
    "DELETE /me/views/{name}": (OWN, None),
    "GET /accounts": (SEARCH, None),
    "POST /accounts": (ADD_ACCOUNT, {"user_name": "neu", "email": "neu@example.org", "groups": ["North"]}),
    "GET /accounts/{account}": (READ_ACCOUNT, None),
    "PATCH /accounts/{account}": (CHANGE_ACCOUNT, {**WHY, "full_name": "Somebody Else"}),
    "GET /accounts/{account}/factors": (READ_ACCOUNT, None),
    "GET /accounts/{account}/history": (READ_ACCOUNT, None),
    "GET /accounts/{account}/sessions": (READ_ACCOUNT, None),
    "DELETE /accounts/{account}/sessions": (END_OF_ACCOUNT, WHY),
    "DELETE /accounts/{account}/sessions/{session}": (END_OF_ACCOUNT, WHY),
    "GET /accounts/{account}/devices": (READ_ACCOUNT, None),
    "DELETE /accounts/{account}/devices": (END_OF_ACCOUNT, WHY),
    "DELETE /accounts/{account}/devices/{device}": (END_OF_ACCOUNT, WHY),
    "POST /accounts/{account}/enable": (CHANGE_ACCOUNT, WHY),
    "POST /accounts/{account}/disable": (CHANGE_ACCOUNT, WHY),
    "POST /accounts/{account}/reset-password": (CHANGE_ACCOUNT, WHY),
    "POST /accounts/{account}/lock": (CHANGE_ACCOUNT, WHY),
    "POST /accounts/{account}/unlock": (UNLOCK_ACCOUNT, WHY),
    "POST /accounts/{account}/unlock/undo": (UNLOCK_ACCOUNT, {}),
    "POST /accounts/{account}/reset-secret-key": (KEYS_OF_ACCOUNT, WHY),
    "POST /accounts/{account}/delete-secret-key": (KEYS_OF_ACCOUNT, WHY),
    "POST /accounts/{account}/temporary-access-code": (KEYS_OF_ACCOUNT, WHY),
    "PUT /allowlist/{account}": (KEYS_OF_ACCOUNT, WHY),
    "POST /allowlist/{account}/remove": (KEYS_OF_ACCOUNT, WHY),
    "POST /allowlist/{account}/undo": (KEYS_OF_ACCOUNT, {}),
    "PUT /exclusions/{account}": (KEYS_OF_ACCOUNT, WHY),
    "POST /exclusions/{account}/remove": (KEYS_OF_ACCOUNT, WHY),
    "GET /allowlist": (READ_RIGHTS_SOMEWHERE, None),
    "GET /exclusions": (READ_RIGHTS_SOMEWHERE, None),
    "GET /accounts/{account}/permissions": (READ_ACCOUNT, None),
    "GET /accounts/{account}/roles": (READ_RIGHTS, None),
    "PUT /accounts/{account}/roles": (SET_RIGHTS, {**WHY, "roles": ["chief"]}),
    "GET /accounts/{account}/who-may": (READ_RIGHTS, "?act=unlock"),
    "GET /accounts/{account}/explain": (READ_RIGHTS, "?act=unlock&actor={account}"),
    "GET /groups": (SEARCH, None),
    "POST /groups": (ADD_GROUP, {"name": "West"}),
    "GET /groups/{group}": (READ_GROUP, None),
    "GET /groups/{group}/members": (READ_GROUP, None),
    "PATCH /groups/{group}": (CHANGE_GROUP, {"name": "West"}),
    "DELETE /groups/{group}": (CHANGE_GROUP, None),
    "POST /groups/{group}/members": (ANYBODY, None),
    "POST /groups/{group}/members/remove": (ANYBODY, None),
    "PUT /groups/{group}/members/{account}": (MOVE_ACCOUNT, WHY),
    "POST /groups/{group}/members/{account}/remove": (MOVE_ACCOUNT, WHY),
    "GET /groups/{group}/roles": (READ_GROUP_RIGHTS, None),
    "PUT /groups/{group}/roles": (SET_GROUP_RIGHTS, {"roles": []}),
    "POST /groups/{group}/roles": (SET_GROUP_RIGHTS, {"role": "no-access"}),
    "POST /groups/{group}/roles/remove": (SET_GROUP_RIGHTS, {"role": "no-access"}),
    "PUT /groups/{group}/password-rules": (GROUP_RULES, {"name": None}),
    "GET /roles": (READ_RIGHTS_SOMEWHERE, None),
    "POST /roles": (MAKE_ROLE, {"name": "new", "title": "New", "rights": ["users:read"]}),
    "GET /roles/{name}": (READ_RIGHTS_SOMEWHERE, None),
    "PUT /roles/{name}": (MAKE_ROLE, {"title": "Spares"}),
    "DELETE /roles/{name}": (MAKE_ROLE, None),
    "POST /unlocks": (UNLOCK_MANY, NORA),
    "POST /secret-key-resets": (KEYS_OF_MANY, NORA),
    "POST /allowlist-additions": (KEYS_OF_MANY, NORA),
    "POST /exclusion-additions": (KEYS_OF_MANY, NORA),
    "GET /jobs": (SEARCH, None),
    "GET /jobs/{job}": (JOB, None),
    "POST /jobs/{job}/stop": (STOP_JOB, None),
    "GET /password-rules": (READ_SETTINGS, None),
    "GET /password-rules/{name}": (READ_SETTINGS, None),
    "POST /password-rules": (CHANGE_SETTINGS, {"name": "branch"}),
    "PUT /password-rules": (CHANGE_SETTINGS, {"min_length": 14}),
    "PUT /password-rules/{name}": (CHANGE_SETTINGS, {"min_length": 14}),
    "DELETE /password-rules/{name}": (CHANGE_SETTINGS, None),
    "PUT /password-rules/{name}/rank": (CHANGE_SETTINGS, {"rank": 1}),
    "GET /password-rule-sets": (READ_SETTINGS, None),
    "GET /two-factor": (READ_SETTINGS, None),
    "PUT /two-factor": (CHANGE_SETTINGS, {"issuer": "Elsewhere"}),
    "GET /audit": (READ_TRAIL, None),
    "GET /audit/acts": (READ_TRAIL, None),
    "GET /audit/checkpoints": (READ_WHOLE_TRAIL, None),
    "GET /audit/export": (EXPORT_TRAIL, None),
    "GET /audit/settings": (READ_WHOLE_TRAIL, None),
    "PUT /audit/settings": (CHANGE_SETTINGS, {"audit_retention_days": 400}),
    "GET /tokens": (READ_RIGHTS_SOMEWHERE, None),
    "GET /tokens/{token}": (READ_RIGHTS_SOMEWHERE, None),
    "POST /tokens/{token}/retire": (ADD_GROUP, WHY),
    "POST /accounts/{account}/assign-token": (KEYS_OF_ACCOUNT, WHY | {"serial": "1"}),
    "POST /accounts/{account}/unassign-token": (KEYS_OF_ACCOUNT, WHY),
    "POST /accounts/{account}/resynchronise-token": (KEYS_OF_ACCOUNT, WHY | {"codes": ["123456", "234567"]}),
    "POST /me/token/resynchronise": (OWN, {"codes": ["123456", "234567"]}),
    "GET /forward-auth/hosts": (READ_SETTINGS, None),
    "PUT /forward-auth/hosts/{host}": (CHANGE_SETTINGS, None),
    "DELETE /forward-auth/hosts/{host}": (CHANGE_SETTINGS, None),
    "GET /forward-auth/hosts/{host}/configuration": (READ_SETTINGS, None),
    "GET /mail": (READ_SETTINGS, None),
    "POST /mail/retry": (CHANGE_SETTINGS, None),
    "POST /mail/{mail}/retry": (CHANGE_SETTINGS, None),
}
