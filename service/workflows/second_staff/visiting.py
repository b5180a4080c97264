"""The visits of second staff to a session's rooms, where they visit (cover mode `visiting`, POL-03)."""

from service.policy.room import HOST
from service.policy.session import CoverMode, Session
from service.policy.visits import Visit, visits
from service.store.meetings import meetings
from service.store.transactions import Reader
from service.workflows.watch.roster import rosters


def visits_of(reader: Reader, session: Session) -> tuple[Visit, ...]:
    """When second staff were in any meeting of the session, oldest first; none where they stay."""
    if session.cover_mode is not CoverMode.VISITING:
        return ()
    pictures = rosters(reader, meetings.of_session(reader, session.session_id)).values()
    found = [visit for picture in pictures for visit in visits(picture.person(HOST))]
    return tuple(sorted(found, key=lambda visit: visit.since))
