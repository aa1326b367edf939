"""The console as one application: its routes, in the order of its pages."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from doorward.doors.console import (
    account,
    account_acts,
    account_groups,
    account_tokens,
    applications,
    bulk,
    group_roles,
    groups,
    jobs,
    links,
    me,
    new_account,
    overview,
    own_password,
    own_token,
    passkeys,
    records,
    retention,
    roles,
    rule_sets,
    settings,
    sign_in,
    system,
    tokens,
    two_factor,
    undoing,
    users,
    views,
)
from doorward.doors.console.pages import Pages, again_after, told
from doorward.doors.console.visit import ConsolePlug, Endpoint, Page, StepPage, page, step_page
from doorward.doors.web.arrival import arrival_of
from doorward.doors.web.failures import failure
from doorward.edges.run import Runtime
from doorward.edges.steps import LoopDriver
from doorward.kernel.outcome import Refused

_A_DAY = "public, max-age=86400"


class Assets(StaticFiles):
    """The browser's files, which may be kept for a day: they change with the version of the product only."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        """Say how long a file may be kept."""
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["cache-control"] = _A_DAY
        return response


def build(runtime: Runtime, driver: LoopDriver) -> Starlette:
    """Plug the console into a runtime."""
    app = Starlette(routes=routes(), exception_handlers={404: _not_here, 405: _not_so, Exception: _failed})
    app.router.redirect_slashes = False  # it makes addresses from the Host header, which anybody may write
    app.state.plug = ConsolePlug(runtime, driver, Pages(runtime.entropy))
    return app


def routes() -> list[BaseRoute]:
    """List every page."""
    assets = Mount("/static", Assets(packages=[("doorward.doors.console", "static")]), name="static")
    return [
        *_signing_in(),
        *_links(),
        *_own(),
        *_operating(),
        *_grouping(),
        *_ruling(),
        *_with_roles(),
        *_handing(),
        *_page("/console/applications", applications.show_hosts),
        *_form("/console/applications", applications.take_host),
        *_form("/console/applications/{host}/remove", applications.remove),
        assets,
    ]


def _signing_in() -> list[BaseRoute]:
    return [
        *_step("/sign-in", sign_in.show_sign_in, sign_in.take_password),
        *_step("/forgotten-password", sign_in.show_forgotten_password, sign_in.take_forgotten_password),
        *_step("/sign-in/forgotten-password", sign_in.go_to_forgotten_password, sign_in.take_forgotten_password),
        *_step("/sign-in/code", sign_in.show_code, sign_in.take_code),
        *_form("/sign-in/passkey/options", passkeys.ask_at_sign_in),
        Route("/sign-in/passkey", step_page(passkeys.take_at_sign_in), methods=["POST"]),
        *_form("/sign-in/code/passkey/options", passkeys.ask_at_code),
        Route("/sign-in/code/passkey", step_page(passkeys.take_at_code), methods=["POST"]),
        *_step("/sign-in/recovery-code", sign_in.show_recovery_code, sign_in.take_recovery_code),
        *_step("/sign-in/device-code", sign_in.show_device_code, sign_in.take_device_code),
        Route("/sign-in/device-code/resend", step_page(sign_in.resend), methods=["POST"]),
        *_step("/sign-in/set-up", sign_in.show_set_up_page, sign_in.take_set_up_code),
        *_step("/sign-in/new-password", sign_in.show_new_password, sign_in.take_new_password),
    ]


def _links() -> list[BaseRoute]:
    return [
        *_step("/welcome/{token}", links.show_welcome, links.take_welcome),
        *_step("/welcome/{token}/set-up", links.show_set_up, links.take_set_up),
        *_step("/set-password/{token}", links.show_set_password, links.take_set_password),
        *_step("/forgotten-password/{token}", links.show_forgotten, links.take_forgotten),
        *_step("/not-me/{token}", links.show_not_me, links.take_not_me),
        *_step("/rescue/{token}", links.show_rescue, links.take_rescue),
        *_step("/rescue/{token}/set-up", links.show_set_up, links.take_set_up),
    ]


def _own() -> list[BaseRoute]:
    return [
        *_page("/", overview.home),
        *_page("/me", me.show_me),
        *_form("/me/secret-key", me.begin),
        *_form("/me/secret-key/check", me.check),
        *_form("/me/secret-key/save", me.save),
        *_form("/me/secret-key/discard", me.discard),
        *_step("/me/password", own_password.show_password, own_password.take_password),
        *_page("/me/token", own_token.show_token),
        *_form("/me/token", own_token.take_codes),
        *_form("/me/recovery-codes", me.make_codes),
        *_form("/me/account-protection/options", passkeys.ask_for_protection),
        *_page("/me/passkeys", passkeys.show_passkeys),
        *_form("/me/passkeys", passkeys.add),
        *_form("/me/passkeys/options", passkeys.begin),
        *_form("/me/passkeys/proof", passkeys.take_proof),
        *_form("/me/passkeys/proof/options", passkeys.ask_for_proof),
        *_form("/me/passkeys/{passkey}/rename", passkeys.rename),
        *_form("/me/passkeys/{passkey}/remove", passkeys.remove),
        *_form("/me/sessions/end", me.end_sessions),
        *_form("/me/devices/revoke", me.revoke_devices),
        *_form("/sign-out", me.sign_out),
    ]


def _operating() -> list[BaseRoute]:
    one = "/console/users/{account}"
    deeds = [route for name in account_acts.DEEDS for route in _form(f"{one}/{name}", account_acts.act_on(name))]
    return [
        *_page("/console", overview.show_overview),
        *_page("/console/users", users.show_users),
        *_page("/console/palette", users.show_palette),
        *_many(),
        *_page("/console/users/new", new_account.show_new),
        *_form("/console/users/new", new_account.take_new),
        *_page(one, account.show_account),
        *deeds,
        *_form(f"{one}/unlock/undo", undoing.undo_unlocking),
        *_form(f"{one}/allowlist/undo", undoing.undo_allowing),
        *_form(f"{one}/edit", account_acts.edit),
        *_form(f"{one}/protect", account_acts.mark("protect", protected=True)),
        *_form(f"{one}/unprotect", account_acts.mark("unprotect", protected=False)),
        *_form(f"{one}/temporary-access-code", account_acts.issue_code),
        *_form(f"{one}/sessions/end", account_acts.end_sessions),
        *_form(f"{one}/devices/revoke", account_acts.revoke_devices),
        *_form(f"{one}/roles/add", account_acts.grant_one),
        *_form(f"{one}/roles/remove", account_acts.revoke_one),
        *_page("/console/two-factor", two_factor.show_two_factor),
        *_form("/console/two-factor", two_factor.take_two_factor),
        *_page("/console/audit", records.show_audit),
        *_form("/console/audit/export", records.export_audit),
        *_page("/console/audit/retention", retention.show_retention),
        *_form("/console/audit/retention", retention.take_retention),
        *_page("/console/mail", records.show_mail),
        *_form("/console/mail/retry", records.retry),
        *_page("/console/system", system.show_system),
        *_form("/console/mail/{mail}/retry", records.retry),
    ]


def _grouping() -> list[BaseRoute]:
    one, group = "/console/users/{account}/groups", "/console/groups/{group}"
    return [
        *_form(f"{one}/add", account_groups.join),
        *_form(f"{one}/remove", account_groups.leave),
        *_page("/console/groups", groups.show_groups),
        *_form("/console/groups", groups.take_group),
        *_page(group, groups.show_group),
        *_form(f"{group}/edit", groups.edit),
        *_form(f"{group}/delete", groups.delete),
        *_form(f"{group}/members/add", groups.put_members),
        *_form(f"{group}/members/remove", groups.take_members),
    ]


def _handing() -> list[BaseRoute]:
    one = "/console/users/{account}/token"
    return [
        *_page("/console/tokens", tokens.show_tokens),
        *_form("/console/tokens/{hardware_token}/retire", tokens.retire),
        *_form(f"{one}/assign", account_tokens.assign),
        *_form(f"{one}/unassign", account_tokens.unassign),
        *_form(f"{one}/resynchronise", account_tokens.resynchronise),
    ]


def _ruling() -> list[BaseRoute]:
    one = "/console/password-rules/{name}"
    return [
        *_form("/console/password-rule-sets", rule_sets.take_set),
        *_page("/console/password-rules", settings.show_rules),
        *_form("/console/password-rules", settings.take_rules),
        *_page(one, settings.show_rules),
        *_form(one, settings.take_rules),
        *_form(f"{one}/rank", rule_sets.rank),
        *_form(f"{one}/delete", rule_sets.delete),
        *_form(f"{one}/assign", rule_sets.assign),
        *_form(f"{one}/withdraw", rule_sets.withdraw),
    ]


def _many() -> list[BaseRoute]:
    return [
        *_form("/console/users/unlock", users.unlock_selected),
        *_form("/console/users/export", users.export_users),
        *_form("/console/views", views.save),
        *_form("/console/views/rename", views.rename),
        *_form("/console/views/delete", views.delete),
        *_page("/console/users/bulk", bulk.show_bulk),
        *_form("/console/users/bulk", bulk.take_bulk),
        *_page("/console/jobs", jobs.show_jobs),
        *_page("/console/jobs/{job}", jobs.show_progress),
        *_form("/console/jobs/{job}/stop", jobs.stop),
    ]


def _with_roles() -> list[BaseRoute]:
    one, group = "/console/roles/{role}", "/console/groups/{group}/roles"
    return [
        *_page("/console/roles", roles.show_roles),
        *_form("/console/roles", roles.take_role),
        *_form(f"{one}/edit", roles.edit),
        *_form(f"{one}/delete", roles.delete),
        *_form(f"{group}/add", group_roles.grant_one),
        *_form(f"{group}/remove", group_roles.revoke_one),
    ]


def _step(path: str, show: StepPage, take: StepPage) -> list[BaseRoute]:
    return [Route(path, step_page(show), methods=["GET"]), Route(path, step_page(take), methods=["POST"])]


def _page(path: str, show: Page) -> list[BaseRoute]:
    return [Route(path, page(show), methods=["GET"])]


def _form(path: str, take: Page) -> list[BaseRoute]:
    return [Route(path, page(take), methods=["POST"])]


def _problem_page(code: str) -> Endpoint:
    return page(lambda visit: visit.problem(Refused(code)))


async def _not_here(request: Request, error: Exception) -> Response:
    del error
    return await _problem_page("request.not_found")(request)


async def _not_so(request: Request, error: Exception) -> Response:
    """Answer a method that the page does not take: with what it takes (RFC 9110 section 15.5.6)."""
    del error
    matching = (one for one in request.app.routes if isinstance(one, Route) and one.path_regex.match(request.url.path))
    allowed = ", ".join(sorted({method for one in matching for method in one.methods or ()})) or "GET, HEAD"
    refused = Refused("request.method_not_allowed", {"method": request.method, "allowed": allowed})
    response = await page(lambda visit: visit.problem(refused))(request)
    response.headers["allow"] = allowed
    return response


async def _failed(request: Request, error: Exception) -> Response:
    """Tell a failure, without asking the database: it may be what failed."""
    plug: ConsolePlug = request.app.state.plug
    refused = failure(error)
    words = told(refused, arrival_of(request.scope).reference)
    values = {"now": plug.runtime.clock.now(), "problem": words, "back": "/", "contact": "", "refusal": None}
    return again_after(refused, plug.pages.render("problem.html", words["status"], values))
