"""What those who handle concerns see of them on their pages: without the words, and with them."""

from dataclasses import dataclass
from datetime import datetime

from service.errors import NotFound
from service.policy.concern import Lateness, StepKind
from service.policy.concerns import Concern, Deadlines, may_handle
from service.policy.people import Actor, ChildId, ParentId, StaffId
from service.policy.session import Session
from service.store.concerns import concerns
from service.store.concerns.concerns import Said
from service.store.families import people
from service.store.second_staff import staffing
from service.store.sessions import sessions
from service.store.staff import staff
from service.store.transactions import Reader
from service.web.pages.opened import initial
from service.workflows.concerns import handling


@dataclass(frozen=True)
class ConcernShown:
    """A concern without its words. `handler` is the name of whoever looks after it; `has_news`: it, or
    what was added, waits to be seen."""

    concern: Concern
    clock: Deadlines
    late: Lateness | None
    handler: str | None
    has_news: bool


@dataclass(frozen=True)
class ConcernPage:
    """One concern, the session it is about, and the staff of that session who might be meant."""

    shown: ConcernShown
    session: Session | None
    staff: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class StepWords:
    """One step, by whom, with its words if it has any."""

    kind: StepKind
    by: str
    at: datetime
    words: str | None


@dataclass(frozen=True)
class Words:
    """Every word of a concern, and whose it is."""

    said: Said
    reporter: str
    child: str | None
    steps: tuple[StepWords, ...]


def listed(reader: Reader, actor: Actor, limit: int) -> tuple[ConcernShown, ...]:
    """Every open one, then the last ones that were closed."""
    return tuple(_shown(reader, one) for one in handling.at_hand(reader, actor, limit))


def look(reader: Reader, concern_id: str, actor: Actor) -> ConcernPage:
    """One concern. `NotFound` unless the person may handle it."""
    concern = concerns.get(reader, concern_id)
    if not may_handle(concern, actor, reader.house.organisation, reader.now):
        raise NotFound
    session = sessions.get(reader, concern.session_id) if concern.session_id else None
    return ConcernPage(_shown(reader, concern), session, _staff_of(reader, session))


def words(reader: Reader, concern_id: str, actor: Actor) -> Words:
    """Every word of it, once it is recorded that they are read. `NotFound` as for `look`."""
    look(reader, concern_id, actor)
    concern = concerns.get(reader, concern_id)
    child = None
    if concern.child_id is not None:
        child = initial(people.child_names(reader, (concern.child_id,))[ChildId(concern.child_id)])
    return Words(
        said=concerns.said(reader, concern_id),
        reporter=_called(reader, concern.reporter_id or concern.raised_by),
        child=child,
        steps=tuple(
            StepWords(
                one.step.kind,
                _called(reader, one.step.by),
                one.step.at,
                one.words.get_secret_value() if one.words else None,
            )
            for one in concerns.said_later(reader, concern_id)
        ),
    )


def _shown(reader: Reader, concern: Concern) -> ConcernShown:
    organisation = reader.house.organisation
    handler = concern.now.handler
    return ConcernShown(
        concern,
        concern.deadlines(organisation),
        concern.lateness(organisation, reader.now),
        _called(reader, handler) if handler else None,
        handling.has_news(reader, concern.concern_id),
    )


def _staff_of(reader: Reader, session: Session | None) -> tuple[tuple[str, str], ...]:
    if session is None:
        return ()
    current = staffing.current(reader, session.session_id)
    ids = (session.tutor_id, *sorted(current.people if current else ()))
    return tuple((one, _called(reader, one)) for one in ids)


def _called(reader: Reader, subject: str) -> str:
    """The name of whoever this is, or the name they signed in with."""
    if staff.has_staff(reader, subject):
        return staff.staff_record(reader, StaffId(subject)).name.get_secret_value()
    if people.has_parent(reader, ParentId(subject)):
        return people.parent_record(reader, ParentId(subject)).name.get_secret_value()
    return subject
