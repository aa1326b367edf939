import pytest

from tests.doors.cli.shell import Shell


@pytest.fixture
def desk(shell: Shell) -> Shell:
    """Give a shell where ada administers, bob is at the help desk, and carol holds nothing."""
    shell.add("ada", "--role", "administrator")
    shell.add("bob", "--role", "help-desk")
    shell.add("carol")
    shell.sign_in("ada")
    shell.sign_in("bob")
    return shell


def test_explain_answers_why_somebody_cannot(desk: Shell) -> None:
    """By the one decision that guards the acts (RIGHT-7); the question leaves no entry."""
    higher = desk.done("role", "explain", "bob", "--on", "ada", "--json").json
    lower = desk.done("role", "explain", "bob", "--on", "carol", "--json").json

    assert (higher["unlock"]["allowed"], higher["unlock"]["reason"]["code"]) == (False, "rights.higher_target")
    assert (lower["unlock"]["allowed"], lower["unlock"]["reason"]) == (True, None)
    assert lower["lock"]["reason"]["code"] == "rights.missing"
    assert desk.done("audit", "list", "--act", "accounts.viewed", "--json").json["items"] == []


def test_explain_says_which_role_brings_a_right(shell: Shell) -> None:
    """Without another account it is about NAME alone."""
    shell.add("bob", "--role", "help-desk", "--role", "auditor")
    shell.add("carol")
    rights = shell.done("role", "explain", "bob", "--json").json["rights"]

    assert rights["users:unlock"] == ["help-desk"]
    assert sorted(rights["users:read"]) == ["auditor", "help-desk"]
    assert shell.done("role", "explain", "carol").out.startswith("carol holds no right")


def test_one_act_is_explained_question_by_question(desk: Shell) -> None:
    """A no is an answer: it ends with 0."""
    no = desk.done("role", "explain", "bob", "unlock", "ada")
    yes = desk.done("role", "explain", "bob", "unlock", "carol")
    told = desk.done("role", "explain", "bob", "unlock", "ada", "--json").json

    assert no.lines[0] == "question answer because"
    assert no.lines[-1] == "bob may not unlock ada (rights.higher_target)."
    assert any(line.startswith("Does it hold all that this account holds? no it lacks ") for line in no.lines)
    assert yes.lines[-1] == "bob may unlock carol."
    assert (told["act"], told["allowed"], told["code"]) == ("unlock", False, "rights.higher_target")
    assert [one["answer"] for one in told["reasoning"]] == [True, True, True, True, False]


def test_who_may_is_a_list_of_people_with_their_roles(desk: Shell) -> None:
    """Over a group, through a group: each is said."""
    desk.add("dora")
    desk.sign_in("dora")
    desk.done("group", "add", "Night")
    desk.done("group", "add-member", "Night", "dora")
    desk.done("group", "add", "North")
    desk.done("group", "add-member", "North", "carol")
    desk.done("role", "grant-group", "Night", "help-desk", "--over", "North")
    said = desk.done("role", "explain", "--who", "unlock", "carol").lines
    found = desk.done("role", "explain", "--who", "unlock", "carol", "--json").json

    assert said == [
        "user name by role", "ada administrator over everything", "bob help-desk over everything",
        "dora help-desk over group North, through group Night",
    ]  # fmt: skip
    assert (found["act"], found["right"], found["more"]) == ("unlock", "users:unlock", False)
    assert [one["user_name"] for one in found["people"]] == ["ada", "bob", "dora"]
    assert found["people"][2]["through"][0]["through"]["name"] == "Night"


def test_nobody_may_is_said(shell: Shell) -> None:
    """Where nobody holds anything."""
    shell.add("carol")

    assert shell.done("role", "explain", "--who", "reset_secret_key", "carol").out == (
        "Nobody may reset the secret key of carol.\n"
    )


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ("unlock", "Nobody may unlock carol."),
        ("lock", "Nobody may lock carol."),
        ("delete_secret_key", "Nobody may delete the secret key of carol."),
        ("allow_set_up", "Nobody may put carol on the allowlist."),
        ("exclude", "Nobody may exclude carol from two-factor authentication."),
        ("edit", "Nobody may edit carol."),
        ("enable", "Nobody may enable carol."),
        ("disable", "Nobody may disable carol."),
        ("reset_password", "Nobody may start a password reset for carol."),
        ("end_sessions", "Nobody may end the sessions of carol."),
        ("forget_devices", "Nobody may forget the remembered devices of carol."),
        ("withdraw_set_up", "Nobody may take carol off the allowlist."),
        ("lift_exclusion", "Nobody may lift the exclusion of carol."),
        ("temporary_code", "Nobody may issue a temporary access code for carol."),
        ("assign_token", "Nobody may assign a hardware token to carol."),
        ("unassign_token", "Nobody may take the hardware token from carol."),
        ("resynchronise_token", "Nobody may resynchronise the hardware token of carol."),
    ],
)
def test_each_act_is_said_in_words(shell: Shell, act: str, said: str) -> None:
    """With the name where it belongs."""
    shell.add("carol")

    assert shell.done("role", "explain", "--who", act, "carol").lines == [said]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("bob", "fly", "ada"), 2),
        (("--who", "fly", "ada"), 2),
        (("--who", "bob"), 2),
        (("bob", "unlock"), 2),
        (("bob", "unlock", "ada", "--on", "carol"), 2),
        (("nobody", "unlock", "ada"), 4),
        (("--who", "unlock", "nobody"), 4),
        ((), 2),
    ],
)
def test_questions_that_make_no_sense(desk: Shell, words: tuple[str, ...], code: int) -> None:
    """Usage, or somebody who is not there."""
    assert desk("role", "explain", *words).code == code
