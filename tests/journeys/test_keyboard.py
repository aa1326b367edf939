import re

from playwright.sync_api import expect

from tests.journeys.conftest import NewVisitor
from tests.journeys.household import Household
from tests.journeys.visitor import NARROW, Visitor

COVERED = """() => {
  const here = document.activeElement, box = here.getBoundingClientRect();
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return top && (here.contains(top) || top.contains(here)) ? "" : here.outerHTML;
}"""
MARK = """(box) => getComputedStyle(box, "::before").backgroundColor"""
NO_RIGHT = "You do not have the right that this takes"


def find_by_palette(operator: Visitor) -> None:
    """Find a person and a place by what they are called."""
    page, keys = operator.page, operator.page.keyboard
    keys.press("Control+k")
    expect(page.get_by_role("combobox", name="Find a user or an action")).to_be_focused()
    operator.look()
    keys.type("bram")
    expect(page.get_by_role("option", name=re.compile("Bram"))).to_be_visible()
    operator.look()
    keys.press("Enter")
    operator.arrive("Bram")

    keys.press("Control+k")
    keys.type("password ru")
    keys.press("Enter")
    operator.arrive("Password rules")


def test_the_palette_and_the_keys_reach_everything(house: Household, visitor: NewVisitor) -> None:
    """People and places without a mouse; keys do nothing while one types, and can be switched off (WCAG 2.1.4)."""
    olga, operator = house.add("olga", "administrator"), visitor()
    house.add("bram", key=False)
    operator.sign_in(olga, "Overview")
    page, keys = operator.page, operator.page.keyboard
    find_by_palette(operator)

    keys.press("g")
    keys.press("l")
    operator.arrive("Users")
    expect(page).to_have_url(re.compile(r"\?locked=1$"))
    keys.press("/")
    keys.type("?gl")
    expect(page.get_by_role("searchbox", name="Search")).to_have_value("?gl")
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.get_by_role("heading", level=1).click()
    keys.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    operator.look()
    page.get_by_label("Use single-letter keys").uncheck()
    keys.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    for key in ("?", "Control+k"):
        keys.press(key)
    expect(page.get_by_role("dialog")).to_have_count(1)
    expect(page.get_by_role("combobox", name="Find a user or an action")).to_be_focused()


def test_a_help_desk_sees_why_it_may_not(house: Household, visitor: NewVisitor) -> None:
    """What is not allowed is there, greyed, with its reason; the menu holds what can be opened (RIGHT-7)."""
    now = house.server.now()
    olga, bram = house.add("olga", "help-desk"), house.add("bram")
    piet = house.add("piet", "administrator", locked_at=now, lock_reason="Failures")
    operator = visitor()
    operator.sign_in(olga, "Overview")
    expect(operator.page.get_by_role("navigation", name="Console").get_by_role("link")).to_have_count(5)

    operator.open(f"/console/users/{bram.account}?tab=two-factor", "Bram")
    reset = operator.page.get_by_role("button", name="Reset secret key", exact=True)
    expect(reset).to_be_disabled()
    expect(reset).to_have_accessible_description(re.compile(re.escape(NO_RIGHT)))
    operator.open(f"/console/users/{bram.account}?tab=two-factor&stage=reset-key", "Bram")
    operator.told(NO_RIGHT)
    expect(operator.page.get_by_role("button", name="Save", exact=True)).to_have_count(0)

    operator.open(f"/console/users/{piet.account}", "Piet")
    unlock = operator.page.get_by_role("button", name="Unlock Piet")
    expect(unlock).to_have_accessible_description(re.compile("holds rights that you do not hold"))
    operator.open("/console/audit", NO_RIGHT)


def test_nothing_hides_where_one_is(house: Household, visitor: NewVisitor) -> None:
    """No bar lies over what has the focus (WCAG 2.4.11), a narrow bar shows its own page, forced colours show ticks."""
    olga, operator = house.add("olga", "administrator"), visitor()
    for number in range(12):
        house.world.add(f"zora{number}", locked_at=house.server.now(), lock_reason="Failures")
    operator.sign_in(olga, "Overview")
    page = operator.page
    operator.open("/console/users?locked=1", "Users")
    page.locator("tbody [data-open]").first.focus()
    while page.evaluate("document.activeElement.id") != "bulk-reason":
        assert page.evaluate(COVERED) == ""
        page.keyboard.press("Tab")
    box = page.get_by_label("Only include locked users")
    page.emulate_media(forced_colors="active")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert box.evaluate(MARK) != ground
    page.emulate_media(forced_colors="none")
    page.set_viewport_size({"width": NARROW, "height": 640})
    page.goto(f"{house.server.url}/console/users/{olga.account}?tab=history")
    expect(page.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=1)
    page.goto(f"{house.server.url}/console/audit")
    expect(page.locator(".side [aria-current]")).to_be_in_viewport(ratio=1)


def test_what_was_done_is_where_one_goes_on(house: Household, visitor: NewVisitor) -> None:
    """The page is a new one after an act: its notice has the focus, so that a screen reader tells it (WCAG 4.1.3)."""
    olga, operator = house.add("olga", "administrator"), visitor()
    bram = house.add("bram", locked_at=house.server.now(), lock_reason="Failures")
    operator.sign_in(olga, "Overview")
    operator.open(f"/console/users/{bram.account}", "Bram")
    page = operator.page
    page.get_by_label("Reason").fill("he called")
    page.keyboard.press("Enter")
    notice = page.get_by_role("status").filter(has_text="The account is unlocked.")

    expect(notice).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Undo the unlock")).to_be_focused()
