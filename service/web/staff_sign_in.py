"""The form where staff hand in a token and get a cookie. The page round the form is made elsewhere."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from service.web.forms import check_same_origin
from service.web.intake import read_bytes, read_form
from service.web.limits import Limiter
from service.web.routes import SMALL_BODY
from service.web.sign_in import SignIn, cookie_removed

TOKEN_FIELD = "token"  # noqa: S105 - the name of a field, not a token
HOME = "/staff"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def signing_in(sign_in: SignIn, origin: str, limiter: Limiter) -> Handler:
    """The handler of `POST /staff/sign-in`: an access token in the field `token`, then the pages.

    `limiter` counts tries by the address that connects to us.
    """

    async def handle(request: web.Request) -> web.StreamResponse:
        check_same_origin(request, origin)
        limiter.check(request.remote or "-")
        form = read_form(request, await read_bytes(request, SMALL_BODY))
        return _see(HOME, await sign_in.cookie_for(form.get(TOKEN_FIELD, "").strip()))

    return handle


def signing_out(origin: str) -> Handler:
    """The handler of `POST /staff/sign-out`."""

    async def handle(request: web.Request) -> web.StreamResponse:
        check_same_origin(request, origin)
        return _see(HOME, cookie_removed())

    return handle


def _see(place: str, cookie: str) -> web.Response:
    return web.Response(status=303, headers={"Location": place, "Set-Cookie": cookie})
