from tests.doors.served import Served
from tests.features.signin.walking import PASSWORD, authenticator


def test_desk_3_a_sign_in_from_a_new_place_is_told(served: Served) -> None:
    """Password and code by HTTP from another address tell the owner, with a way to say that it was not them."""
    key = served.walk.with_key("bram", "help-desk")
    served.world.collect_mail()
    asked = served.ask("POST /sign-in", {"user_name": "bram", "password": PASSWORD}, client="203.0.113.5").json()
    given = {"sign_in": asked["sign_in"], "code": authenticator(key, served.world)}
    done = served.ask("POST /sign-in/code", given, client="203.0.113.5")
    ((_, letter),) = served.world.collect_mail()

    assert done.json()["next"] == "done"
    assert (letter.kind, letter.facts["program"], letter.facts["address"]) == ("new_browser", True, "203.0.113.5")
    assert "/not-me/" in str(letter.facts["not_me"])
