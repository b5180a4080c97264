"""Making a meeting when it fails, when it fails to tell us, and when it comes back weaker."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from integrations.teams.client import TeamsClient
from service.errors import (
    NotClear,
    ProviderBusy,
    ProviderError,
    ProviderGone,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnsure,
)
from service.ports import MeetingHandle
from tests.builders import a_clearance
from tests.integrations.teams.client.parts import SECOND, TUTOR, Tenant, client_of, plan
from tests.integrations.teams.client.test_meetings import attendee
from tests.integrations.teams.client.test_meetings import made as made_as_asked

# Which of these surely did nothing only the tenant knows: for us they look alike.
FAILED = ["drop_before", "hang_before", "status_before", "html", "redirect"]
FAILED_TO_TELL = ["drop_after", "hang_after", "status_after", "cut_after"]


async def made(client: TeamsClient) -> MeetingHandle:
    return await client.create_meeting(a_clearance(), plan())


@pytest.mark.pitfall(44)
@pytest.mark.parametrize("kind", FAILED_TO_TELL)
async def test_a_create_that_failed_to_tell_us_is_unsure_and_never_repeated(
    client: TeamsClient, tenant: Tenant, kind: str
) -> None:
    await tenant.break_next("create_meeting", kind)
    with pytest.raises(ProviderUnsure):
        await made(client)
    assert len(await tenant.meetings()) == 1
    assert len(await tenant.calls("create_meeting")) == 1


@pytest.mark.pitfall(44)
@pytest.mark.parametrize("kind", FAILED)
async def test_a_create_that_failed_on_the_way_is_unsure_and_never_repeated(
    client: TeamsClient, tenant: Tenant, kind: str
) -> None:
    await tenant.break_next("create_meeting", kind)
    with pytest.raises(ProviderUnsure):
        await made(client)
    assert await tenant.meetings() == []
    assert len(await tenant.calls("create_meeting")) == 1


async def test_a_create_that_must_wait_surely_made_nothing(
    client: TeamsClient, tenant: Tenant
) -> None:
    await tenant.break_next("create_meeting", "rate_limit", form="seconds")
    with pytest.raises(ProviderBusy) as fault:
        await made(client)
    assert fault.value.retry_at is not None
    assert fault.value.retry_at > tenant.clock.now()
    assert await tenant.meetings() == []


async def test_a_create_under_a_dead_token_is_repeated_and_makes_one_meeting(
    client: TeamsClient, tenant: Tenant
) -> None:
    await tenant.break_next("create_meeting", "unauthorised")
    await made(client)
    assert len(await tenant.meetings()) == 1


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "status_before", "hang_before"])
async def test_a_lost_token_answer_means_surely_nothing_was_made(
    client: TeamsClient, tenant: Tenant, kind: str
) -> None:
    await tenant.break_next("token", kind)
    with pytest.raises(ProviderUnavailable):
        await made(client)
    assert await tenant.meetings() == []
    await made(client)


async def test_a_provider_that_is_not_there_surely_did_not_act(tenant: Tenant) -> None:
    with pytest.raises(ProviderUnavailable):
        await made(client_of(tenant, graph_url="http://127.0.0.1:1"))


async def test_a_clearance_that_ages_while_we_sign_in_is_too_old(tenant: Tenant) -> None:
    async def give_slowly(request: web.Request) -> web.Response:
        tenant.clock.advance(timedelta(seconds=61))
        return web.json_response({"access_token": "abc", "expires_in": 3599})

    app = web.Application()
    app.router.add_post("/{tenant}/oauth2/v2.0/token", give_slowly)
    async with TestServer(app) as login:
        with pytest.raises(NotClear):
            await made(client_of(tenant, login_url=str(login.make_url(""))))
    assert await tenant.calls("create_meeting") == []


# --- made, but not as asked -----------------------------------------------------------------------


@pytest.mark.pitfall(39)
@pytest.mark.parametrize("kind", ["no_passcode", "weaker"])
async def test_a_meeting_weaker_than_asked_is_removed_at_once(
    client: TeamsClient, tenant: Tenant, kind: str
) -> None:
    await tenant.break_next("create_meeting", kind)
    with pytest.raises(ProviderRefused):
        await made(client)
    (meeting,) = await tenant.meetings()
    assert meeting["deleted"]
    assert meeting["settings"]["lobbyBypassSettings"]["scope"] == "organizer"
    assert meeting["settings"]["allowedPresenters"] == "organizer"


@pytest.mark.pitfall(39)
@pytest.mark.parametrize("kind", ["no_passcode", "weaker"])
@pytest.mark.parametrize("call", ["update_meeting", "delete_meeting"])
@pytest.mark.parametrize("fault", ["status_before", "drop_before", "rate_limit"])
async def test_a_weak_meeting_that_cannot_be_removed_is_named_and_shows_its_weakness(
    client: TeamsClient, tenant: Tenant, kind: str, call: str, fault: str
) -> None:
    await tenant.break_next("create_meeting", kind)
    await tenant.break_next(call, fault, times=99)
    handle = await made(client)
    facts = await client.read_meeting(handle)
    assert facts.weaknesses != ()
    await tenant.mend()
    await client.delete_meeting(handle)
    with pytest.raises(ProviderGone):
        await client.read_meeting(handle)


@pytest.mark.parametrize("kind", ["drop_after", "status_after", "cut_after"])
async def test_a_weak_meeting_whose_removal_failed_to_tell_us_is_gone_all_the_same(
    client: TeamsClient, tenant: Tenant, kind: str
) -> None:
    await tenant.break_next("create_meeting", "weaker")
    await tenant.break_next("delete_meeting", kind)
    with pytest.raises(ProviderRefused):
        await made(client)
    (meeting,) = await tenant.meetings()
    assert meeting["deleted"]


@pytest.mark.pitfall(56)
@pytest.mark.parametrize("kind", [*FAILED, *FAILED_TO_TELL, "weaker", "no_passcode"])
async def test_no_error_of_a_create_names_anyone_or_anything(
    client: TeamsClient, tenant: Tenant, kind: str
) -> None:
    await tenant.break_next("create_meeting", kind)
    with pytest.raises(ProviderError) as fault:
        await made(client)
    told = f"{fault.value!r} {fault.value.details} {fault.value.__cause__!r}"
    for word in ("tuition.example", "teams.microsoft.com", "127.0.0.1", "Bearer", "meeting_"):
        assert word not in told


# --- other people than asked for ------------------------------------------------------------------


@asynccontextmanager
async def swapping_graph(deletes: int) -> AsyncIterator[str]:
    """A Graph that gives the room to the tutor; `deletes` is how it answers a delete."""
    swapped = [
        attendee("coorganizer", TUTOR.user_id, TUTOR.upn),
        attendee("presenter", SECOND.user_id, SECOND.upn),
    ]

    async def create(request: web.Request) -> web.Response:
        return web.json_response(made_as_asked(participants={"attendees": swapped}), status=201)

    async def change(request: web.Request) -> web.Response:
        if request.method == "PATCH":  # it does what it is asked, and shows it
            return web.json_response(await request.json())
        return web.Response(status=deletes)

    app = web.Application()
    app.router.add_post("/v1.0/users/{user}/onlineMeetings", create)
    app.router.add_route("*", "/v1.0/users/{user}/onlineMeetings/{meeting}", change)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest.mark.parametrize(("deletes", "meant"), [(204, ProviderRefused), (503, ProviderUnsure)])
async def test_a_room_given_to_the_tutor_never_reaches_the_workflow(
    tenant: Tenant, deletes: int, meant: type[ProviderError]
) -> None:
    """No later reading would show it, so not even a meeting that stays may be named."""
    async with swapping_graph(deletes) as origin:
        client = client_of(tenant, graph_url=origin)
        with pytest.raises(ProviderError) as fault:
            await made(client)
    assert type(fault.value) is meant
