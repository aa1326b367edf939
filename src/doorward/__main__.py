"""`doorward`, or `python -m doorward`: settles how the process runs, and then loads the program."""

import sys
from importlib import import_module

from doorward.edges import large_pages


def main() -> int:
    """Run the command line, and return the exit code."""
    if sys.argv[1:2] == ["serve"]:
        large_pages.begin_again_with_them()
    code: int = import_module("doorward.program").main()
    return code


if __name__ == "__main__":
    sys.exit(main())
