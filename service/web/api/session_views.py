"""How a session is shown: what stands in its way, and never a link or a passcode."""

from typing import Any

from pydantic import Field

from service.policy.amendment import Part, Voided
from service.policy.clearance import Blocker
from service.policy.consent import Wish
from service.policy.people import SessionId
from service.policy.rules import Stage
from service.policy.session import CoverMode, Session, SessionState
from service.web.bodies import Instant, View
from service.web.routes import Answer, Call
from service.workflows.inspection import showing
from service.workflows.inspection.showing import SessionShown


class BlockerView(View):
    """One reason why the session is not clear: what it is, who can lift it, and until when."""

    code: str
    sentence: str
    rule: str
    clauses: tuple[str, ...]
    lifted_by: str
    lift_before: Instant
    child_id: str | None
    overridable: bool


class SessionSummary(View):
    """A session in a list."""

    session_id: str
    state: SessionState
    starts_at: Instant
    ends_at: Instant
    purpose: str
    tutor_id: str
    children: tuple[str, ...]
    provider: str
    cover_mode: CoverMode
    terms: int = Field(description="Grows when time, purpose or children change; promises name it.")
    version: int


class ComingView(View):
    """Who is to take over during the call, and how far that has come."""

    staff_id: str
    accepted_at: Instant | None
    admitted_at: Instant | None


class SecondStaffView(View):
    """Who supports the session, whether they said yes to it, and who is to take over, if anyone."""

    staff_id: str
    accepted_at: Instant | None
    coming: ComingView | None


class VisitView(View):
    """One time that second staff were in the room, by the provider's word."""

    since: Instant
    until: Instant | None


class SessionView(SessionSummary):
    """A session. `blockers` by stage: to open, to let people in, to go on; empty when over."""

    external_id: str | None
    series_id: str | None
    local_start: str
    zone: str
    second_staff: SecondStaffView | None
    meeting_open: bool
    held_until: Instant | None = Field(
        description="How long everybody's time is kept although something is outstanding."
    )
    reason: str | None
    ended_at: Instant | None
    created_at: Instant
    wishes: dict[str, Wish] = Field(
        description="What each child said that it wants, by child; no condition (POL-31)."
    )
    supervised_since: dict[str, Instant] = Field(
        description="From when on second staff had seen or heard each child's adult; a child that is "
        "not named has no supervised time (POL-02)."
    )
    visits: tuple[VisitView, ...] = Field(
        description="When second staff were in the room, where they visit (cover mode `visiting`)."
    )
    blockers: dict[Stage, tuple[BlockerView, ...]]


class AmendedView(View):
    """A session after a change: which parts changed, and what has to be given anew."""

    session: SessionView
    changed: tuple[Part, ...]
    voids: tuple[Voided, ...]


class ClearanceView(View):
    """Whether the session passes its next stage, and every reason why not."""

    session_id: str
    stage: Stage | None = Field(description="Null once the session is over.")
    is_clear: bool
    clear_children: tuple[str, ...]
    blockers: tuple[BlockerView, ...]


def summary(session: Session) -> SessionSummary:
    """A session for a list."""
    return SessionSummary(**_common(session))


def _common(session: Session) -> dict[str, object]:
    return {
        "session_id": session.session_id,
        "state": session.state,
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "purpose": session.purpose,
        "tutor_id": session.tutor_id,
        "children": session.children,
        "provider": session.provider,
        "cover_mode": session.cover_mode,
        "terms": session.terms,
        "version": session.version,
    }


def view(shown: SessionShown) -> SessionView:
    """A session in full."""
    record, current = shown.record, shown.second_staff
    coming = current and current.coming
    second = current and SecondStaffView(
        staff_id=current.staff_id,
        accepted_at=current.accepted.accepted_at,
        coming=coming
        and ComingView(
            staff_id=coming.staff_id,
            accepted_at=coming.accepted.accepted_at,
            admitted_at=coming.admitted_at,
        ),
    )
    return SessionView(
        **_common(record.session),
        external_id=record.external_id,
        series_id=record.series_id,
        local_start=record.local_start,
        zone=record.zone,
        second_staff=second,
        meeting_open=shown.meeting_open,
        held_until=shown.held_until,
        reason=record.reason,
        ended_at=record.ended_at,
        created_at=record.created_at,
        wishes=dict(shown.wishes),
        supervised_since=dict(shown.supervised_since),
        visits=tuple(VisitView(since=one.since, until=one.until) for one in shown.visits),
        blockers={stage: _blockers(found) for stage, found in shown.blockers.items()},
    )


def clearance(shown: SessionShown) -> ClearanceView:
    """What stands between the session and its next stage."""
    return ClearanceView(
        session_id=shown.record.session.session_id,
        stage=shown.stage,
        is_clear=bool(shown.clear_children),
        clear_children=shown.clear_children,
        blockers=_blockers(shown.blockers[shown.stage]) if shown.stage else (),
    )


def _blockers(found: tuple[Blocker, ...]) -> tuple[BlockerView, ...]:
    return tuple(
        BlockerView(
            code=blocker.code,
            sentence=blocker.sentence,
            rule=blocker.rule,
            clauses=blocker.clauses,
            lifted_by=blocker.lifted_by,
            lift_before=blocker.lift_before,
            child_id=blocker.child_id,
            overridable=blocker.overridable,
        )
        for blocker in found
    )


def session_id_of(call: Call[Any, Any]) -> SessionId:
    """The session that the address names."""
    return SessionId(call.path["session_id"])


async def shown(call: Call[Any, Any], session_id: SessionId, status: int = 200) -> Answer:
    """The answer that shows a session as it is now to the person who asked."""
    found = await call.deps.store.read(showing.look, session_id, call.actor)
    return Answer(status, view(found), version=found.record.session.version)
