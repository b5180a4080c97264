"""The interface as an OpenAPI 3.1 document, made from the table of routes and nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from service.web.problems import MEDIA_TYPE, Problem
from service.web.routes import Route

VERSION = "1.0.0"
_REFERENCE = "#/components/schemas/{model}"
_ETAG = {"description": "The version, for If-Match.", "schema": {"type": "string"}}
_KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Your own id for this request; a repeat within 24 hours gives the first answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
_IF_MATCH_HEADER = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of the version you have seen.",
    "schema": {"type": "string", "pattern": '^"[0-9]+"$'},
}

Model = type[BaseModel]
Shape = tuple[Model, JsonSchemaMode]
Schemas = Mapping[Any, dict[str, Any]]
"""A reference to the schema of each `Shape`."""


def openapi(routes: Sequence[Route], base_url: str) -> dict[str, Any]:
    """The document for these routes as served at `base_url`."""
    schemas, definitions = models_json_schema(
        sorted(_shapes(routes), key=_by_name), ref_template=_REFERENCE
    )
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(
            route, schemas, definitions["$defs"]
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Chaperone",
            "version": VERSION,
            "description": "Supervised video sessions. Errors are problem documents (RFC 9457).",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base_url}],
        "security": [{"bearer": []}],
        "tags": [{"name": tag} for tag in sorted({route.tag for route in routes})],
        "paths": paths,
        "components": _components(routes, definitions["$defs"]),
    }


def _by_name(shape: tuple[Any, JsonSchemaMode]) -> tuple[str, str, str]:
    return shape[0].__module__, shape[0].__qualname__, shape[1]


def _shapes(routes: Iterable[Route]) -> set[Shape]:
    shapes: set[Shape] = {(Problem, "serialization")}
    for route in routes:
        read = [model for model in (route.body, route.query) if model]
        answered = [model for model in route.answers.values() if model]
        shapes |= {(model, "validation") for model in read}
        shapes |= {(model, "serialization") for model in answered}
    return shapes


def _components(routes: Sequence[Route], definitions: dict[str, Any]) -> dict[str, Any]:
    statuses = sorted({status for route in routes for status in problem_statuses(route)})
    return {
        "schemas": definitions,
        "responses": {f"Problem{status}": _problem_answer(status) for status in statuses},
        "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
    }


def _problem_answer(status: int) -> dict[str, Any]:
    reference = {"$ref": _REFERENCE.format(model="Problem")}
    return {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": reference}},
    }


def problem_statuses(route: Route) -> frozenset[int]:
    """Every refusal that can happen on a route."""
    statuses = {400, 413, 422, 500, 502, 503}
    statuses |= set() if route.public else {401, 403, 429}
    statuses |= {408, 415} if route.body else set()
    statuses |= {404} if route.parameters else set()
    statuses |= {409} if route.method != "GET" else set()
    statuses |= {412, 428} if route.changes else set()
    return frozenset(statuses)


def _operation(route: Route, schemas: Schemas, definitions: Mapping[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _operation_id(route),
        "summary": route.summary,
        "description": _description(route),
        "tags": [route.tag],
        "parameters": [*_path(route), *_query(route, schemas, definitions), *_headers(route)],
        "responses": _answers(route, schemas),
        "x-roles": sorted(route.roles),
    }
    if route.public:
        operation["security"] = []
    if route.body:
        content = {"application/json": {"schema": schemas[route.body, "validation"]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _operation_id(route: Route) -> str:
    words = route.path.replace("{", "").replace("}", "").replace("-", "_").replace(".", "_")
    return f"{route.method.lower()}{words.replace('/', '_')}"


def _description(route: Route) -> str:
    who = "Anybody." if route.public else f"For {', '.join(sorted(route.roles))}."
    clauses = f" Policy: {', '.join(route.clauses)}." if route.clauses else ""
    return f"{who}{clauses}"


def _path(route: Route) -> Iterable[dict[str, Any]]:
    for name in route.parameters:
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query(
    route: Route, schemas: Schemas, definitions: Mapping[str, Any]
) -> Iterable[dict[str, Any]]:
    if route.query is None:
        return
    reference = schemas[route.query, "validation"]["$ref"]
    shape = definitions[reference.rsplit("/", 1)[1]]
    for name, schema in shape.get("properties", {}).items():
        required = name in shape.get("required", ())
        yield {"name": name, "in": "query", "required": required, "schema": schema}


def _headers(route: Route) -> Iterable[dict[str, Any]]:
    if route.creates:
        yield _KEY_HEADER
    if route.changes:
        yield _IF_MATCH_HEADER


def _answers(route: Route, schemas: Schemas) -> dict[str, Any]:
    answers = {
        str(status): _success(status, model, schemas) for status, model in route.answers.items()
    }
    if route.streams:
        content = {route.streams: {"schema": {"type": "string"}}}
        answers["200"] = {"description": "A stream.", "content": content}
    for status in sorted(problem_statuses(route)):
        answers[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    return answers


def _success(status: int, model: Model | None, schemas: Schemas) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": HTTPStatus(status).phrase, "headers": {"ETag": _ETAG}}
    if model is not None:
        answer["content"] = {"application/json": {"schema": schemas[model, "serialization"]}}
    return answer
