from doorward.doors.gate.going_on import going_on


def test_the_page_goes_on_by_itself_and_by_its_link() -> None:
    """To one address, written so that nothing of it is markup."""
    html = going_on("app.example.org", 'https://app.example.org/?a=1&b="2"')

    assert html.count("https://app.example.org/?a=1&amp;b=&quot;2&quot;") == 2
    assert '<meta http-equiv="refresh" content="0; url=https://app.example.org/' in html
    assert "Go on to app.example.org</a>" in html
