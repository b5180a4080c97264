"""The one table that says what the JSON interface is: routing, roles, bodies and documentation from it.

A route names the roles it is for, or says that it is public. Saying neither, or both, is a mistake
that shows when the module is imported.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from typing import Any, Generic

from aiohttp import web
from pydantic import BaseModel
from typing_extensions import TypeVar

from service.errors import Misconfigured
from service.policy.people import Actor, Role
from service.web.bodies import Body, Query
from service.workflows.deps import Deps

SMALL_BODY = 64 * 1024
B = TypeVar("B", default=None)
Q = TypeVar("Q", default=None)

_PATH = re.compile(r"(/([a-z0-9.-]+|\{[a-z_]+\}))+")
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_METHODS = _WITH_BODY | {"GET", "DELETE"}


@dataclass(frozen=True)
class IdempotencyKey:
    """Which request this is a repeat of, if any.

    `scope` is the same for the same subject, route and key. `body_hash` covers address and body: the
    same scope with another hash is a different request under a used key, and must be refused.
    """

    scope: str
    body_hash: str


@dataclass(frozen=True)
class Call(Generic[B, Q]):
    """One request that was signed in, allowed, read and found well-formed.

    `if_match` is the version the caller has seen. `request` is for streaming alone: everything in it
    that may be looked at is already here.
    """

    deps: Deps
    actor: Actor
    path: Mapping[str, str]
    query: Q
    body: B
    if_match: int | None
    idempotency: IdempotencyKey | None
    now: datetime
    request: web.Request


@dataclass(frozen=True)
class Answer:
    """What goes back. `version` becomes the ETag that a later change must name."""

    status: int
    content: BaseModel | None = None
    version: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Call[Any, Any]], Awaitable[Answer | web.StreamResponse]]


@dataclass(frozen=True)
class Route:
    """One row of the table.

    `creates`: an `Idempotency-Key` is understood. `changes`: `If-Match` is demanded. `streams`: the
    handler answers 200 with a stream of that media type. `max_body` in bytes. `clauses`: POL ids.
    """

    method: str
    path: str
    handler: Handler
    _: KW_ONLY
    summary: str
    tag: str
    roles: frozenset[Role] = frozenset()
    public: bool = False
    body: type[Body] | None = None
    query: type[Query] | None = None
    answers: Mapping[int, type[BaseModel] | None] = field(default_factory=dict)
    streams: str | None = None
    creates: bool = False
    changes: bool = False
    max_body: int = SMALL_BODY
    clauses: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a row that cannot be meant."""
        for ill, sentence in self._mistakes():
            if ill:
                raise Misconfigured(f"Route {self.name}: {sentence}")

    def _mistakes(self) -> Iterable[tuple[bool, str]]:
        yield bool(self.roles) == self.public, "name its roles, or say that it is public."
        yield self.method not in _METHODS, "unknown method."
        yield not _PATH.fullmatch(self.path), "the path is not in the usual form."
        yield bool(self.body) and self.method not in _WITH_BODY, "this method takes no body."
        yield self.creates and self.method != "POST", "only a POST creates."
        # Strangers share one subject: a key of one could fetch the answer of another.
        yield self.creates and self.public, "a repeat can be told only for somebody signed in."
        yield self.changes and self.method == "GET", "a GET changes nothing."
        yield not self.answers and not self.streams, "say what it answers."
        yield any(not 200 <= status < 300 for status in self.answers), "list successes only."

    @property
    def name(self) -> str:
        """`POST /v1/sessions`, unique in a table."""
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names in braces in the path."""
        return tuple(re.findall(r"\{([a-z_]+)\}", self.path))


def table(*parts: Iterable[Route]) -> tuple[Route, ...]:
    """Several lists of routes as one, or `Misconfigured` if two of them are the same."""
    routes = tuple(route for part in parts for route in part)
    names = [re.sub(r"\{[a-z_]+\}", "{}", route.name) for route in routes]
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        raise Misconfigured(f"These routes are there twice: {', '.join(sorted(doubled))}.")
    return routes
