"""The version of this program: the one that `pyproject.toml` names, known without an installed package."""

VERSION = "0.1.0"
