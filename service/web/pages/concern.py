"""A parent raises a concern at `/p/{token}/concern`: no PIN, no account, at any hour (POL-40).

What was raised before shows only to somebody who gives the PIN: a telephone is shared by people who
must not learn of it.
"""

import logging
from dataclasses import dataclass, replace

from aiohttp import web
from pydantic import SecretStr
from yarl import URL

from service.errors import ChaperoneError, InvalidInput, NotAllowed, NotFound
from service.policy.people import Actor
from service.store.concerns import concerns
from service.store.transactions import Reader
from service.web.forms import FIELD, check_form_token, check_same_origin, form_token
from service.web.intake import read_bytes, read_form
from service.web.limits import Limiter
from service.web.logs import REQUEST_ID, ROUTE
from service.web.pages.concern_form import (
    ADD,
    LOOK,
    RAISE,
    Raised,
    adding,
    check_limit,
    fresh,
    just_raised,
    mark_of,
    own,
    raising,
    shown,
)
from service.web.pages.deeds import Form, carry_out, made, troubles
from service.web.pages.opened import (
    DEVICE_COOKIE,
    DOOR_COOKIE,
    Brought,
    Opened,
    cookie_of,
    door_cookie,
    has_door_pass,
    opened,
)
from service.web.pages.rendering import Pages
from service.web.problems import status_of
from service.web.routes import SMALL_BODY
from service.workflows.deps import Deps
from service.workflows.families.links import Proof, must_prove, parent

log = logging.getLogger(__name__)

DO = "do"
LONGEST_TOKEN = 128


@dataclass(frozen=True)
class Visit:
    """One request: whose link it is, what was just raised, and whether the rest may be shown."""

    request: web.Request
    opened: Opened
    raised: Raised | None
    own: tuple[Raised, ...]
    proved: bool

    @property
    def by(self) -> Actor:
        """The parent, as the one who acts in this request."""
        return replace(parent(self.opened.link), request_id=self.request[REQUEST_ID])


@dataclass(frozen=True)
class FamilyConcerns:
    """The handlers of `/p/{token}/concern`."""

    deps: Deps
    pages: Pages
    form_key: bytes
    limiter: Limiter

    async def show(self, request: web.Request) -> web.StreamResponse:
        """`GET` and `HEAD`: look, and change nothing."""
        return self._answer(await self._visit(request))

    async def act(self, request: web.Request) -> web.StreamResponse:
        """`POST`: raise a concern, add to one, or show the PIN; or the page with what is to mend."""
        visit = await self._visit(request)
        form = read_form(request, await read_bytes(request, SMALL_BODY))
        try:
            return await self._done(visit, form)
        except ChaperoneError as error:
            more = {"request_id": request[REQUEST_ID], "route": request[ROUTE]}
            log.info("refused: %s", error.code, extra=more)
            return self._answer(await self._visit(request), form, error)

    async def _visit(self, request: web.Request) -> Visit:
        token = request.match_info["token"]
        if not token.isascii() or len(token) > LONGEST_TOKEN:
            raise NotFound
        wishes = request.headers.get("Accept-Language", "")
        brought = Brought(cookie_of(request, DEVICE_COOKIE), wishes=wishes)
        link = await self.deps.store.read(opened, token, brought)
        given, now = cookie_of(request, DOOR_COOKIE), self.deps.clock.now()
        proved = link.own_device or has_door_pass(self.form_key, link, given, now)
        mine = await self.deps.store.read(own, link.link.parent_id) if proved else ()
        return Visit(request, link, await self._just_raised(request, link), mine, proved)

    async def _just_raised(self, request: web.Request, link: Opened) -> Raised | None:
        given = request.query.get("raised", "")
        concern_id = just_raised(self.form_key, link.token_hash, given)
        if concern_id is None:
            return None
        return await self.deps.store.read(_shown, concern_id)

    # --- doing ------------------------------------------------------------------------------------

    async def _done(self, visit: Visit, form: Form) -> web.StreamResponse:
        check_same_origin(visit.request, str(URL(self.deps.base_url).origin()))
        name = form.get(DO, "")
        check_form_token(self.form_key, _binding(visit, name), form.get(FIELD))
        match name:
            case "concern":
                return await self._raise(visit, form)
            case "add" if visit.proved:
                check_limit(self.limiter, visit.opened.token_hash)
                await carry_out(self.deps, (adding(form),), visit.by)
                return _back(visit.request.path)
            case "add":
                raise NotAllowed("Enter your PIN first.")
            case "look":
                return await self._prove(visit, form)
            case _:
                raise InvalidInput("This form is out of date. Open the page again.")

    async def _raise(self, visit: Visit, form: Form) -> web.StreamResponse:
        link = visit.opened.link
        check_limit(self.limiter, visit.opened.token_hash)
        step = raising(form, visit.opened.token_hash, link.session_id, link.child_id)
        concern_id = await made(self.deps, step, visit.by)
        mark = mark_of(self.form_key, visit.opened.token_hash, concern_id)
        return _back(f"{visit.request.path}?raised={mark}")

    async def _prove(self, visit: Visit, form: Form) -> web.StreamResponse:
        pin = form.get("pin", "").strip()
        if not pin:
            raise InvalidInput.of("pin", "missing", "Enter your PIN.")
        await must_prove(self.deps.store, visit.opened.link, Proof(SecretStr(pin)))
        response = _back(visit.request.path)
        cookie = door_cookie(self.form_key, visit.opened, self.deps.clock.now())
        response.headers.add("Set-Cookie", cookie)
        return response

    # --- showing ----------------------------------------------------------------------------------

    def _answer(
        self, visit: Visit, form: Form | None = None, error: ChaperoneError | None = None
    ) -> web.Response:
        context = {
            "opened": visit.opened,
            "raised": visit.raised,
            "own": visit.own,
            "proved": visit.proved,
            "once": form.get("once", "") if form and error else fresh(),
            "back": visit.request.path.removesuffix("/concern"),
            "tokens": {
                name: form_token(self.form_key, _binding(visit, name))
                for name in (RAISE, ADD, LOOK)
            },
            "failed": form.get(DO, "") if form and error else "",
            "form": form if form is not None else Form(),
            "problems": troubles(error) if error else (),
        }
        status = status_of(error) if error else 200
        return self.pages.answer(
            visit.opened.language, "concern_family.html", context, status=status
        )


def _shown(reader: Reader, concern_id: str) -> Raised:
    return shown(concerns.get(reader, concern_id), reader.house.organisation)


def _back(location: str) -> web.Response:
    return web.Response(status=303, headers={"Location": location})


def _binding(visit: Visit, name: str) -> str:
    return f"concern-page:{name}:{visit.opened.token_hash}"
