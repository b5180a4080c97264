"""An emulated tenant, its strings, and a receiver of its notifications, over real HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import aiohttp
import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from integrations.teams.emulator.server import create_emulator
from integrations.teams.emulator.settings import EmulatorSettings
from tests.integrations.teams import graph
from tests.integrations.teams.opening import Keys

Json = dict[str, Any]

STARTED_AT = datetime(2026, 11, 24, 15, 40, tzinfo=UTC)
TENANT = "7c1e3b52-4a0d-4f5e-9d57-0c2f1d6a8b11"
CLIENT = "b3f2a6c4-0d1e-4c55-8f27-5a9be1c70d22"
ORGANISER = "1f0d8a31-6b7e-4e0c-9a43-2d5c8e7f0a01"
OTHER_ORGANISER = "1f0d8a31-6b7e-4e0c-9a43-2d5c8e7f0a02"
SECOND_STAFF = "second.staff@tuition.example"
TUTOR = "tutor@tuition.example"
SUBSCRIPTIONS = "/beta/subscriptions"
NO_MACHINE_CLOCK: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
GRANT = {
    "grant_type": "client_credentials",
    "client_id": CLIENT,
    "client_secret": "demo~client.secret",
    "scope": "https://graph.microsoft.com/.default",
}
GUARDED: Json = {
    "subject": "Session K7Q2XM",
    "startDateTime": "2026-11-24T16:00:00Z",
    "endDateTime": "2026-11-24T16:45:00Z",
    "participants": {
        "attendees": [
            {"upn": SECOND_STAFF, "role": "coorganizer"},
            {"upn": TUTOR, "role": "presenter"},
        ]
    },
    "lobbyBypassSettings": {"scope": "organizer", "isDialInBypassEnabled": False},
    "allowedLobbyAdmitters": "organizerAndCoOrganizers",
    "allowedPresenters": "roleIsPresenter",
    "allowRecording": False,
    "joinMeetingIdSettings": {"isPasscodeRequired": True},
}


@dataclass
class EmulatedTenant:
    """The emulator's strings pulled over HTTP, and its API called with a token of ours."""

    origin: str
    session: aiohttp.ClientSession
    token: str = ""

    async def do(self, path: str, /, **body: object) -> Json:
        async with self.session.post(f"{self.origin}/control/{path}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            found: Json = await answer.json()
            return found

    async def tried(self, path: str, /, **body: object) -> int:
        async with self.session.post(f"{self.origin}/control/{path}", json=body) as answer:
            return answer.status

    async def see(self, path: str) -> Json:
        async with self.session.get(f"{self.origin}/control/{path}") as answer:
            found: Json = await answer.json()
            return found

    async def sign_in(self, **changes: str) -> tuple[int, Json]:
        url = f"{self.origin}/{TENANT}/oauth2/v2.0/token"
        async with self.session.post(url, data={**GRANT, **changes}) as answer:
            found: Json = await answer.json()
            graph.check_answer("POST", f"/{TENANT}/oauth2/v2.0/token", answer.status, found)
            self.token = found.get("access_token", "")
            return answer.status, found

    async def call(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> tuple[int, Json]:
        """One call; whatever the answer, it is held against the description."""
        if not self.token:
            await self.sign_in()
        sent = {"Authorization": f"Bearer {self.token}", **headers}
        url = URL(f"{self.origin}{path}", encoded=True)
        async with self.session.request(method, url, json=body, headers=sent) as answer:
            found: Json = await answer.json() if await answer.read() else {}
            graph.check_answer(method, path, answer.status, found)
            return answer.status, found

    async def make(self, **changes: object) -> Json:
        body = {**GUARDED, **changes}
        status, made = await self.call("POST", f"/v1.0/users/{ORGANISER}/onlineMeetings", body)
        assert status == 201, made
        return made

    async def open(self, **wish: str) -> str:
        """Someone comes; answers the key to act by."""
        return str((await self.do("people/open", **wish))["person"])

    async def place(self, person: str) -> str:
        for meeting in (await self.see("state"))["meetings"]:
            for one in meeting["people"]:
                if one["person"] == person:
                    return str(one["place"])
        raise AssertionError(person)

    async def pass_time(self, by: timedelta) -> None:
        await self.do("clock", advance_seconds=by.total_seconds())


@dataclass
class Receiver:
    """Answers the handshake, keeps every body, and opens what is sealed."""

    url: str = ""
    keys: Keys = field(default_factory=Keys.made)
    statuses: list[int] = field(default_factory=list)
    bodies: list[Json] = field(default_factory=list)
    handshakes: list[str] = field(default_factory=list)
    is_open: bool = True

    async def hear(self, request: web.Request) -> web.Response:
        token = request.query.get("validationToken")
        if token is not None:
            self.handshakes.append(token)
            return web.Response(text=token if self.is_open else "nobody here")
        body = await request.json()
        graph.check_shape("notifications", body)
        status = self.statuses.pop(0) if self.statuses else 202
        if status < 300:
            self.bodies.append(body)
        return web.Response(status=status)

    @property
    def items(self) -> list[Json]:
        return [item for body in self.bodies for item in body["value"]]

    @property
    def events(self) -> list[Json]:
        """Everything decrypted, in the order it came, keys in the documented case."""
        opened = [self.keys.opened(one) for one in self.items if "encryptedContent" in one]
        for one in opened:
            graph.check_shape("callEvent", one)
        return opened

    @property
    def kinds(self) -> list[str]:
        return [str(one["eventType"]) for one in self.events]

    @property
    def lifecycle(self) -> list[str]:
        return [one["lifecycleEvent"] for one in self.items if "lifecycleEvent" in one]

    def wish(self, meeting: Json, **changes: object) -> Json:
        """What a subscription on this meeting's calls asks for."""
        body: Json = {
            "changeType": "updated",
            "resource": self.keys.resource_of(meeting["joinWebUrl"]),
            "notificationUrl": f"{self.url}?at=events",
            "lifecycleNotificationUrl": self.url,
            "includeResourceData": True,
            "encryptionCertificate": self.keys.certificate,
            "encryptionCertificateId": "key-1",
            "expirationDateTime": "2026-11-24T19:00:00Z",
            "clientState": "our-secret",
        }
        return {name: one for name, one in {**body, **changes}.items() if one is not None}


def path_of(meeting: Json, organiser: str = ORGANISER) -> str:
    """Where a meeting is read, changed and deleted."""
    return f"/v1.0/users/{organiser}/onlineMeetings/{quote(meeting['id'], safe='')}"


@asynccontextmanager
async def emulating(settings: EmulatorSettings) -> AsyncIterator[EmulatedTenant]:
    async with (
        TestServer(create_emulator(settings)) as server,
        aiohttp.ClientSession() as session,
    ):
        yield EmulatedTenant(str(server.make_url("")).rstrip("/"), session)


@pytest.fixture
async def teams() -> AsyncIterator[EmulatedTenant]:
    async with emulating(EmulatorSettings(starts_at=STARTED_AT, seed=1)) as tenant:
        yield tenant


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    heard = Receiver()
    app = web.Application()
    app.router.add_post("/hooks/teams", heard.hear)
    async with TestServer(app) as server:
        heard.url = str(server.make_url("/hooks/teams"))
        yield heard


@pytest.fixture
async def meeting(teams: EmulatedTenant, receiver: Receiver) -> Json:
    """A meeting that we hear of."""
    made = await teams.make()
    await subscribe(teams, receiver, made)
    return made


async def subscribe(
    teams: EmulatedTenant, receiver: Receiver, meeting: Json, **changes: object
) -> Json:
    status, made = await teams.call("POST", SUBSCRIPTIONS, receiver.wish(meeting, **changes))
    assert status == 201, made
    return made


async def begin(teams: EmulatedTenant, meeting: Json) -> str:
    """The second staff goes in; if they are the first, callStarted is told before their coming."""
    person = await teams.open(url=meeting["joinWebUrl"], **{"as": SECOND_STAFF})
    await teams.do("webhooks/flush")
    return person


async def claims(teams: EmulatedTenant, token: str) -> dict[str, Any]:
    """The claims, if the published keys signed them for us."""
    async with teams.session.get(f"{teams.origin}/common/discovery/keys") as answer:
        keys = jwt.PyJWKSet.from_dict(await answer.json())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    found: dict[str, Any] = jwt.decode(
        token, key, ["RS256"], audience=CLIENT, options=NO_MACHINE_CLOCK
    )
    return found
