"""The database: engines, column types, tables and their migrations."""
