"""The page about an error, for whoever came to a page: plain words, contacts, nothing of the request."""

from collections.abc import Callable, Mapping

from aiohttp import web

from service.web.pages.languages import choose
from service.web.pages.rendering import Pages
from service.web.problems import Problem

TITLES: Mapping[int, str] = {
    404: "This page does not open",
    405: "This page does not open",
    429: "Too many tries",
    503: "Not at the moment",
}
OTHER_TITLE = "That did not work"
NOTHING_HERE = (
    "The link may be old, or copied incompletely. Please use the newest message you have from us, or "
    "telephone us: we will gladly help."
)
"""The same words for a wrong link, an expired one, a revoked one and another person's (pitfall 17)."""


def error_pages(pages: Pages) -> Callable[[web.Request, Problem], web.StreamResponse]:
    """The maker of pages about errors, for `server.build_app`."""

    def make(request: web.Request, problem: Problem) -> web.StreamResponse:
        missing = problem.status == 404
        context = {
            "title": TITLES.get(problem.status, OTHER_TITLE),
            "sentence": NOTHING_HERE if missing else problem.detail,
            # Bad links must look alike to the byte, and there is nothing to report about them.
            "request_id": problem.request_id if problem.status >= 500 else "",
        }
        language = choose(None, request.headers.get("Accept-Language", ""))
        return pages.answer(language, "error.html", context, status=problem.status)

    return make
