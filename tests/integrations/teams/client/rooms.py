"""A meeting whose hook listens, for tests of what is heard."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from integrations.teams.client import TeamsClient
from integrations.teams.watcher import TeamsWatcher
from service.ports import MeetingHandle, SignalKind
from tests.builders import a_clearance
from tests.integrations.teams.client.parts import (
    SECOND,
    Hook,
    Tenant,
    listening,
    plan,
    signals_of,
    watcher_of,
)


@dataclass
class Watched:
    """A meeting, its hook, and whoever asks to be told."""

    tenant: Tenant
    client: TeamsClient
    hook: Hook
    watcher: TeamsWatcher
    handle: MeetingHandle
    url: str

    async def second_staff_come(self) -> str:
        return str((await self.tenant.opens(self.url, "Sam", as_=SECOND.upn))["person"])

    async def kinds(self) -> list[SignalKind]:
        await self.tenant.flush()
        return [signal.kind for signal in self.hook.signals]


@asynccontextmanager
async def watched(tenant: Tenant, client: TeamsClient, *keys: str) -> AsyncIterator[Watched]:
    async with listening(signals_of(client, tenant, *keys), tenant) as hook:
        handle = await client.create_meeting(a_clearance(), plan())
        url = (await client.host_start_link(handle)).get_secret_value()
        yield Watched(tenant, client, hook, watcher_of(client, tenant, hook, *keys), handle, url)
