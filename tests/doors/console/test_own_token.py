import pytest

from doorward.features.sessions.model import OpenedWith
from doorward.kernel.ids import AccountId
from tests.doors.console.visiting import Site
from tests.features.second_factor.handing import COUNTING, TICKING, assign, give, press, stock
from tests.features.second_factor.protecting import protect
from tests.keys import bind


@pytest.fixture
def bram(site: Site) -> AccountId:
    """Let somebody hold the counting token."""
    stock(site.world, COUNTING, TICKING)
    account = site.world.add("bram")
    assign(site.world, account, "100")
    return account


def test_ones_own_page_names_the_token(site: Site, bram: AccountId) -> None:
    """And leads to the page that puts it in step; whoever has an app's key is led back."""
    dora = site.world.add("dora")
    bind(site.world, dora)
    browser = site.signed_in(bram)

    assert "<dt>Hardware token</dt><dd>100" in browser.get("/me?tab=two-factor").html
    assert "Press the button once more" in browser.get("/me/token").html
    assert site.signed_in(dora).get("/me/token").to == "/me"
    assert "/me/token" not in site.signed_in(dora).get("/me").html


@pytest.mark.parametrize("opened_with", [OpenedWith.SECRET_KEY, OpenedWith.RECOVERY_CODE])
def test_two_codes_put_the_token_in_step(site: Site, bram: AccountId, opened_with: OpenedWith) -> None:
    """From an ordinary session, and from one that a recovery code has opened: that is when it is needed."""
    browser = site.signed_in(bram, opened_with)

    done = browser.post("/me/token", {"first_code": press(300), "second_code": press(301)})

    assert done.to == "/me?tab=two-factor&done=token-in-step"
    assert "is in step again" in browser.get(done.to).html
    assert give(site.world, bram, press(302)) == "right"


@pytest.mark.parametrize(
    ("codes", "status", "at"),
    [
        ((press(300), press(302)), 401, "first_code"),
        (("12345", press(1)), 422, "first_code"),
        ((press(1), ""), 422, "second_code"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    site: Site, bram: AccountId, codes: tuple[str, str], status: int, at: str
) -> None:
    """The codes are typed anew."""
    refused = site.signed_in(bram).post("/me/token", {"first_code": codes[0], "second_code": codes[1]})

    assert (refused.status, f'id="f-{at}-error"' in refused.html) == (status, True)
    assert f'value="{codes[0]}"' not in refused.html


def test_a_protected_account_asks_for_the_proof(site: Site, bram: AccountId) -> None:
    """Without it, with a wrong one, with what is no code (PROT-1)."""
    protect(site.world, bram)
    browser = site.signed_in(bram)
    codes = {"first_code": press(300), "second_code": press(301)}

    asked = browser.get("/me/token")
    refused = [
        browser.post("/me/token", codes),
        browser.post("/me/token", codes | {"protection_password": "x", "protection_code": "123456"}),
        browser.post("/me/token", codes | {"protection_password": "x", "protection_code": "12"}),
    ]

    assert "protection_password" in asked.html
    assert [one.status for one in refused] == [403, 403, 422]
    assert give(site.world, bram, press(0)) == "right"


def test_the_last_wrong_pair_ends_the_session(site: Site, bram: AccountId) -> None:
    """It counts as a wrong code of the session."""
    browser = site.signed_in(bram)

    answers = [browser.post("/me/token", {"first_code": "000000", "second_code": "111111"}) for _ in range(10)]

    assert [one.status for one in answers[:9]] == [401] * 9
    assert answers[9].to == "/sign-in"
