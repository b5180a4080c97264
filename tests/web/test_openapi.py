"""The document says what the table says, and the page that shows it needs nobody else."""

import json
import re
import shutil
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from playwright.async_api import async_playwright

from service.web.documentation import for_older_readers
from service.web.openapi import openapi
from tests.web.house import House, a_thing
from tests.web.toy import Shelf, toy_routes

URL = "https://tuition.example"


@pytest.fixture
def document() -> dict[str, Any]:
    return openapi(toy_routes(Shelf()), URL)


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    validate(json.loads(json.dumps(document)), cls=OpenAPIV31SpecValidator)


def test_every_route_is_in_it_and_nothing_else(document: dict[str, Any]) -> None:
    said = {
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method in operations
    }
    assert said == {route.name for route in toy_routes(Shelf())}


def test_every_route_says_who_may_and_which_clause(document: dict[str, Any]) -> None:
    for route in toy_routes(Shelf()):
        operation = document["paths"][route.path][route.method.lower()]
        assert operation["x-roles"] == sorted(route.roles)
        assert (operation.get("security") == []) == route.public
        assert all(clause in operation["description"] for clause in route.clauses)
    assert document["security"] == [{"bearer": []}]


def test_operation_ids_are_unique(document: dict[str, Any]) -> None:
    ids = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(ids) == len(set(ids)) == len(toy_routes(Shelf()))


def test_every_problem_points_at_the_problem_document(document: dict[str, Any]) -> None:
    make = document["paths"]["/v1/things"]["post"]["responses"]
    expected = {"400", "401", "403", "409", "413", "415", "422", "429", "500", "503"}
    assert expected <= set(make)
    for status in expected:
        assert make[status] == {"$ref": f"#/components/responses/Problem{status}"}
        answer = document["components"]["responses"][f"Problem{status}"]
        assert list(answer["content"]) == ["application/problem+json"]
    change = document["paths"]["/v1/things/{thing_id}"]["put"]["responses"]
    assert {"404", "412", "428"} <= set(change)


def test_parameters_are_told(document: dict[str, Any]) -> None:
    def names(method: str, path: str) -> set[tuple[str, str, bool]]:
        found = document["paths"][path][method]["parameters"]
        return {(one["in"], one["name"], one["required"]) for one in found}

    assert names("get", "/v1/things") == {
        ("query", "limit", False), ("query", "cursor", False), ("query", "colour", False),
    }  # fmt: skip
    assert names("post", "/v1/things") == {("header", "Idempotency-Key", False)}
    assert names("put", "/v1/things/{thing_id}") == {
        ("path", "thing_id", True), ("header", "If-Match", True),
    }  # fmt: skip


async def test_the_document_is_served_and_true_of_an_answer(house: House) -> None:
    async with house.client.get("/openapi.json") as answer:
        assert answer.content_type == "application/json"
        document = await answer.json()
    sent = {"json": a_thing(), "headers": house.signed_in()}
    async with house.client.post("/v1/things", **sent) as answer:
        made = await answer.json()
    responses = document["paths"]["/v1/things"]["post"]["responses"]
    schema = responses["201"]["content"]["application/json"]["schema"]
    jsonschema.validate(made, schema | {"components": document["components"]})
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"name": 1}, schema | {"components": document["components"]})


def test_the_shown_copy_differs_only_in_spelling(document: dict[str, Any]) -> None:
    shown = for_older_readers(document)
    assert shown["openapi"] == "3.0.3"
    assert set(shown["paths"]) == set(document["paths"])
    assert document["openapi"] == "3.1.0"
    text = json.dumps(shown)
    assert '{"type": "null"}' not in text
    assert '"nullable": true' in text
    assert '"const"' not in text


async def test_the_page_asks_nothing_of_anybody_else(house: House) -> None:
    async with house.client.get("/docs") as answer:
        page, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    assert "//" not in page
    assert not re.search(r"<script(?! src=)", page)
    assert "style=" not in page
    assert "script-src 'self';" in policy
    assert "http" not in policy
    wanted = re.findall(r'(?:src|href)="(/[^"]+)"', page)
    assert len(wanted) == 4
    for place in [*wanted, "/docs/openapi.json"]:
        async with house.client.get(place) as answer:
            assert answer.status == 200, place
            assert len(await answer.read()) > 100


@pytest.mark.browser
async def test_a_browser_shows_every_route_and_complains_of_nothing(house: House) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no Chromium here")
    complaints: list[str] = []
    asked: list[str] = []
    async with async_playwright() as engine:
        browser = await engine.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = await browser.new_page()
        page.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
        page.on("pageerror", lambda one: complaints.append(str(one)))
        page.on("request", lambda one: asked.append(one.url))
        await page.goto(f"{house.url}/docs")
        await page.wait_for_selector(".opblock", timeout=20_000)
        shown = await page.locator(".opblock").count()
        await page.locator("#operations-things-post_v1_things .opblock-summary").click()
        await page.wait_for_selector(".opblock-body .responses-table")
        await browser.close()
    assert shown == len(house.routes)
    assert complaints == []
    assert all(url.startswith((house.url, "data:")) for url in asked)
