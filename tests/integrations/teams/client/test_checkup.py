"""A tenant looked over: what is wrong, in plain words, without changing anything."""

from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from integrations.teams.certificates import certificate_complaints
from integrations.teams.checkup import TeamsCheckup
from integrations.teams.credentials import ClientCertificate, ClientSecret
from integrations.teams.limits import MEETINGS_A_MONTH, draws_for_meeting
from integrations.teams.sealed import EncryptionKey
from service.ports import Complaint, Weight
from tests.builders import NOW
from tests.integrations.teams.client.keys import der_of, encryption_key, pem_of, rsa_key
from tests.integrations.teams.client.parts import HOST, OTHER_HOST, SETTINGS, Tenant, client_of

SECRET = ClientSecret(SecretStr(SETTINGS.client_secret))
ALWAYS = {"teams_attendance_policy", "teams_anonymous_join", "teams_hook"}


async def found(tenant: Tenant, *accounts: str, **changes: object) -> dict[str, Complaint]:
    client = client_of(tenant, **changes)
    checkup = TeamsCheckup(
        client.calls, client.tokens, credential=SECRET, certificates=(encryption_key(),)
    )
    told = await checkup.check(accounts)
    assert all(complaint.sentence.endswith(".") for complaint in told)
    return {complaint.code: complaint for complaint in told if complaint.code not in ALWAYS}


async def test_nothing_is_wrong_with_a_tenant_as_it_should_be(tenant: Tenant) -> None:
    assert await found(tenant, HOST) == {}


async def test_what_graph_does_not_show_is_left_to_look_at(tenant: Tenant) -> None:
    client = client_of(tenant)
    checkup = TeamsCheckup(
        client.calls, client.tokens, credential=SECRET, certificates=(encryption_key(),)
    )
    assert await checkup.check(()) == ()
    told = await checkup.check((HOST,))
    assert {complaint.code for complaint in told} == ALWAYS
    assert {complaint.weight for complaint in told} == {Weight.LOOK}
    assert any("ForceEnabled" in complaint.sentence for complaint in told)


async def test_the_check_changes_nothing(tenant: Tenant) -> None:
    await found(tenant, HOST, OTHER_HOST)
    methods = {(one["name"], one["method"]) for one in (await tenant.see("calls"))["calls"]}
    assert {method for name, method in methods if name != "token"} == {"GET"}


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"credential": ClientSecret(SecretStr("wrong"))}, "secret's id"),
        ({"client_id": "99999999-0000-4000-8000-000000000000"}, "client id"),
        ({"tenant_id": "99999999-0000-4000-8000-000000000000"}, "tenant id"),
        ({"tenant_id": "no tenant"}, "tenant id"),
    ],
)
async def test_a_sign_in_that_is_refused_stops_everything(
    tenant: Tenant, changes: dict[str, object], word: str
) -> None:
    told = await found(tenant, HOST, **changes)
    assert set(told) == {"teams_sign_in"}
    assert told["teams_sign_in"].weight is Weight.STOPS
    assert word in told["teams_sign_in"].sentence
    assert "99999999" not in told["teams_sign_in"].sentence


async def test_an_expired_secret_is_named_as_such(tenant: Tenant) -> None:
    await tenant.do("options", secret_expired=True)
    assert "run out" in (await found(tenant))["teams_sign_in"].sentence


async def test_a_sign_in_that_cannot_be_reached_is_told_apart(tenant: Tenant) -> None:
    told = await found(tenant, HOST, login_url="http://127.0.0.1:1")
    assert set(told) == {"teams_unreachable"}


async def test_each_missing_permission_is_named(tenant: Tenant) -> None:
    await tenant.do("options", roles=["OnlineMeetings.ReadWrite.All", "User.Read.All"])
    client = client_of(tenant)
    checkup = TeamsCheckup(
        client.calls, client.tokens, credential=SECRET, certificates=(encryption_key(),)
    )
    told = [one for one in await checkup.check((HOST,)) if one.code not in ALWAYS]
    assert {one.code for one in told} == {"teams_permission_missing"}
    assert [one.weight for one in told] == [Weight.WRONG, Weight.WRONG]
    assert "OnlineMeetingArtifact.Read.All" in told[0].sentence
    assert "CallRecords.Read.All" in told[1].sentence


async def test_without_the_permission_to_make_meetings_nothing_works(tenant: Tenant) -> None:
    await tenant.do("options", roles=["User.Read.All"])
    told = await found(tenant, HOST)
    assert told["teams_account_refused"].weight is Weight.STOPS


async def test_an_account_without_a_policy_is_told_from_one_that_has_it(tenant: Tenant) -> None:
    told = await found(tenant, HOST, OTHER_HOST)
    assert set(told) == {"teams_account_no_access_policy"}
    assert OTHER_HOST in told["teams_account_no_access_policy"].sentence
    assert told["teams_account_no_access_policy"].weight is Weight.STOPS


async def test_an_account_that_is_not_there_is_missing(tenant: Tenant) -> None:
    told = await found(tenant, "99999999-0000-4000-8000-000000000000")
    assert set(told) == {"teams_account_missing"}


async def test_an_account_named_by_its_address_is_asked_for_by_its_id(tenant: Tenant) -> None:
    told = await found(tenant, "rooms-1@tuition.example")
    assert "object id" in told["teams_account_named_by_address"].sentence
    assert HOST not in told["teams_account_named_by_address"].sentence


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"enabled": False}, "teams_account_disabled"),
        ({"licensed": False}, "teams_account_unlicensed"),
    ],
)
async def test_an_account_that_cannot_hold_meetings_is_named(
    tenant: Tenant, change: dict[str, bool], code: str
) -> None:
    await tenant.do(f"organisers/{HOST}", **change)
    told = await found(tenant, HOST)
    assert told[code].weight is Weight.STOPS


async def test_accounts_that_may_not_be_read_are_left_to_look_at(tenant: Tenant) -> None:
    await tenant.do(
        "options",
        roles=[
            "OnlineMeetings.ReadWrite.All",
            "OnlineMeetingArtifact.Read.All",
            "CallRecords.Read.All",
        ],
    )
    told = await found(tenant, HOST, OTHER_HOST)
    assert told["teams_account_unread"].weight is Weight.LOOK
    assert told["teams_account_no_access_policy"].weight is Weight.STOPS


@pytest.mark.parametrize("call", ["read_user", "read_meeting"])
@pytest.mark.parametrize("kind", ["status_before", "html", "rate_limit"])
async def test_a_check_that_gets_no_answer_says_so_and_goes_on(
    tenant: Tenant, call: str, kind: str
) -> None:
    await tenant.break_next(call, kind, times=99)
    told = await found(tenant, HOST)
    assert {complaint.weight for complaint in told.values()} == {Weight.LOOK}
    assert len(told) == 1


async def test_a_token_that_cannot_be_looked_into_is_left_to_look_at(tenant: Tenant) -> None:
    async def give(request: web.Request) -> web.Response:
        return web.json_response({"access_token": "opaque", "expires_in": 3599})

    app = web.Application()
    app.router.add_post("/{tenant}/oauth2/v2.0/token", give)
    async with TestServer(app) as login:
        told = await found(tenant, login_url=str(login.make_url("")))
    assert {code: one.weight for code, one in told.items()} == {"teams_permissions": Weight.LOOK}


# --- certificates ---------------------------------------------------------------------------------


def hook_certificate(ends_in: timedelta) -> tuple[EncryptionKey, ...]:
    ends_at = (NOW + ends_in).replace(microsecond=0)
    return (EncryptionKey("key-1", SecretStr(pem_of(rsa_key("key-1"))), der_of("key-1", ends_at)),)


@pytest.mark.parametrize(
    ("ends_in", "weights"),
    [
        (timedelta(days=31), []),
        (timedelta(days=29), [Weight.WRONG]),
        (timedelta(0), [Weight.STOPS]),
        (timedelta(days=-1), [Weight.STOPS]),
    ],
)
def test_a_certificate_is_to_be_renewed_in_time(ends_in: timedelta, weights: list[Weight]) -> None:
    told = certificate_complaints(SECRET, hook_certificate(ends_in), NOW)
    assert [complaint.weight for complaint in told] == weights
    mine = ClientCertificate(
        SecretStr(pem_of(rsa_key("key-1"))), hook_certificate(ends_in)[0].certificate_der
    )
    both = certificate_complaints(mine, hook_certificate(ends_in), NOW)
    assert [complaint.weight for complaint in both] == weights * 2


def test_no_certificate_or_one_that_is_none_stops() -> None:
    none = certificate_complaints(SECRET, (), NOW)
    nonsense = (EncryptionKey("key-1", SecretStr("x"), b"nonsense"),)
    assert [one.weight for one in none] == [Weight.STOPS]
    assert [one.weight for one in certificate_complaints(SECRET, nonsense, NOW)] == [Weight.STOPS]


@pytest.mark.parametrize("label", ["", "x" * 129])
def test_a_label_that_microsoft_does_not_take_stops(label: str) -> None:
    one = EncryptionKey(label, SecretStr("x"), der_of("key-1"))
    told = certificate_complaints(SECRET, (one,), NOW)
    assert [complaint.weight for complaint in told] == [Weight.STOPS]


# --- limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [28, 30, 31])
def test_no_month_and_no_thirty_one_days_hold_more_than_is_published(days: int) -> None:
    (draw,) = draws_for_meeting(HOST)
    windows_touched = days + 1
    assert draw.per == timedelta(days=1)
    assert draw.limit * windows_touched <= MEETINGS_A_MONTH
    assert HOST in draw.name
