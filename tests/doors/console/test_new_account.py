import pytest

from doorward.features.accounts.model import AccountKind
from tests.doors.console.standings import named
from tests.doors.console.visiting import Site

ZOE = {"full_name": "Zoe Berg", "user_name": "zoe", "email": "zoe@example.org", "kind": "external"}
NO_RIGHT = (403, "You do not have the right that this takes (users:modify).")


def test_an_account_is_added(site: Site) -> None:
    """It is mailed a link to set its password, and its page is shown."""
    olga = site.operator()

    shown = olga.post("/console/users/new", ZOE)

    zoe = named(site, "zoe")
    standing = site.world.standing(zoe)
    assert (shown.status, shown.to) == (303, f"/console/users/{zoe}?done=added")
    assert (standing.account.full_name, standing.account.kind) == ("Zoe Berg", AccountKind.EXTERNAL)
    assert [(mail.kind.value, mail.recipient) for mail in site.world.mails()] == [("account_added", "zoe@example.org")]
    assert "On the allowlist" in olga.get(f"{shown.to}&tab=two-factor").page.text


def test_roles_come_with_it(site: Site) -> None:
    """Those that were ticked."""
    olga = site.operator()

    shown = olga.post("/console/users/new", ZOE | {"kind": "internal", "role": ["help-desk", "auditor"]})

    assert "Auditor, Help desk" in olga.get(shown.to).page.text


@pytest.mark.parametrize(
    ("fields", "key", "words"),
    [
        ({"user_name": ""}, "f-user_name-error", "is empty"),
        ({"user_name": "x" * 201}, "f-user_name-error", "is too long"),
        ({"full_name": "a\x00"}, "f-full_name-error", "holds control or invisible characters"),
        ({"email": "nowhere"}, "f-email-error", "This is not an e-mail address."),
        ({"email": ""}, "f-email-error", "An account without a password needs an e-mail address"),
        ({"user_name": "OLGA"}, "f-user_name-error", "Another account has this user name."),
        ({"kind": "internal", "role": "emperor"}, "refusal", "There is no role named “emperor”."),
    ],
)
def test_what_cannot_be_added_is_told_at_its_field(site: Site, fields: dict[str, str], key: str, words: str) -> None:
    """The rest is as it was typed, and nobody is added."""
    shown = site.operator().post("/console/users/new", ZOE | fields)

    assert shown.status in {409, 422}
    assert words in shown.page.ids[key]
    assert shown.page.form("/console/users/new").fields["full_name"] == fields.get("full_name", "Zoe Berg")
    assert site.world.mails() == []


@pytest.mark.parametrize("kind", ["robot", "", None])
def test_a_kind_that_there_is_not_is_the_ordinary_one(site: Site, kind: str | None) -> None:
    """An account is internal unless it is said to be external."""
    fields = {name: value for name, value in (ZOE | {"kind": kind}).items() if value is not None}

    site.operator().post("/console/users/new", fields)

    assert site.world.standing(named(site, "zoe")).account.kind is AccountKind.INTERNAL


@pytest.mark.parametrize("role", ["help-desk", "auditor", "no-access"])
def test_who_may_add_nobody_sees_no_form(site: Site, role: str) -> None:
    """The page and the form say the same."""
    browser = site.operator(role)

    assert browser.get("/console/users/new").told == NO_RIGHT
    assert browser.post("/console/users/new", ZOE).told == NO_RIGHT


def test_a_role_that_one_may_not_give_cannot_be_ticked(site: Site) -> None:
    """It is shown with the reason, and refused if it comes all the same (RIGHT-4)."""
    browser = site.operator("super-user")

    page = browser.get("/console/users/new").page
    shown = browser.post("/console/users/new", ZOE | {"kind": "internal", "role": "administrator"})

    assert "The role “administrator” holds rights that you do not hold." in page.text
    assert shown.status == 403
    assert shown.page.refusal.startswith("The role “administrator” holds rights that you do not hold.")
