from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from tests.doors.api.test_signin import give_password
from tests.doors.served import Served


def test_address_with_too_many_failing_names_is_told_when_to_come_back(served: Served) -> None:
    """429 with `Retry-After`, for the right password too (LOCK-17)."""
    served.walk.with_key("bram")
    served.world.run(change_password_rules, ChangePasswordRules({"failing_names_before_refusing": 1}))
    give_password(served, "nobody", "wrong")
    refused = give_password(served, "bram")

    assert (refused.status, refused.json()["code"]) == (429, "signin.throttled")
    assert refused.headers["retry-after"] == "3600"
