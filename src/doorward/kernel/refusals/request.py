"""Refusals of requests that cannot be read or may not come."""

from doorward.kernel.refusal import NOT_FOUND, REFUSED, USAGE, Refusal

REFUSALS = {
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
    "request.not_found": Refusal(404, NOT_FOUND, "There is nothing at this address. Look at how it is spelled."),
    "request.method_not_allowed": Refusal(405, USAGE, "This address does not take {method}. It takes {allowed}."),
}
