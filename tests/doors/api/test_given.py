from doorward.doors.api.signin import Credentials


def test_a_body_shows_nothing_of_itself() -> None:
    """In a traceback it would show passwords and codes."""
    body = Credentials(user_name="bram", password="a walk in the wood")

    assert (repr(body), str(body)) == ("Credentials()", "")
