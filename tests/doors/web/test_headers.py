from doorward.doors.web.headers import for_pages, for_programs, values_of, with_always
from tests.doors.asgi import scope_of


def test_nothing_is_stored_framed_or_guessed() -> None:
    """The headers that every answer carries."""
    names = dict(for_pages(tls=False))

    assert names[b"cache-control"] == b"no-store"
    assert names[b"content-security-policy"].startswith(b"default-src 'none'; frame-ancestors 'none'")
    assert names[b"x-content-type-options"] == b"nosniff"
    assert names[b"x-frame-options"] == b"DENY"


def test_browsers_stay_with_tls_once_they_have_seen_it() -> None:
    """Only where the public address is one of TLS: on plain HTTP the header would be ignored or shut people out."""
    assert b"strict-transport-security" in dict(for_pages(tls=True))
    assert b"strict-transport-security" not in dict(for_pages(tls=False))


def test_programs_get_what_concerns_them() -> None:
    """No frame, no guess, no copy; what only pages heed is left out."""
    assert list(dict(for_programs(tls=True))) == [
        b"cache-control", b"content-security-policy", b"x-content-type-options", b"strict-transport-security",
    ]  # fmt: skip


def test_forms_tell_their_origin() -> None:
    """With `no-referrer` browsers would send `Origin: null`, and the origin check would learn nothing."""
    assert dict(for_pages(tls=True))[b"referrer-policy"] == b"same-origin"


def test_a_doors_own_header_stands() -> None:
    """A door may say something else for one answer."""
    merged = with_always([(b"Cache-Control", b"max-age=60")], for_pages(tls=False))

    assert [value for name, value in merged if name == b"cache-control"] == [b"max-age=60"]


def test_every_value_of_a_header_is_seen() -> None:
    """A header that comes twice is not taken for one."""
    scope = scope_of("GET", "/", [("x", "1"), ("y", "2"), ("x", "3")])

    assert values_of(scope, b"x") == [b"1", b"3"]
