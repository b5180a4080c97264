"""The web application, put together from a table of routes."""

import logging
from collections.abc import Callable, Sequence
from functools import partial

import aiohttp
from aiohttp import http_parser, web

from service.errors import Misconfigured
from service.web import documentation, health
from service.web.dispatch import Dispatch, MayAct
from service.web.limits import Limiter
from service.web.logs import AccessLog
from service.web.middleware import ErrorPage, errors_become_problems, identified, protect
from service.web.openapi import openapi
from service.web.routes import SMALL_BODY, Route, table
from service.web.sign_in import SignIn
from service.workflows.deps import Deps

access = logging.getLogger("service.web.access")

Setup = Callable[[web.Application], None]


def build_app(
    deps: Deps,
    routes: Sequence[Route],
    sign_in: SignIn,
    *,
    ready_checks: Sequence[health.ReadyCheck] = (),
    limiter: Limiter | None = None,
    may_act: MayAct | None = None,
    error_page: ErrorPage | None = None,
    extra_setup: Setup | None = None,
) -> web.Application:
    """Everything that answers: the table, its documentation, health, and what `extra_setup` adds.

    `Misconfigured` if two routes are the same or aiohttp runs without its compiled parser.
    """
    require_compiled_parser()
    app = web.Application(
        middlewares=[identified, errors_become_problems(deps.clock, error_page)],
        client_max_size=SMALL_BODY,
    )
    app.on_response_prepare.append(protect(deps.base_url))
    add_routes(app, table(routes), Dispatch(deps, sign_in, limiter, may_act))
    app.router.add_get("/healthz", health.alive)
    app.router.add_get("/readyz", health.readiness(ready_checks))
    documentation.add_to(app, partial(openapi, routes, deps.base_url))
    if extra_setup is not None:
        extra_setup(app)
    return app


def add_routes(app: web.Application, routes: Sequence[Route], dispatch: Dispatch) -> None:
    """The rows of the table. HEAD is not offered: a GET may record that somebody looked (pitfall 18)."""
    for route in routes:
        # An explicit method leaves HEAD out, where `add_get` would let it in.
        app.router.add_route(route.method, route.path, dispatch.handler(route))


def require_compiled_parser() -> None:
    """`Misconfigured` if aiohttp reads HTTP with its pure-Python parser (CVE-2026-111750 was in it)."""
    if http_parser.HttpRequestParser is http_parser.HttpRequestParserPy:
        raise Misconfigured(
            f"aiohttp {aiohttp.__version__} runs without its compiled parser. Install a wheel that "
            "has it, and do not set AIOHTTP_NO_EXTENSIONS."
        )


def runner(app: web.Application) -> web.AppRunner:
    """What serves the application, with our access log and little patience.

    `lingering_time`: how long a refused body may still flow in so that the caller reads the refusal.
    """
    return web.AppRunner(
        app,
        access_log_class=AccessLog,
        access_log=access,
        keepalive_timeout=75,
        shutdown_timeout=10,
        lingering_time=2,
    )
