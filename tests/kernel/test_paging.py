import pytest

from doorward.kernel.paging import page_size


@pytest.mark.parametrize(("asked", "size"), [(-1, 1), (0, 1), (1, 1), (50, 50), (200, 200), (201, 200), (999, 200)])
def test_a_page_has_bounds(asked: int, size: int) -> None:
    """A page holds from 1 to 200 rows."""
    assert page_size(asked) == size
