"""The logs say what happened and to which route, and not a word of what was sent."""

import asyncio
import json

import pytest

from tests.web.house import House, a_thing
from tests.web.toy import SECRET


async def test_a_bug_tells_the_caller_only_its_id_and_the_log_only_its_place(house: House) -> None:
    async with house.client.get("/v1/broken", headers=house.signed_in()) as answer:
        problem = await answer.json()
    assert (answer.status, problem["code"]) == (500, "bug")
    assert SECRET not in json.dumps(problem)
    assert SECRET not in house.lines.text
    line = next(one for one in map(json.loads, house.lines.lines) if one["level"] == "error")
    assert line["request_id"] == problem["request_id"]
    assert "builtins.KeyError" in line["message"]
    assert "in broken" in line["message"]


async def test_logs_hold_neither_token_nor_address_nor_body(house: House) -> None:
    token = house.token()
    good = {"Authorization": f"Bearer {token}", "Referer": f"https://x.example/{SECRET}"}
    good |= {"User-Agent": SECRET}
    sent = {"json": a_thing(name=SECRET), "headers": good}
    async with house.client.post("/v1/things", **sent) as answer:
        assert answer.status == 201
    async with house.client.post("/v1/things", json={SECRET: SECRET}, headers=good) as answer:
        assert answer.status == 422
    for place in (f"/v1/things/{SECRET}", f"/p/{SECRET}", f"/v1/things?cursor={SECRET}"):
        async with house.client.get(place, headers=good) as answer:
            await answer.read()
    async with house.client.get(f"/v1/things/a?access_token={token}") as answer:
        assert answer.status == 401
    async with house.client.get("/v1/things/a", headers={"Authorization": "Bearer " + SECRET}):
        pass
    routes = {json.loads(line).get("route") for line in house.lines.lines}
    assert {"/v1/things", "/v1/things/{thing_id}", "unmatched"} <= routes
    assert SECRET not in house.lines.text
    assert token not in house.lines.text
    assert token.split(".")[1] not in house.lines.text


@pytest.mark.parametrize(
    "raw",
    [
        f"GET /p/{SECRET} HTTP/9.9\r\nHost: x\r\n\r\n",
        f"GET /v1/open HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {SECRET * 900}\r\n\r\n",
        f"{SECRET} \r\n\r\n",
        f"POST /v1/things HTTP/1.1\r\nHost: x\r\nContent-Length: {SECRET}\r\n\r\n",
        f"POST /v1/things HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{SECRET}\r\n",
    ],
)
@pytest.mark.pitfall(56)
async def test_what_is_no_http_is_refused_without_a_word_of_it_in_the_logs(
    house: House, raw: str
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(raw.encode())
    answer = await asyncio.wait_for(reader.read(2000), 5)
    writer.close()
    assert answer.split()[1] in (b"400", b"401")
    assert SECRET not in house.lines.text
    assert "Unhandled" not in house.lines.text


async def test_a_line_break_cannot_start_a_line_of_its_own(house: House) -> None:
    async with house.client.get("/v1/%0d%0aforged", headers={"X-Request-Id": "ab%0acdefgh"}):
        pass
    assert all(line.count("\n") == 0 for line in house.lines.lines)
