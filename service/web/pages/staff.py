"""The staff pages: today's sessions of whoever is signed in, and the door of each (POL-03, POL-41)."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from yarl import URL

from service.errors import ChaperoneError, InvalidInput, NotAllowed, NotSignedIn
from service.policy.consent import Route
from service.policy.people import Actor, ChildId, Role, SessionId
from service.policy.presence import SightingResult
from service.store.secrets import hash_token
from service.store.staff import colleagues
from service.web.forms import FIELD, check_form_token, check_same_origin, form_token
from service.web.intake import read_bytes, read_form, read_path
from service.web.limits import Limiter
from service.web.logs import REQUEST_ID, ROUTE
from service.web.pages import staff_view
from service.web.pages.deeds import (
    Deed,
    Form,
    Proof,
    Step,
    account,
    carry_out,
    chosen,
    troubles,
)
from service.web.pages.languages import choose
from service.web.pages.rendering import Pages
from service.web.pages.staff_view import DoorPage
from service.web.problems import status_of
from service.web.routes import SMALL_BODY
from service.web.sign_in import COOKIE, SignIn
from service.web.staff_sign_in import signing_in, signing_out
from service.workflows.attending import door
from service.workflows.attending.presence import (
    CheckInStaff,
    NoteSighting,
    check_in_staff,
    note_sighting,
)
from service.workflows.deps import Deps
from service.workflows.inspection.attesting import MakeStatement, make_statement
from service.workflows.second_staff.calling_second_staff import CallSecondStaff, call_second_staff
from service.workflows.second_staff.staffing import AcceptSession, accept
from service.workflows.staff import acknowledging

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SIGN_IN = "/staff/sign-in"
ROLES = (
    Role.TUTOR,
    Role.SECOND_STAFF,
    Role.COORDINATOR,
    Role.DSL,
    Role.INDEPENDENT,
    Role.ADMIN,
)
DO, ENTER = "do", "enter"


def _accept(page: DoorPage, form: Form) -> tuple[Step, ...]:
    return (Step(accept, AcceptSession(page.summary.session.session_id)),)


def _here(page: DoorPage, form: Form) -> tuple[Step, ...]:
    command = CheckInStaff(page.summary.session.session_id, in_the_room=form.get("room") == "yes")
    return (Step(check_in_staff, command),)


def _sighting(page: DoorPage, form: Form) -> tuple[Step, ...]:
    result = chosen(form, "result", SightingResult)
    child_id = ChildId(form.get("child_id", ""))
    return (Step(note_sighting, NoteSighting(page.summary.session.session_id, child_id, result)),)


def _call(page: DoorPage, form: Form) -> tuple[Step, ...]:
    return (Step(call_second_staff, CallSecondStaff(page.summary.session.session_id)),)


def _state(page: DoorPage, form: Form) -> tuple[Step, ...]:
    session_id = page.summary.session.session_id
    command = MakeStatement(session_id, **account(form), route=Route.LINK)  # type: ignore[arg-type]
    return (Step(make_statement, command, done_already="already_stated"),)


DEEDS: Mapping[str, Deed] = {
    "accept": Deed(Proof.NOTHING, _accept),
    "here": Deed(Proof.NOTHING, _here),
    "sighting": Deed(Proof.NOTHING, _sighting),
    "call": Deed(Proof.NOTHING, _call),
    "statement": Deed(Proof.NOTHING, _state),
    ENTER: Deed(Proof.NOTHING, lambda page, form: ()),
}
"""The cookie is proof enough: it is a signed-in member of staff who acts."""


@dataclass(frozen=True)
class StaffPages:
    """The handlers under `/staff`."""

    deps: Deps
    pages: Pages
    sign_in: SignIn
    limiter: Limiter
    form_key: bytes

    @property
    def origin(self) -> str:
        """Where forms must come from."""
        return str(URL(self.deps.base_url).origin())

    # --- signing in -------------------------------------------------------------------------------

    async def ask(self, request: web.Request) -> web.StreamResponse:
        """`GET /staff/sign-in`."""
        return self.answer(request, "staff_sign_in.html", {})

    async def let_sign_in(self, request: web.Request) -> web.StreamResponse:
        """`POST /staff/sign-in`; a bad token brings the form back."""
        try:
            return await signing_in(self.sign_in, self.origin, self.limiter)(request)
        except ChaperoneError as error:
            tell(request, error)
            told = error
            if isinstance(error, NotSignedIn):
                told = NotSignedIn("This token is not valid, or not any more.", code="bad_token")
            return self.answer(request, "staff_sign_in.html", {}, error=told)

    async def sign_out(self, request: web.Request) -> web.StreamResponse:
        """`POST /staff/sign-out`."""
        return await signing_out(self.origin)(request)

    # --- pages ------------------------------------------------------------------------------------

    async def home(self, request: web.Request) -> web.StreamResponse:
        """`GET /staff`: today's sessions, and the policy if it is to be acknowledged."""
        actor = await self.who(request)
        sessions = await self.deps.store.read(staff_view.day, actor)
        sees_all = actor.has(Role.COORDINATOR, Role.DSL)
        to_read = await self.deps.store.read(acknowledging.still_to_read, actor.subject)
        context = {
            "sessions": sessions,
            "actor": actor,
            "sees_all_rooms": sees_all,
            "policy_to_read": to_read,
        }
        return self.answer(request, "staff_home.html", context)

    async def show(self, request: web.Request) -> web.StreamResponse:
        """`GET /staff/sessions/{session_id}`: the door."""
        return self._door(request, await self._page(request))

    async def act(self, request: web.Request) -> web.StreamResponse:
        """`POST /staff/sessions/{session_id}`: one deed, then back to the page or into the room."""
        page = await self._page(request)
        form = read_form(request, await read_bytes(request, SMALL_BODY))
        try:
            return await self._done(request, page, form)
        except ChaperoneError as error:
            tell(request, error)
            return self._door(request, await self._page(request), form, error)

    async def _done(self, request: web.Request, page: DoorPage, form: Form) -> web.StreamResponse:
        check_same_origin(request, self.origin)
        name, actor = form.get(DO, ""), await self.who(request)
        deed = DEEDS.get(name)
        if deed is None:
            raise InvalidInput("This form is out of date. Open the page again.")
        session_id = page.summary.session.session_id
        check_form_token(self.form_key, _binding(request, session_id, name), form.get(FIELD))
        await carry_out(self.deps, deed.steps(page, form), actor)
        if name == ENTER:
            way = await door.go_in(self.deps, door.GoIn(session_id), actor)
            return web.Response(status=303, headers={"Location": way.url.get_secret_value()})
        return web.Response(status=303, headers={"Location": request.path})

    async def who(self, request: web.Request) -> Actor:
        """The member of staff who is signed in and may still act. `NotSignedIn`, or `NotAllowed`."""
        actor = self.sign_in.actor_from(request)
        if not actor.has(*ROLES):
            raise NotAllowed
        if not await self.deps.store.read(colleagues.may_act, actor.subject):
            raise NotAllowed("This person is suspended or has left.", code="suspended")
        return replace(actor, request_id=request[REQUEST_ID])

    async def _page(self, request: web.Request) -> DoorPage:
        actor = await self.who(request)
        session_id = SessionId(read_path(request)["session_id"])
        return await self.deps.store.read(staff_view.look, session_id, actor)

    def _door(
        self,
        request: web.Request,
        page: DoorPage,
        form: Form | None = None,
        error: ChaperoneError | None = None,
    ) -> web.Response:
        session_id = page.summary.session.session_id
        context = {
            "page": page,
            "tokens": {
                name: form_token(self.form_key, _binding(request, session_id, name))
                for name in DEEDS
            },
            "failed": form.get(DO, "") if form and error else "",
            "form": form if form is not None else Form(),
        }
        return self.answer(request, "staff_session.html", context, error=error, leads_out=True)

    def answer(
        self,
        request: web.Request,
        template: str,
        context: Mapping[str, Any],
        *,
        error: ChaperoneError | None = None,
        leads_out: bool = False,
    ) -> web.Response:
        """A page in the browser's language, with what is to mend on it."""
        language = choose(None, request.headers.get("Accept-Language", ""))
        more = {
            "problems": troubles(error) if error else (),
            "signed_in": COOKIE in request.cookies,
        }
        status = status_of(error) if error else 200
        return self.pages.answer(
            language, template, more | dict(context), status=status, leads_out=leads_out
        )


def or_sign_in(handler: Handler) -> Handler:
    """The handler, or the way to the sign-in page for whoever is not signed in (any more)."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except NotSignedIn:
            return web.Response(status=303, headers={"Location": SIGN_IN})

    return handle


def _binding(request: web.Request, session_id: SessionId, name: str) -> str:
    return form_binding(request, "staff", name, session_id)


def form_binding(request: web.Request, part: str, name: str, subject_id: str) -> str:
    """A form is bound to what it does, to whom or what it is about, and to the cookie it was served
    for."""
    return f"{part}:{name}:{subject_id}:{hash_token(request.cookies.get(COOKIE, ''))}"


def tell(request: web.Request, error: ChaperoneError) -> None:
    """Note in the log that something was refused: its code, and nothing that was typed."""
    more = {"request_id": request[REQUEST_ID], "route": request[ROUTE]}
    log.info("refused: %s", error.code, extra=more)
