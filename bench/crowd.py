"""A crowd to search in: accounts written by one statement, one in a hundred of them locked."""

from sqlalchemy import Connection, text

FIRST = ("Ada", "Bram", "Cora", "Dirk", "Emma", "Fred", "Gina", "Hans", "Iris", "Joris", "Karla", "Lars", "Mira")
LAST = ("Rossi", "Novak", "Jansen", "Weber", "Silva", "Moreau", "Kovacs", "Lindqvist", "Okafor", "Tanaka", "Ivanova")
LOCKED_EVERY = 100
_ID = {"sqlite": "randomblob(16)", "postgresql": "gen_random_uuid()"}
_FALSE = {"sqlite": "0", "postgresql": "false"}
_TRUE = {"sqlite": "1", "postgresql": "true"}


def fill(sql: Connection, count: int) -> None:
    """Add so many accounts; `version` holds each one's number."""
    kind = sql.dialect.name
    name = f"{_one_of(FIRST, 'i')} || ' ' || {_one_of(LAST, f'i / {len(FIRST)}')} || ' ' || i"
    login = f"lower({_one_of(FIRST, 'i')}) || '.' || i"
    sql.execute(
        text(f"""
        INSERT INTO accounts (account_id, user_name, user_name_canonical, full_name, full_name_canonical, email,
          email_canonical, kind, enabled, protected, created_at, updated_at, version)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
        SELECT {_ID[kind]}, {login}, {login}, {name}, lower({name}), {login} || '@example.org',
          {login} || '@example.org', 'internal', {_TRUE[kind]}, {_FALSE[kind]}, 0, 0, i FROM n"""),  # noqa: S608 - ours
        {"count": count},
    )
    locked = f"version % {LOCKED_EVERY} = 0"
    sql.execute(
        text(f"""
        INSERT INTO account_state (account_id, epoch, locked_at, lock_reason, enabled_at, factors, excluded)
        SELECT account_id, 1, CASE WHEN {locked} THEN version END, CASE WHEN {locked} THEN 'Failures' END, 0, 1,
          {_FALSE[kind]} FROM accounts
        WHERE account_id NOT IN (SELECT account_id FROM account_state)""")  # noqa: S608 - ours
    )


def _one_of(words: tuple[str, ...], number: str) -> str:
    chosen = " ".join(f"WHEN {index} THEN '{word}'" for index, word in enumerate(words))
    return f"(CASE ({number}) % {len(words)} {chosen} END)"
