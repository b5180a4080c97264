"""The parents' pages under `/p/{token}`: no account, no script; GET and HEAD change nothing.

A link that opens nothing gives one and the same page, whatever the reason. What a form did is shown
by the page it leads back to; what it could not do is said on the page, with everything typed except
the PIN (pitfalls 17 and 18).
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from pydantic import SecretStr
from yarl import URL

from service.errors import ChaperoneError, InvalidInput, NotFound
from service.policy.admission import SlipPurpose
from service.policy.people import Actor
from service.store.families.links import LinkPurpose
from service.store.secrets import hash_token, new_token
from service.store.transactions import Reader
from service.web.forms import FIELD, check_form_token, check_same_origin, form_token
from service.web.intake import read_bytes, read_form
from service.web.logs import REQUEST_ID, ROUTE
from service.web.pages import consent, household, session
from service.web.pages.deeds import Deed, Form, Proof, Trouble, carry_out, troubles
from service.web.pages.devices import DevicePages
from service.web.pages.opened import (
    BROWSER_COOKIE,
    DEVICE_COOKIE,
    DOOR_COOKIE,
    Brought,
    Opened,
    browser_cookie,
    cookie_of,
    device_cookie,
    door_cookie,
    has_door_pass,
    opened,
)
from service.web.pages.rendering import Pages
from service.web.problems import status_of
from service.web.routes import SMALL_BODY
from service.workflows.attending import door
from service.workflows.deps import Deps
from service.workflows.families.link_keeping import NoteUse, note_use
from service.workflows.families.links import MarkDevice, mark_device, must_prove, parent
from service.workflows.families.links import Proof as Shown

log = logging.getLogger(__name__)

Page = consent.ConsentPage | session.SessionPage
DO = "do"
SLIPS = {
    household.HAND: SlipPurpose.WAY_IN,
    household.HAND_TAPS: SlipPurpose.SECOND_DEVICE,
}
"""What is handed on by which form."""
LONGEST_TOKEN = 128


@dataclass(frozen=True)
class Visit:
    """One request to one link: what is behind it, and what the browser brought."""

    request: web.Request
    page: Page
    has_door_pass: bool

    @property
    def opened(self) -> Opened:
        """The link."""
        return self.page.opened

    @property
    def deeds(self) -> Mapping[str, Deed]:
        """What can be done on this page."""
        return consent.DEEDS if isinstance(self.page, consent.ConsentPage) else session.DEEDS

    @property
    def by(self) -> Actor:
        """The parent, as the one who acts in this request."""
        return replace(parent(self.opened.link), request_id=self.request[REQUEST_ID])


def look(reader: Reader, token: str, brought: Brought) -> Page:
    """What is behind a link. `NotFound` if nothing."""
    found = opened(reader, token, brought)
    if found.link.purpose is LinkPurpose.SESSION:
        return session.look(reader, found)
    return consent.look(reader, found)


@dataclass(frozen=True)
class ParentPages:
    """The handlers of `/p/{token}`."""

    deps: Deps
    pages: Pages
    form_key: bytes
    devices: DevicePages

    async def show(self, request: web.Request) -> web.StreamResponse:
        """`GET` and `HEAD`: look, and change nothing."""
        return self._answer(await self._visit(request))

    async def act(self, request: web.Request) -> web.StreamResponse:
        """`POST`: one deed, then back to the page; or the page with what is to mend."""
        visit = await self._visit(request)
        form = read_form(request, await read_bytes(request, SMALL_BODY))
        given = cookie_of(request, BROWSER_COOKIE)
        browser = SecretStr(given) if given else new_token()
        try:
            response = await self._done(visit, form, browser)
        except ChaperoneError as error:
            _tell(request, error)
            # Look again: what is refused may be refused because the session has changed.
            response = self._answer(await self._visit(request), form, error)
        if not given:
            response.headers.add("Set-Cookie", browser_cookie(browser))
        return response

    async def _visit(self, request: web.Request) -> Visit:
        token = request.match_info["token"]
        if not token.isascii() or len(token) > LONGEST_TOKEN:
            raise NotFound
        brought = Brought(
            cookie_of(request, DEVICE_COOKIE),
            cookie_of(request, BROWSER_COOKIE),
            request.headers.get("Accept-Language", ""),
        )
        page = await self.deps.store.read(look, token, brought)
        given, now = cookie_of(request, DOOR_COOKIE), self.deps.clock.now()
        return Visit(request, page, has_door_pass(self.form_key, page.opened, given, now))

    # --- doing ------------------------------------------------------------------------------------

    async def _done(self, visit: Visit, form: Form, browser: SecretStr) -> web.StreamResponse:
        check_same_origin(visit.request, str(URL(self.deps.base_url).origin()))
        name = form.get(DO, "")
        deed = visit.deeds.get(name)
        if deed is None:
            raise InvalidInput("This form is out of date. Open the page again.")
        check_form_token(self.form_key, _binding(visit, name), form.get(FIELD))
        steps = deed.steps(visit.page, form)
        pin = _pin(visit, deed, form)
        await self._note_use(visit, name, browser)
        proved = pin is not None
        if pin is not None:
            await must_prove(self.deps.store, visit.opened.link, Shown(pin))
        await carry_out(self.deps, steps, visit.by)
        response = await self._go_on(visit, name)
        self._keep_door_open(response, visit, proved)
        if proved and form.get("own_device") == "yes":
            response.headers.add("Set-Cookie", await self._mark_device(visit))
        return response

    async def _note_use(self, visit: Visit, name: str, browser: SecretStr) -> None:
        """Each form that was filled in is recorded, whatever comes of it (pitfall 17). A scanner that
        presses buttons fills in nothing (pitfall 18)."""
        use = NoteUse(visit.opened.link, hash_token(browser.get_secret_value()), name)
        await self.deps.store.do(note_use, use, by=visit.by)

    async def _go_on(self, visit: Visit, name: str) -> web.StreamResponse:
        if name == session.ENTER:
            return await self._go_in(visit)
        if name in SLIPS:
            return await self.devices.hand_on(visit.opened, SLIPS[name], visit.by)
        if name == household.REGISTER:
            return await self.devices.register_here(visit.request, visit.opened, visit.by)
        if name == household.END_LINKS:
            language = visit.opened.language
            return self.pages.answer(language, "link_ended.html", {"opened": visit.opened})
        return web.Response(status=303, headers={"Location": visit.request.path})

    async def _go_in(self, visit: Visit) -> web.StreamResponse:
        link = visit.opened.link
        if link.session_id is None:
            raise NotFound
        way = await door.go_in(self.deps, door.GoIn(link.session_id, link.child_id), visit.by)
        url = way.url.get_secret_value()
        if not way.name:
            return web.Response(status=303, headers={"Location": url})
        # The provider's link is the same for all: they must be told under which name to come.
        context = {"opened": visit.opened, "url": url, "name": way.name}
        return self.pages.answer(visit.opened.language, "go_in.html", context, leads_out=True)

    def _keep_door_open(self, response: web.StreamResponse, visit: Visit, proved: bool) -> None:
        """For some hours the PIN need not be given again in this browser."""
        if proved and isinstance(visit.page, session.SessionPage):
            cookie = door_cookie(self.form_key, visit.opened, self.deps.clock.now())
            response.headers.add("Set-Cookie", cookie)

    async def _mark_device(self, visit: Visit) -> str:
        token = new_token()
        command = MarkDevice(visit.opened.link.parent_id, hash_token(token.get_secret_value()))
        await self.deps.store.do(mark_device, command, by=visit.by)
        return device_cookie(token)

    # --- showing ----------------------------------------------------------------------------------

    def _answer(
        self, visit: Visit, form: Form | None = None, error: ChaperoneError | None = None
    ) -> web.Response:
        problems: tuple[Trouble, ...] = troubles(error) if error else ()
        context: dict[str, Any] = {
            "page": visit.page,
            "opened": visit.opened,
            "has_door_pass": visit.has_door_pass,
            "tokens": {
                name: form_token(self.form_key, _binding(visit, name)) for name in visit.deeds
            },
            "failed": form.get(DO, "") if form and error else "",
            "form": form if form is not None else Form(),
            "problems": problems,
        }
        return self.pages.answer(
            visit.opened.language,
            visit.page.template,
            context,
            status=status_of(error) if error else 200,
            leads_out=isinstance(visit.page, session.SessionPage),
        )


def _pin(visit: Visit, deed: Deed, form: Form) -> SecretStr | None:
    """The PIN, where one is asked for; `InvalidInput` if it is missing, which costs no try."""
    if deed.proof is Proof.NOTHING or visit.opened.own_device:
        return None
    if deed.proof is Proof.PIN_ONCE and visit.has_door_pass:
        return None
    pin = form.get("pin", "").strip()
    if not pin:
        raise InvalidInput.of("pin", "missing", "Enter your PIN.")
    return SecretStr(pin)


def _binding(visit: Visit, name: str) -> str:
    """A form is bound to what it does and to the link it was served on."""
    return f"{name}:{visit.opened.token_hash}"


def _tell(request: web.Request, error: ChaperoneError) -> None:
    more = {"request_id": request[REQUEST_ID], "route": request[ROUTE]}
    log.info("refused: %s", error.code, extra=more)
