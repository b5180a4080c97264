"""What the service promises whatever a provider does, and how time is let pass until it is kept."""

from service.policy.people import SessionId
from service.policy.session import SessionState
from service.store.meetings.meetings import Meeting
from service.store.tables import MeetingStage
from tests.invariants import check_everything
from tests.recorded import Known, everything
from tests.stories.steps import meetings_of, session_of
from tests.world import World

GONE = (MeetingStage.CLOSED, MeetingStage.FAILED)


async def until_it_is_open(world: World, session_id: SessionId, minutes: int = 15) -> None:
    """Let time pass until the session is open; fails if it takes too long."""
    for _ in range(minutes * 2):
        if (await session_of(world, session_id)).state is SessionState.OPEN:
            return
        await world.house.advance(seconds=30)
        await world.house.settle()
    raise AssertionError(f"still {(await session_of(world, session_id)).state.value}")


async def until_it_is_gone(world: World, session_id: SessionId) -> None:
    """Let time pass until every meeting of the session is closed; fails if it takes too long.

    What was never confirmed, and cannot be looked for, is none that could be waited for.
    """
    for seconds in (0, 5, 10, 20, 60, 90, 120, 300, 300, 900):
        await world.house.advance(seconds=seconds)
        await world.house.settle()
        if all(
            one.stage in GONE or one.handle is None for one in await meetings_of(world, session_id)
        ):
            return
    raise AssertionError("a meeting will not go")


async def then_one_meeting_is_released(world: World, session_id: SessionId) -> Meeting:
    """One meeting is open, and it alone has, or ever had, ways in; nobody can use any other."""
    (mine,) = [one for one in await meetings_of(world, session_id) if one.handle and _is_open(one)]
    known = await everything(world.house)
    assert {row["meeting_id"] for row in known.rows["ways_in"]} == {mine.meeting_id}
    opened = [entry for entry in known.entries if entry["kind"] == "meeting.opened"]
    assert len(opened) == 1
    await _nobody_has_a_link_to_another(world, known, mine)
    return mine


def _is_open(meeting: Meeting) -> bool:
    return meeting.stage is MeetingStage.OPEN


async def _nobody_has_a_link_to_another(world: World, known: Known, mine: Meeting) -> None:
    """A meeting that was made and lost has no link in custody, and on Zoom no registrant."""
    for other in await world.house.rooms.meetings():
        if mine.handle is None or str(other["id"]) == mine.handle.provider_id:
            continue
        assert not [one for one in known.secrets if one == other.get("join_url")]
        assert not [one for one in other.get("registrants", []) if one["status"] == "approved"]


async def then_in_the_end_nothing_is_left(world: World, session_id: SessionId) -> None:
    """A day later: what fell is gone; what cannot be looked for is counted, and nobody's."""
    house = world.house
    await house.until((await session_of(world, session_id)).ends_at)
    for hours in (0, 1, 23):
        await house.advance(hours=hours)
        await house.settle()
    known = await everything(house)
    assert {row["stage"] for row in known.rows["meetings"]} <= {stage.value for stage in GONE}
    unknown = {row["reference"] for row in known.rows["meetings"] if row["provider_id"] is None}
    unconfirmed = [entry for entry in known.entries if entry["kind"] == "meeting.unconfirmed"]
    left = [reference for reference, _ in known.provider_meetings]
    assert set(left) <= unknown, "an orphan is left"
    assert len(left) <= (len(unconfirmed) if known.provider == "teams" else 0)
    await check_everything(house)
