"""Whom to telephone out of a room, at `/live/rooms/{session_id}/call-down`: one tap for each call's
outcome, no script (POL-03, POL-42, pitfall 54)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from yarl import URL

from service.errors import ChaperoneError, InvalidInput
from service.policy.call_down import TO_ANYBODY_ELSE, WHAT_TO_SAY, CallOutcome
from service.policy.people import Actor, SessionId
from service.web.board.pages import viewer
from service.web.forms import FIELD, check_form_token, check_same_origin, form_token
from service.web.intake import read_bytes, read_form, read_path
from service.web.pages.deeds import Form, Step, carry_out, chosen, troubles
from service.web.pages.languages import choose
from service.web.pages.rendering import Pages
from service.web.pages.staff import DO, form_binding
from service.web.problems import status_of
from service.web.routes import SMALL_BODY
from service.web.sign_in import COOKIE, SignIn
from service.workflows.deps import Deps
from service.workflows.watch import calling_down
from service.workflows.watch.calling_down import CallDown

CALLED = "called"


@dataclass(frozen=True)
class CallDownPages:
    """The handlers of `/live/rooms/{session_id}/call-down`."""

    deps: Deps
    pages: Pages
    sign_in: SignIn
    form_key: bytes

    async def show(self, request: web.Request) -> web.StreamResponse:
        """`GET`: whom to call, with numbers; that it was read, and by whom, is noted with it."""
        actor = await viewer(self.deps, self.sign_in, request)
        return self._page(request, await self._look(request, actor))

    async def act(self, request: web.Request) -> web.StreamResponse:
        """`POST`: what came of a call is noted."""
        actor = await viewer(self.deps, self.sign_in, request)
        form = read_form(request, await read_bytes(request, SMALL_BODY))
        try:
            await self._note(request, actor, form)
        except ChaperoneError as error:
            return self._page(request, await self._look(request, actor), error)
        return web.Response(status=303, headers={"Location": request.path})

    async def _look(self, request: web.Request, actor: Actor) -> CallDown:
        command = calling_down.LookAtCallDown(_session_id(request))
        return await self.deps.store.do(calling_down.look, command, by=actor)

    async def _note(self, request: web.Request, actor: Actor, form: Form) -> None:
        check_same_origin(request, str(URL(self.deps.base_url).origin()))
        if form.get(DO) != CALLED:
            raise InvalidInput("This form is out of date. Open the page again.")
        check_form_token(self.form_key, _binding(request), form.get(FIELD))
        outcome = chosen(form, "outcome", CallOutcome)
        command = calling_down.NoteCall(_session_id(request), form.get("whom", ""), outcome)
        await carry_out(self.deps, (Step(calling_down.note_call, command),), actor)

    def _page(
        self, request: web.Request, found: CallDown, error: ChaperoneError | None = None
    ) -> web.Response:
        language = choose(None, request.headers.get("Accept-Language", ""))
        context: Mapping[str, Any] = {
            "found": found,
            "say": WHAT_TO_SAY,
            "to_anybody_else": TO_ANYBODY_ELSE,
            "tokens": {CALLED: form_token(self.form_key, _binding(request))},
            "failed": "",
            "problems": troubles(error) if error else (),
            "signed_in": COOKIE in request.cookies,
        }
        status = status_of(error) if error else 200
        return self.pages.answer(language, "call_down.html", context, status=status)


def _session_id(request: web.Request) -> SessionId:
    return SessionId(read_path(request)["session_id"])


def _binding(request: web.Request) -> str:
    return form_binding(request, "live", CALLED, _session_id(request))
