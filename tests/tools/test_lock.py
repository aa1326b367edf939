from packaging.requirements import Requirement

from tools.lock import faults

HASH = "--hash=sha256:" + "0" * 64
LOCKED = f"click==8.3.0 \\\n    {HASH}\n    # via doorward\njinja2==3.1.6 ; python_version > '3' \\\n    {HASH}\n"


def test_a_lock_that_fits_is_taken() -> None:
    """Each requirement is pinned, fits, and has a hash; spelling of names does not matter."""
    assert faults([Requirement("click>=8.3"), Requirement("Jinja2>=3.1.6")], LOCKED) == []


def test_a_missing_pin_is_found() -> None:
    """A dependency that was added without locking it is named."""
    assert faults([Requirement("rich>=14")], LOCKED) == ["rich>=14 is not locked"]


def test_a_pin_that_no_longer_fits_is_found() -> None:
    """A dependency whose lower bound was raised without locking it is named."""
    assert faults([Requirement("click>=9")], LOCKED) == ["click>=9 is not locked"]


def test_an_address_is_found() -> None:
    """A lock file says nothing about where it was made."""
    assert faults([], "# from https://mirror.example/simple\n" + LOCKED) == ["an address stands in it"]
