"""Steps that the tests of forward-auth share: what a proxy asks, and what a browser does with the answer."""

from tests.doors.asgi import Answered
from tests.doors.served import Served

HOST = "app.example.org"
PROXY = "203.0.113.1"


def ask(served: Served, page: str = "/page?x=1", host: str = HOST, **said: str) -> Answered:
    """Ask as Caddy and Traefik do."""
    headers = {
        "x-forwarded-proto": "https", "x-forwarded-host": host, "x-forwarded-uri": page, "x-forwarded-method": "GET",
        **{name.replace("_", "-"): value for name, value in said.items() if name != "client"},
    }  # fmt: skip
    return served.send("GET /forward-auth", headers=list(headers.items()), client=said.get("client", PROXY))


def cookie_of(answered: Answered) -> str:
    """Give the cookie that an answer sets, as the browser sends it back."""
    return answered.headers["set-cookie"].partition(";")[0]


def start(served: Served, away: Answered, token: str) -> Answered:
    """Follow the way to Doorward, as a browser that is signed in there and comes from the host."""
    address = away.headers["location"].removeprefix("https://login.example.org")
    headers = [("cookie", f"__Host-doorward={token}"), ("sec-fetch-site", "cross-site")]
    return served.send(f"GET {address}", headers=headers)


def enter(served: Served, token: str, host: str = HOST) -> str:
    """Go all the way, and give the host's cookie."""
    away = ask(served, host=host)
    back = start(served, away, token).headers["location"].removeprefix(f"https://{host}")
    return cookie_of(ask(served, back, host, cookie=cookie_of(away)))
