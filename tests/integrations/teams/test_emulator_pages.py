"""The pages that stand for Teams: a parent gives a name and waits; staff let them in."""

import re
from typing import Any

import aiohttp
import pytest

from tests.integrations.teams.conftest import SECOND_STAFF, TUTOR, EmulatedTenant, path_of


def local(teams: EmulatedTenant, meeting: dict[str, Any]) -> str:
    """The join link, as if the emulator were Teams."""
    return str(meeting["joinWebUrl"]).replace("https://teams.microsoft.com", teams.origin)


async def page(session: aiohttp.ClientSession, url: str) -> tuple[str, str]:
    """The text, and where one ended up."""
    async with session.get(url) as answer:
        assert answer.status == 200
        return await answer.text(), str(answer.url)


async def press(session: aiohttp.ClientSession, url: str, **form: str) -> tuple[int, str, str]:
    async with session.post(url, data=form) as answer:
        return answer.status, await answer.text(), str(answer.url)


def hidden(text: str, name: str) -> str:
    """The value a form carries along."""
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found is not None, f"no {name}"
    return found[1]


async def test_a_parent_gives_a_name_waits_and_is_let_in_by_the_second_staff(
    teams: EmulatedTenant,
) -> None:
    meeting = await teams.make()
    form, _ = await page(teams.session, local(teams, meeting))
    assert "Your name" in form
    thread = hidden(form, "thread")
    joined = await press(teams.session, f"{teams.origin}/join", thread=thread, name="<D4F-2>")
    assert "Someone will let you in" in joined[1]
    room, where = await page(teams.session, f"{local(teams, meeting)}&as={SECOND_STAFF}")
    assert "Admit &lt;D4F-2&gt;" in room
    person = hidden(room, "person")
    assert "&lt;D4F-2&gt;" in (await press(teams.session, f"{where}/admit", person=person))[1]
    assert "You are in the meeting" in (await page(teams.session, joined[2]))[0]
    await press(teams.session, f"{where}/end")
    assert "no longer in this meeting" in (await page(teams.session, joined[2]))[0]


async def test_only_who_may_admit_sees_the_button_or_gets_by_without_it(
    teams: EmulatedTenant,
) -> None:
    meeting = await teams.make(lobbyBypassSettings={"scope": "invited"})
    parent = await teams.open(url=meeting["joinWebUrl"], name="D4F-2")
    room, where = await page(teams.session, f"{local(teams, meeting)}&as={TUTOR}")
    assert "Admit" not in room
    assert "End meeting" not in room
    for act in ("admit", "deny", "end"):
        assert (await press(teams.session, f"{where}/{act}", person=parent))[0] == 403
    assert await teams.place(parent) == "lobby"


async def test_a_number_without_its_passcode_leads_nowhere(teams: EmulatedTenant) -> None:
    settings = (await teams.make())["joinMeetingIdSettings"]
    assert "Passcode" in (await page(teams.session, f"{teams.origin}/meet"))[0]
    wish = {"join_meeting_id": settings["joinMeetingId"], "name": "D4F-2"}
    refused = await press(teams.session, f"{teams.origin}/join", **wish, passcode="wrong")
    assert refused[0] == 403
    right = await press(
        teams.session, f"{teams.origin}/join", **wish, passcode=settings["passcode"]
    )
    assert "Someone will let you in" in right[1]


async def test_a_link_may_ask_for_the_passcode_where_a_tenant_wants_it(
    teams: EmulatedTenant,
) -> None:
    await teams.do("options", passcode_on_url=True)
    meeting = await teams.make()
    form, _ = await page(teams.session, f"{local(teams, meeting)}&as={SECOND_STAFF}")
    assert "Passcode" in form
    assert hidden(form, "as") == SECOND_STAFF
    assert (await teams.see("state"))["meetings"][0]["people"] == []


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_opening_a_dead_link_revives_the_meeting_and_looking_it_up_does_not(
    teams: EmulatedTenant, method: str
) -> None:
    meeting = await teams.make()
    await teams.call("DELETE", path_of(meeting))
    async with teams.session.request(method, local(teams, meeting)) as answer:
        assert answer.status == (200 if method == "GET" else 405)
    (held,) = (await teams.see("state"))["meetings"]
    assert held["resurrected"] is (method == "GET")


async def test_a_link_to_nothing_and_a_stranger_are_refused(teams: EmulatedTenant) -> None:
    meeting = await teams.make()
    for url in (
        f"{teams.origin}/l/meetup-join/19%3ameeting_x%40thread.v2/0",
        f"{local(teams, meeting)}&as=somebody@elsewhere.example",
    ):
        async with teams.session.get(url) as answer:
            assert answer.status == 404
            assert "You cannot join" in await answer.text()
