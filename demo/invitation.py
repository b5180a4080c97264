"""What is left for the visitor: a second session that waits for them, and every door to try."""

import asyncio
from datetime import UTC, datetime, timedelta

from demo.before import booking
from demo.cast import Person, sign_in
from demo.play import rooms_of
from demo.stage import Stage

STARTS_IN = timedelta(minutes=19)
"""Less than the check-in window, so that its doors are open at once; it lapses 15 minutes after."""


async def invite(stage: Stage, inspector: Person) -> None:
    """Book a fresh session for the second family, and print where to click."""
    teller, cast, ports = stage.teller, stage.cast, stage.running.ports
    teller.heading("Your turn: a second session waits for you")
    session_id = await _book(stage)
    consent = await stage.link_for(cast.other_family.parent, "permission")
    teller.say(
        "Hazel's lesson lacks consent, a promise and a second member of staff. Open Hanna's page, "
        "agree with her PIN, and find her next letter in the mailbox; assign and accept with the "
        "commands below. It must be clear within half an hour."
    )
    teller.row("Hanna's page", consent)
    teller.row("Hanna's PIN", cast.other_family.parent.pin)
    teller.row("mailbox", ports.mailbox_url)
    teller.row("staff sign in at", f"{ports.service_url}/staff/sign-in (paste a token)")
    teller.row("board of all rooms", f"{ports.service_url}/live (sign in as the lead)")
    teller.row("interface", f"{ports.service_url}/docs")
    rooms_of(stage).where_to_click()
    teller.row("folder", str(stage.running.folder))
    await _tokens(stage, inspector)
    _commands(stage, session_id)
    teller.invited = True
    teller.heading("Everything stays up. Press Ctrl-C to stop it all")


async def _book(stage: Stage) -> str:
    cast = stage.cast
    starts_at = datetime.now(UTC) + STARTS_IN
    body = booking(stage, starts_at, "Reading aloud", other=True)
    reply = await cast.coordinator.post("/v1/sessions", body, 201)
    path = f"/v1/children/{cast.other_family.child_id}/consent-requests"
    await cast.coordinator.post(path, {"giver_id": cast.other_family.parent.parent_id})
    return str(reply.body["session_id"])


async def _tokens(stage: Stage, inspector: Person) -> None:
    cast, teller, ids = stage.cast, stage.teller, stage.cast.ids
    tilda, uma, lea = await asyncio.gather(
        sign_in(stage.running, stage.http, ids["staff-tilda"], "Tilda, tutor", "tutor"),
        sign_in(stage.running, stage.http, ids["staff-uma"], "Uma, second staff", "second_staff"),
        sign_in(stage.running, stage.http, ids["staff-lea"], "Lea, safeguarding lead", "dsl"),
    )
    teller.say("Tokens, good for 8 hours:")
    for name, person in (
        ("COORDINATOR", cast.coordinator),
        ("SECOND", uma),
        ("TUTOR", tilda),
        ("LEAD", lea),
        ("INSPECTOR", inspector),
    ):
        teller.say(f"{person.says}:")
        teller.line(f"{name}={person.token}")


def _commands(stage: Stage, session_id: str) -> None:
    teller, url = stage.teller, stage.running.ports.service_url
    session = f"{url}/v1/sessions/{session_id}"
    second = stage.cast.ids["staff-uma"]
    asking = 'curl -s -H "Authorization: Bearer'
    teller.say("Once the tokens are set in your shell:")
    for meaning, command in (
        ("What is in the way?", f'{asking} $COORDINATOR" {session}/clearance'),
        (
            "Assign Uma as second staff",
            f'{asking} $COORDINATOR" -X PUT -H "Content-Type: application/json" '
            f'-d \'{{"staff_id": "{second}"}}\' {session}/second-staff',
        ),
        ("Uma accepts", f'{asking} $SECOND" -X POST {session}/second-staff/acceptance'),
        ("Uma's way in, once it is open", f'{asking} $SECOND" -X POST {session}/door'),
        ("The lead's alerts", f'{asking} $LEAD" {url}/v1/alerts'),
        ("The inspector's log", f'{asking} $INSPECTOR" {url}/v1/audit/entries'),
    ):
        teller.say(meaning)
        teller.line(command)
