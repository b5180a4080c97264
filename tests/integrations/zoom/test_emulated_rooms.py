"""Meetings as a person with a browser finds them."""

import re

import pytest

from integrations.zoom.client import ZoomClient
from service.ports import Seat
from tests.builders import a_clearance
from tests.integrations.zoom.conftest import Emulated, plan


async def test_a_family_waits_until_the_host_lets_them_in(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    personal = await client.enrol(handle, Seat.HOUSEHOLD, "D4F-2")
    start = await client.host_start_link(handle)
    family = await zoom.session.get(personal.url.get_secret_value())
    assert "Waiting for the host" in await family.text()
    host = await zoom.session.get(start.get_secret_value())
    assert "You are in the meeting" in await host.text()
    async with zoom.session.get(family.url) as waiting:
        assert "You are in the waiting room" in await waiting.text()
    async with zoom.session.get(host.url) as page:
        text = await page.text()
    assert "Admit Household D4F-2" in text
    (key,) = re.findall(r'name="person" value="([^"]+)"', text)
    async with zoom.session.post(f"{host.url}/admit", data={"person": key}) as page:
        assert page.status == 200
    async with zoom.session.get(family.url) as inside:
        assert "You are in the meeting" in await inside.text()
    async with zoom.session.post(f"{host.url}/end") as page:
        assert "no longer" in await page.text()
    async with zoom.session.get(family.url) as outside:
        assert "no longer" in await outside.text()


async def test_a_guest_cannot_let_anyone_in_or_end(client: ZoomClient, zoom: Emulated) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    personal = await client.enrol(handle, Seat.HOUSEHOLD, "D4F-2")
    family = await zoom.session.get(personal.url.get_secret_value())
    start = await client.host_start_link(handle)
    await zoom.do("people/open", url=start.get_secret_value())
    key = family.url.name
    for act in ("admit", "end"):
        async with zoom.session.post(f"{family.url}/{act}", data={"person": key}) as page:
            assert page.status == 403
    (meeting,) = await zoom.meetings()
    assert meeting["status"] == "started"
    assert {one["place"] for one in meeting["people"]} == {"inside", "waiting_room"}


async def test_reloading_the_page_does_not_join_twice(client: ZoomClient, zoom: Emulated) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    personal = await client.enrol(handle, Seat.HOUSEHOLD, "D4F-2")
    family = await zoom.session.get(personal.url.get_secret_value())
    for _ in range(3):
        await zoom.session.get(family.url)
    (meeting,) = await zoom.meetings()
    assert len(meeting["people"]) == 1


async def test_a_name_cannot_smuggle_markup_into_the_page(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    personal = await client.enrol(handle, Seat.HOUSEHOLD, "D4F-2")
    link = f"{personal.url.get_secret_value()}&name=<script>alert(1)</script>"
    async with zoom.session.get(link) as page:
        text = await page.text()
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


async def test_a_personal_link_holds_one_connection_at_a_time(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    personal = await client.enrol(handle, Seat.HOUSEHOLD, "D4F-2")
    first = await zoom.do("people/open", url=personal.url.get_secret_value())
    second = await zoom.do("people/open", url=personal.url.get_secret_value())
    (meeting,) = await zoom.meetings()
    assert [one["key"] for one in meeting["people"]] == [second["key"]]
    assert first["connection"] != second["connection"]


@pytest.mark.pitfall(25)
async def test_starting_a_second_meeting_of_a_host_ends_the_first(
    client: ZoomClient, zoom: Emulated
) -> None:
    first = await client.create_meeting(a_clearance(), plan())
    second = await client.create_meeting(a_clearance(), plan(reference="Other"))
    for handle in (first, second):
        link = await client.host_start_link(handle)
        await zoom.do("people/open", url=link.get_secret_value())
    assert not (await client.read_meeting(first)).running
    assert (await client.read_meeting(second)).running


async def test_made_up_tokens_open_nothing(client: ZoomClient, zoom: Emulated) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    for path in ("s/{0}?zak=x", "s/{0}", "w/{0}?tk=x", "w/{0}", "s/1?zak=x"):
        url = f"{zoom.origin}/{path.format(handle.provider_id)}"
        assert await zoom.tried("people/open", url=url) in (403, 404)
        async with zoom.session.get(url) as answer:
            assert answer.status in (403, 404)


@pytest.mark.pitfall(45)
async def test_a_deleted_meeting_refuses_every_link(client: ZoomClient, zoom: Emulated) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    personal = await client.enrol(handle, Seat.TUTOR, "D1")
    start = await client.host_start_link(handle)
    await client.delete_meeting(handle)
    for link in (personal.url, start):
        assert await zoom.tried("people/open", url=link.get_secret_value()) == 404
        async with zoom.session.get(link.get_secret_value()) as answer:
            assert answer.status == 404
            assert "deleted" in await answer.text()
