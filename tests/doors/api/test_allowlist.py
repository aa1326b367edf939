from tests.doors.served import Served

REASON = {"reason": "has a new phone"}


def test_a_blocked_account_is_allowed_to_set_up(served: Served) -> None:
    """And stands on the list with who allowed it, when, why and until when (KEY-5, KEY-13)."""
    bram = served.world.add("bram")
    olga = served.operator()
    told = served.ask(f"PUT /allowlist/{bram}", REASON, olga).json()
    listed = served.ask("GET /allowlist", token=olga).json()["items"]

    assert (told["outcome"], told["account"]["second_factor"]) == ("done", "may_set_up")
    assert [(one["user_name"], one["added_by"], one["reason"], one["cause"]) for one in listed] == [
        ("bram", "olga", "has a new phone", "allowed")
    ]
    assert listed[0]["expires_at"] > listed[0]["added_at"]


def test_allowing_twice_is_harmless(served: Served) -> None:
    """PUT says how it shall be."""
    bram = served.world.add("bram")
    olga = served.operator()
    served.ask(f"PUT /allowlist/{bram}", REASON, olga)

    assert served.ask(f"PUT /allowlist/{bram}", REASON, olga).json()["outcome"] == "unchanged"


def test_an_account_is_taken_off_the_allowlist(served: Served) -> None:
    """It is blocked then."""
    bram = served.world.add("bram")
    olga = served.operator()
    served.ask(f"PUT /allowlist/{bram}", REASON, olga)
    told = served.ask(f"POST /allowlist/{bram}/remove", REASON, olga).json()

    assert (told["outcome"], told["account"]["second_factor"]) == ("done", "blocked")
    assert served.ask("GET /allowlist", token=olga).json()["items"] == []


def test_an_account_is_excluded_and_taken_back(served: Served) -> None:
    """Two lists, two meanings: this one signs in without a factor."""
    bram = served.world.add("bram")
    olga = served.operator()
    excluded = served.ask(f"PUT /exclusions/{bram}", REASON, olga).json()
    listed = served.ask("GET /exclusions", token=olga).json()["items"]
    lifted = served.ask(f"POST /exclusions/{bram}/remove", REASON, olga).json()

    assert excluded["account"]["second_factor"] == "excluded"
    assert [(one["user_name"], one["added_by"]) for one in listed] == [("bram", "olga")]
    assert lifted["account"]["second_factor"] == "blocked"


def test_the_allowlist_has_pages(served: Served) -> None:
    """The cursor of one page leads to the next, and the last has none."""
    olga = served.operator()
    accounts = {str(served.world.add(name)) for name in ("ada", "bo", "cleo")}
    for account in accounts:
        served.ask(f"PUT /allowlist/{account}", REASON, olga)
    first = served.ask("GET /allowlist?limit=2", token=olga).json()
    second = served.ask(f"GET /allowlist?limit=2&cursor={first['next']}", token=olga).json()

    assert {one["account_id"] for one in first["items"] + second["items"]} == accounts
    assert (len(first["items"]), second["next"]) == (2, None)


def test_an_addition_is_taken_back(served: Served) -> None:
    """Once, for ten seconds, by whoever added it."""
    bram, olga = served.world.add("bram"), served.operator()
    served.ask(f"PUT /allowlist/{bram}", {"reason": "a slip"}, olga)
    undone = served.ask(f"POST /allowlist/{bram}/undo", token=olga)
    again = served.ask(f"POST /allowlist/{bram}/undo", {"reason": "once more"}, olga)

    assert (undone.status, undone.json()["outcome"]) == (200, "done")
    assert undone.json()["account"]["second_factor"] == "blocked"
    assert (again.status, again.code) == (409, "second_factor.undo_nothing")
