"""Log lines as JSON. Nothing of a request gets in but its method, its route's template and its id."""

import json
import logging
import traceback
from datetime import UTC, datetime

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

REQUEST_ID = web.RequestKey("request_id", str)
ROUTE = web.RequestKey("route", str)
"""`/v1/sessions/{session_id}`, never the address really asked for."""

UNMATCHED = "unmatched"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OWN_FIELDS = ("request_id", "method", "route", "status", "milliseconds", "subject", "session_id")


def bare_traceback(error: BaseException) -> str:
    """Where an error came from and of what kind, for it and its causes.

    The error's own words are left out: database and validation errors quote the values they choke on.
    """
    told: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = "".join(traceback.format_tb(current.__traceback__))
        told.append(f"{type(current).__module__}.{type(current).__qualname__}\n{frames}")
        current = current.__cause__ or current.__context__
    return "after ".join(told)


class JsonFormatter(logging.Formatter):
    """One JSON object per line. Line breaks in a message cannot start a forged line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line; an exception is told by kind and place only."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: record.__dict__[name] for name in _OWN_FIELDS if name in record.__dict__}
        if record.exc_info and record.exc_info[1]:
            line["traceback"] = bare_traceback(record.exc_info[1])
        return json.dumps(line, default=str)


class AccessLog(AbstractAccessLogger):
    """aiohttp's own access log writes address, referrer and agent; this one writes none of them."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """One line for a request that was answered; `time` in seconds."""
        method = request.method if request.method in METHODS else "other"
        # What is no HTTP never gets as far as a route.
        route = request.get(ROUTE, UNMATCHED)
        fields = {
            "request_id": request.get(REQUEST_ID, "-"),
            "method": method,
            "route": route,
            "status": response.status,
            "milliseconds": round(time * 1000, 1),
        }
        self.logger.info("%s %s %s", method, route, response.status, extra=fields)
