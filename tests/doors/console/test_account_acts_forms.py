import pytest

from doorward.features.accounts.model import AccountKind
from doorward.kernel.ids import AccountId
from tests.doors.console.standings import on_the_allowlist
from tests.doors.console.visiting import Shown, Site


def address(account: AccountId) -> str:
    """Give the address of an account's page."""
    return f"/console/users/{account}"


def test_a_temporary_access_code_is_shown_once(site: Site) -> None:
    """In the answer to the form, never in an address (KEY-10)."""
    bram, olga = site.world.add("bram"), site.operator()
    olga.post(f"{address(bram)}/edit", {"email": "", "version": "1", "reason": "lost the mailbox"})
    site.world.pass_time(hours=73)
    olga = site.operator(name="piet")
    olga.post(f"{address(bram)}/allowlist/add", {"reason": "new phone"})

    shown = olga.post(f"{address(bram)}/temporary-access-code", {"reason": "identified in person"})

    code = shown.page.ids["temporary-code"]
    assert (shown.status, len(code.replace("-", "").replace(" ", ""))) == (200, 12)
    assert code not in olga.get(f"{address(bram)}?tab=two-factor").html


def test_a_temporary_access_code_is_not_for_everybody(site: Site) -> None:
    """Whoever has an address gets the code there."""
    bram = on_the_allowlist(site)

    shown = site.operator().post(f"{address(bram)}/temporary-access-code", {"reason": "in a hurry"})

    assert shown.told[0] == 409
    assert shown.page.refusal.startswith("This account has an e-mail address that codes are sent to.")


def edited(site: Site, bram: AccountId, **fields: str) -> Shown:
    """Send the form of the profile."""
    form = {
        "full_name": "Bram",
        "user_name": "bram",
        "email": "bram@example.org",
        "kind": "internal",
        "version": str(site.world.standing(bram).account.version),
        "reason": "married",
    }
    return site.operator().post(f"{address(bram)}/edit", form | fields)


def test_an_account_is_edited(site: Site) -> None:
    """Each field, in one step."""
    bram = site.world.add("bram")

    shown = edited(
        site, bram, full_name="Bram Rossi", user_name="bram.rossi", email="rossi@example.org", kind="external"
    )

    account = site.world.standing(bram).account
    assert shown.to == f"{address(bram)}?done=saved"
    assert (account.full_name, account.user_name) == ("Bram Rossi", "bram.rossi")
    assert (account.email, account.kind) == ("rossi@example.org", AccountKind.EXTERNAL)


@pytest.mark.parametrize(
    ("field", "typed", "status", "words"),
    [
        ("user_name", "", 422, "is empty"),
        ("user_name", "x" * 201, 422, "is too long"),
        ("user_name", "a\x07b", 422, "holds control or invisible characters"),
        ("full_name", "x" * 201, 422, "is too long"),
        ("email", "no address", 422, "This is not an e-mail address."),
        ("user_name", "olga", 409, "Another account has this user name."),
        ("reason", "", 422, "A reason has 1 to 500 characters"),
    ],
)
def test_a_field_that_cannot_be_saved_is_told_at_its_place(
    site: Site, field: str, typed: str, status: int, words: str
) -> None:
    """The form comes back as it was typed."""
    bram = site.world.add("bram")

    shown = edited(site, bram, **({"full_name": "Bram Rossi"} | {field: typed}))

    key = {"reason": "edit-reason"}.get(field, f"f-{field}")
    assert shown.status == status
    assert words in shown.page.ids[f"{key}-error"]
    assert shown.page.form(f"{address(bram)}/edit").fields[field] == typed


@pytest.mark.parametrize("version", ["0", "7", "-1", "", "²", "9" * 5000, "one"])
def test_an_edit_of_another_version_is_lost(site: Site, version: str) -> None:
    """Whoever saved in between is not overwritten, and a version that cannot be read is that of nothing."""
    bram = site.world.add("bram")

    shown = edited(site, bram, full_name="Zoe", version=version)

    assert shown.told[0] == 409
    assert shown.page.refusal.startswith("Somebody else has saved in between.")
    assert site.world.standing(bram).account.full_name == "Bram"


@pytest.mark.parametrize("kind", ["", "robot", "INTERNAL"])
def test_a_kind_that_there_is_not_changes_nothing(site: Site, kind: str) -> None:
    """The account keeps the kind that it has."""
    bram = site.world.add("bram")

    edited(site, bram, full_name="Zoe", kind=kind)

    assert site.world.standing(bram).account.kind is AccountKind.INTERNAL


def test_a_field_that_is_not_sent_stays(site: Site) -> None:
    """A form without a field does not empty it."""
    bram = site.world.add("bram")

    site.operator().post(f"{address(bram)}/edit", {"full_name": "Zoe", "version": "1", "reason": "married"})

    account = site.world.standing(bram).account
    assert (account.full_name, account.user_name, account.email) == ("Zoe", "bram", "bram@example.org")


def test_a_new_address_is_told_to_the_old_one(site: Site) -> None:
    """Both know of it (DESK-4)."""
    bram = site.world.add("bram")

    edited(site, bram, email="rossi@example.org")

    told = sorted((mail.kind.value, mail.recipient) for mail in site.world.mails())
    assert told == [("email_changed", "bram@example.org"), ("email_changed", "rossi@example.org")]


def test_one_session_is_ended_or_all(site: Site) -> None:
    """The others go on where one is named (SESS-2)."""
    bram, olga = site.world.add("bram", factors=1), site.operator()
    first, second = site.signed_in(bram), site.signed_in(bram)
    page = olga.get(f"{address(bram)}?tab=sessions").page
    named = [form.fields["session"] for form in page.forms if form.action.endswith("/sessions/end")]

    olga.post(f"{address(bram)}/sessions/end", {"session": named[0], "reason": "lost laptop"})
    left = [browser.get("/me").status for browser in (first, second)]
    olga.post(f"{address(bram)}/sessions/end", {"session": "", "reason": "all of them"})

    assert (len(named), sorted(left)) == (2, [200, 303])
    assert [browser.get("/me").status for browser in (first, second)] == [303, 303]


@pytest.mark.parametrize("session", ["x", "0" * 36, "../../me"])
def test_a_session_that_is_no_session_is_not_found(site: Site, session: str) -> None:
    """It never stands for all of them."""
    bram = site.world.add("bram", factors=1)
    theirs = site.signed_in(bram)

    shown = site.operator().post(f"{address(bram)}/sessions/end", {"session": session, "reason": "a test"})

    assert shown.status == 404
    assert theirs.get("/me").status == 200


def test_an_allowlist_entry_shows_its_story(site: Site) -> None:
    """Who added it, when, why, and until when it is good (KEY-13)."""
    bram, olga = site.world.add("bram"), site.operator()
    olga.post(f"/console/users/{bram}/allowlist/add", {"reason": "a new phone"})
    words = olga.get(f"/console/users/{bram}?tab=two-factor").page.text

    told = "Added byolga Added2026-05-04 12:00:00 UTC just now Whya new phone Until2026-05-07 12:00:00 UTC in 3 days"
    assert told in words
