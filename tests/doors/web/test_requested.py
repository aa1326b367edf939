import pytest

from doorward.doors.web.requested import Requested, requested_by_form, requested_by_program

PATH = "/api/v1/accounts/7/unlock"
GIVEN = {"reason": "called back", "roles": ["auditor", "help-desk"], "more": {"a": 1, "b": None}}


def of_program(**other: object) -> bytes:
    """Give the digest of a change, with one thing otherwise."""
    changed = {"method": "POST", "path": PATH, "body": GIVEN} | other
    return requested_by_program(str(changed["method"]), str(changed["path"]), changed["body"]).digest


@pytest.mark.parametrize(
    "other",
    [
        {"method": "PUT"},
        {"path": PATH.replace("7", "8")},
        {"path": PATH.replace("unlock", "lock")},
        {"path": PATH + "/"},
        {"body": GIVEN | {"reason": "called back "}},
        {"body": GIVEN | {"roles": ["help-desk", "auditor"]}},
        {"body": GIVEN | {"more": {"a": True, "b": None}}},
        {"body": GIVEN | {"more": {"a": 1.0, "b": None}}},
        {"body": GIVEN | {"more": {"a": 1}}},
        {"body": GIVEN | {"account": "8"}},
        {"body": {}},
        {"body": None},
        {"body": [GIVEN]},
    ],
)
def test_another_change_has_another_digest(other: dict[str, object]) -> None:
    """Whatever is otherwise in method, address or body (T37)."""
    assert of_program(**other) != of_program()


def test_what_means_the_same_has_one_digest() -> None:
    """The order of members says nothing, the proof is no part of what it proves, no body is an empty one."""
    turned = dict(reversed(GIVEN.items()))

    assert of_program(body=turned | {"account_protection": {"passkey": {}}}) == of_program()
    assert of_program(body=None) == of_program(body={}) == of_program(body={"account_protection": None})
    assert len(of_program()) == 32


def test_proof_within_a_field_is_part_of_the_change() -> None:
    """Only the member of the body itself is passed over."""
    assert of_program(body={"more": {"account_protection": 1}}) != of_program(body={"more": {}})


def test_half_a_character_is_spelled_too() -> None:
    """JSON readers of others may let one through; it is no failure here."""
    assert of_program(body={"reason": "\ud800"}) != of_program(body={"reason": "?"})


def test_form_is_named_by_its_fields() -> None:
    """In their order, each as often as it comes, without the proof; line ends are those of no system."""
    path = "/console/users/7/groups/add"
    fields = [("group", "1"), ("group", "2"), ("reason", "one\r\ntwo")]
    named = requested_by_form(path, fields)
    proof = [("protection_password", "x"), ("protection_code", "123456"), ("protection_passkey", "{}")]

    assert named == Requested("POST", path, [["group", "1"], ["group", "2"], ["reason", "one\ntwo"]])
    assert requested_by_form(path, [("group", "1"), *proof, ("group", "2"), ("reason", "one\ntwo")]) == named
    assert requested_by_form(path, fields[1:]).digest != named.digest
    assert requested_by_form(path, [("reason", "one\rtwo")]) == requested_by_form(path, [("reason", "one\ntwo")])


def test_form_and_program_are_told_apart() -> None:
    """What is signed for a page serves no call, even at the same address."""
    assert requested_by_form(PATH, []).digest != requested_by_program("POST", PATH, {}).digest


def test_what_is_given_is_not_shown() -> None:
    """It may hold passwords."""
    assert "reason" not in repr(requested_by_program("POST", PATH, GIVEN))
