"""Words that everyone shares; nothing here imports more than the standard library."""
