"""The API as a page of Markdown, printed from the one table of routes."""

from collections.abc import Iterable

from service.web.routes import Route

HEAD = """# API

Printed by `chaperone routes` from the table that makes routing and the roles check; do not edit.
The whole contract, with bodies and answers, is at `/openapi.json` (OpenAPI 3.1) and `/docs`.

- Sign in with `Authorization: Bearer <token>`; tokens come from `chaperone token`. Roles deny by default.
- Bodies are JSON; unknown fields are refused. Times are RFC 3339 with an offset.
- Errors are problem documents (RFC 9457) with a stable `code`, a sentence, and each wrong field.
- A POST that creates takes an `Idempotency-Key`: repeated within 24 hours it answers what was made.
- A change that names `If-Match` in the table needs the `ETag` of what you have seen.
- A blocked booking is a booking: 201, with its blockers.
"""


def listing(routes: Iterable[Route]) -> str:
    """Every route under its tag, as Markdown ending in a newline."""
    tags: dict[str, list[Route]] = {}
    for route in routes:
        tags.setdefault(route.tag, []).append(route)
    parts = [HEAD, *(_section(tag, found) for tag, found in sorted(tags.items()))]
    return "\n".join(parts)


def _section(tag: str, routes: list[Route]) -> str:
    head = [f"## {tag}", "", "| call | what it does | roles | clauses |", "|---|---|---|---|"]
    return "\n".join([*head, *(_row(route) for route in routes)]) + "\n"


def _row(route: Route) -> str:
    marks = " `If-Match`" if route.changes else ""
    marks += " `Idempotency-Key`" if route.creates else ""
    roles = ", ".join(sorted(role.value for role in route.roles)) or "anyone"
    return f"| `{route.name}`{marks} | {route.summary} | {roles} | {', '.join(route.clauses)} |"
