"""Who plays: staff, an inspector, and parents, each with their own way to the service."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from demo.crew import DemoFailed
from demo.parts import Running, token

THEO, SAM = "theo@tuition.example", "sam@tuition.example"


@dataclass(frozen=True)
class Reply:
    """What the service answered."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def body(self) -> Any:
        """The JSON of it; an empty object if it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            return {}

    @property
    def code(self) -> str:
        """A refusal's code."""
        return str(self.body.get("code", ""))

    @property
    def detail(self) -> str:
        """A refusal's sentence."""
        return str(self.body.get("detail", ""))


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in to the JSON interface."""

    subject: str
    says: str
    token: str = field(repr=False)
    base_url: str
    http: aiohttp.ClientSession = field(repr=False)
    account: str = ""

    async def call(self, method: str, path: str, body: Any = None) -> Reply:
        """One request, whatever comes of it."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.http.request(
            method, f"{self.base_url}{path}", json=body, headers=headers
        ) as response:
            return Reply(response.status, await response.text(), response.headers)

    async def get(self, path: str) -> Reply:
        """GET that must succeed."""
        return must(await self.call("GET", path), f"GET {path}", 200)

    async def post(self, path: str, body: Any = None, *statuses: int) -> Reply:
        """POST that must succeed, or answer one of these statuses."""
        return must(await self.call("POST", path, body), f"POST {path}", *statuses)

    async def put(self, path: str, body: Any = None, *statuses: int) -> Reply:
        """PUT that must succeed, or answer one of these statuses."""
        return must(await self.call("PUT", path, body), f"PUT {path}", *statuses)


def must(reply: Reply, what: str, *statuses: int) -> Reply:
    """The reply, or `DemoFailed` if it is not as the story goes."""
    fits = reply.status in statuses if statuses else 200 <= reply.status < 300
    if not fits:
        raise DemoFailed(f"{what} answered {reply.status}: {reply.text[:500]}")
    return reply


@dataclass(frozen=True)
class Parent:
    """A parent: an address where letters arrive, and the PIN they chose."""

    parent_id: str
    first_name: str
    address: str
    pin: str = field(repr=False)


@dataclass(frozen=True)
class Family:
    """A child with the parent who answers for it."""

    child_id: str
    child: str
    parent: Parent


@dataclass(frozen=True)
class Cast:
    """Everybody in the play, and everybody who waits for the visitor."""

    ids: Mapping[str, str]
    coordinator: Person
    tutor: Person
    second: Person
    lead: Person
    family: Family
    other_family: Family


async def gather_cast(running: Running, http: aiohttp.ClientSession) -> Cast:
    """Tokens for everybody in the play, under the ids that the service gave."""
    ids = await _ids(running, http)
    cora, theo, sam, lea = await asyncio.gather(
        sign_in(running, http, ids["staff-cora"], "Cora, coordinator", "coordinator"),
        sign_in(running, http, ids["staff-theo"], "Theo, tutor", "tutor", THEO),
        sign_in(running, http, ids["staff-sam"], "Sam, second staff", "second_staff", SAM),
        sign_in(running, http, ids["staff-lea"], "Lea, safeguarding lead", "dsl"),
    )
    rosa = Parent(ids["parent-rosa"], "Rosa", "rosa@river.example", "2580")
    hanna = Parent(ids["parent-hanna"], "Hanna", "hanna@brook.example", "3690")
    robin = Family(ids["child-robin"], "Robin", rosa)
    hazel = Family(ids["child-hazel"], "Hazel", hanna)
    return Cast(ids, cora, theo, sam, lea, robin, hazel)


async def sign_in(
    running: Running,
    http: aiohttp.ClientSession,
    subject: str,
    says: str,
    role: str,
    account: str = "",
) -> Person:
    """Somebody with a token as `chaperone token` mints it."""
    minted = await token(running.crew, running.env, subject, role)
    return Person(subject, says, minted, running.ports.service_url, http, account)


async def _ids(running: Running, http: aiohttp.ClientSession) -> Mapping[str, str]:
    """The service's ids by the ids that `people.json` uses."""
    url = running.ports.service_url
    admin = Person("demo-admin", "the administrator", running.admin_token, url, http)
    found: dict[str, str] = {}
    for path, name in (("staff", "staff_id"), ("children", "id"), ("parents", "id")):
        reply = await admin.get(f"/v1/{path}")
        found |= {one["external_id"]: one[name] for one in reply.body["items"]}
    return found
