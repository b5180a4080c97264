"""What is wrong with a request is refused by name, over real HTTP, and nothing is done."""

import asyncio
import gzip
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.house import House, a_house, a_thing
from tests.web.toy import SECRET


async def post(house: House, data: bytes | str, path: str = "/v1/things", **headers: str) -> Any:
    sent = {"Content-Type": "application/json"} | house.signed_in() | headers
    async with house.client.post(path, data=data, headers=sent) as answer:
        return answer.status, await answer.json(content_type=None)


async def refused(house: House, data: bytes | str, status: int, code: str) -> Any:
    found, problem = await post(house, data)
    assert (found, problem["code"]) == (status, code), problem
    assert house.shelf.made == 0
    return problem


def only_field(problem: Any) -> tuple[str, str]:
    assert len(problem["fields"]) == 1, problem
    return problem["fields"][0]["field"], problem["fields"][0]["code"]


async def test_a_well_formed_request_is_done(house: House) -> None:
    status, made = await post(house, json.dumps(a_thing(name="  globe ")))
    assert status == 201
    assert made["name"] == "globe"
    assert made["starts_at"] == "2026-11-24T16:00:00Z"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "This is not valid JSON."),
        (b'{"name": ', "This is not valid JSON."),
        (b"{'name': 1}", "This is not valid JSON."),
        (b'{"count": 1, "count": 2}', "An object names the same field twice."),
        (b'{"parts": [{"name": "a", "name": "b"}]}', "An object names the same field twice."),
        (b'{"count": NaN}', "NaN and Infinity are not JSON."),
        (b'{"count": -Infinity}', "NaN and Infinity are not JSON."),
        (b'{"name": "\xff"}', "The body is not UTF-8."),
        (b'{"name": "\\ud800"}', "This is not valid JSON."),
        (b'{"name": "a\\u0000b"}', "Text may not hold the character NUL."),
        (b'{"a\\u0000b": 1}', "Text may not hold the character NUL."),
        (b'{"count": ' + b"9" * 5000 + b"}", "This is not valid JSON."),
        (b"[" * 40 + b"]" * 40, "This nests more than 32 levels deep."),
        (b"[" * 20_000, "This nests more than 32 levels deep."),
        (b'{"a":' * 9_000 + b"1" + b"}" * 9_000, "This nests more than 32 levels deep."),
    ],
)
async def test_malformed_json_is_refused(house: House, data: bytes, sentence: str) -> None:
    problem = await refused(house, data, 400, "malformed_json")
    assert problem["detail"] == sentence


async def test_nesting_is_refused_from_the_first_level_too_many(house: House) -> None:
    await refused(house, b"[" * 32 + b"]" * 32, 422, "invalid_input")
    await refused(house, b"[" * 33 + b"]" * 33, 400, "malformed_json")
    await refused(house, b'{"a":' * 32 + b"[]" + b"}" * 32, 400, "malformed_json")


async def test_an_escaped_backslash_is_no_nul(house: House) -> None:
    status, made = await post(house, json.dumps(a_thing(name="a\\u0000b")))
    assert (status, made["name"]) == (201, "a\\u0000b")


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"surprise": 1}, "surprise", "unknown_field"),
        ({"count": "3"}, "count", "wrong_type"),
        ({"count": 3.0}, "count", "wrong_type"),
        ({"count": True}, "count", "wrong_type"),
        ({"count": 101}, "count", "too_large"),
        ({"count": -1}, "count", "too_small"),
        ({"count": None}, "count", "wrong_type"),
        ({"careful": "yes"}, "careful", "wrong_type"),
        ({"careful": 1}, "careful", "wrong_type"),
        ({"name": 5}, "name", "wrong_type"),
        ({"name": "   "}, "name", "too_short"),
        ({"name": "x" * 41}, "name", "too_long"),
        ({"colour": "mauve"}, "colour", "not_a_choice"),
        ({"parts": {}}, "parts", "wrong_type"),
        ({"parts": [{"name": "a"}] * 4}, "parts", "too_many"),
        ({"parts": [{"name": "a"}, {}]}, "parts.1.name", "missing"),
        ({"parts": [{"name": "a", "parts": [7]}]}, "parts.0.parts.0", "wrong_type"),
        ({"starts_at": "2026-11-24T16:00:00"}, "starts_at", "offset_missing"),
        ({"starts_at": "2026-11-24"}, "starts_at", "not_an_instant"),
        ({"starts_at": 1795536000}, "starts_at", "not_an_instant"),
        ({"starts_at": "1795536000"}, "starts_at", "not_an_instant"),
        ({"starts_at": "2026-02-30T16:00:00Z"}, "starts_at", "no_such_instant"),
        ({"starts_at": "0001-01-01T00:00:00+23:59"}, "starts_at", "no_such_instant"),
        ({"starts_at": "2026-11-24T16:00:00+99:00"}, "starts_at", "no_such_instant"),
    ],
)
async def test_a_wrong_field_is_named(
    house: House, changes: dict[str, object], field: str, code: str
) -> None:
    problem = await refused(house, json.dumps(a_thing(**changes)), 422, "invalid_input")
    assert only_field(problem) == (field, code)


async def test_a_missing_field_is_named(house: House) -> None:
    thing = a_thing()
    del thing["count"]
    problem = await refused(house, json.dumps(thing), 422, "invalid_input")
    assert only_field(problem) == ("count", "missing")


@pytest.mark.parametrize("data", ["[]", "7", '"x"', "null", "true"])
async def test_a_body_that_is_no_object_is_refused(house: House, data: str) -> None:
    problem = await refused(house, data, 422, "invalid_input")
    assert only_field(problem) == ("body", "wrong_type")


async def test_a_time_with_another_offset_is_held_as_utc(house: House) -> None:
    _, made = await post(house, json.dumps(a_thing(starts_at="2026-11-24T17:00:00.5+01:00")))
    assert made["starts_at"] == "2026-11-24T16:00:00.500000Z"


async def test_a_problem_never_repeats_a_value(house: House) -> None:
    sent = a_thing(name=[SECRET], count=SECRET, starts_at=SECRET, colour=SECRET, parts=[SECRET])
    sent[f"{SECRET} http://x"] = 1
    problem = await refused(house, json.dumps(sent), 422, "invalid_input")
    assert {one["field"] for one in problem["fields"]} >= {"name", "colour", "parts.0", "?"}
    assert SECRET not in json.dumps(problem)


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"],
)
async def test_another_media_type_is_refused(house: House, media_type: str) -> None:
    status, problem = await post(house, json.dumps(a_thing()), **{"Content-Type": media_type})
    assert (status, problem["code"]) == (415, "unsupported_media_type")
    assert house.shelf.made == 0


async def test_a_packed_body_is_refused_unread(house: House) -> None:
    packed = gzip.compress(json.dumps(a_thing()).encode())
    status, problem = await post(house, packed, **{"Content-Encoding": "gzip"})
    assert (status, problem["code"]) == (415, "unsupported_media_type")
    assert house.shelf.made == 0


async def test_a_body_over_the_routes_limit_is_refused(house: House) -> None:
    padded = json.dumps(a_thing()) + " " * 200
    assert len(padded) < 64 * 1024
    status, problem = await post(house, padded, "/v1/other-things")
    assert (status, problem["code"]) == (413, "too_large")
    assert (await post(house, padded))[0] == 201
    assert house.shelf.made == 1


async def test_a_body_over_the_limit_is_refused_without_a_stated_length(house: House) -> None:
    async def drip() -> Any:
        for _ in range(9):
            yield b" " * 40

    status, problem = await post(house, drip(), "/v1/other-things")  # type: ignore[arg-type]
    assert (status, problem["code"]) == (413, "too_large")


async def test_a_body_of_exactly_the_limit_is_read(house: House) -> None:
    text = json.dumps(a_thing())
    status, _ = await post(house, text + " " * (200 - len(text)), "/v1/other-things")
    assert status == 201


async def test_a_body_where_none_belongs_is_refused(house: House) -> None:
    headers = house.signed_in()
    async with house.client.delete("/v1/things/thing_1", data=b"{}", headers=headers) as answer:
        assert answer.status == 413
    async with house.client.delete("/v1/things/thing_1", headers=headers) as answer:
        assert answer.status == 204


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
NEARLY = st.fixed_dictionaries(
    {},
    optional={
        name: JSON | st.sampled_from(list(a_thing().values()))
        for name in ("name", "count", "starts_at", "careful", "colour", "parts")
    },
)


async def test_whatever_is_sent_is_answered_with_a_reason_never_with_a_bug() -> None:
    async with a_house() as house:
        loop = asyncio.get_running_loop()

        @settings(
            max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None
        )
        @given(data=st.one_of(NEARLY.map(json.dumps), JSON.map(json.dumps), st.binary(max_size=60)))
        def nothing_is_a_bug(data: bytes | str) -> None:
            status, answer = asyncio.run_coroutine_threadsafe(post(house, data), loop).result()
            assert status in (201, 400, 422), answer

        await asyncio.to_thread(nothing_is_a_bug)
