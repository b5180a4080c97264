"""A household's other devices: `/d` takes a one-use code, `/here` asks "are you still here?".

A GET tells nothing and changes nothing: whoever only looks at the address of a code, as scanners do,
finds the same page for every code there could be (pitfalls 17 and 18).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import segno
from aiohttp import web
from pydantic import SecretStr
from yarl import URL

from service.errors import ChaperoneError, NotFound
from service.policy.admission import SlipPurpose
from service.policy.people import Actor
from service.store.families import people
from service.store.secrets import hash_token, new_token
from service.store.transactions import Reader
from service.web.forms import check_same_origin
from service.web.intake import read_bytes, read_form
from service.web.limits import Limiter
from service.web.logs import REQUEST_ID
from service.web.pages.deeds import Trouble, troubles
from service.web.pages.languages import choose
from service.web.pages.opened import SECOND_COOKIE, Opened, cookie_of, initial, second_cookie
from service.web.pages.rendering import Pages
from service.web.problems import status_of
from service.web.routes import SMALL_BODY
from service.workflows.attending import slips
from service.workflows.attending.tapping import (
    Asked,
    RegisterBySlip,
    RegisterDevice,
    Tap,
    asked,
    register_by_slip,
    register_device,
    tap,
)
from service.workflows.deps import Deps

CODE_TRIES, CODE_TRIES_PER = 60, timedelta(minutes=5)
"""How often codes may be tried from one address, or one code by anybody."""

LOOK_EVERY = 60
"""Seconds after which the page on a second device looks again by itself."""

OPENS_NOTHING = (
    "This code opens nothing, or nothing any more. Ask the adult beside you for a new one."
)


@dataclass(frozen=True)
class Waiting:
    """One session that a second device is asked for, as its page shows it."""

    asked: Asked
    child_initial: str


def waiting(reader: Reader, token_hash: str) -> tuple[tuple[Waiting, ...], bool]:
    """The sessions a device is asked for, and whether a tap is due for any of them."""
    found = asked(reader, token_hash)
    names = people.child_names(reader, tuple(one.registered.child_id for one in found))
    shown = tuple(Waiting(one, initial(names[one.registered.child_id])) for one in found)
    return shown, any(one.next_at <= reader.now for one in found)


@dataclass(frozen=True)
class DevicePages:
    """The handlers of `/d` and `/here`, and what a parent's page shows for them."""

    deps: Deps
    pages: Pages
    limiter: Limiter

    # --- the adult's side -------------------------------------------------------------------------

    async def hand_on(self, opened: Opened, purpose: SlipPurpose, by: Actor) -> web.StreamResponse:
        """A fresh code as picture and in words. It is shown this once."""
        link = opened.link
        if link.session_id is None:
            raise NotFound
        command = slips.MakeSlip(link.session_id, link.child_id, purpose)
        made = await self.deps.store.do(slips.make_slip, command, by=by)
        address = f"{self.deps.base_url}/d"
        context = {
            "opened": opened,
            "purpose": purpose.value,
            "code": slips.readable(made.code),
            "until": made.expires_at,
            "address": address.removeprefix("https://"),
            "picture": picture_of(f"{address}/{made.code.get_secret_value()}"),
        }
        return self.pages.answer(opened.language, "slip.html", context)

    async def register_here(
        self, request: web.Request, opened: Opened, by: Actor
    ) -> web.StreamResponse:
        """The device that shows the adult's page becomes their second one."""
        link = opened.link
        if link.session_id is None:
            raise NotFound
        token = _token_of(request)
        command = RegisterDevice(
            link.session_id, link.child_id, link.parent_id, hash_token(token.get_secret_value())
        )
        await self._do(register_device, command, by)
        return _to_tap_page(token)

    # --- the other device -------------------------------------------------------------------------

    async def ask(self, request: web.Request) -> web.StreamResponse:
        """`GET /d` and `/d/{code}`: the form for the code, filled in or not, and nothing looked up."""
        return self._form(request, slips.plain(request.match_info.get("code", "")))

    async def use(self, request: web.Request) -> web.StreamResponse:
        """`POST /d`: into the room, or to the page that asks for taps; or the form with what to mend."""
        form = read_form(request, await read_bytes(request, SMALL_BODY))
        typed = form.get("code", "")
        try:
            check_same_origin(request, str(URL(self.deps.base_url).origin()))
            return await self._used(request, slips.plain(typed))
        except NotFound:
            return self._form(request, typed, (Trouble("code", OPENS_NOTHING),), 404)
        except ChaperoneError as error:
            return self._form(request, typed, troubles(error), status_of(error))

    async def _used(self, request: web.Request, code: str) -> web.StreamResponse:
        self.limiter.check(f"address:{request.remote or '-'}")
        self.limiter.check(f"code:{hash_token(code)}")
        slip = await self.deps.store.read(slips.of_code, SecretStr(code))
        by = slips.on_the_word_of(slip.adult_id, request[REQUEST_ID])
        if slip.purpose is SlipPurpose.SECOND_DEVICE:
            token = _token_of(request)
            command = RegisterBySlip(SecretStr(code), hash_token(token.get_secret_value()))
            await self._do(register_by_slip, command, by)
            return _to_tap_page(token)
        way = await slips.go_in(self.deps, slips.UseSlip(SecretStr(code)), by)
        url = way.url.get_secret_value()
        if not way.name:
            return web.Response(status=303, headers={"Location": url})
        context = {"opened": None, "url": url, "name": way.name}
        return self.pages.answer(_language(request), "go_in.html", context, leads_out=True)

    def _form(
        self,
        request: web.Request,
        code: str,
        problems: tuple[Trouble, ...] = (),
        status: int = 200,
    ) -> web.Response:
        context = {"opened": None, "code": code, "problems": problems, "failed": "code"}
        language = _language(request)
        return self.pages.answer(language, "code.html", context, status=status, leads_out=True)

    # --- taps -------------------------------------------------------------------------------------

    async def look(self, request: web.Request) -> web.StreamResponse:
        """`GET /here`: whether a tap is due; the page looks again by itself."""
        token_hash = hash_token(cookie_of(request, SECOND_COOKIE) or "")
        shown, due = await self.deps.store.read(waiting, token_hash)
        context: Mapping[str, Any] = {
            "opened": None,
            "sessions": shown,
            "due": due,
            "look_every": LOOK_EVERY,
        }
        return self.pages.answer(_language(request), "here.html", context)

    async def tap(self, request: web.Request) -> web.StreamResponse:
        """`POST /here`: "I am still here"."""
        check_same_origin(request, str(URL(self.deps.base_url).origin()))
        token_hash = hash_token(cookie_of(request, SECOND_COOKIE) or "")
        found = await self.deps.store.read(asked, token_hash)
        if found:
            adult_id = found[0].registered.adult_id
            await self._do(
                tap, Tap(token_hash), slips.on_the_word_of(adult_id, request[REQUEST_ID])
            )
        return web.Response(status=303, headers={"Location": "/here"})

    async def _do(self, request: Any, command: object, by: Actor) -> None:
        await self.deps.store.do(request, command, by=by)


def picture_of(address: str) -> str:
    """An address as a QR code, as a picture inside the page. Dark on light in both colour schemes."""
    code = segno.make(address, error="m", micro=False)
    return code.svg_data_uri(scale=6, border=4, dark="#000", light="#fff")


def _token_of(request: web.Request) -> SecretStr:
    """One token for every session that a device is asked for."""
    given = cookie_of(request, SECOND_COOKIE)
    return SecretStr(given) if given else new_token()


def _to_tap_page(token: SecretStr) -> web.Response:
    headers = {"Location": "/here", "Set-Cookie": second_cookie(token)}
    return web.Response(status=303, headers=headers)


def _language(request: web.Request) -> str:
    return choose(None, request.headers.get("Accept-Language", ""))
