import pytest

from doorward.kernel.addresses import host_and_port, host_name, listening_address, masked, public_address


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://ada:secret@db/x", "postgresql://ada:***@db/x"),
        ("postgresql://ada@db:5432,[::1]:5433/x", "postgresql://ada@db:5432,[::1]:5433/x"),
        ("postgresql://db/x?user=ada&password=sec%40ret", "postgresql://db/x?user=ada&password=***"),
        ("postgresql://db/x?p%61ssword=secret&sslmode=require", "postgresql://db/x?p%61ssword=***&sslmode=require"),
        ("postgresql://db/x?pasword=secret", "postgresql://db/x?pasword=***"),
        ("postgresql://db/x?password=a&secret", "postgresql://db/x?password=***&***"),
        ("postgresql://db/x?password=sec@ret", "postgresql://***"),
        ("postgresql://ada:se@cret@db/x", "postgresql://ada:***@db/x"),
        ("postgresql://ada:se/cr#et@db/x", "postgresql://ada:***@db/x"),
        ("postgresql://ada:se?cret@db/x", "postgresql://***"),
        ("postgresql://se/cret@db/x", "postgresql://***@db/x"),
        ("postgresql://ada:secret", "postgresql://***"),
        ("postgresql://ada:1secret/x", "postgresql://***"),
        ("postgresql:/ada:secret@db/x", "***"),
        ("host=db password=secret", "***"),
        ("postgresql:///x?host=/run/postgresql", "postgresql:///x?host=/run/postgresql"),
        ("smtp://us:se/cr?et@mail.example.org", "smtp://***"),
        ("smtps://us:se/cret@mail.example.org:465", "smtps://us:***@mail.example.org:465"),
        ("sqlite:////srv/a@b/d.db?x=1", "sqlite:////srv/a@b/d.db?x=1"),
        ("maildir:///srv/a:b@c", "maildir:///srv/a:b@c"),
        ("mysql://db/x", "mysql://db/x"),
        ("data/doorward.db", "data/doorward.db"),
    ],
)
def test_nothing_that_may_be_a_password_is_shown(address: str, shown: str) -> None:
    """However it is written, and however wrongly."""
    assert masked(address) == shown


def test_addresses_are_taken_apart() -> None:
    """Brackets are no part of a host."""
    assert host_and_port("[::1]:8420") == ("::1", "8420")
    assert host_and_port("8420") == ("", "8420")


@pytest.mark.parametrize("value", ["8420", "127.0.0.1:99999", "127.0.0.1:٣"])
def test_where_nobody_can_listen(value: str) -> None:
    """A host and a port are wanted."""
    with pytest.raises(ValueError, match="an address and a port"):
        listening_address(value)


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        ("HTTPS://Login.Example.ORG/", "https://login.example.org"),
        ("http://[::1]:8420", "http://[::1]:8420"),
    ],
)
def test_a_public_address_has_one_spelling(value: str, spelled: str) -> None:
    """Lower case, without a slash at its end."""
    assert public_address(value) == spelled


@pytest.mark.parametrize(
    ("address", "name"),
    [("https://Login.example.org:8443", "login.example.org"), ("http://[::1]:8420", "::1"), ("", "")],
)
def test_a_host_has_no_port(address: str, name: str) -> None:
    """Nor brackets, nor capitals."""
    assert host_name(address) == name
