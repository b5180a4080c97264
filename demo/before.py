"""From the booking to a meeting that exists: nothing is made until every condition holds."""

from datetime import UTC, datetime, timedelta
from typing import Any

from demo.cast import must
from demo.crew import DemoFailed
from demo.rooms import Rooms
from demo.stage import Stage, came_through, must_say

CHECK_IN_WINDOW = timedelta(minutes=20)
TIME_FOR_THE_PROMISE = timedelta(seconds=12)
"""How long after the booking the doors open. Until then a page asks for the promise alone; from then
on it asks for the promise and "I am here" together. The play wants to show both."""

LESSON = timedelta(minutes=45)


async def duty(stage: Stage) -> None:
    """Two people are designated and on duty, so that an alert would reach both at once (POL-11)."""
    lead, coordinator, teller = stage.cast.lead, stage.cast.coordinator, stage.teller
    teller.step(f"{lead.says}, says whom alerts reach, and when")
    everyday = {"weekdays": list(range(7)), "starts": "00:00", "ends": "00:00"}
    first_day = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    for place, (person, standing) in enumerate(((lead, "lead"), (coordinator, "coordinator")), 1):
        body = {"standing": standing, "channels": ["email"]}
        await lead.put(f"/v1/duty/people/{person.subject}", body)
        turn = {"staff_id": person.subject, "first_day": first_day, "place": place, **everyday}
        await lead.post("/v1/duty/turns", turn, 201)
    teller.good("Lea and Cora are on duty. Nobody who is off duty is ever rung.")


async def book(stage: Stage, rooms: Rooms) -> None:
    """A tutor books; the booking stands, and says why no meeting may exist yet."""
    tutor, teller = stage.cast.tutor, stage.teller
    teller.step(f"{tutor.says}, books a lesson for Robin")
    starts_at = datetime.now(UTC) + CHECK_IN_WINDOW + TIME_FOR_THE_PROMISE
    reply = await tutor.post("/v1/sessions", booking(stage, starts_at, "Fractions"), 201)
    stage.session_id = reply.body["session_id"]
    teller.good(f"Booked: {stage.session_id}, in about {CHECK_IN_WINDOW.seconds // 60} minutes.")
    await stage.must_wait_for("consent_missing", "second_staff_missing", "pledge_missing")
    says = stage.running.emulator.says
    if await rooms.standing():
        raise DemoFailed(f"There is a meeting at {says} although the session is blocked.")
    teller.refused(f"No meeting is made. The opening window is open, and {says} holds no meeting.")


def booking(stage: Stage, starts_at: datetime, purpose: str, *, other: bool = False) -> Any:
    """The body of a booking for the family of the play, or for the other one."""
    cast = stage.cast
    tutor_id = cast.ids["staff-tilda"] if other else cast.tutor.subject
    family = cast.other_family if other else cast.family
    return {
        "tutor_id": tutor_id,
        "children": [family.child_id],
        "starts_at": starts_at.isoformat(),
        "duration_minutes": LESSON.seconds // 60,
        "purpose": purpose,
        "provider": stage.running.emulator.name,
    }


async def consent(stage: Stage) -> None:
    """The mother gets a letter, reads the page, and agrees with her PIN."""
    coordinator, teller, family = stage.cast.coordinator, stage.teller, stage.cast.family
    teller.step(
        f"{coordinator.says}, asks {family.parent.first_name} for consent; she agrees by link"
    )
    path = f"/v1/children/{family.child_id}/consent-requests"
    await coordinator.post(path, {"giver_id": family.parent.parent_id})
    link = await stage.link_for(family.parent, "permission")
    teller.good("A letter is in her mailbox. It names neither child nor lesson in its subject.")
    browser = stage.browser()
    page = must_say(await browser.open(link), 200, "What we ask")
    form = page.form("do", "give")
    filled = {"agree": "yes", "child_agrees": "yes", "adults": family.parent.parent_id}
    wrong = await browser.send(page, form, **filled, pin="9999")
    must_say(wrong, 403, "That PIN is not right.")
    if all(one["code"] != "consent_missing" for one in await stage.blockers()):
        raise DemoFailed("A wrong PIN was taken for consent.")
    teller.refused(
        "With a wrong PIN nothing is consented: a link in the wrong hands is not enough."
    )
    came_through(await browser.send(page, form, **filled, pin=family.parent.pin), "Consent")
    teller.good("With her PIN it counts. She named herself as the adult who may be present.")
    await stage.must_wait_for("second_staff_missing", "pledge_missing")


async def cover(stage: Stage) -> None:
    """A second member of staff is put on the session, and says yes."""
    coordinator, teller, second = stage.cast.coordinator, stage.teller, stage.cast.second
    teller.step(f"{coordinator.says}, assigns {second.says}, who accepts")
    path = f"{stage.session}/second-staff"
    same = await coordinator.call("PUT", path, {"staff_id": stage.cast.tutor.subject})
    must(same, "The tutor as second staff", 422)
    teller.refused(f"The tutor cannot be their own second member of staff ({same.status}).")
    await coordinator.put(path, {"staff_id": second.subject})
    await stage.must_wait_for("second_staff_unaccepted", "pledge_missing")
    await second.post(f"{path}/acceptance")
    teller.good("Accepted.")
    await stage.must_wait_for("pledge_missing")


async def pledge(stage: Stage) -> None:
    """The mother promises to be there; another family cannot do it for her."""
    teller, family, other = stage.teller, stage.cast.family, stage.cast.other_family
    teller.step(f"{family.parent.first_name} promises by link to be present")
    stranger = await stage.cast.coordinator.call(
        "POST",
        f"{stage.session}/pledges",
        {
            "child_id": family.child_id,
            "adult_id": other.parent.parent_id,
            "terms": 1,
            "mode": "in_the_room",
            "route": "phone",
            "evidence": "number on file",
        },
    )
    must(stranger, "A pledge by another family's parent", 404)
    teller.refused("A promise by a parent of another family: not found (404), whoever records it.")
    link = await stage.link_for(family.parent, "promise")
    browser = stage.browser()
    guessed = await browser.open(link[:-4] + "AAAA")
    must_say(guessed, 404, "")
    teller.refused(
        "A link with a few letters changed: nothing there (404), like every other wrong one."
    )
    page = must_say(await browser.open(link), 200, "Fractions")
    # A machine that was slow has let the doors open: then the page asks for both at once.
    form = page.form("do", "pledge" if page.has("do", "pledge") else "pledge_here")
    filled = {"mode": "in_the_room", "agree": "yes", "pin": family.parent.pin}
    came_through(await browser.send(page, form, **filled), "The promise")
    teller.good("Promised, for this session, this time and this purpose.")
    await stage.must_wait_for()


async def opened(stage: Stage, rooms: Rooms) -> Any:
    """The meeting is made at once, read back, and shown as the provider has it."""
    says = stage.running.emulator.says
    stage.teller.step(
        f"Now that nothing is in the way the meeting is made at {says}, and read back"
    )
    await stage.until_state("open")
    meetings = await rooms.standing()
    if len(meetings) != 1:
        raise DemoFailed(f"Expected one meeting at {says}, found {len(meetings)}.")
    await rooms.show_made(meetings[0])
    await _is_kept_secret(stage)
    await rooms.turn_away(meetings[0])
    return meetings[0]


async def _is_kept_secret(stage: Stage) -> None:
    """Neither the letters nor what the service shows of the session hold a way into the room."""
    url = stage.running.ports.provider_url
    shown = (await stage.cast.coordinator.get(stage.session)).text
    if url in shown or any(url in letter.text for letter in stage.mailbox.letters):
        raise DemoFailed("A way into the room was given away.")
    stage.teller.good("No letter, and nothing that is shown of the session, holds a link into it.")
