"""Our clock decides; the provider's may differ, and both are kept (pitfall 38)."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from service.policy.session import SessionState
from service.store.alerts.alerts import ALERTS
from service.store.inspection.audit_log import ENTRIES
from service.store.transactions import Reader
from service.store.watch.signals import SIGNALS
from tests.invariants import check_everything
from tests.stories.steps import (
    family_goes_in,
    in_the_check_in_window,
    on_both_providers,
    on_sqlite,
    second_staff_go_in,
    session_of,
    tutor_goes_in,
)
from tests.world import World


@on_sqlite
@on_both_providers
@pytest.mark.pitfall(38)
@pytest.mark.parametrize("ahead", [timedelta(seconds=100), timedelta(seconds=-100)])
async def test_a_providers_clock_that_is_wrong_moves_nothing_of_ours_and_both_times_are_kept(
    world: World, ahead: timedelta
) -> None:
    house, session_id = world.house, await in_the_check_in_window(world)
    before, ours = await house.read(_of_signals), house.clock.now()
    await house.rooms.control("POST", "clock", {"set": (ours + ahead).isoformat()})
    await second_staff_go_in(world, session_id)
    await tutor_goes_in(world, session_id)
    await family_goes_in(world, session_id)
    assert (await session_of(world, session_id)).state is SessionState.LIVE

    times = [pair for pair in await house.read(_of_signals) if pair not in before]
    assert times
    for happened_at, received_at in times:
        assert received_at == ours
        assert abs(happened_at - ours - ahead) < timedelta(seconds=5)
    # What we say ourselves is said by our clock, whatever the provider's shows.
    assert await house.read(_newest_of_ours) == ours
    await house.rooms.control("POST", "clock", {"set": ours.isoformat()})
    await check_everything(house)


def _of_signals(reader: Reader) -> list[tuple[datetime, datetime]]:
    rows = reader.conn.execute(sa.select(SIGNALS.c.happened_at, SIGNALS.c.received_at))
    return [(row.happened_at, row.received_at) for row in rows]


def _newest_of_ours(reader: Reader) -> datetime:
    entries = reader.conn.execute(sa.select(sa.func.max(ENTRIES.c.at))).scalar_one()
    opened = reader.conn.execute(sa.select(ALERTS.c.opened_at)).scalars()
    newest: datetime = max([entries, *opened])
    return newest
