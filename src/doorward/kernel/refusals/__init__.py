"""Refusals: each code with its status, its exit code and its sentence, in the file that its first word names."""
