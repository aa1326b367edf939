"""Tokens in stock, for tests."""

from dataclasses import replace

from doorward.features.tokens.actions import inventory
from doorward.features.tokens.actions.importing import import_tokens
from doorward.features.tokens.model import ImportTokens, NewToken, Token, TokensImported
from doorward.kernel.ids import TokenId
from doorward.kernel.otp_parameters import MovingFactor, OtpParameters
from tests.worlds import World

SEED = b"12345678901234567890"
COUNTING = NewToken(2, "Acme", "100", "Mini", OtpParameters(MovingFactor.HOTP), SEED, -1)
"""A token that shows what RFC 4226 appendix D lists."""
TICKING = replace(COUNTING, line=3, serial="200", parameters=OtpParameters(MovingFactor.TOTP))


def stock(world: World, *tokens: NewToken) -> list[TokenId]:
    """Import tokens, and give their ids in the same order."""
    done = world.run(import_tokens, ImportTokens("tokens.csv", tokens, lambda _: None))
    assert done == TokensImported(len(tokens))
    with world.reading() as call:
        found = [inventory.by_serial(call, one.serial, one.manufacturer) for one in tokens]
    return [one.id for one in found if isinstance(one, Token)]


def token_of(world: World, token: TokenId) -> Token:
    """Load a token that is there."""
    with world.reading() as call:
        found = inventory.find(call, token)
    assert found is not None
    return found
