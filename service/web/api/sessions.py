"""Sessions: booked with their blockers, listed, moved, called off, overridden, ended (POL-21, 23)."""

from datetime import datetime
from typing import Any

from pydantic import Field

from service.errors import InvalidInput
from service.policy.ending import EndKind
from service.policy.people import ChildId, Role, SessionId, StaffId
from service.policy.session import SessionState
from service.store.inspection import listings
from service.store.inspection.listings import Wanted
from service.web.api.booking_bodies import Changes, NewSession, NewTerms
from service.web.api.outcome import created, done
from service.web.api.reading import noted
from service.web.api.session_views import (
    AmendedView,
    ClearanceView,
    SessionSummary,
    SessionView,
    clearance,
    session_id_of,
    shown,
    summary,
    view,
)
from service.web.api.shapes import Words
from service.web.api.who import BOOKERS, READERS
from service.web.bodies import Body, Instant
from service.web.paging import Listing, Page, cursor_for, position_of
from service.web.routes import Answer, Call, Route
from service.workflows.inspection import showing
from service.workflows.sessions import amending, booking, holding, overriding
from service.workflows.watch import watching

LISTING = "sessions"


class Sessions(Page):
    """Which sessions. Tutor and second staff get only those they are in."""

    starts_from: Instant | None = Field(default=None, alias="from")
    starts_before: Instant | None = Field(default=None, alias="to")
    state: SessionState | None = None


class ReasonBody(Body):
    """Why."""

    reason: Words


class EndBody(ReasonBody):
    """Why, and of what kind the reason is: families are told the kind alone."""

    kind: EndKind = EndKind.OTHER


class OverrideBody(Body):
    """Which named sub-rule is set aside, why, and until when."""

    code: str = Field(max_length=64)
    reason: Words
    expires_at: Instant


async def book(call: Call[NewSession]) -> Answer:
    """Book a session. What stands in its way is in the answer, and no reason to refuse it."""
    body = call.body
    command = booking.BookSession(
        external_id=body.external_id,
        tutor_id=StaffId(body.tutor_id),
        children=tuple(ChildId(child_id) for child_id in body.children),
        terms=body.terms(call.deps.organisation),
        provider=provider_of(call, call.body.provider),
        cover_mode=body.cover_mode,
    )
    session_id = SessionId(await created(call, booking.book_session, command))
    return await shown(call, session_id, status=201)


def provider_of(call: Call[Any], named: str | None) -> str:
    """The provider that was named, or the only one there is."""
    there = sorted(call.deps.providers)
    if named is None and len(there) == 1:
        return there[0]
    if named is None:
        raise InvalidInput.of("provider", "missing", f"Name one of {', '.join(there)}.")
    if named not in there:
        raise InvalidInput.of("provider", "unknown", "This provider is not set up here.")
    return named


async def listed(call: Call[None, Sessions]) -> Answer:
    """Sessions in the order in which they start."""
    await noted(call, "sessions")
    query = call.query
    wanted = Wanted(
        starts_from=query.starts_from,
        starts_before=query.starts_before,
        state=query.state,
        staffed_by=None if call.actor.has(*showing.SEES_ALL) else call.actor.subject,
    )
    found = await call.deps.store.read(
        listings.sessions, wanted, after=_place(query), limit=query.limit
    )
    cursor = None
    if len(found) == query.limit:
        last = found[-1]
        cursor = cursor_for(LISTING, (last.starts_at.isoformat(), last.session_id))
    items = tuple(summary(session) for session in found)
    return Answer(200, Listing[SessionSummary](items=items, next_cursor=cursor))


def _place(query: Sessions) -> tuple[datetime, str] | None:
    if query.cursor is None:
        return None
    starts_at, session_id = position_of(LISTING, query.cursor)
    return datetime.fromisoformat(str(starts_at)), str(session_id)


async def look(call: Call) -> Answer:
    """A session as it is now."""
    await noted(call, "session", session_id_of(call))
    return await shown(call, session_id_of(call))


async def cleared(call: Call) -> Answer:
    """Every reason why the session is not clear, and which children are."""
    await noted(call, "clearance", session_id_of(call))
    found = await call.deps.store.read(showing.look, session_id_of(call), call.actor)
    return Answer(200, clearance(found), version=found.record.session.version)


async def amend(call: Call[Changes]) -> Answer:
    """Change a session; the answer says what changed and what has to be given anew."""
    body = call.body
    command = amending.Amend(
        session_id=session_id_of(call),
        version=call.if_match,
        starts=body.starts(call.deps.organisation),
        ends_at=body.ends_at,
        duration=body.duration,
        purpose=body.purpose,
        children=None if body.children is None else tuple(map(ChildId, body.children)),
        tutor_id=None if body.tutor_id is None else StaffId(body.tutor_id),
        reason=body.reason,
    )
    amended = await done(call, amending.amend, command)
    found = await call.deps.store.read(showing.look, amended.session_id, call.actor)
    content = AmendedView(session=view(found), changed=amended.changed, voids=amended.voids)
    return Answer(200, content, version=found.record.session.version)


async def move(call: Call[NewTerms]) -> Answer:
    """Give a session new terms; promises and acceptance for the old ones end."""
    terms = call.body.terms(call.deps.organisation)
    command = amending.Reschedule(session_id_of(call), call.if_match, terms, call.body.reason)
    return await shown(call, await done(call, amending.reschedule, command))


async def cancel(call: Call[ReasonBody]) -> Answer:
    """Call a session off; its meeting goes with it. No If-Match: what is safer never waits."""
    command = amending.Cancel(session_id_of(call), call.body.reason)
    return await shown(call, await done(call, amending.cancel, command))


async def keep(call: Call[ReasonBody]) -> Answer:
    """Keep the time of a session that is not clear for as long again."""
    command = holding.KeepHold(session_id_of(call), call.body.reason)
    return await shown(call, await done(call, holding.keep, command))


async def override(call: Call[OverrideBody]) -> Answer:
    """Set one of the few sub-rules that can be set aside, for this session."""
    body = call.body
    command = overriding.OverrideRule(session_id_of(call), body.code, body.reason, body.expires_at)
    made = await created(call, overriding.override, command)
    return await shown(call, SessionId(made), status=201)


async def end(call: Call[EndBody]) -> Answer:
    """End a running session at once."""
    command = watching.EndSession(session_id_of(call), call.body.reason, call.body.kind)
    return await shown(call, await done(call, watching.end_session, command))


ONE = "/v1/sessions/{session_id}"

ROUTES = (
    Route("POST", "/v1/sessions", book, summary="Book a session", tag="sessions", roles=BOOKERS,
          body=NewSession, answers={201: SessionView}, creates=True,
          clauses=("POL-02", "POL-03", "POL-04", "POL-21", "POL-23")),
    Route("GET", "/v1/sessions", listed, summary="List sessions", tag="sessions", roles=READERS,
          query=Sessions, answers={200: Listing[SessionSummary]}),
    Route("GET", ONE, look, summary="Read a session", tag="sessions", roles=READERS,
          answers={200: SessionView}),
    Route("GET", ONE + "/clearance", cleared, summary="What stands in a session's way",
          tag="sessions", roles=READERS, answers={200: ClearanceView},
          clauses=("POL-02", "POL-03", "POL-04")),
    Route("PATCH", ONE, amend, summary="Change a session", tag="sessions", roles=BOOKERS,
          body=Changes, answers={200: AmendedView}, changes=True,
          clauses=("POL-02", "POL-21", "POL-23")),
    Route("POST", ONE + "/reschedule", move, summary="Move a session", tag="sessions",
          roles=BOOKERS, body=NewTerms, answers={200: SessionView}, changes=True,
          clauses=("POL-21",)),
    Route("POST", ONE + "/cancel", cancel, summary="Call a session off", tag="sessions",
          roles=BOOKERS, body=ReasonBody, answers={200: SessionView}),
    Route("POST", ONE + "/hold", keep, summary="Keep a session's time for longer", tag="sessions",
          roles=frozenset({Role.COORDINATOR, Role.DSL}), body=ReasonBody,
          answers={200: SessionView}),
    Route("POST", ONE + "/overrides", override, summary="Set a sub-rule aside", tag="sessions",
          roles=frozenset({Role.DSL}), body=OverrideBody, answers={201: SessionView}, creates=True,
          clauses=("POL-13", "POL-23", "POL-41")),
    Route("POST", ONE + "/end", end, summary="End a running session", tag="sessions",
          roles=frozenset({Role.DSL}), body=EndBody, answers={200: SessionView},
          clauses=("POL-41", "POL-42")),
)  # fmt: skip
