"""A series is booked and shown. Each session of it is decided alone."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.audit.events import Entry, Event
from service.errors import ChaperoneError, Conflict, FieldProblem, InvalidInput, NotFound
from service.policy.people import Actor, ChildId, ParentId, StaffId
from service.policy.series import Occurrence, Weekly, occurrences
from service.policy.session import OVER, CoverMode, Session, Span
from service.store.families import people
from service.store.sessions import series as store
from service.store.sessions.series import BookedOne, Refusal, Series
from service.store.staff import staff
from service.store.transactions import Reader, Tx
from service.workflows.consents import asking
from service.workflows.inspection import showing
from service.workflows.messages import messaging
from service.workflows.messages.messaging import Notice
from service.workflows.sessions.bookable import (
    Wanted,
    must_be_bookable,
    problems_with_how_far,
    problems_with_number,
    problems_with_records,
    problems_with_time,
)
from service.workflows.sessions.booking import BookSession, Terms, must_be_own_booking, place
from service.workflows.sessions.calling_off import line


@dataclass(frozen=True)
class BookSeries:
    """A weekly series: one purpose for all, or one for each occurrence."""

    external_id: str | None
    tutor_id: StaffId
    children: tuple[ChildId, ...]
    weekly: Weekly
    minutes: int
    purposes: tuple[str, ...]
    provider: str
    cover_mode: CoverMode


def book_series(tx: Tx, command: BookSeries) -> str:
    """Book every occurrence that can be booked; the others are kept with their reasons.

    Booking the same `external_id` again with the same content answers the series that is there, as long as
    one of its sessions is still to come or running.
    """
    asked = _asked(command)
    known = store.by_external_id(tx, command.external_id) if command.external_id else None
    if known is not None:
        return _same(tx, known, asked)
    planned = _planned(tx, command)
    made = Series(
        tx.new_id("series"), command.external_id, command.tutor_id, asked, tx.by.subject, tx.now
    )
    if store.insert(tx, made) is not None:
        raise Conflict("Another booking was faster.", code="external_id_taken")
    booked, refused = _book_all(tx, command, planned, made.series_id)
    if not booked:
        raise Conflict(
            "Not one session of this series can be booked.",
            code="no_occurrence",
            details={"occurrences": [_told(one) for one in refused]},
        )
    store.insert_refusals(tx, made.series_id, refused)
    tx.record(
        Entry(
            Event.SERIES_BOOKED,
            made.series_id,
            {"tutor": command.tutor_id},
            {"booked": len(booked), "refused": len(refused)},
            {"asked": asked},
        )
    )
    _ask(tx, booked)
    return made.series_id


def _told(one: Refusal) -> dict[str, object]:
    """The first problem by itself as well, as it was told before there were several."""
    first = one.problems[0]
    told = {"code": first.code, "field": first.field, "sentence": first.sentence}
    return vars(one) | told


def _asked(command: BookSeries) -> str:
    weekly = command.weekly
    return json.dumps(
        {
            "tutor": command.tutor_id,
            "children": sorted(command.children),
            "first": weekly.first.isoformat(),
            "zone": weekly.zone,
            "count": weekly.count,
            "until": weekly.until.isoformat() if weekly.until else None,
            "minutes": command.minutes,
            "purposes": command.purposes,
            "provider": command.provider,
            "cover_mode": command.cover_mode.value,
        },
        sort_keys=True,
    )


def _same(tx: Tx, known: Series, asked: str) -> str:
    if known.asked != asked:
        raise Conflict(
            "A series with this external_id is there already, with other content.",
            code="external_id_taken",
            details={"series_id": known.series_id},
        )
    if all(one.state in OVER for one in store.sessions_of(tx, known.series_id)):
        raise Conflict(
            "Every session of the series with this external_id is over or was called off. Book under "
            "a new one.",
            code="external_id_over",
            details={"series_id": known.series_id},
        )
    return known.series_id


def _planned(tx: Tx, command: BookSeries) -> tuple[Occurrence, ...]:
    """The occurrences, once the series as a whole makes sense; people are held from here on."""
    must_be_own_booking(tx, command.tutor_id)
    planned = occurrences(command.weekly)
    problems = problems_with_number(command.children)
    if len(command.purposes) not in (1, len(planned)):
        problems.append(
            FieldProblem(
                "purposes", "wrong_number", "Give one purpose for all, or one for each session."
            )
        )
    first = next((one.at for one in planned if one.at is not None), tx.now)
    problems += problems_with_how_far(tx, "local_start", first)
    tx.lock(people.CHILDREN, command.children)
    tx.lock(staff.STAFF, [command.tutor_id])
    problems += problems_with_records(tx, _wanted(command, Span(first, first)))
    if problems:
        raise InvalidInput(fields=problems)
    return planned


def _wanted(command: BookSeries, span: Span) -> Wanted:
    return Wanted(command.tutor_id, command.children, span)


def _book_all(
    tx: Tx, command: BookSeries, planned: tuple[Occurrence, ...], series_id: str
) -> tuple[tuple[Session, ...], tuple[Refusal, ...]]:
    booked, refused = [], []
    for occurrence in planned:
        came_of_it = _book_one(tx, command, occurrence, series_id)
        if isinstance(came_of_it, Refusal):
            refused.append(came_of_it)
        else:
            booked.append(came_of_it)
    return tuple(booked), tuple(refused)


def _book_one(
    tx: Tx, command: BookSeries, occurrence: Occurrence, series_id: str
) -> Session | Refusal:
    if occurrence.at is None or occurrence.problem is not None:
        return _refusal(occurrence, InvalidInput(fields=filter(None, [occurrence.problem])))
    purposes = command.purposes
    ends_at = occurrence.at + timedelta(minutes=command.minutes)
    purpose = purposes[0] if len(purposes) == 1 else purposes[occurrence.number - 1]
    terms = Terms(occurrence.at, ends_at, occurrence.local_start, command.weekly.zone, purpose)
    one = BookSession(
        None, command.tutor_id, command.children, terms, command.provider, command.cover_mode
    )
    came_of_it = tx.attempt(lambda: _place(tx, one, series_id))
    if isinstance(came_of_it, ChaperoneError):
        return _refusal(occurrence, came_of_it)
    return came_of_it


def _place(tx: Tx, one: BookSession, series_id: str) -> Session:
    wanted = Wanted(one.tutor_id, one.children, one.terms.span)
    must_be_bookable(tx, wanted, problems_with_time(tx, wanted.span))
    return place(tx, one, series_id)


def _refusal(occurrence: Occurrence, error: ChaperoneError) -> Refusal:
    problems = error.fields or (FieldProblem("", error.code, error.sentence),)
    return Refusal(occurrence.number, occurrence.local_start, problems)


# --- asking the families ------------------------------------------------------------------------------

COMING = timedelta(days=7)
"""How long before a session of a series each adult gets the page for its day."""


def _ask(tx: Tx, booked: tuple[Session, ...]) -> None:
    """One letter lists the whole series; later sessions bring a page of their own a week before."""
    first, later = booked[0], booked[1:]
    for child_id, adult_id in asking.adults_to_ask(tx, first):
        occasions = "\n".join(line(tx, session, adult_id) for session in booked)
        _write(tx, "series_request", first, child_id, adult_id, {"occasions": occasions})
        for session in later:
            not_before = session.starts_at - COMING
            _write(tx, "session_coming", session, child_id, adult_id, {}, not_before)


def _write(
    tx: Tx,
    template: str,
    session: Session,
    child_id: ChildId,
    adult_id: ParentId,
    extra: dict[str, str],
    not_before: datetime | None = None,
) -> None:
    link = asking.session_link(tx, session, child_id, adult_id)
    about = f"{session.session_id}:{child_id}:{session.terms}"
    messaging.write(
        tx, Notice(template, adult_id, child_id, about, link, session, extra, not_before)
    )


# --- looking ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Preview:
    """What booking a series would come to: local times that can be booked, and refusals."""

    free: tuple[Occurrence, ...]
    refused: tuple[Refusal, ...]


def preview(tx: Tx, command: BookSeries) -> Preview:
    """Book the series, look, and undo it all: nothing is stored, nobody is asked."""
    planned = _planned(tx, command)
    made = Series(tx.new_id("series"), None, command.tutor_id, "{}", tx.by.subject, tx.now)
    with tx.undone():
        store.insert(tx, made)
        _, refused = _book_all(tx, command, planned, made.series_id)
    clashing = {one.number for one in refused}
    return Preview(tuple(one for one in planned if one.number not in clashing), refused)


@dataclass(frozen=True)
class SeriesShown:
    """A series with its sessions as they are now, and the occurrences that were refused."""

    series: Series
    sessions: tuple[BookedOne, ...]
    refused: tuple[Refusal, ...]


def look(reader: Reader, series_id: str, actor: Actor) -> SeriesShown:
    """A series. `NotFound` for staff whose series it is not."""
    one = store.get(reader, series_id)
    if not actor.has(*showing.SEES_ALL) and actor.subject != one.tutor_id:
        raise NotFound
    return SeriesShown(one, store.sessions_of(reader, series_id), store.refusals(reader, series_id))
