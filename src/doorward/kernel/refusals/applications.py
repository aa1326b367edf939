"""Refusals of applications and their hosts."""

from doorward.kernel.refusal import CONFLICT, NOT_FOUND, REFUSED, USAGE, Refusal

REFUSALS = {
    "applications.not_found": Refusal(
        404, NOT_FOUND, "This host is not registered. Look at the list of hosts, or have it added."
    ),
    "applications.host_malformed": Refusal(
        422,
        USAGE,
        "This is no host. Give a name such as app.example.org, with its port where that is not 443; names in other "
        "letters in their xn-- form.",
    ),
    "applications.upstream_malformed": Refusal(
        422, USAGE, "This is no address of an application. Give one such as http://127.0.0.1:3000, without a path."
    ),
    "applications.own_host": Refusal(
        409,
        CONFLICT,
        "This is the name of Doorward itself: browsers would send its cookies to the application. Give the "
        "application a name of its own.",
    ),
    "applications.host_taken": Refusal(
        409, CONFLICT, "This name is registered as {host} already. Remove that one, or choose another name."
    ),
    "applications.too_many_hosts": Refusal(
        409, CONFLICT, "There are {most} hosts already. Remove one that is needed no longer."
    ),
    "applications.too_many_tickets": Refusal(
        429, REFUSED, "You were led to applications too often just now. Wait a minute, then open the page again."
    ),
    "applications.ticket_over": Refusal(
        401,
        REFUSED,
        "This way into the application is over, or was meant for another browser. Open the application's page again; "
        "the browser must accept its cookies.",
    ),
    "applications.not_from_proxy": Refusal(
        401,
        REFUSED,
        "Only a web server that Doorward was started to believe may ask this. Name its network by --behind-proxy.",
    ),
    "applications.address_malformed": Refusal(
        401,
        REFUSED,
        "The web server does not say, or says twice, which page was asked for, or no browser asks so. Compare its "
        "configuration with what `doorward forward-auth show` prints.",
    ),
    "applications.not_registered": Refusal(
        401,
        REFUSED,
        "This host is not registered, so nobody is signed in for it. Add it with `doorward forward-auth add`.",
    ),
}
