"""What goes to Graph and comes from it, held against our own description of it."""

import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from jsonschema import Draft202012Validator

SCHEMA = Path(__file__).with_name("graph_schema.yaml")


@cache
def description() -> dict[str, Any]:
    """The whole OpenAPI document."""
    found: dict[str, Any] = yaml.safe_load(SCHEMA.read_text("utf-8"))
    return found


def check_request(method: str, path: str, body: object) -> None:
    """ValidationError unless this is a request that Graph documents; a body of None is none."""
    asked = _operation(method, path).get("requestBody")
    if asked is None:
        assert body in (None, {}), f"{method} {path} takes no body"
        return
    _check(asked["content"]["application/json"]["schema"], body)


def check_answer(method: str, path: str, status: int, body: object) -> None:
    """ValidationError unless Graph answers this call so; an unheard-of status is an error too."""
    answers = _operation(method, path)["responses"]
    found = answers.get(str(status)) or answers.get(f"{status // 100}XX")
    assert found is not None, f"{method} {path} never answers {status}"
    name = found.get("$ref", "").rpartition("/")[2]
    answer = description()["components"]["responses"][name] if name else found
    if "content" not in answer:
        assert body in (None, {}, ""), f"{method} {path} answers {status} with nothing"
        return
    _check(answer["content"]["application/json"]["schema"], body)


def check_shape(name: str, body: object) -> None:
    """ValidationError unless the body is one of the named objects."""
    _check({"$ref": f"#/components/schemas/{name}"}, body)


def _check(schema: dict[str, Any], body: object) -> None:
    components = {"components": description()["components"]}
    Draft202012Validator({**schema, **components}).validate(body)


def _operation(method: str, path: str) -> dict[str, Any]:
    """The operation of the path with the most words in common."""
    plain = re.sub(r"^/(?:v1\.0|beta)(?=/)", "", urlsplit(path).path)
    fitting = [
        template
        for template, operations in description()["paths"].items()
        if _pattern(template).fullmatch(plain) and method.lower() in operations
    ]
    assert fitting, f"{method} {plain} is not described"
    best = min(fitting, key=lambda template: template.count("{"))
    found: dict[str, Any] = description()["paths"][best][method.lower()]
    return found


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^}]+\}", template)
    return re.compile("[^/]+".join(re.escape(part) for part in parts))
