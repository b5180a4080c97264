"""The Zoom emulator as a process of its own: many hosts, the Business plan's limits, and far away."""

import asyncio

import click
from aiohttp import web

from integrations.zoom.emulator.options import PLANS
from integrations.zoom.emulator.server import Handler, create_emulator
from integrations.zoom.emulator.settings import EmulatedHost, EmulatorSettings

PLAN = "business"
PER_SECOND = {label: limits[0] for label, limits in PLANS[PLAN].items()}
"""Calls that the account may make in one second, by Zoom's label."""

ONE_WAY = 0.1
"""Seconds that a call is under way, and its answer again, so that waiting counts as in earnest."""


def host_name(number: int) -> str:
    """The user id of one host."""
    return f"host{number:05d}"


@click.command()
@click.option("--port", type=int, required=True)
@click.option("--hosts", type=int, required=True)
@click.option("--webhook-url", required=True)
@click.option("--webhook-secret", required=True)
def main(port: int, hosts: int, webhook_url: str, webhook_secret: str) -> None:
    """Serve an account with so many licensed hosts and nothing in it."""
    settings = EmulatorSettings(
        webhook_secret=webhook_secret,
        webhook_url=webhook_url,
        public_url=f"http://127.0.0.1:{port}",
        hosts=tuple(_host(number) for number in range(hosts)),
        per_second=PER_SECOND,
    )
    app = create_emulator(settings)
    app.middlewares.append(_from_far_away)
    web.run_app(app, host="127.0.0.1", port=port, access_log=None)


@web.middleware
async def _from_far_away(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not request.path.startswith("/v2"):
        return await handler(request)
    await asyncio.sleep(ONE_WAY)
    answer = await handler(request)
    await asyncio.sleep(ONE_WAY)
    return answer


def _host(number: int) -> EmulatedHost:
    return EmulatedHost(host_name(number), f"{host_name(number)}@tuition.example")


if __name__ == "__main__":
    main()
