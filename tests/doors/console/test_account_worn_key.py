from doorward.features.otp import actions as otp
from tests.doors.console.visiting import Site
from tests.keys import bind


def test_a_disabled_key_is_told_with_what_mends_it(site: Site) -> None:
    """In a sentence, since when, and what to do (LOCK-14)."""
    bram = site.world.add("bram")
    bind(site.world, bram)
    with site.world.writing() as call:
        otp.disable_key(call, bram)

    shown = site.operator().get(f"/console/users/{bram}?tab=two-factor")

    assert "The secret key was switched off" in shown.page.text
    assert "because 100 codes in a row were wrong" in shown.page.text
