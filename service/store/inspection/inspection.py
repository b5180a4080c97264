"""What an inspection report is made of: sessions of a span and what was noted of them, read in bulk."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.audit.events import Event
from service.policy.alerting import OF_CONCERNS
from service.policy.attestation import Statement
from service.policy.inspection import Course
from service.policy.people import SessionId
from service.policy.presence import SightingResult
from service.policy.session import CoverMode, SessionState, Span
from service.store.alerts.alerts import ALERTS
from service.store.attending.presence import SIGHTINGS
from service.store.inspection import attestations
from service.store.inspection.audit_log import ENTRIES
from service.store.meetings.meetings import MEETINGS
from service.store.sessions.sessions import SESSIONS
from service.store.transactions import Reader
from service.store.watch.blind_times import BLIND_ROOMS
from service.store.watch.breaches import BREACHES


def _in(span: Span) -> sa.ColumnElement[bool]:
    return sa.and_(SESSIONS.c.starts_at >= span.starts_at, SESSIONS.c.starts_at < span.ends_at)


def _ids(span: Span) -> sa.Select[tuple[str]]:
    return sa.select(SESSIONS.c.id).where(_in(span))


def count(reader: Reader, span: Span) -> int:
    """How many sessions start in the span."""
    query = sa.select(sa.func.count()).select_from(SESSIONS).where(_in(span))
    return int(reader.conn.execute(query).scalar_one())


def courses(reader: Reader, span: Span) -> dict[SessionId, Course]:
    """The course of every session that starts in the span, by start."""
    query = sa.select(SESSIONS).where(_in(span)).order_by(SESSIONS.c.starts_at, SESSIONS.c.id)
    why, troubles = _why_shut(reader, span), _troubles(reader, span)
    blind, seen = frozenset(blind_rooms(reader, span)), _adult_seen(reader, span)
    return {
        SessionId(row.id): Course(
            state=SessionState(row.state),
            cover_mode=CoverMode(row.cover_mode),
            why=why.get(row.id),
            troubles=frozenset(troubles[row.id]),
            was_blind=row.id in blind,
            adult_seen=row.id in seen,
        )
        for row in reader.conn.execute(query)
    }


def _why_shut(reader: Reader, span: Span) -> dict[str, str | None]:
    """The code with which each session's newest meeting was shut. A session's own reason may be words."""
    query = sa.select(MEETINGS.c.session_id, MEETINGS.c.reason)
    rows = reader.conn.execute(
        query.where(MEETINGS.c.session_id.in_(_ids(span))).order_by(MEETINGS.c.id)
    )
    return {row.session_id: row.reason for row in rows}


def _troubles(reader: Reader, span: Span) -> defaultdict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for table in (BREACHES, ALERTS):
        query = sa.select(table.c.session_id, table.c.code)
        for row in reader.conn.execute(query.where(table.c.session_id.in_(_ids(span))).distinct()):
            found[row.session_id].add(row.code)
    return found


def blind_rooms(reader: Reader, span: Span) -> tuple[SessionId, ...]:
    """Sessions of the span whose room was not watched for a time."""
    mine = BLIND_ROOMS.c.session_id.in_(_ids(span))
    query = sa.select(BLIND_ROOMS.c.session_id).where(mine).distinct()
    rows = reader.conn.execute(query.order_by(BLIND_ROOMS.c.session_id)).scalars()
    return tuple(map(SessionId, rows))


def _adult_seen(reader: Reader, span: Span) -> frozenset[str]:
    query = sa.select(SIGHTINGS.c.session_id).where(
        SIGHTINGS.c.session_id.in_(_ids(span)),
        SIGHTINGS.c.result != SightingResult.NOT_SHOWN.value,
    )
    return frozenset(reader.conn.execute(query.distinct()).scalars())


def lacked(reader: Reader, span: Span) -> dict[SessionId, tuple[str, ...]]:
    """What was outstanding when sessions of the span lapsed, by code."""
    query = sa.select(ENTRIES.c.scope, ENTRIES.c.leaf).where(
        ENTRIES.c.scope.in_(_ids(span)), ENTRIES.c.kind == Event.HOLD_LAPSED.value
    )
    return {
        SessionId(row.scope): tuple(json.loads(row.leaf)["facts"]["blockers"])
        for row in reader.conn.execute(query.order_by(ENTRIES.c.id))
    }


def statements(reader: Reader, span: Span) -> dict[SessionId, tuple[Statement, ...]]:
    """The statements about sessions of the span that stand."""
    found: dict[SessionId, list[Statement]] = defaultdict(list)
    for signed in attestations.standing(attestations.of_sessions(reader, _ids(span))):
        found[signed.statement.session_id].append(signed.statement)
    return {session_id: tuple(said) for session_id, said in found.items()}


@dataclass(frozen=True)
class BreachCount:
    """How often a rule of the watch was broken, and how often a child was shut out or a room ended."""

    code: str
    breaches: int
    acted_on: int


def breach_counts(reader: Reader, span: Span) -> tuple[BreachCount, ...]:
    """The breaches noticed in the span, by code."""
    query = (
        sa.select(BREACHES.c.code, sa.func.count(), sa.func.count(BREACHES.c.acted_at))
        .where(BREACHES.c.noticed_at >= span.starts_at, BREACHES.c.noticed_at < span.ends_at)
        .group_by(BREACHES.c.code)
        .order_by(BREACHES.c.code)
    )
    return tuple(BreachCount(*row) for row in reader.conn.execute(query))


def alert_times(reader: Reader, span: Span) -> dict[str, list[tuple[datetime, datetime | None]]]:
    """When alerts of the span were opened and first seen to, by code; none about a concern."""
    seen_to = sa.func.coalesce(
        ALERTS.c.acknowledged_at, ALERTS.c.closed_at, type_=ALERTS.c.closed_at.type
    )
    query = (
        sa.select(ALERTS.c.code, ALERTS.c.rings_since, ALERTS.c.opened_at, seen_to.label("seen_to"))
        .where(
            ALERTS.c.opened_at >= span.starts_at,
            ALERTS.c.opened_at < span.ends_at,
            ALERTS.c.code.not_in(OF_CONCERNS),
        )
        .order_by(ALERTS.c.code, ALERTS.c.id)
    )
    found: dict[str, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for row in reader.conn.execute(query):
        found[row.code].append((row.rings_since or row.opened_at, row.seen_to))
    return found
