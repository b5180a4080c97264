"""The HTML pages: parents' under `/p/`, a household's other devices' at `/d` and `/here`, staff's under
`/staff`; no script, every sentence translatable."""

from datetime import timedelta

from aiohttp import web
from yarl import URL

from service.web.limits import Limiter
from service.web.middleware import ErrorPage
from service.web.pages.concern import FamilyConcerns
from service.web.pages.devices import CODE_TRIES, CODE_TRIES_PER, DevicePages
from service.web.pages.errors import error_pages
from service.web.pages.parent import ParentPages
from service.web.pages.rendering import WEB, Pages
from service.web.pages.staff import StaffPages, or_sign_in
from service.web.pages.staff_concerns import StaffConcerns
from service.web.pages.staff_policy import StaffPolicy
from service.web.pages.staff_providers import StaffProviders
from service.web.pages.staff_rehearsal import StaffRehearsal
from service.web.sign_in import SignIn
from service.workflows.deps import Deps

__all__ = ["add_file", "add_to", "error_page"]

STATIC = WEB / "static"


def add_to(
    app: web.Application,
    deps: Deps,
    sign_in: SignIn,
    limiter: Limiter,
    form_key: bytes,
    *,
    call_origins: tuple[str, ...] | None = None,
) -> None:
    """Add every page to the application.

    `call_origins` are the providers' origins as CSP sources, for the forms that lead into a room;
    unless given, any https address (and, where we ourselves are served without TLS, any http one).
    """
    pages = _pages(deps, call_origins)
    devices = DevicePages(deps, pages, Limiter(deps.clock, tries=CODE_TRIES, per=CODE_TRIES_PER))
    _add_devices(app, devices)
    _add_parents(app, ParentPages(deps, pages, form_key, devices))
    staff = StaffPages(deps, pages, sign_in, limiter, form_key)
    _add_staff(app, staff)
    _add_concerns(app, FamilyConcerns(deps, pages, form_key, _few(deps)), staff, _few(deps))
    _add_providers(app, StaffProviders(staff))
    add_file(app, "pages.css", "text/css")


def error_page(deps: Deps) -> ErrorPage:
    """The maker of pages about errors, for `server.build_app`."""
    return error_pages(_pages(deps, ()))


def _pages(deps: Deps, call_origins: tuple[str, ...] | None) -> Pages:
    if call_origins is None:
        call_origins = ("https:",) if URL(deps.base_url).scheme == "https" else ("http:", "https:")
    return Pages(deps.organisation, call_origins)


def _add_parents(app: web.Application, parents: ParentPages) -> None:
    # HEAD looks as GET does, and like it changes nothing (pitfall 18).
    app.router.add_get("/p/{token}", parents.show)
    app.router.add_post("/p/{token}", parents.act)


def _add_devices(app: web.Application, devices: DevicePages) -> None:
    app.router.add_get("/d", devices.ask)
    app.router.add_get("/d/{code}", devices.ask)
    app.router.add_post("/d", devices.use)
    app.router.add_get("/here", devices.look)
    app.router.add_post("/here", devices.tap)


def _add_staff(app: web.Application, staff: StaffPages) -> None:
    app.router.add_get("/staff", or_sign_in(staff.home))
    app.router.add_get("/staff/", or_sign_in(staff.home))
    app.router.add_get("/staff/sign-in", staff.ask)
    app.router.add_post("/staff/sign-in", staff.let_sign_in)
    app.router.add_post("/staff/sign-out", staff.sign_out)
    app.router.add_get("/staff/sessions/{session_id}", or_sign_in(staff.show))
    app.router.add_post("/staff/sessions/{session_id}", or_sign_in(staff.act))
    rehearsal = StaffRehearsal(staff)
    app.router.add_get("/staff/rehearsal", or_sign_in(rehearsal.show))
    app.router.add_post("/staff/rehearsal", or_sign_in(rehearsal.act))
    policy = StaffPolicy(staff)
    app.router.add_get("/staff/policy", or_sign_in(policy.show))
    app.router.add_post("/staff/policy", or_sign_in(policy.act))


def _add_providers(app: web.Application, providers: StaffProviders) -> None:
    app.router.add_get("/staff/providers", or_sign_in(providers.show))
    app.router.add_post("/staff/providers", or_sign_in(providers.act))


def _few(deps: Deps) -> Limiter:
    """Enough for whoever is worried, and not for a program: nothing that is refused is lost."""
    return Limiter(deps.clock, tries=10, per=timedelta(minutes=10))


def _add_concerns(
    app: web.Application, family: FamilyConcerns, staff: StaffPages, limiter: Limiter
) -> None:
    app.router.add_get("/p/{token}/concern", family.show)
    app.router.add_post("/p/{token}/concern", family.act)
    own = StaffConcerns(staff, limiter)
    app.router.add_get("/staff/concern", or_sign_in(own.ask))
    app.router.add_post("/staff/concern", own.take)
    app.router.add_get("/staff/concerns", or_sign_in(own.listed))
    app.router.add_get("/staff/concerns/{concern_id}", or_sign_in(own.one))
    app.router.add_post("/staff/concerns/{concern_id}", or_sign_in(own.act))


def add_file(app: web.Application, name: str, media_type: str) -> None:
    """Serve one of our static files."""
    body, headers = (STATIC / name).read_bytes(), {"Cache-Control": "max-age=3600"}

    async def handle(request: web.Request) -> web.Response:
        return web.Response(body=body, content_type=media_type, charset="utf-8", headers=headers)

    app.router.add_get(f"/static/{name}", handle)
