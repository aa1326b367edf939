from tests.doors.served import Served
from tests.features.signin.forgetting import NEW, answered


def test_pass_5_a_forgotten_password_is_set_by_the_mailed_token(served: Served) -> None:
    """The same 202 for every name; then the token sets a password, and no session follows."""
    served.walk.with_key("bram")
    heard = [served.ask("POST /sign-in/forgotten-password", {"user_name": name}) for name in ("bram", "nobody")]
    ((_, letter),) = answered(served.world)
    token = str(letter.facts["link"]).rpartition("/")[2]
    weak = served.ask("POST /sign-in/forgotten-password/confirm", {"token": token, "password": "short"})
    done = served.ask("POST /sign-in/forgotten-password/confirm", {"token": token, "password": NEW})
    again = served.ask("POST /sign-in/forgotten-password/confirm", {"token": token, "password": NEW})

    assert [(one.status, one.body) for one in heard] == [(202, b'{"outcome":"done"}')] * 2
    assert heard[0].headers == heard[1].headers
    assert (weak.status, weak.code) == (422, "passwords.min_length")
    assert (done.status, done.json()) == (200, {"outcome": "done"})
    assert (again.status, again.code) == (401, "signin.expired")
    assert served.ask("POST /sign-in", {"user_name": "bram", "password": NEW}).json()["next"] == "code"


def test_desk_3_not_me_locks_by_the_mailed_token(served: Served) -> None:
    """Without signing in; once."""
    bram = served.walk.person("bram", factors=1)
    served.ask(f"POST /accounts/{bram}/reset-secret-key", {"reason": "lost phone"}, served.operator())
    ((_, letter),) = served.world.collect_mail()
    token = str(letter.facts["not_me"]).rpartition("/")[2]
    said = [served.ask("POST /not-me", {"token": token}) for _ in range(2)]
    account = served.ask(f"GET /accounts/{bram}", token=served.operator("nora")).json()

    assert (said[0].status, said[0].json()) == (200, {"outcome": "done", "locked": True})
    assert (said[1].status, said[1].code) == (401, "signin.expired")
    assert account["lock_reason"] == "Reported"
    assert token not in str(account)
