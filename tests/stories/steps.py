"""The steps that stories are told in: given …, when …, then …"""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from service.errors import ChaperoneError
from service.policy.attestation import Answer
from service.policy.consent import Route
from service.policy.people import Actor, ChildId, Role, SessionId, system
from service.policy.presence import SightingResult
from service.policy.session import Session, SessionState
from service.store import work
from service.store.alerts import alerts
from service.store.meetings import meetings
from service.store.meetings import ways_in as custody
from service.store.meetings.meetings import Meeting
from service.store.sessions import sessions
from service.store.staff import staff
from service.store.tables import MeetingStage
from service.store.transactions import Reader
from service.store.work import Claim, ClaimDue
from service.workflows.attending import door, presence
from service.workflows.inspection import attesting
from tests.world import Family, World, an_open_session, check_in

BEFORE_CHECK_IN = 10
"""Minutes from the opening of `an_open_session` into the check-in window."""


# --- looking ----------------------------------------------------------------------------------------


async def session_of(world: World, session_id: SessionId) -> Session:
    """The session as it is recorded now."""
    found: Session = await world.house.read(sessions.get, session_id)
    return found


async def reason_of(world: World, session_id: SessionId) -> str | None:
    """Why the session is over."""
    return (await world.house.read(sessions.record_of, session_id)).reason  # type: ignore[no-any-return]


async def stages(world: World, session_id: SessionId) -> list[MeetingStage]:
    """How far each meeting of the session has come, oldest first."""
    return [one.stage for one in await meetings_of(world, session_id)]


async def meetings_of(world: World, session_id: SessionId) -> tuple[Meeting, ...]:
    """Every meeting the session ever had."""
    found: tuple[Meeting, ...] = await world.house.read(meetings.of_session, session_id)
    return found


async def ways_in(world: World, session_id: SessionId) -> set[str]:
    """For whom a way in is alive, over all meetings of the session."""

    def alive(reader: Reader) -> set[str]:
        return {
            held.subject_id
            for meeting in meetings.of_session(reader, session_id)
            for held in custody.held(reader, meeting.meeting_id)
        }

    found: set[str] = await world.house.read(alive)
    return found


async def alerts_now(world: World) -> set[str]:
    """The codes of the open alerts."""

    def listed(reader: Reader) -> set[str]:
        return {one.code for one in alerts.listed(reader, after="", limit=200, open_only=True)}

    found: set[str] = await world.house.read(listed)
    return found


async def waits(
    world: World, session_id: SessionId, by: Actor, child: ChildId | None = None
) -> Any:
    """What keeps a person out at the door; None if they went in."""
    try:
        await door.go_in(world.house.deps, door.GoIn(session_id, child), by)
    except ChaperoneError as error:
        return error.details.get("waits", error.code)
    return None


async def then_nothing_is_left(world: World) -> None:
    """No meeting exists at the provider, once it has given the report that keeps it there."""
    if world.house.rooms.provider == "teams":
        await world.house.advance(minutes=2)
        await world.house.settle()
    assert await world.house.rooms.meetings() == []


async def then_the_call_is_over(world: World) -> None:
    """Zoom was asked to end it. Nobody but people can end a Teams call: somebody is told to."""
    if world.house.rooms.provider == "teams":
        assert "end_call_by_hand" in await alerts_now(world)
        await the_call_ends(world)
    assert not [one for one in await world.house.rooms.meetings() if _is_running(one)]


def _is_running(meeting: Any) -> bool:
    return bool(meeting.get("live") or meeting.get("status") == "started")


async def then_everyone_is_shut_out(world: World, session_id: SessionId) -> None:
    """No way in is worth anything, and nobody new gets one."""
    assert await ways_in(world, session_id) == set()
    for staff_id in (world.second, world.tutor):
        assert await waits(world, session_id, world.actor(staff_id)) is not None
    mother = world.as_parent(world.family.mother)
    assert await waits(world, session_id, mother, world.family.child) is not None


# --- going in ---------------------------------------------------------------------------------------


async def second_staff_go_in(world: World, session_id: SessionId) -> Any:
    """Second staff start the room."""
    return await _follow(world, session_id, world.actor(world.second, Role.SECOND_STAFF))


async def tutor_goes_in(world: World, session_id: SessionId) -> Any:
    """The tutor goes in and is let in by second staff."""
    return await _admitted(world, session_id, world.actor(world.tutor, Role.TUTOR))


async def family_goes_in(world: World, session_id: SessionId, family: Family | None = None) -> Any:
    """The mother says that she is there; the household goes in and is let in."""
    family = family or world.family
    await check_in(world, session_id, family)
    return await _admitted(world, session_id, world.as_parent(family.mother), family.child)


async def _admitted(
    world: World, session_id: SessionId, by: Actor, child: ChildId | None = None
) -> Any:
    person = await _follow(world, session_id, by, child)
    admitted = await world.house.rooms.act(person["key"], "admit")
    await world.house.settle()
    return admitted


async def _follow(
    world: World, session_id: SessionId, by: Actor, child: ChildId | None = None
) -> Any:
    way = await door.go_in(world.house.deps, door.GoIn(session_id, child), by)
    account = "" if child else await account_of(world, by)
    person = await world.house.rooms.follow(
        way.url.get_secret_value(), way.name or "Somebody", account
    )
    await world.house.settle()
    return person


async def account_of(world: World, by: Actor) -> str:
    """The organisation's account of a member of staff."""
    record = await world.house.read(staff.staff_record, by.subject)
    return str(record.account.get_secret_value())


async def the_opening_will_stall(world: World) -> None:
    """Between making the meeting and releasing it, the provider will have no time for us."""
    await world.house.settle()  # whatever else is asked of it has been asked
    call = {"zoom": "add_registrant", "teams": "create_subscription"}
    await world.house.rooms.fault(call[world.house.rooms.provider], "rate_limit", times=3)


async def in_the_check_in_window(world: World, **more: object) -> SessionId:
    """An open session, fifteen minutes before its start."""
    session_id = await an_open_session(world, **more)
    await world.house.advance(minutes=BEFORE_CHECK_IN)
    await world.house.settle()
    return session_id


async def second_staff_look(
    world: World, session_id: SessionId, result: SightingResult = SightingResult.SEEN
) -> None:
    """Second staff note what they see of the child's adult."""
    noted = presence.NoteSighting(session_id, world.family.child, result)
    by = world.actor(world.second, Role.SECOND_STAFF)
    await world.house.do(presence.note_sighting, noted, by)
    await world.house.settle()


async def a_live_session(world: World, **more: object) -> SessionId:
    """A session that has begun, with everyone in the room."""
    session_id = await in_the_check_in_window(world, **more)
    await second_staff_go_in(world, session_id)
    await tutor_goes_in(world, session_id)
    await family_goes_in(world, session_id)
    await second_staff_look(world, session_id)
    await world.house.until((await session_of(world, session_id)).starts_at)
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    return session_id


async def the_lesson_goes_on(world: World, session_id: SessionId) -> None:
    """Second staff look whenever they are asked, until shortly before the planned end."""
    session = await session_of(world, session_id)
    halfway = session.starts_at + (session.ends_at - session.starts_at) / 2
    for instant in (halfway, session.ends_at - timedelta(minutes=4)):
        await pass_by(world, (instant - world.house.clock.now()).total_seconds(), every=600)
        await second_staff_look(world, session_id)


async def the_call_ends(world: World) -> None:
    """Second staff end the meeting for all."""
    (meeting,) = await world.house.rooms.meetings()
    await world.house.rooms.control("POST", f"meetings/{quote(str(meeting['id']), '')}/end")
    await world.house.settle()


on_both_providers = pytest.mark.parametrize("provider", ["zoom", "teams"], indirect=True)
"""A story that must hold wherever the meetings are."""

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""A story in which nothing depends on the database."""

on_teams = pytest.mark.parametrize(
    ("database_url", "provider"), [("sqlite", "teams")], indirect=True
)
"""A story of Teams alone."""


async def states(
    world: World, session_id: SessionId, by: Actor, family: Family | None = None
) -> None:
    """A witness says that all was as it should be."""
    await world.house.do(
        attesting.make_statement,
        attesting.MakeStatement(
            session_id,
            Answer.YES,
            Answer.YES,
            Answer.YES,
            Route.LINK,
            child_id=family.child if family else None,
            adult_id=family.mother if family else None,
        ),
        by,
    )


# --- by hand ------------------------------------------------------------------------------------------


async def claimed(
    world: World, kind: str, lease: timedelta = timedelta(seconds=60)
) -> tuple[Claim, ...]:
    """What is due of a kind, claimed as a reconciler would. Leases go by the database's clock."""
    command = ClaimDue(kind, 10, lease)
    found: tuple[Claim, ...] = await world.house.do(work.claim_due, command, system(kind))
    return found


async def pass_by(world: World, seconds: float, every: float = 30) -> None:
    """Let time pass in steps, settling at each."""
    until: datetime = world.house.clock.now() + timedelta(seconds=seconds)
    while world.house.clock.now() < until:
        left = (until - world.house.clock.now()).total_seconds()
        await world.house.advance(seconds=min(every, left))
        await world.house.settle()
