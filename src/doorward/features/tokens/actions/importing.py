"""Taking tokens into the inventory, all of a file in one transaction (KEY-14)."""

from doorward.edges.call import Call
from doorward.features.rights.model.facts import MODIFY_OBJECT_ACLS
from doorward.features.tokens import store
from doorward.features.tokens.actions.inventory import seed_place
from doorward.features.tokens.model import (
    ImportTokens,
    JudgeTokens,
    NewToken,
    TokensImported,
    TokensJudged,
)
from doorward.features.tokens.rules.inventory import identity
from doorward.kernel.act import Needs, Who, act
from doorward.kernel.ids import TokenId, new_id
from doorward.kernel.lines import LineError
from doorward.kernel.outcome import Refused

_AT_ONCE = 500
"""How many tokens one statement asks for, or writes."""


@act(who=Who.SERVER, event=None, writes=False)
def judge_tokens(call: Call, command: JudgeTokens) -> TokensJudged:
    """Tell what keeps tokens from being imported: serial numbers that are in the inventory already."""
    return TokensJudged(_judge(call, command.tokens))


@act(MODIFY_OBJECT_ACLS, event="tokens.imported", needs=(Needs.SECOND_FACTOR,))
def import_tokens(call: Call, command: ImportTokens) -> TokensImported | Refused:
    """Take all tokens of a file into stock, their seeds sealed, or none."""
    tokens = command.tokens
    call.note.details.update(file=command.file, count=len(tokens))
    if errors := _judge(call, tokens):
        return Refused("tokens.refused", {"wrong": len(errors), "lines": len(tokens)})
    for start in range(0, len(tokens), _AT_ONCE):
        part = tokens[start : start + _AT_ONCE]
        store.add_many(call.sql, [_filed(call, one) for one in part], call.now)
        command.told(start + len(part))
    return TokensImported(len(tokens))


def _judge(call: Call, tokens: tuple[NewToken, ...]) -> tuple[LineError, ...]:
    ids = [identity(one.manufacturer, one.serial) for one in tokens]
    there: set[tuple[str, str]] = set()
    for start in range(0, len(ids), _AT_ONCE):
        there |= store.known(call.sql, [serial for _, serial in ids[start : start + _AT_ONCE]])
    return tuple(
        LineError(token.line, "serial", Refused("tokens.known"))
        for token, one in zip(tokens, ids, strict=True)
        if one in there
    )


def _filed(call: Call, token: NewToken) -> store.Filed:
    made = TokenId(new_id(call.now, call.entropy))
    return store.Filed(made, token, call.sealer.seal(token.seed, seed_place(made)))
