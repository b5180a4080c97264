"""What the tables say, read as they are, and what must never be seen there after any step."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from service.store.transactions import Reader
from tests.search.kept import Lesson
from tests.search.model import Model

Row = Any
HAS_MEETING = ("opening", "open", "live")
TABLES = ("sessions", "meetings", "ways_in", "assignments", "engagements", "admissions")


@dataclass(frozen=True)
class Seen:
    """The rows of some tables at one instant."""

    rows: dict[str, list[Row]]

    @property
    def open_sessions(self) -> list[Row]:
        """The sessions that have a meeting, or are getting one."""
        return [row for row in self.rows["sessions"] if row.state in HAS_MEETING]

    def state(self, session_id: str) -> str:
        """How far a session has come."""
        return next(str(row.state) for row in self.rows["sessions"] if row.id == session_id)

    def meeting(self, session_id: str) -> Row | None:
        """The session's meeting that is intended or open."""
        alive = (row for row in self.rows["meetings"] if row.stage in ("intended", "open"))
        return next((row for row in alive if row.session_id == session_id), None)

    def ways_in(self, meeting_id: str) -> list[Row]:
        """The ways into a meeting that are worth something."""
        ways = self.rows["ways_in"]
        return [row for row in ways if row.meeting_id == meeting_id and row.revoked_at is None]

    def second(self, session_id: str) -> Row | None:
        """Who is second staff now."""
        standing = (row for row in self.rows["assignments"] if row.released_at is None)
        return next((row for row in standing if row.session_id == session_id), None)


def look(reader: Reader) -> Seen:
    """Read the tables, with no code of the service's between."""
    metadata = SQLModel.metadata
    return Seen(
        {name: list(reader.conn.execute(sa.select(metadata.tables[name]))) for name in TABLES}
    )


def nothing_is_open_without_a_clear_case(model: Model, seen: Seen) -> None:
    """No meeting, and no way into one, without everything it needs (POL-02 to POL-04)."""
    for session in seen.open_sessions:
        lesson = model.lessons[session.id]
        why = model.against(session.id)
        assert why is None, f"a session is {session.state} although {why}"
        assert (session.tutor_id, session.terms) == (lesson.tutor, lesson.terms)
        if session.state != "live":
            what_must_hold_before_it_starts(model, lesson, session)
        meeting = seen.meeting(session.id)
        assert meeting is not None, f"a session is {session.state} and has no meeting"
        for way in seen.ways_in(meeting.id):
            if way.place == "household":
                why = model.against_child(session.id, way.subject_id)
                assert why is None, f"a family has a way in although {why}"
                assert way.subject_id in lesson.children, "a way in for a child of another session"
            else:
                assert way.subject_id == lesson.tutor, "a way in for somebody who teaches elsewhere"


def what_must_hold_before_it_starts(model: Model, lesson: Lesson, session: Row) -> None:
    """Second staff are at work, and two people can get at the account (POL-10)."""
    assert lesson.second not in model.away, f"a session is {session.state}, second staff away"
    assert not model.custodians & model.suspended, f"a session is {session.state}, one custodian"


def what_is_shut_has_no_way_in(seen: Seen) -> None:
    """A meeting is intended or open only while its session is; else nothing leads into it."""
    states = {row.id: row.state for row in seen.rows["sessions"]}
    for meeting in seen.rows["meetings"]:
        if meeting.stage in ("intended", "open"):
            assert states[meeting.session_id] in HAS_MEETING, "a meeting outlives its session"
        if meeting.stage != "open":
            assert not seen.ways_in(meeting.id), "a way into a meeting that is not open"


def nobody_is_in_two_places(model: Model, seen: Seen) -> None:
    """No two open sessions at one time share tutor, second staff, child or host; an adult is beside
    two children at once only as they agreed, and on camera for neither."""
    for one, other in combinations(seen.open_sessions, 2):
        mine, theirs = model.lessons[one.id], model.lessons[other.id]
        if not mine.overlaps(theirs):
            continue
        assert one.host_id != other.host_id, "one account holds two rooms"
        shared = model.entries(mine.tutor, mine.second) & {theirs.tutor, theirs.second}
        if mine.visited and theirs.visited and theirs.second in model.entries(mine.second):
            shared -= {theirs.second}
        assert not shared, "one member of staff is in two rooms"
        for session, elsewhere in ((one, theirs), (other, mine)):
            for promise in _promises(model, seen, session):
                at_work = model.staff_who_may_be(promise.adult) & {
                    elsewhere.tutor,
                    elsewhere.second,
                }
                assert not at_work, "the adult at home works in another room"
        assert not set(mine.children) & set(theirs.children), "one child is in two rooms"
        for first, second in _beside(model, seen, one, other):
            later = max(first, second, key=lambda promise: promise.number)
            assert later.shared, "one adult promised for two places"
            assert not (first.on_camera or second.on_camera), "one adult on two cameras"


def _beside(model: Model, seen: Seen, one: Row, other: Row) -> Iterator[Any]:
    """The pairs of promises of one adult on which ways into both sessions rest."""
    for mine in _promises(model, seen, one):
        for theirs in _promises(model, seen, other):
            if mine.adult == theirs.adult:
                yield mine, theirs


def _promises(model: Model, seen: Seen, session: Row) -> Iterator[Any]:
    meeting = seen.meeting(session.id)
    for way in seen.ways_in(meeting.id) if meeting else ():
        promise = model.promise_of(session.id, way.subject_id) if _is_family(way) else None
        if promise is not None:
            yield promise


def _is_family(way: Row) -> bool:
    return bool(way.place == "household")


def what_should_open_is_open(
    model: Model, seen: Seen, session: Row, lesson: Lesson, *, host: bool
) -> None:
    """Nothing is kept shut for no reason, once the service has had its turn and nothing went wrong."""
    here = lesson.second not in model.away and not model.custodians & model.suspended
    if model.against(session.id) is None and host and here:
        assert seen.state(session.id) in HAS_MEETING, "a clear session stays shut"
