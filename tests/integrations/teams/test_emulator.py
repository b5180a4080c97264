"""The emulator must be as strict as the real thing, or it proves nothing: sign-in and policy."""

from base64 import b64encode, urlsafe_b64encode
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from integrations.teams.emulator.settings import EmulatedUser, EmulatorSettings
from tests.integrations.teams.conftest import (
    CLIENT,
    GRANT,
    GUARDED,
    ORGANISER,
    SECOND_STAFF,
    STARTED_AT,
    TENANT,
    EmulatedTenant,
    emulating,
)
from tests.integrations.teams.opening import certificate

MEETINGS = f"/v1.0/users/{ORGANISER}/onlineMeetings"

# --- sign-in --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "status", "error", "number"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_id": "wrong"}, 400, "unauthorized_client", 700016),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"scope": "https%3A%2F%2Fgraph.microsoft.com%2F.default"}, 400, "invalid_scope", 1002012),
        ({"scope": "https://graph.example/.default"}, 400, "invalid_scope", 70011),
    ],
)
async def test_a_wrong_sign_in_gets_no_token(
    teams: EmulatedTenant, change: dict[str, str], status: int, error: str, number: int
) -> None:
    answered, body = await teams.sign_in(**change)
    assert (answered, body["error"], body["error_codes"]) == (status, error, [number])
    assert body["error_description"].startswith(f"AADSTS{number}: ")
    assert "Correlation ID" in body["error_description"].split("\r\n")[2]


async def test_another_tenant_has_no_token_for_us(teams: EmulatedTenant) -> None:
    for name, number in (("elsewhere.example", 90002), ("rubbish", 900023)):
        url = f"{teams.origin}/{name}/oauth2/v2.0/token"
        async with teams.session.post(url, data=GRANT) as answer:
            assert (await answer.json())["error_codes"] == [number]


async def test_basic_authentication_and_a_domain_for_the_tenant_will_do(
    teams: EmulatedTenant,
) -> None:
    form = {name: GRANT[name] for name in ("grant_type", "scope")}
    pair = b64encode(f"{CLIENT}:demo%7Eclient.secret".encode()).decode()
    url = f"{teams.origin}/tuition.example/oauth2/v2.0/token"
    async with teams.session.post(
        url, data=form, headers={"Authorization": f"Basic {pair}"}
    ) as answer:
        assert answer.status == 200
        assert (await answer.json())["expires_in"] == 3599


async def test_an_expired_secret_is_told_from_a_wrong_one(teams: EmulatedTenant) -> None:
    await teams.do("options", secret_expired=True)
    assert (await teams.sign_in())[1]["error_codes"] == [7000222]


def assertion(private: Any, thumbprint: str, **changes: object) -> dict[str, str]:
    now = int(STARTED_AT.timestamp())
    claims = {
        "aud": f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token",
        "iss": CLIENT,
        "sub": CLIENT,
        "jti": "once",
        "nbf": now,
        "iat": now,
        "exp": now + 300,
        **changes,
    }
    signed = jwt.encode(claims, private, "PS256", headers={"x5t#S256": thumbprint})
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    return {"client_secret": "", "client_assertion_type": kind, "client_assertion": signed}


async def test_a_certificate_serves_instead_of_the_secret() -> None:
    private = generate_private_key(public_exponent=65537, key_size=2048)
    held = certificate(private)
    pem = held.public_bytes(Encoding.PEM).decode()
    thumbprint = urlsafe_b64encode(held.fingerprint(SHA256())).decode().rstrip("=")
    wrong: list[tuple[str, dict[str, object]]] = [
        ("other", {}),
        (thumbprint, {"aud": "https://elsewhere.example"}),
        (thumbprint, {"iss": "other"}),
        (thumbprint, {"exp": int(STARTED_AT.timestamp()) - 1}),
    ]
    async with emulating(EmulatorSettings(starts_at=STARTED_AT, certificates=(pem,))) as teams:
        assert (await teams.sign_in(**assertion(private, thumbprint)))[0] == 200
        for named, changes in wrong:
            status, body = await teams.sign_in(**assertion(private, named, **changes))
            assert (status, body["error_codes"]) == (401, [700027])


# --- tokens ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("authorization", ["", "Bearer ", "Bearer made-up", "Basic made-up"])
async def test_no_call_is_answered_without_a_living_token(
    teams: EmulatedTenant, authorization: str
) -> None:
    for path in (MEETINGS, f"/v1.0/users/{ORGANISER}", "/beta/subscriptions"):
        headers = {"Authorization": authorization}
        async with teams.session.get(f"{teams.origin}{path}", headers=headers) as answer:
            body = await answer.json()
            assert (answer.status, body["error"]["code"]) == (401, "InvalidAuthenticationToken")
            assert body["error"]["innerError"]["request-id"] == answer.headers["request-id"]


async def test_a_token_dies_in_its_time_and_by_revocation(teams: EmulatedTenant) -> None:
    path = f"/v1.0/users/{ORGANISER}"
    await teams.sign_in()
    await teams.pass_time(timedelta(seconds=3598))
    assert (await teams.call("GET", path))[0] == 200
    await teams.pass_time(timedelta(seconds=1))
    status, body = await teams.call("GET", path)
    assert (status, "expired" in body["error"]["message"]) == (401, True)
    await teams.sign_in()
    await teams.do("tokens/revoke")
    assert (await teams.call("GET", path))[0] == 401


async def test_each_call_needs_its_permission(teams: EmulatedTenant) -> None:
    made = await teams.make()
    await teams.do("options", roles=["OnlineMeetings.Read.All"])
    await teams.sign_in()
    path = f"{MEETINGS}/{made['id']}"
    assert (await teams.call("GET", path))[0] == 200
    assert (await teams.call("POST", MEETINGS, GUARDED))[0] == 403
    assert (await teams.call("GET", f"{path}/attendanceReports"))[0] == 403
    status, body = await teams.call("GET", f"/v1.0/users/{ORGANISER}")
    assert (status, body["error"]["code"]) == (403, "Authorization_RequestDenied")


# --- organisers -----------------------------------------------------------------------------------


async def test_an_organiser_without_the_policy_is_refused_until_it_has_spread(
    teams: EmulatedTenant,
) -> None:
    await teams.do("options", policy_delay_seconds=1800)
    await teams.do(f"organisers/{ORGANISER}", policy_granted=False)
    status, body = await teams.call("POST", MEETINGS, GUARDED)
    assert (status, body["error"]["code"]) == (403, "Forbidden")
    assert "application access policy" in body["error"]["message"].lower()
    await teams.do(f"organisers/{ORGANISER}", policy_granted=True)
    assert (await teams.call("POST", MEETINGS, GUARDED))[0] == 403
    await teams.pass_time(timedelta(minutes=30))
    assert (await teams.call("POST", MEETINGS, GUARDED))[0] == 201


async def test_an_organiser_is_named_by_object_id_alone(teams: EmulatedTenant) -> None:
    for name in ("rooms-1@tuition.example", "5f0d8a31-6b7e-4e0c-9a43-2d5c8e7f0a09"):
        status, body = await teams.call("POST", f"/v1.0/users/{name}/onlineMeetings", GUARDED)
        assert (status, body["error"]["code"]) == (404, "NotFound")


async def test_without_a_licence_there_is_no_meeting(teams: EmulatedTenant) -> None:
    selected = f"/v1.0/users/{ORGANISER}?$select=id,accountEnabled,assignedLicenses,assignedPlans"
    assert (await teams.call("GET", selected))[1]["assignedPlans"]
    await teams.do(f"organisers/{ORGANISER}", licensed=False, enabled=True)
    assert (await teams.call("GET", selected))[1]["assignedPlans"] == []
    licences = await teams.call("GET", f"/v1.0/users/{ORGANISER}/licenseDetails")
    assert licences == (200, {"value": []})
    assert (await teams.call("POST", MEETINGS, GUARDED))[0] == 403


async def test_a_profile_shows_what_was_selected_and_little_else(teams: EmulatedTenant) -> None:
    _, short = await teams.call("GET", f"/v1.0/users/{SECOND_STAFF}")
    assert short["userPrincipalName"] == SECOND_STAFF
    assert "accountEnabled" not in short
    assert (await teams.call("GET", f"/v1.0/users/{ORGANISER}?$select=shoeSize"))[0] == 400
    assert (await teams.call("GET", "/v1.0/users/somebody@elsewhere.example"))[0] == 404
    _, tenant = await teams.call("GET", "/v1.0/organization")
    assert tenant["value"][0]["id"] == TENANT


async def test_a_member_made_on_demand_is_the_same_one_every_time(teams: EmulatedTenant) -> None:
    path = f"/v1.0/users/{SECOND_STAFF}"
    first = (await teams.call("GET", path))[1]["id"]
    async with emulating(EmulatorSettings(starts_at=STARTED_AT, seed=2)) as other:
        assert (await other.call("GET", path))[1]["id"] == first
    stated = EmulatedUser("9f0d8a31-6b7e-4e0c-9a43-2d5c8e7f0a09", SECOND_STAFF)
    settings = replace(EmulatorSettings(), any_upn_of=(), users=(stated,))
    async with emulating(settings) as strict:
        assert (await strict.call("GET", path))[1]["id"] == stated.user_id
        assert (await strict.call("GET", "/v1.0/users/x@tuition.example"))[0] == 404


# --- faults in pairs ------------------------------------------------------------------------------


async def test_failed_and_failed_to_tell_us_leave_different_tenants(teams: EmulatedTenant) -> None:
    await teams.sign_in()
    await teams.do("faults", call="create_meeting", kind="status_before", status=503)
    assert (await teams.call("POST", MEETINGS, GUARDED))[0] == 503
    assert (await teams.see("state"))["meetings"] == []
    await teams.do("faults", call="create_meeting", kind="status_after", status=500)
    assert (await teams.call("POST", MEETINGS, GUARDED))[0] == 500
    assert len((await teams.see("state"))["meetings"]) == 1
    await teams.do("faults", call="create_meeting", kind="drop_after")
    with pytest.raises(aiohttp.ClientError):
        await teams.call("POST", MEETINGS, GUARDED)
    assert len((await teams.see("state"))["meetings"]) == 2


@pytest.mark.parametrize(
    ("form", "value"), [("fractional", "2.128"), ("seconds", "90"), ("none", None)]
)
async def test_a_rate_limit_states_its_pause_in_several_ways(
    teams: EmulatedTenant, form: str, value: str | None
) -> None:
    await teams.sign_in()
    await teams.do("faults", call="read_user", kind="rate_limit", form=form)
    headers = {"Authorization": f"Bearer {teams.token}"}
    url = f"{teams.origin}/v1.0/users/{ORGANISER}"
    async with teams.session.get(url, headers=headers) as answer:
        assert (answer.status, answer.headers.get("Retry-After")) == (429, value)


async def test_an_order_nobody_knows_is_refused(teams: EmulatedTenant) -> None:
    assert await teams.tried("faults", call="create_meeting", kind="magic") == 400
    assert await teams.tried("options", colour="blue") == 400
    assert await teams.tried("options", guest_identity="ghost") == 400
    assert await teams.tried("webhooks", mode="magic") == 400
