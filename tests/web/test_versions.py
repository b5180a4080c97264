"""Changes name the version they saw; repeats are told from new requests."""

from typing import Any

import pytest

from tests.web.house import House, a_thing


async def put(house: House, *if_match: str) -> tuple[int, Any]:
    headers = [*house.signed_in().items(), *(("If-Match", one) for one in if_match)]
    async with house.client.put("/v1/things/thing_1", json=a_thing(), headers=headers) as answer:
        return answer.status, (answer.headers.get("ETag"), (await answer.json()).get("code"))


async def test_a_change_must_name_the_version_it_saw(house: House) -> None:
    assert await put(house) == (428, (None, "if_match_missing"))
    assert await put(house, '"2"') == (412, (None, "stale_version"))
    assert await put(house, '"3"') == (200, ('"4"', None))
    assert await put(house, '"3"') == (412, (None, "stale_version"))


@pytest.mark.parametrize(
    "given", ["*", "3", 'W/"3"', '"3", "4"', '"03"', '"-3"', '"x"', '""', '"٣"']
)
async def test_a_loose_version_is_refused(house: House, given: str) -> None:
    assert (await put(house, given))[0] == 400
    assert house.shelf.version == 3


async def test_two_versions_are_refused(house: House) -> None:
    assert (await put(house, '"3"', '"3"'))[0] == 400


async def keyed(house: House, place: str = "/v1/things", **more: Any) -> tuple[str, str]:
    headers = house.signed_in(subject=more.pop("subject", "staff_1"))
    headers |= {"Idempotency-Key": more.pop("key", "key-1")}
    async with house.client.post(place, json=a_thing(**more), headers=headers) as answer:
        made = await answer.json()
        return made["scope"], made["body_hash"]


async def test_a_key_means_the_same_request_only_for_one_subject_route_and_body(
    house: House,
) -> None:
    scope, body_hash = await keyed(house)
    assert await keyed(house) == (scope, body_hash)
    assert (await keyed(house, subject="staff_2"))[0] != scope
    assert (await keyed(house, "/v1/other-things"))[0] != scope
    assert (await keyed(house, key="key-2"))[0] != scope
    other = await keyed(house, count=4)
    assert other[0] == scope
    assert other[1] != body_hash


async def test_a_key_used_for_another_thing_is_another_request(house: House) -> None:
    first = await keyed(house, "/v1/things/thing_1/copies")
    second = await keyed(house, "/v1/things/thing_2/copies")
    assert first[0] == second[0]
    assert first[1] != second[1]


async def test_no_key_is_no_key(house: House) -> None:
    sent = {"json": a_thing(), "headers": house.signed_in()}
    async with house.client.post("/v1/things", **sent) as answer:
        assert (await answer.json())["scope"] is None
        assert answer.headers["ETag"] == '"1"'


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "é"])
async def test_an_odd_key_is_refused(house: House, key: str) -> None:
    headers = house.signed_in() | {"Idempotency-Key": key}
    async with house.client.post("/v1/things", json=a_thing(), headers=headers) as answer:
        assert (answer.status, (await answer.json())["code"]) == (400, "malformed_header")
    assert house.shelf.made == 0
