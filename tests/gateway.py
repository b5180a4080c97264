"""An SMS gateway as tests run it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web
from pydantic import SecretStr

from integrations.emulation.faults import Fault
from integrations.sms import emulator
from integrations.sms.emulator import Gateway, Text
from service.outside_settings import SmsSettings
from tests.ports import a_port

TOKEN = "gateway-token"
SENDER = "Lantern"


@dataclass(frozen=True)
class Telephones:
    """Everybody's telephone: what arrived, and how the gateway is to fail."""

    gateway: Gateway
    url: str

    @property
    def settings(self) -> SmsSettings:
        """The settings of a service that uses it."""
        return SmsSettings(url=f"{self.url}/messages", token=SecretStr(TOKEN), sender=SENDER)

    def texts(self, number: str = "") -> list[Text]:
        """What arrived, at one number or at all."""
        return [text for text in self.gateway.texts if number in ("", text.to)]

    def fails(self, kind: str, times: int = 1, **more: int) -> None:
        """Order a fault."""
        self.gateway.faults.append(Fault(emulator.SEND, kind, times, **more))


@asynccontextmanager
async def telephones() -> AsyncIterator[Telephones]:
    """A gateway on a port of its own."""
    port = a_port()
    app = emulator.create_emulator(TOKEN)
    served = web.AppRunner(app, access_log=None)
    await served.setup()
    await web.TCPSite(served, "127.0.0.1", port).start()
    try:
        yield Telephones(app[emulator.GATEWAY], f"http://127.0.0.1:{port}")
    finally:
        await served.cleanup()
