"""What second staff are shown of each child's adult: what was noted, and what is due (POL-02)."""

from dataclasses import dataclass
from datetime import datetime

from service.policy.case import CaseFile, ChildCase
from service.policy.people import ChildId
from service.policy.presence import (
    DueSighting,
    Sighting,
    SightingResult,
    open_sightings,
    supervised_since,
)
from service.policy.session import Session
from service.store.attending import presence
from service.store.meetings import meetings, ways_in
from service.store.meetings.meetings import Meeting
from service.store.transactions import Reader


@dataclass(frozen=True)
class Sighted:
    """One child's adult as second staff know them.

    `here_since` is by the adult's own word; `left_at` is set while they have left and nobody named is
    there (pitfall 15). `supervised_since`: the adult was first seen or heard since the child was let
    in. `owed` are the looks that are due or to come, in order.
    """

    child_id: ChildId
    here_since: datetime | None
    let_in_at: datetime | None
    left_at: datetime | None
    newest: Sighting | None
    supervised_since: datetime | None
    owed: tuple[DueSighting, ...]

    def asks(self, now: datetime) -> bool:
        """Whether second staff must look, or act, now."""
        not_shown = self.newest is not None and self.newest.result is SightingResult.NOT_SHOWN
        return bool(self.due(now)) or not_shown or self.left_at is not None

    def due(self, now: datetime) -> tuple[DueSighting, ...]:
        """The looks that are due now."""
        return tuple(one for one in self.owed if one.is_due(now))

    def next_at(self, now: datetime) -> datetime | None:
        """When the next look falls due."""
        return next((one.due_from for one in self.owed if not one.is_due(now)), None)


def of_session(reader: Reader, case: CaseFile, meeting: Meeting) -> tuple[Sighted, ...]:
    """The adult of every child of a session, as it is now."""
    let_in = ways_in.let_in_at(reader, meeting.meeting_id)
    return tuple(_sighted(case, child, let_in.get(child.child.child_id)) for child in case.children)


def _sighted(case: CaseFile, child: ChildCase, let_in_at: datetime | None) -> Sighted:
    pledge = child.pledge_for(case.session)
    return Sighted(
        child_id=child.child.child_id,
        here_since=child.here_since(pledge.adult_id, case.session) if pledge else None,
        let_in_at=let_in_at,
        left_at=child.adult_left_at(case.session),
        newest=max(reversed(child.sightings), key=lambda noted: noted.at, default=None),
        supervised_since=supervised_since(let_in_at, child.sightings),
        owed=open_sightings(
            case.session, let_in_at, child.sightings, case.organisation, child.second_device
        ),
    )


def supervised(reader: Reader, session: Session) -> dict[ChildId, datetime]:
    """From when on each child's time counted as supervised, in whichever meeting of the session that
    was first; a child whose adult was never seen or heard is not in it."""
    noted = presence.sightings(reader, session.session_id)
    if not noted:
        return {}
    found: dict[ChildId, datetime] = {}
    for meeting in meetings.of_session(reader, session.session_id):
        let_in = ways_in.first_admitted(reader, meeting.meeting_id, lambda one: one.subject_id)
        for child_id, sightings in noted.items():
            since = supervised_since(let_in.get(child_id), sightings)
            if since is not None:
                found[child_id] = min(since, found.get(child_id, since))
    return found
