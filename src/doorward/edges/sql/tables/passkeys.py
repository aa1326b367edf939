"""Passkeys and security keys: public keys, with what each remembers; and the challenges that are spent."""

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, Table, UniqueConstraint

from doorward.edges.sql.columns import HASH, NAME, Id, Instant, Json, account_key, metadata

passkeys = Table(
    "passkeys",
    metadata,
    account_key(),
    Column("passkey_id", Id, primary_key=True),
    Column("credential_hash", HASH, nullable=False),
    Column("credential_id", LargeBinary, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", NAME, nullable=False),
    Column("transports", Json, nullable=False),
    Column("aaguid", Id, nullable=False),
    Column("discoverable", Boolean, nullable=False),
    Column("user_verified", Boolean, nullable=False),
    Column("backup_eligible", Boolean, nullable=False),
    Column("backed_up", Boolean, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("last_used_at", Instant),
    Column("doubted_at", Instant),
    UniqueConstraint("account_id", "credential_hash", name="uq_passkeys_account_id_credential_hash"),
)
"""What the relying party keeps of a credential: W3C Web Authentication Level 3 section 4, credential record."""

passkey_challenges = Table(
    "passkey_challenges",
    metadata,
    account_key(),
    Column("challenge_hash", HASH, primary_key=True),
    Column("expires_at", Instant, nullable=False),
    Index("ix_passkey_challenges_expires_at", "expires_at"),
)
"""Challenges that were answered rightly, until they would have run out: none is answered twice."""
