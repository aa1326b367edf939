"""Who may do it at all: a protected account, a branch's help desk, a service account."""

from doorward.demo.stage import Stage, because, names, phone_of

_BRANCH = "Branch North"


def protected(stage: Stage) -> None:
    """Every change to a protected account asks the actor for their own password and a fresh code, for it alone."""
    report, ada, bram = stage.report, stage.cast.ada, stage.cast.bram
    report.scene("Bram's account is protected: an open screen is not enough")
    version = stage.account(bram).need("version")
    marked = stage.patch_as_ada(f"/accounts/{bram.id}", because("handles the payroll") | {"protected": True}, version)
    report.answered("Ada marks it", marked, "200")
    path = f"DELETE /accounts/{bram.id}/sessions"
    report.answered(
        "now her session alone changes nothing", stage.as_ada(path, because("try")), "403 protection.required"
    )
    wrong = because("try") | {"account_protection": {"password": "not hers", "code": "000000"}}
    report.answered("nor does a wrong password", stage.as_ada(path, wrong), "403 protection.wrong")
    proof = {"account_protection": {"password": ada.password, "code": stage.free_code(phone_of(ada))}}
    report.answered(
        "her own password and a fresh code do", stage.as_ada(path, because("laptop left behind") | proof), "200 done"
    )
    again = stage.as_ada(f"POST /accounts/{bram.id}/lock", because("try") | proof)
    report.answered("the same proof does nothing else", again, "403 protection.wrong")


def a_branch(stage: Stage) -> None:
    """Show a help desk that looks after one branch: nothing tells it that there are others."""
    report, hugo, carmen, bram = stage.report, stage.cast.hugo, stage.cast.carmen, stage.cast.bram
    report.scene("Hugo looks after one branch, and sees no other")
    made = stage.as_ada("POST /groups", {"name": _BRANCH, "reason": "a new branch"})
    report.answered("Ada makes a group", made, "201")
    group = made.need("id")
    joined = stage.as_ada(f"PUT /groups/{group}/members/{carmen.id}", because("works there"))
    report.answered("Carmen is in it", joined, "200 done")
    roles = [{"role": "help-desk", "groups": [_BRANCH]}]
    given = stage.as_ada(f"PUT /accounts/{hugo.id}/roles", because("for the branch") | {"roles": roles})
    report.answered("Hugo is its help desk, and nobody else's", given, "200 done")
    listed = stage.as_hugo("GET /accounts?limit=200")
    report.saw("his list of people has one", listed.line, f"{listed.short}, {names(listed.items)}", "200, carmen.ortiz")
    hidden = stage.as_hugo(f"GET /accounts/{bram.id}")
    report.answered("Bram, of another branch, is not there for him", hidden, "404 accounts.not_found")
    me = stage.as_hugo(f"PUT /accounts/{hugo.id}/roles", because("more") | {"roles": ["administrator"]})
    report.answered("he gives himself nothing", me, "403 rights.missing")
    who = stage.as_ada(f"GET /accounts/{carmen.id}/who-may?act=unlock")
    seen = f"{who.short}, {', '.join(sorted(one['user_name'] for one in who.need('people')))}"
    report.saw("and who can unlock Carmen is one question", who.line, seen, "200, ada.novak, hugo.lindqvist")
    why = stage.as_ada(f"GET /accounts/{carmen.id}/explain?actor={hugo.id}&act=reset_secret_key")
    report.answered("why Hugo cannot reset her key is another", why, "200 rights.missing")


def excluded(stage: Stage) -> None:
    """Let an account in by its password alone: it administers nothing, whatever role it holds."""
    report, hugo = stage.report, stage.cast.hugo
    report.scene("An account without a second factor never administers")
    done = stage.as_ada(f"PUT /exclusions/{hugo.id}", because("robot for an evening"))
    report.answered("Ada excludes Hugo", done, "200 done")
    entered = stage.give_password(hugo)
    report.answered("his password alone lets him in", entered, "200 done")
    hugo.token = entered.need("token")
    asked = stage.as_hugo(f"POST /accounts/{stage.cast.carmen.id}/unlock", because("to try"))
    report.answered("but his role is of no use in that session", asked, "403 session.second_factor_required")
    lifted = stage.as_ada(f"POST /exclusions/{hugo.id}/remove", because("it was an example"))
    report.answered("Ada lifts it", lifted, "200 done")
    ended = stage.as_hugo("GET /session")
    report.answered("and with it ends what the password had opened", ended, "401 session.required")
