"""The door: who is still missing, and the one place that releases a way in.

Every admission, its decision and its entry are one transaction; the link is opened after the commit
and goes to one person. Second staff get the host's start link, read afresh from the provider and
never stored (pitfall 46).
"""

from dataclasses import dataclass

from pydantic import SecretStr

from service.audit.events import Entry, Event
from service.errors import NotAllowed, NotClear, NotFound, NotReady, ProviderError
from service.policy.admission import (
    Knock,
    Place,
    Presence,
    Room,
    Wait,
    admit,
    child_of,
    place_of,
    waits_for,
)
from service.policy.case import CaseFile
from service.policy.people import Actor, ChildId, ParentId, SessionId, StaffId
from service.policy.room import HOST
from service.store.attending import presence
from service.store.meetings import meetings, ways_in
from service.store.meetings.meetings import Meeting
from service.store.meetings.ways_in import HeldWayIn
from service.store.second_staff import hand_overs
from service.store.sessions import cases
from service.store.tables import MeetingStage
from service.store.transactions import Reader, Tx
from service.workflows.attending import sighting
from service.workflows.attending.sighting import Sighted
from service.workflows.deps import Deps
from service.workflows.meetings import falling
from service.workflows.watch import looking, supervising
from service.workflows.watch.roster import roster


def room(reader: Tx | Reader, case: CaseFile, meeting: Meeting | None) -> Room:
    """What the door knows of the room: the provider's word first, then second staff's own."""
    if meeting is None or case.second_staff is None:
        return Room(Presence.ABSENT, call_started=False)
    seen = roster(reader, meeting)
    if HOST in seen.inside:
        return Room(Presence.BY_PROVIDER, call_started=True)
    if HOST in seen.ever_inside:  # the provider saw them come and go: their word is not enough
        return Room(Presence.ABSENT, call_started=True)
    claimed = presence.claimed_in_room_at(
        reader, case.session.session_id, case.second_staff.staff_id
    )
    let_in_at = ways_in.let_in_at(reader, meeting.meeting_id).get(case.second_staff.staff_id)
    if claimed is not None and let_in_at is not None and claimed >= let_in_at:
        return Room(Presence.CLAIMED, call_started=seen.call_started)
    return Room(Presence.ABSENT, call_started=seen.call_started)


@dataclass(frozen=True)
class LetIn:
    """Somebody the door has let in, under the code that the provider's waiting room shows.

    Empty for staff who wait under an account of their own.
    """

    place: Place
    door_code: str


@dataclass(frozen=True)
class DoorView:
    """What a person sees at the door: what they still wait for, by role and never by name.

    Second staff also see `let_in`: whoever else waits at the provider is not to be admitted; and each
    child's adult.
    """

    place: Place
    waits: tuple[Wait, ...]
    let_in: tuple[LetIn, ...] = ()
    adults: tuple[Sighted, ...] = ()

    @property
    def open(self) -> bool:
        """Whether they may go in now."""
        return not self.waits


def staff_knock(case: CaseFile, actor: Actor) -> Knock:
    """The knock of a signed-in member of staff. `NotFound` if not in the session."""
    return Knock(place_of(case, actor.subject), staff_id=StaffId(actor.subject))


def look_staff(reader: Reader, session_id: SessionId, actor: Actor) -> DoorView:
    """The door as tutor or second staff see it."""
    case = cases.load(reader, session_id)
    return _look(reader, case, staff_knock(case, actor))


def look_household(reader: Reader, session_id: SessionId, child_id: ChildId) -> DoorView:
    """The door as a child's household sees it."""
    case = cases.load(reader, session_id)
    return _look(reader, case, Knock(Place.HOUSEHOLD, child_id=child_id))


def _look(reader: Reader, case: CaseFile, knock: Knock) -> DoorView:
    meeting = meetings.live_of_session(reader, case.session.session_id)
    waits = waits_for(case, room(reader, case, meeting), knock, reader.now)
    if meeting is None or knock.place is not Place.SECOND_STAFF:
        return DoorView(knock.place, waits)
    adults = sighting.of_session(reader, case, meeting)
    return DoorView(knock.place, waits, _let_in(reader, meeting), adults)


def _let_in(reader: Reader, meeting: Meeting) -> tuple[LetIn, ...]:
    admitted = ways_in.let_in_at(reader, meeting.meeting_id)
    is_shared = bool(meeting.link_key)
    return tuple(
        LetIn(held.place, "" if is_shared and held.place is Place.TUTOR else held.door_code)
        for held in ways_in.held(reader, meeting.meeting_id)
        if held.subject_id in admitted
    )


# --- going in -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class GoIn:
    """A person asks to be let in: a member of staff, or a household with its child, `by_slip` on the
    child's own device."""

    session_id: SessionId
    child_id: ChildId | None = None
    by_slip: bool = False


@dataclass(frozen=True)
class Admitted:
    """A recorded admission. Staff who hold the room have no stored way in: it is read afresh."""

    place: Place
    meeting: Meeting
    url: SecretStr | None
    door_code: str = ""


@dataclass(frozen=True)
class Way:
    """The way in, for one person. Where links are not personal, a household goes in under `name`:
    second staff admit nobody who waits under another."""

    url: SecretStr
    name: str = ""


async def go_in(deps: Deps, command: GoIn, by: Actor) -> Way:
    """Let one person in if nothing keeps them out; answers their way in.

    `NotClear` (code `not_admitted`) lists what they still wait for.
    """
    return await way_of(deps, await deps.store.do(record_admission, command, by=by))


async def way_of(deps: Deps, admitted: Admitted) -> Way:
    """The way in that a recorded admission releases."""
    if admitted.url is None:
        return Way(await _start_link(deps, admitted.meeting))
    personal = deps.providers[admitted.meeting.provider].abilities.personal_links
    named = admitted.place is Place.HOUSEHOLD and not personal
    return Way(admitted.url, admitted.door_code if named else "")


async def _start_link(deps: Deps, meeting: Meeting) -> SecretStr:
    if meeting.handle is None:
        raise NotFound
    try:
        url = await deps.providers[meeting.provider].host_start_link(meeting.handle)
    except ProviderError as error:
        raise NotReady("The provider does not answer. Please try again in a moment.") from error
    now = await deps.store.read(meetings.get, meeting.meeting_id)
    if now.stage is not MeetingStage.OPEN:  # a condition fell while the provider was asked
        raise NotClear("The session is not open any more.", code="not_admitted")
    return url


def record_admission(tx: Tx, command: GoIn) -> Admitted:
    """Decide and record one admission; the way in leaves custody only after this commit."""
    case = cases.lock(tx, command.session_id)
    meeting = meetings.live_of_session(tx, command.session_id)
    knock = _knock(case, command, tx.by)
    admission = admit(case, room(tx, case, meeting), knock, tx.now)
    if meeting is None:
        raise NotClear("The session is not open.", code="not_admitted")
    if knock.place is Place.HOUSEHOLD and not meeting.is_trusted:
        raise NotClear("The room is being checked. Try again in a moment.", code="not_admitted")
    subject_id = command.child_id or tx.by.subject
    held, url = None, None
    if knock.place is not Place.SECOND_STAFF:
        held = _way_in(tx, meeting, subject_id)
        url = tx.house.unseal(held.url_sealed, f"ways_in.url:{held.way_in_id}")
    ways_in.insert_admission(
        tx,
        meeting.session_id,
        meeting.meeting_id,
        knock,
        subject_id,
        admission.room.second_staff,
        held.way_in_id if held else None,
    )
    if case.hand_over is not None and subject_id == case.hand_over.newcomer:
        hand_overs.admit(tx, case.hand_over.hand_over_id)
    looking.look_soon(tx, meeting.meeting_id)
    tx.record(
        Entry(
            Event.PERSON_ADMITTED,
            command.session_id,
            {"person": subject_id, "meeting": meeting.meeting_id},
            {
                "place": knock.place.value,
                "second_staff": admission.room.second_staff.value,
                "terms": case.session.terms,
                "by_slip": knock.by_slip,
            },
        )
    )
    if knock.place is Place.HOUSEHOLD and not knock.by_slip:
        falling.end_slips(tx, command.session_id, command.child_id, "went_in_beside_the_adult")
    supervising.hurry(tx, command.session_id)
    return Admitted(knock.place, meeting, url, held.door_code if held else "")


def _knock(case: CaseFile, command: GoIn, by: Actor) -> Knock:
    """Who knocks: staff for themselves, a household only through the adult who promised."""
    if command.child_id is None:
        return staff_knock(case, by)
    return household_knock(case, command.child_id, by, by_slip=command.by_slip)


def household_knock(
    case: CaseFile, child_id: ChildId, by: Actor, *, by_slip: bool = False
) -> Knock:
    """The knock of a household, through the adult who promised. Other families look like nobody."""
    child = child_of(case, child_id)
    if child is None or by.subject not in child.child.adults:
        raise NotFound
    pledge = child.pledge_for(case.session)
    if pledge is not None and pledge.adult_id != by.subject:
        raise NotAllowed("The adult who promised to be present opens the door.")
    return Knock(Place.HOUSEHOLD, child_id=child_id, by_slip=by_slip)


def adult(by: Actor) -> ParentId:
    """Whoever acts, as the adult they are."""
    return ParentId(by.subject)


def _way_in(tx: Tx, meeting: Meeting, subject_id: str) -> HeldWayIn:
    for held in ways_in.held(tx, meeting.meeting_id):
        if held.subject_id == subject_id:
            return held
    raise NotClear("Your way in is being prepared. Try again in a moment.", code="not_admitted")
