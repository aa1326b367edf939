"""Refusals of the server as such."""

from doorward.kernel.refusal import FAILED, REFUSED, Refusal

REFUSALS = {
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
}
