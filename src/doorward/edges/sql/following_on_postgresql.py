"""How the tables of locked names follow others, in PostgreSQL's words (following.py says what for)."""

# ruff: noqa: S608 - the statements are made of our own names

_FIELDS = ("full_name_canonical", "user_name_canonical", "email_canonical")
_LOCK = ("locked_at", "lock_reason", "lock_ends_at")
_COPY = f"""
    INSERT INTO locked_names (account_id, {", ".join((*_FIELDS, *_LOCK))})
    SELECT a.account_id, {", ".join(f"a.{one}" for one in _FIELDS)}, {", ".join(f"s.{one}" for one in _LOCK)}
    FROM account_state s JOIN accounts a ON a.account_id = s.account_id WHERE s.locked_at IS NOT NULL
"""
_PARTS = """
    CREATE OR REPLACE FUNCTION doorward_parts(full_name text, user_name text, email text) RETURNS SETOF text
    LANGUAGE sql IMMUTABLE AS $$
        WITH joined AS (
            SELECT chr(31) || full_name || chr(31) || user_name || chr(31) || coalesce(email, '') AS t
        ), walked AS (SELECT t, generate_series(1, length(t) - 1) AS i FROM joined)
        SELECT substr(t, i, 3) FROM walked
        WHERE length(substr(t, i, 3)) = 3 AND strpos(substr(t, i + 1, 2), chr(31)) = 0
        UNION SELECT substr(t, i, 2) FROM walked WHERE substr(t, i, 1) = chr(31) AND substr(t, i + 1, 1) <> chr(31)
    $$
"""


def _parts(row: str) -> str:
    return f"doorward_parts({', '.join(f'{row}.{one}' for one in _FIELDS)})"


_WRITE = f"""
    INSERT INTO locked_parts (part, full_name_canonical, account_id)
    SELECT part, NEW.full_name_canonical, NEW.account_id FROM {_parts("NEW")} AS part ON CONFLICT DO NOTHING;
"""
_TAKE = f"""
    DELETE FROM locked_parts WHERE part = ANY (ARRAY(SELECT {_parts("OLD")}))
    AND full_name_canonical = OLD.full_name_canonical AND account_id = OLD.account_id;
"""


def _function(name: str, body: str) -> str:
    return f"""
        CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$
    """


_BODIES = {
    "doorward_locked": f"""
        UPDATE locked_names SET {", ".join(f"{one} = NEW.{one}" for one in _LOCK)} WHERE account_id = NEW.account_id;
        IF NOT FOUND THEN {_COPY} AND s.account_id = NEW.account_id ON CONFLICT DO NOTHING; END IF;
    """,
    "doorward_opened": f"""
        UPDATE locked_names SET {", ".join(f"{one} = NULL" for one in _LOCK)} WHERE account_id = NEW.account_id;
    """,
    "doorward_named": f"""
        UPDATE locked_names SET {", ".join(f"{one} = NEW.{one}" for one in _FIELDS)}
        WHERE account_id = NEW.account_id;
    """,
    "doorward_gone": "DELETE FROM locked_names WHERE account_id = OLD.account_id;",
    "doorward_parts_written": _WRITE,
    "doorward_parts_changed": _TAKE + _WRITE,
    "doorward_parts_taken": _TAKE,
}
FUNCTIONS = (_PARTS, *(_function(name, body) for name, body in _BODIES.items()))
_OTHERWISE = " OR ".join(f"OLD.{one} IS DISTINCT FROM NEW.{one}" for one in _FIELDS)
_LOCK_WRITTEN, _NAME_WRITTEN = f"UPDATE OF {', '.join(_LOCK)}", f"UPDATE OF {', '.join(_FIELDS)}"
_WHEN_OPENED = "NEW.locked_at IS NULL AND OLD.locked_at IS NOT NULL"
_EACH = {
    "tr_account_state_added": ("INSERT", "account_state", "NEW.locked_at IS NOT NULL", "doorward_locked"),
    "tr_account_state_locked": (_LOCK_WRITTEN, "account_state", "NEW.locked_at IS NOT NULL", "doorward_locked"),
    "tr_account_state_opened": (_LOCK_WRITTEN, "account_state", _WHEN_OPENED, "doorward_opened"),
    "tr_account_state_removed": ("DELETE", "account_state", "OLD.locked_at IS NOT NULL", "doorward_gone"),
    "tr_accounts_named": (_NAME_WRITTEN, "accounts", _OTHERWISE, "doorward_named"),
    "tr_accounts_removed": ("DELETE", "accounts", "true", "doorward_gone"),
    "tr_locked_names_added": ("INSERT", "locked_names", "true", "doorward_parts_written"),
    "tr_locked_names_named": (_NAME_WRITTEN, "locked_names", _OTHERWISE, "doorward_parts_changed"),
    "tr_locked_names_removed": ("DELETE", "locked_names", "true", "doorward_parts_taken"),
}
TRIGGERS = {
    name: f"""
        CREATE TRIGGER {name} AFTER {when} ON {table} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {function}()
    """
    for name, (when, table, condition, function) in _EACH.items()
}
TABLE_OF = {name: table for name, (_, table, _, _) in _EACH.items()}
DROP = "DROP TRIGGER IF EXISTS {name} ON {table}"
THERE = """
    SELECT tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = current_schema()::regnamespace AND NOT tgisinternal
"""
FILL = (
    _PARTS,
    _COPY,
    f"""
    INSERT INTO locked_parts (part, full_name_canonical, account_id)
    SELECT part, n.full_name_canonical, n.account_id FROM locked_names n, LATERAL {_parts("n")} AS part
    ORDER BY 1, 2, 3
    """,
    "ANALYZE locked_names",
    "ANALYZE locked_parts",
)
