from tools.reference import said, table


def test_rule_numbers_become_links() -> None:
    """A docstring's first sentence is quoted, and its rules can be followed."""
    assert said("Open an account (LOCK-7,\n    LOCK-8).\n\n    More.") == (
        "Open an account ([LOCK-7](rules.md#LOCK-7), [LOCK-8](rules.md#LOCK-8))."
    )


def test_a_bar_in_a_cell_does_not_end_it() -> None:
    """A table keeps its columns whatever the cells say."""
    assert table(["a"], [["x | y"]]) == "| a |\n| --- |\n| x \\| y |\n"
