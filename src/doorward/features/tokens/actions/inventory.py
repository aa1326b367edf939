"""Looking at the inventory, retiring, and who holds which token.

Who holds one is decided by the keys of accounts: `otp` takes a token when it makes its key an account's, and gives it
back whenever that key is deleted, whatever the act.
"""

from dataclasses import replace

from doorward.edges.call import Call
from doorward.edges.run import LostRace
from doorward.edges.sql.searching import matching
from doorward.features.accounts import actions as accounts
from doorward.features.rights.actions import facts as rights
from doorward.features.rights.model.facts import MODIFY_OBJECT_ACLS
from doorward.features.tokens import store
from doorward.features.tokens.model import (
    ListTokens,
    RetireToken,
    Returned,
    ShowToken,
    Token,
    TokenRetired,
    TokenShown,
    TokensListed,
)
from doorward.features.tokens.rules import inventory as rules
from doorward.kernel.act import Needs, act
from doorward.kernel.ids import AccountId, TokenId
from doorward.kernel.outcome import Refused
from doorward.kernel.paging import page_size


@act("user-permissions:read", event=None, writes=False, needs=(Needs.SOMEWHERE,))
def list_tokens(call: Call, command: ListTokens) -> TokensListed | Refused:
    """Search the inventory by serial number, each token with who holds it, as far as the actor reaches them."""
    after = None if command.after is None else store.by_id(call.sql, command.after)
    if command.after is not None and after is None:
        return Refused("list.cursor")
    keys = matching(command.query)
    if command.state is not None:
        keys["state"] = command.state.value
    if command.holder is not None:
        if not rights.reaches(call, command.holder):
            return TokensListed((), None)
        keys["holder"] = command.holder
    size = page_size(command.limit)
    found = store.page(call.sql, keys, after, size + 1)
    page = tuple(_as_seen(call, one) for one in found[:size])
    names = accounts.names(call, [one.account for one in page if one.account is not None])
    return TokensListed(page, page[-1].id if len(found) > size else None, names)


@act("user-permissions:read", event=None, writes=False, needs=(Needs.SOMEWHERE,))
def show_token(call: Call, command: ShowToken) -> TokenShown | Refused:
    """Look at one token, and who holds it; its seed is shown to nobody (KEY-16)."""
    found = store.by_id(call.sql, command.token)
    if found is None:
        return Refused("tokens.not_found")
    token = _as_seen(call, found)
    holder = None if token.account is None else accounts.names(call, [token.account]).get(token.account)
    return TokenShown(token, holder)


@act(MODIFY_OBJECT_ACLS, event="tokens.retired", needs=(Needs.SECOND_FACTOR,))
def retire_token(call: Call, command: RetireToken) -> TokenRetired | Refused:
    """Take a token that nobody holds out of use for good, and erase its seed."""
    token = store.by_id(call.sql, command.token)
    if token is None:
        return Refused("tokens.not_found")
    call.note.details.update(facts_of(token))
    if refused := rules.may_retire(token):
        return refused
    if not store.retire(call.sql, token.id, call.now):
        raise LostRace
    return TokenRetired()


def find(call: Call, token: TokenId) -> Token | None:
    """Load a token."""
    return store.by_id(call.sql, token)


def by_serial(call: Call, serial: str, manufacturer: str | None = None) -> Token | Refused:
    """Find the token of a serial number; where several makers have given it, its maker must be named."""
    found = store.by_serial(call.sql, serial)
    if manufacturer is not None:
        wanted = rules.identity(manufacturer, serial)
        found = [one for one in found if rules.identity(one.manufacturer, one.serial) == wanted]
    if len(found) > 1:
        return Refused("tokens.ambiguous", {"makers": ", ".join(one.manufacturer or "(none)" for one in found)[:200]})
    return found[0] if found else Refused("tokens.not_found")


def take(call: Call, token: Token, account: AccountId) -> bytes:
    """Note that an account holds a token from now on, and give its seed to whoever makes its key the account's."""
    sealed = store.sealed_seed(call.sql, token.id)
    if sealed is None or not store.take(call.sql, token.id, account, call.now):
        raise LostRace
    return call.sealer.open(sealed, seed_place(token.id))


def give_back(call: Call, back: Returned) -> None:
    """Put a token back in stock with what its key remembers, so that no code of it ever works twice (KEY-9).

    An inventory that does not know of it must not hold up the act that deletes the key.
    """
    store.give_back(call.sql, back, call.now)


def _as_seen(call: Call, token: Token) -> Token:
    """Leave out who holds a token where the actor does not reach them: nobody is named outside a scope (RIGHT-3)."""
    hidden = token.account is not None and not rights.reaches(call, token.account)
    return replace(token, account=None) if hidden else token


def facts_of(token: Token) -> dict[str, str]:
    """Return what entries say of a token: which one it is, never what is in it."""
    return {"serial": token.serial, "manufacturer": token.manufacturer}


def seed_place(token: TokenId) -> str:
    """Name the place that a seed is sealed for."""
    return f"hardware_tokens|sealed_seed|{token}"
