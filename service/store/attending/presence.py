"""Pledges, check-ins and sightings."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.policy.admission import Place
from service.policy.consent import Route
from service.policy.people import ChildId, ParentId, PledgeId, SessionId, StaffId
from service.policy.presence import CheckIn, Pledge, PresenceMode, Sighting, SightingResult
from service.policy.session import ENGAGED, Span
from service.store.sessions.sessions import SESSIONS
from service.store.tables import (
    CheckInRow,
    PledgeRow,
    SightingRow,
    StaffCheckInRow,
    table_of,
)
from service.store.transactions import Reader, Tx

PLEDGES = table_of(PledgeRow)
CHECK_INS = table_of(CheckInRow)
STAFF_CHECK_INS = table_of(StaffCheckInRow)
SIGHTINGS = table_of(SightingRow)


def _of_session(table: sa.Table) -> sa.Select[tuple[object, ...]]:
    return sa.select(table).where(table.c.session_id == sa.bindparam("wanted")).order_by(table.c.id)


_PLEDGES_OF = _of_session(PLEDGES)
_PROMISED_ELSEWHERE = (
    sa.select(PLEDGES)
    .join(SESSIONS, SESSIONS.c.id == PLEDGES.c.session_id)
    .where(
        PLEDGES.c.adult_id.in_(sa.bindparam("adults", expanding=True)),
        PLEDGES.c.revoked_at.is_(None),
        PLEDGES.c.terms == SESSIONS.c.terms,
        PLEDGES.c.session_id != sa.bindparam("own"),
        SESSIONS.c.starts_at < sa.bindparam("until"),
        SESSIONS.c.ends_at > sa.bindparam("since"),
        SESSIONS.c.state.in_([state.value for state in ENGAGED]),
    )
    .order_by(PLEDGES.c.id)
)
_CHECK_INS_OF = _of_session(CHECK_INS)
_SIGHTINGS_OF = _of_session(SIGHTINGS)


def insert_pledge(tx: Tx, session_id: SessionId, pledge: Pledge, route: Route) -> str | None:
    """Store a promise; answers the violated constraint if this one already stands."""
    return tx.try_write(
        PLEDGES.insert().values(
            id=pledge.pledge_id,
            session_id=session_id,
            child_id=pledge.child_id,
            adult_id=pledge.adult_id,
            terms=pledge.terms,
            mode=pledge.mode.value,
            shared=pledge.shared,
            route=route.value,
            recorded_by=pledge.taken_down_by,
            made_at=pledge.made_at,
        )
    )


def revoke_pledge(tx: Tx, pledge_id: PledgeId) -> bool:
    """Note that a promise was taken back; False if it was already."""
    standing = (PLEDGES.c.id == pledge_id) & PLEDGES.c.revoked_at.is_(None)
    changed = tx.conn.execute(PLEDGES.update().where(standing).values(revoked_at=tx.now))
    return bool(changed.rowcount)


def pledges(reader: Tx | Reader, session_id: SessionId) -> dict[ChildId, tuple[Pledge, ...]]:
    """Every promise ever made for a session, by child."""
    found: dict[ChildId, list[Pledge]] = defaultdict(list)
    for row in reader.conn.execute(_PLEDGES_OF, {"wanted": session_id}):
        found[ChildId(row.child_id)].append(_pledge(row))
    return {child_id: tuple(promised) for child_id, promised in found.items()}


def _pledge(row: sa.Row[tuple[object, ...]]) -> Pledge:
    values = row._mapping
    return Pledge(
        pledge_id=PledgeId(values["id"]),
        child_id=ChildId(values["child_id"]),
        adult_id=ParentId(values["adult_id"]),
        terms=values["terms"],
        mode=PresenceMode(values["mode"]),
        made_at=values["made_at"],
        revoked_at=values["revoked_at"],
        shared=values["shared"],
        taken_down_by=values["recorded_by"],
    )


def promised_elsewhere(
    reader: Tx | Reader, adults: Collection[str], span: Span, own: SessionId
) -> tuple[Pledge, ...]:
    """What these adults have promised for other sessions of the span, on the terms of now."""
    if not adults:
        return ()
    during = {"adults": sorted(adults), "since": span.starts_at, "until": span.ends_at, "own": own}
    return tuple(_pledge(row) for row in reader.conn.execute(_PROMISED_ELSEWHERE, during))


@dataclass(frozen=True)
class Promised:
    """A time for which an adult has promised to be with a child, on the terms of now."""

    session_id: SessionId
    child_id: ChildId
    span: Span


def promised_by(reader: Tx | Reader, adult_id: ParentId, span: Span) -> tuple[Promised, ...]:
    """Everything an adult has promised for a stretch of time."""
    query = (
        sa.select(
            PLEDGES.c.session_id, PLEDGES.c.child_id, SESSIONS.c.starts_at, SESSIONS.c.ends_at
        )
        .join(SESSIONS, SESSIONS.c.id == PLEDGES.c.session_id)
        .where(
            PLEDGES.c.adult_id == adult_id,
            PLEDGES.c.revoked_at.is_(None),
            PLEDGES.c.terms == SESSIONS.c.terms,
            SESSIONS.c.starts_at < span.ends_at,
            SESSIONS.c.ends_at > span.starts_at,
            SESSIONS.c.state.in_([state.value for state in ENGAGED]),
        )
    )
    return tuple(
        Promised(SessionId(row.session_id), ChildId(row.child_id), Span(row.starts_at, row.ends_at))
        for row in reader.conn.execute(query)
    )


def newest_promise_at(tx: Tx, adult_id: ParentId) -> datetime | None:
    """When the adult last promised anything. Lock the parent first: it orders promises."""
    query = sa.select(sa.func.max(PLEDGES.c.made_at)).where(PLEDGES.c.adult_id == adult_id)
    at: datetime | None = tx.conn.execute(query).scalar_one()
    return at


def append_check_in(tx: Tx, session_id: SessionId, check_in: CheckIn, route: Route) -> None:
    """Append "I am here" of a child's adult."""
    tx.conn.execute(
        CHECK_INS.insert().values(
            id=tx.new_id("checkin"),
            session_id=session_id,
            child_id=check_in.child_id,
            adult_id=check_in.adult_id,
            terms=check_in.terms,
            route=route.value,
            recorded_by=check_in.taken_down_by,
            at=check_in.at,
        )
    )


def check_ins(reader: Tx | Reader, session_id: SessionId) -> dict[ChildId, tuple[CheckIn, ...]]:
    """Every "I am here" for a session, by child."""
    found: dict[ChildId, list[CheckIn]] = defaultdict(list)
    for row in reader.conn.execute(_CHECK_INS_OF, {"wanted": session_id}):
        found[ChildId(row.child_id)].append(
            CheckIn(
                ChildId(row.child_id), ParentId(row.adult_id), row.terms, row.at, row.recorded_by
            )
        )
    return {child_id: tuple(said) for child_id, said in found.items()}


def append_staff_check_in(
    tx: Tx, session_id: SessionId, staff_id: StaffId, place: Place, *, in_the_room: bool
) -> None:
    """Append "I am here" or "I am in the room" of a member of staff."""
    tx.conn.execute(
        STAFF_CHECK_INS.insert().values(
            id=tx.new_id("checkin"),
            session_id=session_id,
            staff_id=staff_id,
            place=place.value,
            in_the_room=in_the_room,
            at=tx.now,
        )
    )


@dataclass(frozen=True)
class StaffCheckIn:
    """ "I am here" or "I am in the room" of a member of staff."""

    staff_id: StaffId
    place: Place
    in_the_room: bool
    at: datetime


def staff_check_ins(reader: Reader, session_id: SessionId) -> tuple[StaffCheckIn, ...]:
    """Everything that staff said of themselves at a session's door, oldest first."""
    query = sa.select(STAFF_CHECK_INS).where(STAFF_CHECK_INS.c.session_id == session_id)
    return tuple(
        StaffCheckIn(StaffId(row.staff_id), Place(row.place), row.in_the_room, row.at)
        for row in reader.conn.execute(query.order_by(STAFF_CHECK_INS.c.id))
    )


def claimed_in_room_at(
    reader: Tx | Reader, session_id: SessionId, staff_id: StaffId
) -> datetime | None:
    """When second staff last said "I am in the room", if ever."""
    query = sa.select(sa.func.max(STAFF_CHECK_INS.c.at)).where(
        STAFF_CHECK_INS.c.session_id == session_id,
        STAFF_CHECK_INS.c.staff_id == staff_id,
        STAFF_CHECK_INS.c.in_the_room,
    )
    at: datetime | None = reader.conn.execute(query).scalar_one()
    return at


def append_sighting(tx: Tx, session_id: SessionId, sighting: Sighting) -> None:
    """Append what second staff noted about a child's adult."""
    tx.conn.execute(
        SIGHTINGS.insert().values(
            id=tx.new_id("sighting"),
            session_id=session_id,
            child_id=sighting.child_id,
            staff_id=sighting.by,
            result=sighting.result.value,
            at=sighting.at,
        )
    )


def sightings(reader: Tx | Reader, session_id: SessionId) -> dict[ChildId, tuple[Sighting, ...]]:
    """Everything second staff noted for a session, by child."""
    found: dict[ChildId, list[Sighting]] = defaultdict(list)
    for row in reader.conn.execute(_SIGHTINGS_OF, {"wanted": session_id}):
        found[ChildId(row.child_id)].append(
            Sighting(
                ChildId(row.child_id), StaffId(row.staff_id), SightingResult(row.result), row.at
            )
        )
    return {child_id: tuple(noted) for child_id, noted in found.items()}
