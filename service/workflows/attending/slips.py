"""The way in for the child's own device: a one-use code that the adult makes, and can take back.

A slip is an invitation of a few minutes, not a key: when the device knocks with it every question is
asked again, and that admission ends the adult's own page as a way in. Wrong, expired, used and other
people's codes all look the same (pitfall 17).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import SecretStr

from service.audit.events import Entry, Event
from service.errors import Conflict, NotFound
from service.policy.admission import SlipPurpose, admit, child_of
from service.policy.case import CaseFile
from service.policy.people import Actor, ChildId, ParentId, Role, SessionId
from service.store.alerts import alerts
from service.store.attending import slips
from service.store.attending.slips import Slip
from service.store.meetings import meetings, ways_in
from service.store.meetings.meetings import Meeting
from service.store.sessions import cases, sessions
from service.store.transactions import Reader, Tx
from service.workflows.attending import door
from service.workflows.attending.seats import DIGITS, LETTERS, door_code
from service.workflows.deps import Deps
from service.workflows.meetings import falling
from service.workflows.watch.roster import roster

LASTS = timedelta(minutes=5)
LONG = 8
"""Letters of a code: with the tries that an address gets, guessing one in five minutes is hopeless."""


@dataclass(frozen=True)
class MakeSlip:
    """An adult hands something on to another device of the household."""

    session_id: SessionId
    child_id: ChildId
    purpose: SlipPurpose


@dataclass(frozen=True)
class Made:
    """A fresh slip. The code is shown once and nowhere stored in clear."""

    code: SecretStr = field(repr=False)
    expires_at: datetime


def make_slip(tx: Tx, command: MakeSlip) -> Made:
    """Make a code for another device; the one before it is worth nothing any more.

    For the way in only while the adult could go in themselves; `NotClear` lists what is waited for.
    """
    case = cases.lock(tx, command.session_id)
    _must_be_theirs(tx, case, command)
    for slip in slips.standing(tx, command.session_id, command.child_id):
        if slip.purpose is command.purpose:
            falling.end_slip(tx, slip, "replaced")
    code = door_code(LONG)
    slip = Slip(
        slip_id=tx.new_id("slip"),
        purpose=command.purpose,
        session_id=command.session_id,
        child_id=command.child_id,
        adult_id=door.adult(tx.by),
        made_at=tx.now,
        expires_at=tx.now + LASTS,
    )
    slips.insert(tx, slip, tx.house.code_digest(code))
    _record(tx, Event.SLIP_MADE, slip)
    return Made(SecretStr(code), slip.expires_at)


def _must_be_theirs(tx: Tx, case: CaseFile, command: MakeSlip) -> None:
    knock = door.household_knock(case, command.child_id, tx.by)
    if command.purpose is SlipPurpose.WAY_IN:
        meeting = meetings.live_of_session(tx, command.session_id)
        admit(case, door.room(tx, case, meeting), knock, tx.now)
        return
    child = child_of(case, command.child_id)
    if child is None or child.here_since(door.adult(tx.by), case.session) is None:
        raise Conflict("Say that you are there first.", code="not_here")


def readable(code: SecretStr) -> str:
    """A code as people read it to each other: in two halves."""
    plain = code.get_secret_value()
    return f"{plain[: LONG // 2]}-{plain[LONG // 2 :]}"


def plain(typed: str) -> str:
    """What somebody typed, as the code it may be; nothing if it cannot be one."""
    signs = "".join(sign for sign in typed.upper() if sign not in " -\t.")
    fits = len(signs) == LONG and set(signs) <= set(LETTERS + DIGITS)
    return signs if fits else ""


# --- going in by a slip -------------------------------------------------------------------------------


@dataclass(frozen=True)
class UseSlip:
    """A device goes in with a code."""

    code: SecretStr = field(repr=False)


async def go_in(deps: Deps, command: UseSlip, by: Actor) -> door.Way:
    """Let the child's own device in, if nothing keeps it out, on the word of the adult who made the
    slip. `NotFound` for every code that opens nothing; `NotClear` leaves the code as it was."""
    return await door.way_of(deps, await deps.store.do(use_slip, command, by=by))


def on_the_word_of(adult_id: ParentId, request_id: str) -> Actor:
    """The adult to whom a device belongs, as the one who acts."""
    return Actor(adult_id, frozenset({Role.PARENT}), request_id)


def of_code(reader: Tx | Reader, code: SecretStr, purpose: SlipPurpose | None = None) -> Slip:
    """The slip of a code. `NotFound` for every one that opens nothing, whatever the reason."""
    slip = slips.by_code(reader, reader.house.code_digest(code.get_secret_value()))
    if slip is None or purpose not in (None, slip.purpose):
        raise NotFound
    return slip


def use_slip(tx: Tx, command: UseSlip) -> door.Admitted:
    """Decide and record the admission of the child's own device, and use the slip up with it."""
    slip = of_code(tx, command.code, SlipPurpose.WAY_IN)
    knocking = door.GoIn(slip.session_id, slip.child_id, by_slip=True)
    admitted = door.record_admission(tx, knocking)
    use_up(tx, slip)
    return admitted


def use_up(tx: Tx, slip: Slip) -> None:
    """Note that a slip was used. `NotFound` if another device was faster."""
    if not slips.use(tx, slip.slip_id):
        raise NotFound
    _record(tx, Event.SLIP_USED, slip)


# --- taking it back -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class TakeBack:
    """An adult, or the office, takes back what lets a household's device in."""

    session_id: SessionId
    child_id: ChildId


def take_back(tx: Tx, command: TakeBack) -> SessionId:
    """End the code, and whatever way in was released, in one step; another is made if the child is
    still clear. An adult takes back what they handed on, the office any household's."""
    case = cases.lock(tx, command.session_id)
    if child_of(case, command.child_id) is None:
        raise NotFound
    standing = slips.standing(tx, command.session_id, command.child_id)
    meeting = meetings.live_of_session(tx, command.session_id)
    is_office = tx.by.has(Role.COORDINATOR, Role.DSL)
    mine = [slip for slip in standing if is_office or slip.adult_id == tx.by.subject]
    let_in = meeting is not None and command.child_id in ways_in.let_in_at(tx, meeting.meeting_id)
    if not mine and not (is_office and let_in):
        raise NotFound
    for slip in mine:
        falling.end_slip(tx, slip, "taken_back")
    was_used = any(slip.used_at is not None for slip in mine)
    if meeting is not None and let_in and (was_used or is_office):
        _shut(tx, meeting, command.child_id)
    return command.session_id


def _shut(tx: Tx, meeting: Meeting, child_id: ChildId) -> None:
    """Whoever may be inside by the way in that is taken back is for a person to put out."""
    room = roster(tx, meeting)
    mine = [one for one in ways_in.held(tx, meeting.meeting_id) if one.subject_id == child_id]
    seen = [room.person(one.registrant_id) for one in mine]
    falling.take_back(tx, meeting, child_id)
    if any(person.is_inside or not person.stays for person in seen):
        alerts.raise_alert(tx, child_id, "child_must_leave", meeting.session_id)
    sessions.touch(tx, [meeting.session_id])


def _record(tx: Tx, event: Event, slip: Slip) -> None:
    about = {"child": slip.child_id, "adult": slip.adult_id, "slip": slip.slip_id}
    tx.record(Entry(event, slip.session_id, about, {"purpose": slip.purpose.value}))
