"""The board at `/live`: every room now and next, followed as it changes, each room's story, and alerts."""

from aiohttp import web

from service.web.board.alerts import AlertPages
from service.web.board.call_down import CallDownPages
from service.web.board.feed import Feed
from service.web.board.pages import BoardPages
from service.web.board.pieces import Pieces
from service.web.board.room import RoomPages
from service.web.pages import add_file
from service.web.pages.rendering import Pages
from service.web.pages.staff import or_sign_in
from service.web.sign_in import SignIn
from service.workflows.deps import Deps

__all__ = ["add_to"]


def add_to(app: web.Application, deps: Deps, sign_in: SignIn, form_key: bytes) -> None:
    """Add the board to the application. Whoever follows is dismissed when the application shuts down."""
    add_file(app, "board.css", "text/css")
    add_file(app, "board.js", "text/javascript")
    pages = Pages(deps.organisation, ())
    pieces = Pieces(pages)
    feed = Feed(deps.store, pieces)
    board = BoardPages(deps, pages, sign_in, pieces, feed)
    app.router.add_get("/live", or_sign_in(board.show))
    app.router.add_get("/live/events", board.follow, allow_head=False)
    room = RoomPages(deps, pages, sign_in, form_key)
    app.router.add_get("/live/rooms/{session_id}", or_sign_in(room.show))
    app.router.add_post("/live/rooms/{session_id}", or_sign_in(room.act))
    calls = CallDownPages(deps, pages, sign_in, form_key)
    app.router.add_get("/live/rooms/{session_id}/call-down", or_sign_in(calls.show))
    app.router.add_post("/live/rooms/{session_id}/call-down", or_sign_in(calls.act))
    wrong = AlertPages(deps, pages, sign_in, form_key)
    app.router.add_get("/staff/alerts", or_sign_in(wrong.listed))
    app.router.add_get("/staff/alerts/{alert_id}", or_sign_in(wrong.show))
    app.router.add_post("/staff/alerts/{alert_id}", or_sign_in(wrong.act))

    async def dismiss(_app: web.Application) -> None:
        feed.close()

    app.on_shutdown.append(dismiss)
