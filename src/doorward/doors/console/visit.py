"""One request to a page: who asks, what the form says, and what can be run and shown for them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from doorward.doors.console.pages import Pages, again_after, status_of, told
from doorward.doors.web.arrival import origin_of
from doorward.doors.web.changing import Changing
from doorward.doors.web.cookies import SIGN_IN, cookies_of
from doorward.doors.web.credentials import bearer_of
from doorward.doors.web.passkey_json import loaded, read_assertion
from doorward.doors.web.requested import PROOF_FIELDS, requested_by_form
from doorward.doors.web.same_origin import judge_origin
from doorward.edges.call import Call, Steps
from doorward.edges.run import Runtime
from doorward.edges.steps import LoopDriver
from doorward.features.accounts.actions import find
from doorward.features.passkeys.actions.ceremonies import available
from doorward.features.passkeys.actions.keeping import facts_of
from doorward.features.passkeys.model.facts import SignedChange
from doorward.features.policy.actions import default_rules, password_rules
from doorward.features.policy.model import PasswordRules
from doorward.features.rights.actions.reaching import keeping_to
from doorward.features.second_factor.model import PasswordAndCode, Proof
from doorward.features.sessions.actions import show_session
from doorward.features.sessions.model import SessionShown, ShowSession
from doorward.features.signin.model import PendingToken
from doorward.kernel.act import Act, Action, Bearer, Caller, Denied, Nobody
from doorward.kernel.events import Door, Origin
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret
from doorward.kernel.texts import judge_reason
from doorward.kernel.tokens import parse_token

C = TypeVar("C")
O = TypeVar("O")  # noqa: E741 - reads as "outcome" beside C, "command"

_DIGITS = 9
BAD_REQUEST = 400
SEE_OTHER = 303
"""RFC 9110 section 15.4.4: after a form, the browser comes back with GET."""


@dataclass(frozen=True, slots=True)
class ConsolePlug:
    """What the console is plugged into; kept as the application's state."""

    runtime: Runtime
    driver: LoopDriver
    pages: Pages


_REPEATED = frozenset({"account", "role", "right", "group"})


@dataclass(frozen=True, slots=True)
class Visit:
    """A request to a page."""

    request: Request
    plug: ConsolePlug
    caller: Caller
    origin: Origin
    loop: asyncio.AbstractEventLoop
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    sent: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """The form's fields in their order, each as often as it came."""
    chosen: tuple[str, ...] = ()
    """The values of a form's field that comes more than once: selected accounts, wanted roles and rights."""

    def run(self, action: Action[C, O], command: C) -> O | Refused:
        """Run one act and give its outcome, committed."""
        return self.plug.runtime.run(action, command, self.caller, self.origin)

    def run_with_reason(self, action: Action[C, O], command: C) -> O | Refused:
        """Run one act whose form asks for a reason, unless the reason cannot be kept."""
        refused = judge_reason(self.form.get("reason", ""))
        return self.change(action, command) if refused is None else refused

    def change(self, action: Action[C, O], command: C) -> O | Refused:
        """Run one act that changes an account, with the proof that its form asks for where it is protected (PROT-1)."""
        return self.changing.run(action, command, self.proof)

    @property
    def changing(self) -> Changing:
        """Return what changes accounts for the visitor."""
        return Changing(self.plug.runtime, self.plug.driver, self.loop, self.caller, self.origin)

    @property
    def proof(self) -> Proof | None:
        """Read the proof from a form; half a proof is none, and asked for again."""
        if signed := self.signed:
            return signed
        password, typed = self.form.get("protection_password", ""), self.form.get("protection_code", "")
        if not password or not typed:
            return None
        return PasswordAndCode(Secret(password), Secret(typed))

    @property
    def signed(self) -> SignedChange | None:
        """Read what a passkey has signed for this very form; the script has put it there."""
        given = read_assertion(loaded(self.form.get("protection_passkey", "")))
        if isinstance(given, Refused):
            return None
        return SignedChange(given, requested_by_form(self.request.scope["path"], self.sent).digest)

    def proves_by_passkey(self) -> bool:
        """Return whether the visitor has a passkey that serves as account protection here."""
        if not self.passkeys_work or not isinstance(self.caller, Bearer):
            return False
        with self.reading() as call:
            return any(one.signs_in_alone for one in facts_of(call, self.caller.account))

    def refusal_of(self, act: Act, command: object) -> Refused | None:
        """Ask the guard what it would refuse, before anything is done: what greys a button (RIGHT-7)."""
        with self.reading() as call:
            verdict = self.plug.runtime.guard(call, act, command, self.caller)
        return verdict.refused if isinstance(verdict, Denied) else None

    def refusals_of(self, act: Act, commands: Sequence[object]) -> list[Refused | None]:
        """Ask the same of many commands, each about an account, in a handful of statements."""
        with self.reading() as call:
            verdicts = self.plug.runtime.guard_of_many(call, act, commands, self.caller)
        return [one.refused if isinstance(one, Denied) else None for one in verdicts]

    async def drive(self, steps: Steps) -> Any:
        """Run a step of sign-in; nobody is signed in yet, whatever the request carries."""
        return await self.plug.driver.drive(steps, self.origin)

    @property
    def kept(self) -> dict[str, str]:
        """Return what a form said as far as it is shown again: no proof is."""
        return {name: value for name, value in self.form.items() if not name.startswith(PROOF_FIELDS)}

    @property
    def query(self) -> Mapping[str, str]:
        """The address's parameters."""
        return self.request.query_params

    @property
    def pending(self) -> PendingToken | None:
        """The pending sign-in that the browser's cookie names."""
        parsed = parse_token(cookies_of(self.request.scope).get(SIGN_IN, ""))
        return None if parsed is None else PendingToken(*parsed)

    @property
    def passkeys_work(self) -> bool:
        """Return whether browsers allow passkeys at this server's address."""
        return available(self.plug.runtime.site.public_url)

    @property
    def version(self) -> int:
        """Return the version that a form says it changes; one that cannot be read is that of nothing."""
        number = whole_number(self.form.get("version", ""))
        return -1 if number is None else number

    def show(self, template: str, status: int = 200, **values: Any) -> Response:
        """Show a page; a refusal among the values is put in words, and gives the status."""
        refused = values.get("refusal")
        if isinstance(refused, Refused):
            status = status_of(refused)
            values["refusal"] = told(refused, self.origin.reference)
        values.setdefault("refusal", None)
        values.setdefault("reference", self.origin.reference if status >= BAD_REQUEST else "")
        if "contact" not in values:
            values["contact"] = self.password_rules().lock_contact
        return self.plug.pages.render(template, status, {"now": self.plug.runtime.clock.now(), **values})

    def form_page(self, template: str, refused: Refused | None, errors: Mapping[str, str], **values: Any) -> Response:
        """Show a page with a form; what was refused is told at its field, or above the form where it has none."""
        return self.show(template, status_of(refused), errors=errors, refusal=None if errors else refused, **values)

    def problem(self, refused: Refused, back: str = "/") -> Response:
        """Show a refusal that has no page of its own; without a session, lead to sign-in and back."""
        if refused.code == "session.required" and self.request.method == "GET":
            return self.go(f"/sign-in?return_to={quote(self._here(), safe='')}")
        if refused.code == "session.required":
            return self.go("/sign-in")
        words = told(refused, self.origin.reference)
        return again_after(refused, self.show("problem.html", status_of(refused), problem=words, back=back))

    def go(self, address: str) -> Response:
        """Send the browser to another page."""
        return RedirectResponse(address, SEE_OTHER)

    def password_rules(self, user_name: str | None = None) -> PasswordRules:
        """Read the password rules: what a new password of somebody must be; without a name, whom to ask."""
        with self.reading() as call:
            found = None if user_name is None else find(call, user_name)
            return default_rules(call) if found is None else password_rules(call, found.state.password_rules)

    @contextmanager
    def reading(self) -> Iterator[Call]:
        """Open a reading transaction, for what a page shows beside the act that it has run."""
        runtime = self.plug.runtime
        with runtime.database.read() as sql:
            yield runtime.call(sql, self.origin)

    @contextmanager
    def reading_within(self, right: str) -> Iterator[Call]:
        """Open a reading transaction that keeps to whom the visitor reaches by a right (RIGHT-3)."""
        asker = self.caller.account if isinstance(self.caller, Bearer) else None
        with self.reading() as call:
            yield keeping_to(call, asker, right)

    def session(self) -> SessionShown | Refused:
        """Ask who is signed in."""
        return self.run(show_session, ShowSession())

    def _here(self) -> str:
        url = self.request.url
        return url.path + (f"?{url.query}" if url.query else "")


def whole_number(text: str) -> int | None:
    """Read a number as forms send it: ASCII digits, no more than any of ours has."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


Page = Callable[[Visit], Response]
"""A page that runs acts: on a thread of its own, since acts wait for the database."""
StepPage = Callable[[Visit], Awaitable[Response]]
"""A page of sign-in: on the event loop, so that waiting for a hash holds no thread."""
Endpoint = Callable[[Request], Awaitable[Response]]


def page(view: Page) -> Endpoint:
    """Make an endpoint of a page that runs acts."""

    async def endpoint(request: Request) -> Response:
        visit = await _arrive(request)
        return visit if isinstance(visit, Response) else await run_in_threadpool(view, visit)

    return endpoint


def step_page(view: StepPage) -> Endpoint:
    """Make an endpoint of a page of sign-in."""

    async def endpoint(request: Request) -> Response:
        visit = await _arrive(request)
        return visit if isinstance(visit, Response) else await view(visit)

    return endpoint


async def _arrive(request: Request) -> Visit | Response:
    """Read who asks and what the form says; refuse a form that comes from elsewhere, or cannot be read."""
    plug: ConsolePlug = request.app.state.plug
    bearer = bearer_of(request.scope)
    loop = asyncio.get_running_loop()
    visit = Visit(request, plug, bearer or Nobody(), origin_of(request.scope, Door.CONSOLE), loop)
    refused = judge_origin(request.scope, plug.runtime.site.public_url)
    if refused is not None:
        return visit.problem(refused)
    if request.method != "POST":
        return visit
    form = await _read_form(request)
    if isinstance(form, Refused):
        return visit.problem(form)
    sent = tuple((name, value) for name, value in form.multi_items() if isinstance(value, str))
    chosen = tuple(value for name, value in sent if name in _REPEATED)
    return replace(visit, form=dict(sent), sent=sent, chosen=chosen)


async def _read_form(request: Request) -> FormData | Refused:
    """Read a form's fields; no page takes files."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded" and await request.body():
        return Refused("request.malformed", {"detail": "a form comes as application/x-www-form-urlencoded"})
    return await request.form(max_files=0, max_fields=2000)
