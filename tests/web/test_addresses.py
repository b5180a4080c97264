"""Parameters, ids in the path and pages of lists, over real HTTP."""

import asyncio
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from tests.web.house import House, a_house


@pytest.mark.parametrize(
    ("query", "field"),
    [("limit=0", "limit"), ("limit=201", "limit"), ("limit=ten", "limit"), ("page=2", "page")],
)
async def test_a_wrong_parameter_is_named(house: House, query: str, field: str) -> None:
    async with house.client.get(f"/v1/things?{query}", headers=house.signed_in()) as answer:
        assert answer.status == 422
        assert (await answer.json())["fields"][0]["field"] == field


@pytest.mark.parametrize("query", ["limit=1&limit=2", "colour=a%00b"])
async def test_a_doubtful_parameter_is_refused(house: House, query: str) -> None:
    async with house.client.get(f"/v1/things?{query}", headers=house.signed_in()) as answer:
        assert answer.status == 422


async def test_a_parameter_where_none_belongs_is_refused(house: House) -> None:
    async with house.client.get("/v1/things/thing_1?x=1", headers=house.signed_in()) as answer:
        assert (await answer.json())["fields"][0]["code"] == "unknown_field"
    assert house.shelf.looked == 0


@pytest.mark.parametrize("name", ["a%00b", "%20", "x" * 129, "a%2Fb", "%C3%A9", "'--"])
async def test_what_cannot_be_an_id_is_not_there(house: House, name: str) -> None:
    async with house.client.get(
        f"{house.url}/v1/things/{name}", headers=house.signed_in()
    ) as answer:
        assert answer.status == 404
    assert house.shelf.looked == 0


async def test_pages_follow_each_other_to_the_end(house: House) -> None:
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        async with house.client.get(
            "/v1/things", params=query, headers=house.signed_in()
        ) as answer:
            page = await answer.json()
        seen += [item["count"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [0, 1, 2, 3, 4]


async def test_a_damaged_cursor_is_refused(house: House) -> None:
    async with house.client.get("/v1/things?limit=2", headers=house.signed_in()) as answer:
        good = (await answer.json())["next_cursor"]
    for bad in (good[:-1], "A" + good[1:], good + "AAAA", "%21%21", "AAAA"):
        url = f"/v1/things?cursor={bad}"
        async with house.client.get(url, headers=house.signed_in()) as answer:
            assert (answer.status, (await answer.json())["code"]) == (400, "malformed_cursor")


async def test_whatever_stands_in_an_address_is_answered_never_with_a_bug() -> None:
    async with a_house() as house:
        loop, headers = asyncio.get_running_loop(), house.signed_in()

        async def status_of(address: str) -> int:
            url = URL(house.url + address, encoded=True)
            async with house.client.get(url, headers=headers, allow_redirects=False) as answer:
                return answer.status

        @settings(
            max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None
        )
        @given(
            start=st.sampled_from(
                ["/v1/things?cursor=", "/v1/things?limit=", "/v1/things/", "/v1/"]
            ),
            rest=st.text(max_size=20).map(lambda text: quote(text, safe="/=&%", errors="ignore")),
        )
        def nothing_is_a_bug(start: str, rest: str) -> None:
            status = asyncio.run_coroutine_threadsafe(status_of(start + rest), loop).result()
            assert status in (200, 204, 400, 404, 405, 422)

        await asyncio.to_thread(nothing_is_a_bug)
