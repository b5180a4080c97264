"""One token for all calls, renewed early, once, and never without end."""

import asyncio
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import SecretStr

from integrations.teams.client import TeamsClient
from integrations.teams.credentials import ClientCertificate, ClientSecret
from integrations.teams.emulator.settings import EmulatorSettings
from integrations.teams.tokens import SignInRefused
from service.errors import ProviderUnavailable
from service.ports import MeetingHandle
from tests.builders import a_clearance
from tests.integrations.teams.client.keys import certificate, der_of, pem_of, rsa_key
from tests.integrations.teams.client.parts import HOST, SETTINGS, Tenant, client_of, emulating, plan


async def made(client: TeamsClient) -> MeetingHandle:
    return await client.create_meeting(a_clearance(), plan())


async def test_many_first_calls_ask_for_one_token(client: TeamsClient, tenant: Tenant) -> None:
    await asyncio.gather(*(client.calls.read(f"/v1.0/users/{HOST}") for _ in range(8)))
    assert len(await tenant.calls("token")) == 1


async def test_the_token_is_renewed_before_it_dies(client: TeamsClient, tenant: Tenant) -> None:
    handle = await made(client)
    await tenant.pass_time(timedelta(minutes=54))
    await client.read_meeting(handle)
    assert len(await tenant.calls("token")) == 1
    await tenant.pass_time(timedelta(minutes=2))
    await client.read_meeting(handle)
    assert len(await tenant.calls("token")) == 2


async def test_a_token_of_another_lifetime_is_believed(client: TeamsClient, tenant: Tenant) -> None:
    await tenant.do("options", token_seconds=5400)
    handle = await made(client)
    await tenant.pass_time(timedelta(minutes=84))
    await client.read_meeting(handle)
    assert len(await tenant.calls("token")) == 1


async def test_a_token_too_short_to_last_is_asked_for_anew_each_time(
    client: TeamsClient, tenant: Tenant
) -> None:
    await tenant.do("options", token_seconds=60)
    handle = await made(client)
    before = len(await tenant.calls("token"))
    await client.read_meeting(handle)
    assert len(await tenant.calls("token")) == before + 1


async def test_refused_tokens_are_renewed_once_for_all_callers(
    client: TeamsClient, tenant: Tenant
) -> None:
    handle = await made(client)
    await tenant.do("tokens/revoke")
    await asyncio.gather(*(client.read_meeting(handle) for _ in range(6)))
    assert len(await tenant.calls("token")) == 2


async def test_good_tokens_that_are_refused_at_times_are_tried_again(
    client: TeamsClient, tenant: Tenant
) -> None:
    handle = await made(client)
    await tenant.break_next("read_meeting", "unauthorised", times=3)
    assert (await client.read_meeting(handle)).handle == handle


async def test_a_token_refused_for_ever_is_not_asked_for_without_end(
    client: TeamsClient, tenant: Tenant
) -> None:
    handle = await made(client)
    await tenant.break_next("read_meeting", "unauthorised", times=99)
    with pytest.raises(ProviderUnavailable):
        await client.read_meeting(handle)
    assert len(await tenant.calls("read_meeting")) == 6


async def test_a_late_refusal_of_an_old_token_does_not_cost_the_new_one(
    client: TeamsClient,
) -> None:
    old = await client.tokens.token()
    client.tokens.forget(old)
    new = await client.tokens.token()
    client.tokens.forget(old)
    assert await client.tokens.token() is new is not old


@pytest.mark.pitfall(56)
async def test_a_wrong_secret_is_said_in_plain_words_and_not_shown(tenant: Tenant) -> None:
    client = client_of(tenant, credential=ClientSecret(SecretStr("wrong~secret")))
    with pytest.raises(SignInRefused) as fault:
        await made(client)
    assert "secret's id" in fault.value.sentence
    assert "wrong~secret" not in f"{fault.value!r} {fault.value.details}"
    (call,) = await tenant.calls("token")
    assert "wrong~secret" not in call["path"]


async def test_a_certificate_signs_in_where_it_is_registered() -> None:
    pem = certificate("app").public_bytes(Encoding.PEM).decode()
    settings = EmulatorSettings(
        organisers=SETTINGS.organisers,
        users=SETTINGS.users,
        certificates=(pem,),
        starts_at=SETTINGS.starts_at,
    )
    mine = ClientCertificate(SecretStr(pem_of(rsa_key("app"))), der_of("app"))
    other = ClientCertificate(SecretStr(pem_of(rsa_key("forger"))), der_of("forger"))
    async with emulating(settings) as tenant:
        await made(client_of(tenant, credential=mine))
        with pytest.raises(SignInRefused) as fault:
            await made(client_of(tenant, credential=other))
        assert "certificate" in fault.value.sentence


async def test_no_page_of_a_list_is_fetched_elsewhere_with_our_token(tenant: Tenant) -> None:
    asked: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request.headers.get("Authorization", ""))
        return web.json_response({"value": []})

    async def first_page(request: web.Request) -> web.Response:
        return web.json_response({"value": [], "@odata.nextLink": f"{evil.make_url('/x')}"})

    evil_app, graph_app = web.Application(), web.Application()
    evil_app.router.add_get("/x", elsewhere)
    graph_app.router.add_get("/v1.0/list", first_page)
    async with TestServer(evil_app) as evil, TestServer(graph_app) as graph:
        client = client_of(tenant, graph_url=str(graph.make_url("")).rstrip("/"))
        with pytest.raises(ProviderUnavailable):
            await client.calls.read_all("/v1.0/list")
    assert asked == []


async def test_a_list_without_an_end_is_not_taken(tenant: Tenant) -> None:
    async def page(request: web.Request) -> web.Response:
        return web.json_response({"value": [{}], "@odata.nextLink": str(request.url)})

    app = web.Application()
    app.router.add_get("/v1.0/list", page)
    async with TestServer(app) as graph:
        client = client_of(tenant, graph_url=str(graph.make_url("")).rstrip("/"))
        with pytest.raises(ProviderUnavailable):
            await client.calls.read_all("/v1.0/list")


async def test_a_list_is_read_over_all_its_pages(tenant: Tenant) -> None:
    async def page(request: web.Request) -> web.Response:
        number = int(request.query.get("page", "1"))
        body: dict[str, object] = {"value": [{"number": number}]}
        if number < 3:
            body["@odata.nextLink"] = str(request.url.with_query(page=str(number + 1)))
        return web.json_response(body)

    app = web.Application()
    app.router.add_get("/v1.0/list", page)
    async with TestServer(app) as graph:
        client = client_of(tenant, graph_url=str(graph.make_url("")).rstrip("/"))
        rows = await client.calls.read_all("/v1.0/list")
    assert rows == [{"number": 1}, {"number": 2}, {"number": 3}]
