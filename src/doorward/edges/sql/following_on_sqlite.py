"""How the tables of locked names follow others, in SQLite's words (following.py says what for)."""

# ruff: noqa: S608 - the statements are made of our own names

_FIELDS = ("full_name_canonical", "user_name_canonical", "email_canonical")
_LOCK = ("locked_at", "lock_reason", "lock_ends_at")
_COPY = f"""
    INSERT INTO locked_names (account_id, {", ".join((*_FIELDS, *_LOCK))})
    SELECT a.account_id, {", ".join(f"a.{one}" for one in _FIELDS)}, {", ".join(f"s.{one}" for one in _LOCK)}
    FROM account_state s JOIN accounts a ON a.account_id = s.account_id WHERE s.locked_at IS NOT NULL
"""


def _text(row: str) -> str:
    """Join the fields of a row, each after the character that no name holds."""
    return " || ".join(f"char(31) || coalesce({row}.{one}, '')" for one in _FIELDS)


_PART = """
    CASE WHEN length(substr(t, i, 3)) = 3 AND instr(substr(t, i + 1, 2), char(31)) = 0 THEN substr(t, i, 3) END
"""
_BEGINNING = "CASE WHEN substr(t, i, 1) = char(31) AND substr(t, i + 1, 1) <> char(31) THEN substr(t, i, 2) END"


def _parts(row: str) -> str:
    """Spell the query for the parts of the names in a trigger's row."""
    walk = f"""
        WITH RECURSIVE walk(i, t) AS (
            SELECT 1, {_text(row)} UNION ALL SELECT i + 1, t FROM walk WHERE i < length(t) - 1
        )
    """
    return f"""
        SELECT {_PART} AS part FROM ({walk} SELECT i, t FROM walk) WHERE part IS NOT NULL
        UNION SELECT {_BEGINNING} AS part FROM ({walk} SELECT i, t FROM walk) WHERE part IS NOT NULL
    """


def _written(row: str) -> str:
    return f"""
        INSERT OR IGNORE INTO locked_parts (part, full_name_canonical, account_id)
        SELECT part, {row}.full_name_canonical, {row}.account_id FROM ({_parts(row)});
    """


def _taken(row: str) -> str:
    return f"""
        DELETE FROM locked_parts WHERE account_id = {row}.account_id
        AND full_name_canonical = {row}.full_name_canonical AND part IN (SELECT part FROM ({_parts(row)}));
    """


_LOCKED = f"""
    UPDATE locked_names SET {", ".join(f"{one} = NEW.{one}" for one in _LOCK)} WHERE account_id = NEW.account_id;
    {_COPY} AND s.account_id = NEW.account_id
    AND NOT EXISTS (SELECT 1 FROM locked_names n WHERE n.account_id = NEW.account_id);
"""
_OPENED = f"""
    UPDATE locked_names SET {", ".join(f"{one} = NULL" for one in _LOCK)} WHERE account_id = NEW.account_id;
"""
_NAMED = f"""
    UPDATE locked_names SET {", ".join(f"{one} = NEW.{one}" for one in _FIELDS)} WHERE account_id = NEW.account_id;
"""
_GONE = "DELETE FROM locked_names WHERE account_id = OLD.account_id;"
_OTHERWISE = " OR ".join(f"OLD.{one} IS NOT NEW.{one}" for one in _FIELDS)
_LOCK_WRITTEN, _NAME_WRITTEN = f"UPDATE OF {', '.join(_LOCK)}", f"UPDATE OF {', '.join(_FIELDS)}"
_WHEN_OPENED = "NEW.locked_at IS NULL AND OLD.locked_at IS NOT NULL"
_EACH = {
    "tr_account_state_added": ("INSERT", "account_state", "NEW.locked_at IS NOT NULL", _LOCKED),
    "tr_account_state_locked": (_LOCK_WRITTEN, "account_state", "NEW.locked_at IS NOT NULL", _LOCKED),
    "tr_account_state_opened": (_LOCK_WRITTEN, "account_state", _WHEN_OPENED, _OPENED),
    "tr_account_state_removed": ("DELETE", "account_state", "OLD.locked_at IS NOT NULL", _GONE),
    "tr_accounts_named": (_NAME_WRITTEN, "accounts", _OTHERWISE, _NAMED),
    "tr_accounts_removed": ("DELETE", "accounts", "1", _GONE),
    "tr_locked_names_added": ("INSERT", "locked_names", "1", _written("NEW")),
    "tr_locked_names_named": (_NAME_WRITTEN, "locked_names", _OTHERWISE, _taken("OLD") + _written("NEW")),
    "tr_locked_names_removed": ("DELETE", "locked_names", "1", _taken("OLD")),
}
FUNCTIONS: tuple[str, ...] = ()
TRIGGERS = {
    name: f"CREATE TRIGGER {name} AFTER {when} ON {table} WHEN {condition} BEGIN {then} END"
    for name, (when, table, condition, then) in _EACH.items()
}
TABLE_OF = {name: table for name, (_, table, _, _) in _EACH.items()}
DROP = "DROP TRIGGER IF EXISTS {name}"
THERE = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
_WALK_ALL = f"""
    WITH RECURSIVE walk(i, t, n, a) AS (
        SELECT 1, {_text("locked_names")}, full_name_canonical, account_id FROM locked_names
        UNION ALL SELECT i + 1, t, n, a FROM walk WHERE i < length(t) - 1
    )
"""
FILL = (
    _COPY,
    f"""
    INSERT OR IGNORE INTO locked_parts (part, full_name_canonical, account_id) {_WALK_ALL}
    SELECT part, n, a FROM (
        SELECT {_PART} AS part, n, a FROM walk UNION ALL SELECT {_BEGINNING} AS part, n, a FROM walk
    ) WHERE part IS NOT NULL ORDER BY part, n, a
    """,
)
