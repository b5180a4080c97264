"""Every answer carries its protection, errors have one shape, and the logs keep quiet."""

import json
import os
import subprocess
import sys

import aiohttp
import pytest
from aiohttp import web

from service import errors
from service.policy.clearance import Blocker
from service.policy.people import Role
from service.web.middleware import CSP, PAGE_POLICY
from service.web.problems import STATUS_OF_ERROR, Problem, problem_of
from service.web.routes import Route
from tests.web.house import START, House, a_house
from tests.web.toy import SECRET

PROTECTION = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}


def address(route: Route) -> str:
    return route.path.replace("{thing_id}", "thing_1").replace("{kind}", "NotReady")


async def test_every_route_answers_with_protective_headers_signed_in_or_not(house: House) -> None:
    places = [(route.method, address(route)) for route in house.routes]
    places += [
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/nothing"),
        ("PATCH", "/v1/things"),
    ]
    for method, place in places:
        for headers in ({}, house.signed_in(Role.COORDINATOR, Role.INSPECTOR)):
            async with house.client.request(method, place, headers=headers) as answer:
                found = {name: answer.headers.get(name) for name in PROTECTION}
                assert found == PROTECTION, (method, place, answer.status)
                assert "camera=()" in answer.headers["Permissions-Policy"]
                assert "Server" not in answer.headers
                assert len(answer.headers["X-Request-Id"]) >= 8


async def test_every_refusal_is_a_documented_problem(house: House) -> None:
    async with house.client.get("/openapi.json") as answer:
        paths = (await answer.json())["paths"]
    for route in house.routes:
        for headers in ({}, house.signed_in(Role.TUTOR), house.signed_in()):
            async with house.client.request(
                route.method, address(route), headers=headers
            ) as answer:
                if answer.status < 400:
                    continue
                assert answer.content_type == "application/problem+json"
                Problem.model_validate_json(await answer.read())
                assert str(answer.status) in paths[route.path][route.method.lower()]["responses"]


async def test_plain_http_promises_no_https() -> None:
    async with (
        a_house(base_url="http://127.0.0.1:8000") as house,
        house.client.get("/v1/open") as answer,
    ):
        assert "Strict-Transport-Security" not in answer.headers
        assert CSP in answer.headers


@pytest.mark.parametrize("given", ["abcdefgh", "from-the-proxy_12", "A" * 64])
async def test_a_harmless_request_id_is_kept(house: House, given: str) -> None:
    async with house.client.get("/nothing", headers={"X-Request-Id": given}) as answer:
        assert answer.headers["X-Request-Id"] == given
        assert (await answer.json())["request_id"] == given


@pytest.mark.parametrize("given", ["short", "A" * 65, "a b c d e f", "abcdefgh.", "é" * 10])
async def test_a_doubtful_request_id_is_replaced(house: House, given: str) -> None:
    async with house.client.get("/nothing", headers={"X-Request-Id": given}) as answer:
        assert answer.headers["X-Request-Id"] != given
        assert len(answer.headers["X-Request-Id"]) == 36


@pytest.mark.pitfall(18)
async def test_head_looks_at_nothing(house: House) -> None:
    async with house.client.head("/v1/things/thing_1", headers=house.signed_in()) as answer:
        assert answer.status == 405
        assert answer.headers["Allow"] == "DELETE,GET,PUT"
    assert house.shelf.looked == 0
    async with house.client.head("/healthz") as answer:
        assert answer.status == 200


async def test_another_method_is_refused_with_those_allowed(house: House) -> None:
    async with house.client.patch("/v1/things", headers=house.signed_in()) as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "GET,POST")
        assert (await answer.json())["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("InvalidInput", 422), ("NotSignedIn", 401), ("NotAllowed", 403), ("NotFound", 404),
        ("Conflict", 409), ("StaleVersion", 412), ("NotClear", 409), ("TooLarge", 413),
        ("TooMany", 429), ("NotReady", 503), ("ProviderRefused", 502), ("ProviderUnsure", 502),
        ("ProviderUnavailable", 503), ("ProviderGone", 502), ("Misconfigured", 503),
        ("ChaperoneError", 500),
    ],
)  # fmt: skip
async def test_each_error_has_its_status(house: House, kind: str, status: int) -> None:
    async with house.client.get(f"/v1/fails/{kind}") as answer:
        problem = await answer.json()
    error = getattr(errors, kind)
    assert (problem["status"], problem["code"], problem["detail"]) == (
        status, error.code, error.sentence,
    )  # fmt: skip
    assert answer.status == status
    assert problem["type"] == f"/problems/{error.code}"
    assert problem["blockers"] == [{"code": "no_consent"}]


def test_every_error_there_is_has_a_status() -> None:
    kinds = [one for one in vars(errors).values() if isinstance(one, type)]
    tree = [one for one in kinds if issubclass(one, errors.ChaperoneError)]
    assert len(tree) > 15
    assert all(set(one.__mro__) & set(STATUS_OF_ERROR) for one in tree)


def test_blockers_are_told_in_full_or_by_code_and_nothing_of_ours_breaks_the_answer() -> None:
    blocker = Blocker("no_consent", "No.", "R-01", ("POL-04",), "a parent", START)
    details = {"blockers": [blocker, "no_pledge", object()], "at": START, "odd": object()}
    problem = problem_of(errors.NotClear(details=details), "request-1")
    read = json.loads(problem.model_dump_json())
    full, code = read["blockers"]
    assert (full["code"], full["lift_before"]) == ("no_consent", "2026-11-24T15:40:00Z")
    assert code == "no_pledge"
    assert read["details"] == {"at": "2026-11-24T15:40:00Z", "odd": None}


async def test_too_many_says_when_to_come_back(house: House) -> None:
    async with house.client.get("/v1/fails/TooMany") as answer:
        assert answer.headers["Retry-After"] == "7"


async def test_an_answer_that_the_table_does_not_announce_is_a_bug(house: House) -> None:
    async with house.client.get("/v1/unannounced") as answer:
        assert (answer.status, (await answer.json())["code"]) == (500, "bug")


async def test_a_stream_carries_the_same_protection(house: House) -> None:
    async with house.client.get("/v1/stream", headers=house.signed_in()) as answer:
        assert await answer.read() == b"{}\n"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Server" not in answer.headers


async def test_where_people_look_an_error_is_a_page() -> None:
    def page(request: web.Request, problem: Problem) -> web.StreamResponse:
        if request.path.endswith("broken"):
            raise ValueError(SECRET)
        headers = {CSP: PAGE_POLICY}
        return web.Response(status=problem.status, text=problem.detail, headers=headers)

    async with a_house(error_page=page) as house:
        async with house.client.get("/p/nothing") as answer:
            assert (answer.status, answer.content_type) == (404, "text/plain")
            assert "script-src 'self'" in answer.headers[CSP]
        async with house.client.get("/v1/nothing") as answer:
            assert answer.content_type == "application/problem+json"
        async with house.client.get("/p/broken") as answer:
            assert (answer.status, (await answer.json())["code"]) == (500, "bug")
        assert SECRET not in house.lines.text


def test_the_slow_parser_is_refused() -> None:
    code = "from service.web.server import require_compiled_parser as check; check()"
    for extra, expected in (({}, 0), ({"AIOHTTP_NO_EXTENSIONS": "1"}, 1)):
        found = subprocess.run(
            [sys.executable, "-c", code], env=os.environ | extra, capture_output=True, check=False
        )
        assert found.returncode == expected
    assert b"Misconfigured" in found.stderr


async def test_a_connection_may_be_used_again_after_a_refusal(house: House) -> None:
    connector = aiohttp.TCPConnector(limit=1)
    async with aiohttp.ClientSession(house.url, connector=connector) as client:
        for _ in range(3):
            async with client.post("/v1/things", data=b"x" * 100_000) as answer:
                assert answer.status == 401
            async with client.get("/v1/open") as answer:
                assert answer.status == 204
