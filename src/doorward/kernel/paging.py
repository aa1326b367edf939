"""Pages of a list: how many rows one has."""

DEFAULT_PAGE, LARGEST_PAGE = 50, 200


def page_size(asked: int) -> int:
    """Keep a page's size between one row and the most that a page holds."""
    return max(1, min(asked, LARGEST_PAGE))
