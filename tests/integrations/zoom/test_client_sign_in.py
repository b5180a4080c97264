"""One token for all calls, renewed early, once, and never without end."""

import asyncio
from datetime import timedelta

import pytest
from pydantic import SecretStr

from integrations.zoom.calls import Credentials, ZoomCalls
from integrations.zoom.client import ZoomClient
from service.errors import ProviderRefused
from tests.builders import a_clearance
from tests.integrations.zoom.conftest import (
    HOST,
    QUICK,
    REFERENCE,
    Emulated,
    plan,
)


async def test_many_first_calls_ask_for_one_token(client: ZoomClient, zoom: Emulated) -> None:
    await asyncio.gather(*(client.find_meetings(HOST, REFERENCE) for _ in range(8)))
    assert len(await zoom.calls("token")) == 1


async def test_the_token_is_renewed_before_it_dies(client: ZoomClient, zoom: Emulated) -> None:
    await client.find_meetings(HOST, REFERENCE)
    await zoom.pass_time(timedelta(minutes=54))
    await client.find_meetings(HOST, REFERENCE)
    assert len(await zoom.calls("token")) == 1
    await zoom.pass_time(timedelta(minutes=2))
    await client.find_meetings(HOST, REFERENCE)
    assert len(await zoom.calls("token")) == 2


async def test_refused_tokens_are_renewed_once_for_all_callers(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    await zoom.do("tokens/revoke")
    await asyncio.gather(*(client.read_meeting(handle) for _ in range(6)))
    assert len(await zoom.calls("token")) == 2


async def test_a_create_under_a_dead_token_is_repeated_and_makes_one_meeting(
    client: ZoomClient, zoom: Emulated
) -> None:
    await client.find_meetings(HOST, REFERENCE)
    await zoom.break_next("create_meeting", "unauthorised")
    await client.create_meeting(a_clearance(), plan())
    assert len(await zoom.meetings()) == 1


async def test_a_token_refused_again_is_not_asked_for_without_end(
    client: ZoomClient, zoom: Emulated
) -> None:
    await zoom.break_next("list_meetings", "unauthorised", times=99)
    with pytest.raises(ProviderRefused):
        await client.find_meetings(HOST, REFERENCE)
    assert len(await zoom.calls("list_meetings")) == 2


async def test_a_late_refusal_of_an_old_token_does_not_cost_the_new_one(zoom: Emulated) -> None:
    calls = ZoomCalls(
        zoom.session,
        base_url=zoom.origin,
        credentials=Credentials(
            "demo-account",
            "demo-client",
            SecretStr("demo-client-secret"),
            f"{zoom.origin}/oauth/token",
        ),
        clock=zoom.clock,
        limits=QUICK,
    )
    old = await calls.token()
    calls.forget(old)
    new = await calls.token()
    calls.forget(old)
    assert await calls.token() is new is not old
