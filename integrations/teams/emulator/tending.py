"""What happens by itself as time passes."""

import aiohttp

from integrations.teams.emulator import call_records, subscriptions
from integrations.teams.emulator.deliveries import Outbox
from integrations.teams.emulator.state import State


async def deliver_all(state: State, outbox: Outbox, session: aiohttp.ClientSession) -> None:
    """Do what has fallen due by the emulator's clock, then deliver until nothing more is due."""
    subscriptions.tend(state, outbox)
    call_records.tend(state, outbox)
    await outbox.deliver_due(session)
