"""Hardware tokens: the inventory, and a token's end (KEY-14)."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from doorward.doors.console.operator import may, shell, signed_in
from doorward.doors.console.pages import at_field
from doorward.doors.console.visit import Visit
from doorward.features.sessions.model import SessionShown
from doorward.features.tokens.actions.inventory import list_tokens, retire_token, show_token
from doorward.features.tokens.model import ListTokens, RetireToken, ShowToken, Token, TokensListed, TokenState
from doorward.kernel.ids import TokenId, parse_id
from doorward.kernel.outcome import Refused

_TOKENS = "/console/tokens"
_RETIRE = retire_token.act


def show_tokens(visit: Visit) -> Response:
    """Show the tokens that a search finds; every search, and a staged retirement, has an address."""
    return _page(visit, None)


def retire(visit: Visit) -> Response:
    """Take a token out of use for good."""
    token = parse_id(visit.request.path_params["hardware_token"])
    if token is None:
        return visit.problem(Refused("tokens.not_found"), _TOKENS)
    command = RetireToken(TokenId(token), visit.form.get("reason", ""))
    outcome = visit.run_with_reason(retire_token, command)
    if isinstance(outcome, Refused):
        return _page(visit, outcome, TokenId(token))
    return visit.go(f"{_TOKENS}?done=token-retired")


@signed_in
def _page(visit: Visit, shown: SessionShown, refused: Refused | None, retiring: TokenId | None = None) -> Response:
    command = _search(visit)
    found = visit.run(list_tokens, command)
    if isinstance(found, Refused):
        return visit.problem(found, "/console")
    errors = at_field(refused, {"request.reason": "reason"})
    return visit.form_page(
        "tokens.html",
        refused,
        errors,
        **shell(visit, shown),
        query=command.query,
        state=command.state,
        tokens=[_row(one, found) for one in found.tokens],
        retiring=_staged(visit, retiring),
        may={"retire": may(shown, _RETIRE)},
        page=_page_of(command, found),
        form=visit.kept,
    )


def _search(visit: Visit) -> ListTokens:
    """Read the search from the address; a state that is none searches all."""
    state, after = visit.query.get("state", ""), parse_id(visit.query.get("cursor", ""))
    return ListTokens(
        query=visit.query.get("query", "")[:200],
        state=TokenState(state) if state in set(TokenState) else None,
        after=None if after is None else TokenId(after),
    )


def _staged(visit: Visit, retiring: TokenId | None) -> Token | None:
    """Load the token whose end is staged, by the address or by the form that was refused."""
    named = retiring or parse_id(visit.query.get("token", "") if visit.query.get("stage") == "retire" else "")
    found = None if named is None else visit.run(show_token, ShowToken(TokenId(named)))
    return None if found is None or isinstance(found, Refused) else found.token


def _row(one: Token, found: TokensListed) -> dict[str, Any]:
    return {"token": one, "holder": None if one.account is None else found.names.get(one.account)}


def _page_of(command: ListTokens, found: TokensListed) -> dict[str, Any]:
    kept = {"query": command.query, "state": "" if command.state is None else command.state.value}
    narrowed = {name: value for name, value in kept.items() if value}
    first = f"{_TOKENS}?{urlencode(narrowed)}" if narrowed else _TOKENS
    following = None if found.next is None else f"{_TOKENS}?{urlencode({**narrowed, 'cursor': str(found.next)})}"
    return {"shown": len(found.tokens), "first": first if command.after else None, "next": following}
