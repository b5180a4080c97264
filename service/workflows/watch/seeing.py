"""Puts together what the watch looks at: one room, with everybody who belongs in it."""

from datetime import datetime

from service.policy.admission import Place
from service.policy.blindness import Sight, blind_since
from service.policy.call_down import Inside, is_empty, who_went_in
from service.policy.case import CaseFile
from service.policy.room import HOST
from service.policy.watched import Expected, Watched
from service.store.attending import presence
from service.store.meetings import meetings, ways_in
from service.store.meetings.meetings import Meeting
from service.store.sessions import cases, sessions
from service.store.transactions import Reader, Tx
from service.store.watch import looks, signals, watches
from service.store.watch.looks import Looks
from service.workflows.watch.roster import SEEN, roster


def watched(reader: Tx | Reader, case: CaseFile) -> Watched | None:
    """The session's room as a watch sees it; None if it has none."""
    meeting = meetings.live_of_session(reader, case.session.session_id)
    if meeting is None:
        return None
    picture = roster(reader, meeting)
    expected = _expected(reader, case, meeting)
    return Watched(
        case=case,
        picture=picture,
        expected=expected,
        second_staff_said_at=_said_at(reader, case),
        blind_since=blind_since(sight(reader, meeting)),
    )


def _expected(reader: Tx | Reader, case: CaseFile, meeting: Meeting) -> tuple[Expected, ...]:
    let_in = ways_in.first_admitted(reader, meeting.meeting_id, lambda one: one.key)
    return (*_second_staff(case, let_in), *_by_link(reader, meeting, let_in))


def _by_link(
    reader: Tx | Reader, meeting: Meeting, let_in: dict[str, datetime]
) -> tuple[Expected, ...]:
    """Everybody but second staff: whoever has a way in of their own, or had."""
    links: dict[tuple[Place, str], Expected] = {}
    for way in ways_in.held(reader, meeting.meeting_id, revoked_too=True):
        at = let_in.get(way.way_in_id, let_in.get(way.subject_id))
        links[way.place, way.registrant_id] = Expected(
            way.place, way.registrant_id, way.subject_id, at, way.revoked
        )
    return tuple(links.values())


def _second_staff(case: CaseFile, let_in: dict[str, datetime]) -> tuple[Expected, ...]:
    """Second staff hold the room as its host, whoever of them it is during a hand-over."""
    people = {case.second_staff.staff_id} if case.second_staff else set()
    if case.hand_over is not None and case.hand_over.newcomer is not None:
        people.add(case.hand_over.newcomer)
    times = [let_in[one] for one in people if one in let_in]
    subject = case.second_staff.staff_id if case.second_staff else ""
    return (Expected(Place.SECOND_STAFF, HOST, subject, min(times, default=None)),)


def went_in(reader: Tx | Reader, case: CaseFile, meeting: Meeting) -> tuple[Inside, ...]:
    """Who went into a meeting's room, be it running or shut, and who of them may be inside still.

    Second staff are those whom the door let in as such, the newest first, whoever is assigned now.
    """
    let_in = ways_in.first_admitted(reader, meeting.meeting_id, lambda one: one.key)
    people = ways_in.first_admitted(
        reader, meeting.meeting_id, lambda one: (one.place, one.subject_id)
    )
    second = [
        Expected(Place.SECOND_STAFF, HOST, subject, at)
        for (place, subject), at in reversed(people.items())
        if place is Place.SECOND_STAFF
    ] or _second_staff(case, let_in)
    expected = (*second, *_by_link(reader, meeting, let_in))
    return who_went_in(roster(reader, meeting), [one for one in expected if one.subject_id])


def may_be_occupied(reader: Tx | Reader, meeting: Meeting) -> bool:
    """Whether anybody may be in a meeting's room, be it running or shut: whoever the provider did not
    see go, and whoever was let in and of whom it never said a word (pitfall 54)."""
    inside = went_in(reader, cases.load(reader, meeting.session_id), meeting)
    return not is_empty(roster(reader, meeting), inside)


def _said_at(reader: Tx | Reader, case: CaseFile) -> datetime | None:
    """Second staff's newest word that they are in the room. A sighting is such a word."""
    if case.second_staff is None:
        return None
    staff_id = case.second_staff.staff_id
    claimed = presence.claimed_in_room_at(reader, case.session.session_id, staff_id)
    sighted = [
        sighting.at
        for child in case.children
        for sighting in child.sightings
        if sighting.by == staff_id
    ]
    return max((at for at in (claimed, *sighted) if at is not None), default=None)


# --- how well a room is seen ----------------------------------------------------------------------


def sight(reader: Tx | Reader, meeting: Meeting) -> Sight:
    """What lets us see into a meeting's room, as it is recorded now."""
    remembered = looks.of_meeting(reader, meeting.meeting_id)
    heard = [
        signal.happened_at
        for signal in signals.of_meeting(reader, meeting.meeting_id)
        if signal.kind in SEEN and signal.looked_at is None
    ]
    return Sight(
        expected_from=_expected_from(reader, meeting),
        heard_at=max(heard, default=None),
        seen_at=remembered.seen_at,
        missed_at=_missed_at(reader, meeting, remembered),
    )


def _expected_from(reader: Tx | Reader, meeting: Meeting) -> datetime | None:
    """From when on people may be in the room: a household once let in, staff from the start on."""
    let_in = ways_in.first_admitted(reader, meeting.meeting_id, lambda one: one.place)
    if not let_in or reader.now < min(let_in.values()):
        return None
    if Place.HOUSEHOLD in let_in:
        return let_in[Place.HOUSEHOLD]
    starts_at = sessions.get(reader, meeting.session_id).starts_at
    since = max(starts_at, min(let_in.values()))
    return since if reader.now >= since else None


def _missed_at(reader: Tx | Reader, meeting: Meeting, remembered: Looks) -> datetime | None:
    """Since when words were lost: the provider said so, or its promise to tell us has run out."""
    kept = watches.of_meeting(reader, meeting.meeting_id)
    if kept is not None and kept.expires_at <= reader.now:
        return kept.expires_at
    return remembered.missed_at
