"""The tables, one module per feature; only that feature's store imports it (`directory.store` reads all)."""
