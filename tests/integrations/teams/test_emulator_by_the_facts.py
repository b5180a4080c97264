"""A client of three screens, written from the documentation alone, lives through one session.

It shares nothing with the other tests or with our client: what it needs it says here.
"""

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import aiohttp
import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from yarl import URL

from integrations.teams.emulator.server import create_emulator
from integrations.teams.emulator.settings import EmulatorSettings

MINE = EmulatorSettings(starts_at=datetime(2026, 11, 24, 15, 40, tzinfo=UTC))
USER = MINE.organisers[0].user_id
LESSON = (datetime(2026, 11, 24, 15, 40, tzinfo=UTC), datetime(2026, 11, 24, 16, 10, tzinfo=UTC))
NO_MACHINE_CLOCK: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate() -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "x")])
    now = datetime(2026, 11, 24, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(7)
    builder = builder.not_valid_before(now).not_valid_after(now + timedelta(days=1))
    made = builder.public_key(PRIVATE.public_key()).sign(PRIVATE, hashes.SHA256())
    return b64encode(made.public_bytes(serialization.Encoding.DER)).decode()


def decrypted(item: dict[str, Any]) -> dict[str, Any]:
    sealed = item["encryptedContent"]
    oaep = rsa_padding.OAEP(rsa_padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)  # noqa: S303
    key = PRIVATE.decrypt(b64decode(sealed["dataKey"]), oaep)
    data = b64decode(sealed["data"])
    expected = hmac.new(key, data, hashlib.sha256).digest()
    assert hmac.compare_digest(expected, b64decode(sealed["dataSignature"]))
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    unpadder = padding.PKCS7(128).unpadder()
    text = unpadder.update(cipher.update(data) + cipher.finalize()) + unpadder.finalize()
    found: dict[str, Any] = json.loads(text)
    return found


class Hook:
    """Takes notifications in, after proving itself."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []

    async def hear(self, request: web.Request) -> web.Response:
        if "validationToken" in request.query:
            return web.Response(text=request.query["validationToken"])
        self.bodies.append(await request.json())
        return web.Response(status=202)


async def answered(session: aiohttp.ClientSession, method: str, url: str, **more: Any) -> Any:
    async with session.request(method, URL(url, encoded=True), **more) as answer:
        assert answer.status < 300, await answer.text()
        return await answer.json() if answer.status != 204 else None


async def test_a_client_written_from_the_documentation_lives_through_a_session() -> None:
    hook = Hook()
    receiver = web.Application()
    receiver.router.add_post("/hook", hook.hear)
    async with (
        TestServer(create_emulator(MINE)) as graph,
        TestServer(receiver) as listening,
        aiohttp.ClientSession() as session,
    ):
        origin = str(graph.make_url("")).rstrip("/")
        where = str(listening.make_url("/hook"))
        await _session(session, origin, where)
        await _judge(session, origin, hook)


async def _session(session: aiohttp.ClientSession, origin: str, where: str) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": MINE.client_id,
        "client_secret": MINE.client_secret,
        "scope": "https://graph.microsoft.com/.default",
    }
    token = await answered(
        session, "POST", f"{origin}/{MINE.tenant_id}/oauth2/v2.0/token", data=form
    )
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    meeting = await _create(session, origin, headers)
    await _subscribe(session, origin, headers, meeting["joinWebUrl"], where)

    async def control(path: str, **body: str) -> Any:
        return await answered(session, "POST", f"{origin}/control/{path}", json=body)

    url = meeting["joinWebUrl"]
    parent = await control("people/open", url=url, name="D4F-2")
    assert parent["place"] == "lobby"
    staff = await control("people/open", url=url, **{"as": "second.staff@tuition.example"})
    assert staff["place"] == "inside"
    assert (await control(f"people/{parent['person']}/admit"))["place"] == "inside"
    await answered(session, "POST", f"{origin}/control/clock", json={"advance_seconds": 1800})
    await control(f"people/{parent['person']}/leave")
    await control(f"people/{staff['person']}/leave")
    await control("webhooks/flush")
    await _read_report(session, origin, headers, meeting["id"])


async def _create(session: aiohttp.ClientSession, origin: str, headers: dict[str, str]) -> Any:
    body = {
        "subject": "Session 1",
        "startDateTime": "2026-11-24T17:00:00+01:00",
        "endDateTime": "2026-11-24T17:45:00+01:00",
        "lobbyBypassSettings": {"scope": "organizer"},
        "allowedLobbyAdmitters": "organizerAndCoOrganizers",
        "joinMeetingIdSettings": {"isPasscodeRequired": True},
        "participants": {
            "attendees": [{"upn": "second.staff@tuition.example", "role": "coorganizer"}]
        },
    }
    url = f"{origin}/v1.0/users/{USER}/onlineMeetings"
    made = await answered(session, "POST", url, json=body, headers=headers)
    assert made["joinMeetingIdSettings"]["isPasscodeRequired"] is True
    assert made["joinMeetingIdSettings"]["passcode"]
    assert made["startDateTime"].startswith("2026-11-24T16:00:00")
    return made


async def _subscribe(
    session: aiohttp.ClientSession, origin: str, headers: dict[str, str], join: str, where: str
) -> None:
    encoded = quote(join, safe="")
    body = {
        "changeType": "updated",
        "resource": f"communications/onlineMeetings(joinWebUrl='{encoded}')/meetingCallEvents",
        "notificationUrl": where,
        "lifecycleNotificationUrl": where,
        "includeResourceData": True,
        "encryptionCertificate": certificate(),
        "encryptionCertificateId": "mine",
        "expirationDateTime": "2026-11-24T19:00:00Z",
        "clientState": "state",
    }
    await answered(session, "POST", f"{origin}/beta/subscriptions", json=body, headers=headers)


async def _read_report(
    session: aiohttp.ClientSession, origin: str, headers: dict[str, str], meeting_id: str
) -> None:
    url = f"{origin}/v1.0/users/{USER}/onlineMeetings/{quote(meeting_id, safe='')}"
    reports = await answered(session, "GET", f"{url}/attendanceReports", headers=headers)
    (report,) = reports["value"]
    expanded = f"{url}/attendanceReports/{report['id']}?$expand=attendanceRecords"
    whole = await answered(session, "GET", expanded, headers=headers)
    found = {
        one["identity"]["displayName"]: one["totalAttendanceInSeconds"]
        for one in whole["attendanceRecords"]
    }
    assert found == {"D4F-2": 1800, "second.staff": 1800}


async def _judge(session: aiohttp.ClientSession, origin: str, hook: Hook) -> None:
    where = f"{origin}/common/.well-known/openid-configuration"
    configuration = await answered(session, "GET", where)
    keys = jwt.PyJWKSet.from_dict(await answered(session, "GET", configuration["jwks_uri"]))
    for body in hook.bodies:
        for token in body.get("validationTokens", []):
            key = keys[jwt.get_unverified_header(token)["kid"]]
            claims = jwt.decode(
                token, key, ["RS256"], audience=MINE.client_id, options=NO_MACHINE_CLOCK
            )
            assert claims["nbf"] <= LESSON[1].timestamp() and LESSON[0].timestamp() < claims["exp"]
            assert claims["appid"] == "0bf30f3b-4a52-48df-9a82-234910c4a086"
            assert claims["iss"] == f"https://sts.windows.net/{MINE.tenant_id}/"
    items = [item for body in hook.bodies for item in body["value"]]
    assert {item["clientState"] for item in items} == {"state"}
    events = [decrypted(item) for item in items if "encryptedContent" in item]
    kinds = [event["EventType"] for event in events]
    assert kinds == ["callStarted", *["rosterUpdated"] * 5, "callEnded"]
    lobby = [row["IsInLobby"] for one in events for row in one.get("Participants@delta", [])]
    assert lobby == [False, True, False, False, False]
