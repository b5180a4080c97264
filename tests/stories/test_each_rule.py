"""Each rule, on its own, keeps a meeting from being made: asked over HTTP, and looked for at Zoom.

Every story starts from one session in which nothing is missing and breaks one named thing. Taking the
rule out of `RULES` makes its story fail.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from service.policy.consent import ConsentKind, Purpose
from service.policy.consent import Route as WordRoute
from service.policy.people import Authority, Role, SessionId
from service.policy.rules import OVERRIDABLE, RULES
from service.policy.session import CoverMode, Span
from service.workflows.consents.consent import SayWord, say_word
from service.workflows.families import onboarding
from service.workflows.second_staff import staffing
from service.workflows.sessions import amending, booking
from service.workflows.staff import duties, register
from tests.deployment import ORGANISATION, REHEARSING, VISITED
from tests.harness import House, running
from tests.invariants import check_everything
from tests.office import publish
from tests.world import (
    ADMIN,
    World,
    a_clear_session,
    a_colleague,
    a_family,
    a_world,
    book,
    cover,
    pledge,
    say,
)

Break = Callable[[World], Awaitable[SessionId]]


async def nobody_consented(world: World) -> SessionId:
    session_id = await book(world)
    await cover(world, session_id)
    return session_id


async def the_child_did_not_agree(world: World) -> SessionId:
    await say(world, child_agrees=False)
    session_id = await book(world)
    await cover(world, session_id)
    await pledge(world, session_id)
    return session_id


async def the_father_refuses(world: World) -> SessionId:
    session_id = await a_clear_session(world)
    await say(world, ConsentKind.REFUSED, giver=world.family.father)
    return session_id


async def a_new_policy_asks_for_fresh_agreement(world: World) -> SessionId:
    session_id = await a_clear_session(world)
    await publish(world.house, "v4", fresh=True)
    return session_id


async def second_staff_has_not_accepted(world: World) -> SessionId:
    await say(world)
    session_id = await book(world)
    assign = staffing.AssignSecondStaff(session_id, world.second)
    await world.house.do(staffing.assign, assign, world.as_coordinator)
    await pledge(world, session_id)
    return session_id


async def second_staff_is_the_childs_aunt(world: World) -> SessionId:
    session_id = await a_clear_session(world)
    relation = register.DeclareRelation(world.second, world.family.child)
    await world.house.do(register.declare_relation, relation, ADMIN)
    return session_id


async def second_staff_and_tutor_are_one_person(world: World) -> SessionId:
    session_id = await a_clear_session(world)
    for staff_id, account in ((world.second, "sam"), (world.tutor, "theo")):
        entry = register.PutStaff(
            SecretStr("One Person"),
            SecretStr(f"{account}@tuition.example"),
            SecretStr("020 7946 0999"),
            staff_id=staff_id,
        )
        await world.house.do(register.put_staff, entry, ADMIN)
    return session_id


async def second_staff_is_suspended(world: World) -> SessionId:
    session_id = await a_clear_session(world)
    suspend = register.Suspend(world.second, suspended=True, reason="under inquiry")
    await world.house.do(register.suspend, suspend, ADMIN)
    return session_id


async def nobody_promised_to_be_there(world: World) -> SessionId:
    await say(world)
    session_id = await book(world)
    await cover(world, session_id)
    return session_id


async def second_staff_covers_another_room_first(world: World) -> SessionId:
    """This one was moved to the time of the other, and they say yes to all of that time."""
    now = world.house.clock.now()
    other_tutor = await a_colleague(world.house, "Tess", "tess")
    other_family = await a_family(world.house, "brook", world.coordinator)
    later = now + timedelta(minutes=70)
    elsewhere = await book(world, other_family.child, tutor=other_tutor, starts_at=later)
    await cover(world, elsewhere)
    await say(world)
    session_id = await book(world, starts_at=now + timedelta(hours=3))
    assign = staffing.AssignSecondStaff(session_id, world.second)
    await world.house.do(staffing.assign, assign, world.as_coordinator)
    starts, ends = now + timedelta(minutes=60), now + timedelta(minutes=105)
    terms = booking.Terms(starts, ends, "local", "Europe/London", "Fractions")
    moved = amending.Reschedule(session_id, None, terms)
    await world.house.do(amending.reschedule, moved, world.as_coordinator)
    rota = duties.AcceptRota(world.second, Span(now, now + timedelta(hours=6)))
    by = world.actor(world.second, Role.SECOND_STAFF)
    await world.house.do(duties.accept_rota, rota, by)
    await pledge(world, session_id, terms=2)
    return session_id


async def the_tutor_is_suspended(world: World) -> SessionId:
    session_id = await a_clear_session(world)
    suspend = register.Suspend(world.tutor, suspended=True, reason="under inquiry")
    await world.house.do(register.suspend, suspend, ADMIN)
    return session_id


async def it_is_late_in_the_evening(world: World) -> SessionId:
    late = world.house.clock.now().replace(hour=20, minute=30)
    return await a_clear_session(world, starts_at=late)


async def no_purpose_is_stated(world: World) -> SessionId:
    return await a_clear_session(world, purpose="")


async def second_staff_is_away(world: World) -> SessionId:
    session_id = await a_clear_session(world)
    now = world.house.clock.now()
    away = duties.NoteAbsence(world.second, Span(now, now + timedelta(hours=3)))
    await world.house.do(duties.note_absence, away, world.as_coordinator)
    return session_id


async def the_account_has_one_custodian(world: World) -> SessionId:
    session_id = await a_clear_session(world)
    suspend = register.Suspend(world.lead, suspended=True, reason="on leave")
    await world.house.do(register.suspend, suspend, ADMIN)
    return session_id


async def the_mother_promised_to_be_with_another_child(world: World) -> SessionId:
    brook = await a_family(world.house, "brook", world.coordinator)
    mother = world.family.mother
    tie = onboarding.PutTie(brook.child, mother, "mother", Authority.PARENTAL_RESPONSIBILITY)
    await world.house.do(onboarding.put_tie, tie, ADMIN)
    brother = replace(brook, mother=mother)
    await say(world, family=brother)
    elsewhere = await book(
        world, brother.child, tutor=await a_colleague(world.house, "Tess", "tess")
    )
    await pledge(world, elsewhere, brother)
    return await a_clear_session(world)


async def the_paper_says_nothing_of_visits(world: World) -> SessionId:
    signed = SayWord(
        world.family.child,
        world.family.mother,
        Purpose.TAKE_PART,
        ConsentKind.GIVEN,
        WordRoute.PAPER,
        evidence="file 7",
        policy_version="v3",
        present_adults=(world.family.mother,),
        child_agrees=True,
    )
    await world.house.do(say_word, signed, world.as_coordinator)
    session_id = await book(world, cover_mode=CoverMode.VISITING)
    await cover(world, session_id)
    await pledge(world, session_id)
    return session_id


STORIES: dict[str, tuple[Break, str]] = {
    "R-01": (nobody_consented, "consent_missing"),
    "R-02": (the_father_refuses, "consent_refused"),
    "R-03": (a_new_policy_asks_for_fresh_agreement, "agreement_outdated"),
    "R-04": (second_staff_has_not_accepted, "second_staff_unaccepted"),
    "R-05": (second_staff_is_the_childs_aunt, "second_staff_is_family"),
    "R-06": (second_staff_and_tutor_are_one_person, "second_staff_is_tutor"),
    "R-07": (second_staff_is_suspended, "second_staff_suspended"),
    "R-08": (nobody_promised_to_be_there, "pledge_missing"),
    "R-09": (second_staff_covers_another_room_first, "second_staff_elsewhere"),
    "R-10": (the_tutor_is_suspended, "tutor_suspended"),
    "R-11": (it_is_late_in_the_evening, "outside_hours"),
    "R-12": (no_purpose_is_stated, "purpose_missing"),
    "R-13": (the_account_has_one_custodian, "host_custodians"),
    "R-14": (the_mother_promised_to_be_with_another_child, "adult_elsewhere"),
    "R-15": (second_staff_is_away, "second_staff_absent"),
    "R-16": (a_clear_session, "rehearsal"),
    "R-17": (the_child_did_not_agree, "child_not_agreed"),
    "R-18": (the_paper_says_nothing_of_visits, "visits_not_agreed"),
}

ORGANISED = {"R-16": REHEARSING, "R-18": VISITED}
"""Rules that bind only in an organisation that is set up so."""


def test_every_rule_has_a_story() -> None:
    assert set(STORIES) == {rule.number for rule in RULES}


@pytest.mark.parametrize("number", STORIES)
async def test_a_broken_rule_is_told_and_no_meeting_is_made(
    number: str, sqlite_url: str, tmp_path: Path
) -> None:
    organised = ORGANISED.get(number, ORGANISATION)
    async with running(sqlite_url, tmp_path, migrated=True, organised=organised) as house:
        world = await a_world(house)
        break_it, code = STORIES[number]
        session_id = await break_it(world)
        told = await blockers(house, session_id)
        assert code in {blocker["code"] for blocker in told if blocker["rule"] == number}
        await when_the_opening_window_passes(house, session_id)
        assert not await house.rooms.calls("create_meeting")
        assert not await house.rooms.meetings()
        await check_everything(house)


async def test_the_unbroken_session_opens(database_url: str, tmp_path: Path) -> None:
    async with running(database_url, tmp_path, migrated=True) as house:
        world = await a_world(house)
        session_id = await a_clear_session(world)
        assert await blockers(house, session_id) == []
        await when_the_opening_window_passes(house, session_id)
        assert len(await house.rooms.calls("create_meeting")) == 1
        await check_everything(house)


async def blockers(house: House, session_id: SessionId) -> list[dict[str, str]]:
    reply = await house.api(Role.COORDINATOR).get(f"/v1/sessions/{session_id}/clearance")
    assert reply.status == 200, reply.text
    found: list[dict[str, str]] = reply.body["blockers"]
    return found


async def when_the_opening_window_passes(house: House, session_id: SessionId) -> None:
    """From before the window until just before the late limit, in steps."""
    reply = await house.api(Role.COORDINATOR).get(f"/v1/sessions/{session_id}")
    starts_at = datetime.fromisoformat(reply.body["starts_at"])
    for minutes in (-31, -29, -1, 5):
        await house.until(starts_at + timedelta(minutes=minutes))
        await house.settle()


def test_no_rule_can_be_set_aside_that_must_not_be() -> None:
    assert {
        "outside_hours",
        "tutor_training_lapsed",
        "second_staff_training_lapsed",
    } == OVERRIDABLE
