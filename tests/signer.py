"""A signer with a key of its own, for servers in tests."""

from doorward.edges.crypto.assertions import AssertionSigner
from doorward.edges.crypto.keys import KeyRing, SealingKey

SIGNER = AssertionSigner(KeyRing((SealingKey(b"test", b"k" * 32),)))
