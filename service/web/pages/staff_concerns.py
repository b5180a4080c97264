"""Staff raise a concern at `/staff/concern`; those who may handle concerns see theirs (POL-40, 41).

The list and a concern's page show no words. Reading them is a step of its own, which is recorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiohttp import web
from pydantic import SecretStr

from service.errors import ChaperoneError, InvalidInput, NotFound, NotSignedIn
from service.policy.concern import Outcome
from service.policy.people import Actor, Role, SessionId
from service.policy.session import Session
from service.store.concerns import concerns
from service.store.second_staff import staffing
from service.store.sessions import sessions
from service.store.transactions import Reader
from service.web.forms import FIELD, check_form_token, check_same_origin, form_token
from service.web.intake import read_bytes, read_form, read_path
from service.web.limits import Limiter
from service.web.pages import concern_view
from service.web.pages.concern_form import (
    ADD,
    RAISE,
    adding,
    check_limit,
    fresh,
    just_raised,
    mark_of,
    own,
    raising,
    shown,
)
from service.web.pages.deeds import Form, Step, carry_out, chosen, gathered, made
from service.web.pages.staff import DO, StaffPages, form_binding, tell
from service.web.routes import SMALL_BODY
from service.workflows.concerns import handling
from service.workflows.concerns.concerns import AddWords, add_words
from service.workflows.inspection.showing import must_be_in_it

HANDLERS = (Role.DSL, Role.INDEPENDENT)
SHOWN = 200


def _words(form: Form) -> SecretStr:
    text = form.get("words", "").strip()
    if not text:
        raise InvalidInput.of("words", "missing", "Say in words what was decided, and why.")
    return SecretStr(text)


def _close(concern_id: str, form: Form) -> Step:
    outcome, words = gathered(partial(chosen, form, "outcome", Outcome), partial(_words, form))
    return Step(handling.close, handling.CloseConcern(concern_id, outcome, words))


READ, PART = "read", "concern"
DEEDS: Mapping[str, Any] = {
    "acknowledge": lambda one, form: Step(handling.acknowledge, handling.OneConcern(one)),
    "take_on": lambda one, form: Step(handling.take_on, handling.OneConcern(one)),
    "pass_on": lambda one, form: Step(handling.pass_on, handling.OneConcern(one)),
    "decide": lambda one, form: Step(handling.decide, handling.Decide(one, _words(form))),
    "append": lambda one, form: Step(add_words, AddWords(one, _words(form))),
    "name": lambda one, form: Step(
        handling.name_subject, handling.NameSubject(one, form.get("subject_id", ""))
    ),
    "close": _close,
}


@dataclass(frozen=True)
class StaffConcerns:
    """The handlers under `/staff/concern` and `/staff/concerns`."""

    staff: StaffPages
    limiter: Limiter

    # --- raising ----------------------------------------------------------------------------------

    async def ask(self, request: web.Request) -> web.StreamResponse:
        """`GET /staff/concern`: the form, and what became of what one raised before."""
        return await self._form(request, await self.staff.who(request))

    async def take(self, request: web.Request) -> web.StreamResponse:
        """`POST /staff/concern`: raise one, or add words to one. Whoever was signed out meanwhile gets
        the form back with every word on it."""
        form = read_form(request, await read_bytes(request, SMALL_BODY))
        actor: Actor | None = None
        try:
            actor = await self.staff.who(request)
            return await self._taken(request, actor, form)
        except NotSignedIn as error:
            told = NotSignedIn(
                "You are signed out. Your words are still here: sign in in another window, then send "
                "them again.",
                code=error.code,
            )
            return await self._form(request, None, form, told)
        except ChaperoneError as error:
            tell(request, error)
            return await self._form(request, actor, form, error)

    async def _taken(self, request: web.Request, actor: Actor, form: Form) -> web.StreamResponse:
        check_same_origin(request, self.staff.origin)
        name = form.get(DO, "")
        check_form_token(
            self.staff.form_key, form_binding(request, PART, name, ""), form.get(FIELD)
        )
        check_limit(self.limiter, actor.subject)
        if name == ADD:
            await carry_out(self.staff.deps, (adding(form),), actor)
            return _back("/staff/concern")
        session = await self._session(actor, form.get("session_id", ""))
        step = raising(form, actor.subject, session.session_id if session else None, None)
        concern_id = await made(self.staff.deps, step, actor)
        mark = mark_of(self.staff.form_key, actor.subject, concern_id)
        return _back(f"/staff/concern?raised={mark}")

    async def _session(self, actor: Actor, session_id: str) -> Session | None:
        """The session one came from, if one may know of it: a wrong one must not stop a concern."""
        return await self.staff.deps.store.read(_session_for, actor, SessionId(session_id))

    async def _form(
        self,
        request: web.Request,
        actor: Actor | None,
        form: Form | None = None,
        error: ChaperoneError | None = None,
    ) -> web.Response:
        given = form.get("session_id", "") if form else request.query.get("session_id", "")
        raised_id = (
            just_raised(self.staff.form_key, actor.subject, request.query.get("raised", ""))
            if actor
            else None
        )
        read = self.staff.deps.store.read
        raised = await read(concerns.get, raised_id) if raised_id else None
        context = {
            "session": await self._session(actor, given) if actor and given else None,
            "session_id": given,
            "raised": shown(raised, self.staff.deps.organisation) if raised else None,
            "own": await read(own, actor.subject) if actor else (),
            "once": form.get("once", "") if form and error else fresh(),
            "tokens": self._tokens(request, "", (RAISE, ADD)),
            "failed": form.get(DO, "") if form and error else "",
            "form": form if form is not None else Form(),
            "handles": actor is not None and actor.has(*HANDLERS),
        }
        return self.staff.answer(request, "concern_staff.html", context, error=error)

    # --- handling ---------------------------------------------------------------------------------

    async def listed(self, request: web.Request) -> web.StreamResponse:
        """`GET /staff/concerns`: those that the person may handle, without their words."""
        actor = await self._handler(request)
        context = {"concerns": await self.staff.deps.store.read(concern_view.listed, actor, SHOWN)}
        return self.staff.answer(request, "concerns.html", context | {"failed": ""})

    async def one(self, request: web.Request) -> web.StreamResponse:
        """`GET /staff/concerns/{concern_id}`: how far it is, without its words."""
        return await self._concern(request, await self._handler(request))

    async def act(self, request: web.Request) -> web.StreamResponse:
        """`POST /staff/concerns/{concern_id}`: read its words, or take one step."""
        actor = await self._handler(request)
        form = read_form(request, await read_bytes(request, SMALL_BODY))
        concern_id = read_path(request)["concern_id"]
        try:
            check_same_origin(request, self.staff.origin)
            name = form.get(DO, "")
            binding = form_binding(request, PART, name, concern_id)
            check_form_token(self.staff.form_key, binding, form.get(FIELD))
            if name == READ:
                return await self._read(request, actor, concern_id)
            if name not in DEEDS:
                raise InvalidInput("This form is out of date. Open the page again.")
            await carry_out(self.staff.deps, (DEEDS[name](concern_id, form),), actor)
        except ChaperoneError as error:
            tell(request, error)
            return await self._concern(request, actor, form, error)
        gone = name in ("pass_on", "name")
        return _back("/staff/concerns" if gone else request.path)

    async def _read(
        self, request: web.Request, actor: Actor, concern_id: str
    ) -> web.StreamResponse:
        """The page with every word. That it was read is recorded before it is shown."""
        step = Step(handling.read_concern, handling.OneConcern(concern_id))
        await carry_out(self.staff.deps, (step,), actor)
        words = await self.staff.deps.store.read(concern_view.words, concern_id, actor)
        return await self._concern(request, actor, words=words)

    async def _handler(self, request: web.Request) -> Actor:
        actor = await self.staff.who(request)
        if not actor.has(*HANDLERS):
            raise NotFound
        return actor

    async def _concern(
        self,
        request: web.Request,
        actor: Actor,
        form: Form | None = None,
        error: ChaperoneError | None = None,
        words: concern_view.Words | None = None,
    ) -> web.Response:
        concern_id = read_path(request)["concern_id"]
        look = concern_view.look
        context = {
            "page": await self.staff.deps.store.read(look, concern_id, actor),
            "words": words,
            "tokens": self._tokens(request, concern_id, (READ, *DEEDS)),
            "failed": form.get(DO, "") if form and error else "",
            "form": form if form is not None else Form(),
        }
        return self.staff.answer(request, "concern.html", context, error=error)

    def _tokens(
        self, request: web.Request, concern_id: str, names: tuple[str, ...]
    ) -> Mapping[str, str]:
        return {
            name: form_token(self.staff.form_key, form_binding(request, PART, name, concern_id))
            for name in names
        }


def _session_for(reader: Reader, actor: Actor, session_id: SessionId) -> Session | None:
    try:
        record = sessions.record_of(reader, session_id)
        must_be_in_it(record, staffing.current(reader, session_id), actor)
    except NotFound:
        return None
    return record.session


def _back(location: str) -> web.Response:
    return web.Response(status=303, headers={"Location": location})
