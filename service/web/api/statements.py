"""Statements after the session, and where they contradict each other (POL-02, POL-03)."""

from typing import Annotated

from pydantic import Field

from service.policy.attestation import Answer as Word
from service.policy.attestation import Witness
from service.policy.consent import Route as WordRoute
from service.policy.people import ChildId, ParentId, SessionId
from service.store.inspection import attestations
from service.store.inspection.attestations import SignedStatement
from service.store.sessions import sessions
from service.store.transactions import Reader
from service.web.api.outcome import created
from service.web.api.presence import SpokenWord
from service.web.api.reading import noted
from service.web.api.session_views import session_id_of
from service.web.api.shapes import Id, Made
from service.web.api.who import RECORD_READERS, STAFF
from service.web.bodies import Body, Instant, View
from service.web.routes import Answer, Call, Route
from service.workflows.inspection import attesting


class NewStatement(Body):
    """What happened, in the signed-in person's own words, or in a parent's that were taken down."""

    took_place: Word
    adult_present: Word
    second_staff_present: Word
    corrects: Id | None = None
    parent: SpokenWord | None = Field(
        default=None, description="Whose word was taken down, if any."
    )


class StatementView(View):
    """A statement with its signature (JWS, EdDSA)."""

    statement_id: str
    witness: Witness
    witness_id: str
    child_id: str | None
    took_place: Word
    adult_present: Word
    second_staff_present: Word
    route: WordRoute
    recorded_by: str | None
    corrects: str | None
    made_at: Instant
    jws: Annotated[str, Field(repr=False)]


class FindingView(View):
    """A point on which statements differ, a time in which nobody watched, or a visit of second staff."""

    code: str
    sentence: str


class StatementsView(View):
    """Every statement about a session, corrected ones too, and what contradicts."""

    session_id: str
    statements: tuple[StatementView, ...]
    findings: tuple[FindingView, ...]


async def make(call: Call[NewStatement]) -> Answer:
    """Make a statement, or take one down; it is signed."""
    body, parent = call.body, call.body.parent
    command = attesting.MakeStatement(
        session_id=session_id_of(call),
        took_place=body.took_place,
        adult_present=body.adult_present,
        second_staff_present=body.second_staff_present,
        route=parent.route if parent else WordRoute.LINK,
        child_id=ChildId(parent.child_id) if parent else None,
        adult_id=ParentId(parent.adult_id) if parent else None,
        evidence=parent.evidence if parent else None,
        corrects=body.corrects,
    )
    return Answer(201, Made(id=await created(call, attesting.make_statement, command)))


async def listed(call: Call) -> Answer:
    """The statements and findings of a session."""
    session_id = session_id_of(call)
    await noted(call, "statements", session_id)
    found = await call.deps.store.read(_of_session, session_id)
    findings = await call.deps.store.read(attesting.findings, session_id)
    return Answer(
        200,
        StatementsView(
            session_id=session_id,
            statements=tuple(_view(signed) for signed in found),
            findings=tuple(
                FindingView(code=finding.code, sentence=finding.sentence) for finding in findings
            ),
        ),
    )


def _of_session(reader: Reader, session_id: SessionId) -> tuple[SignedStatement, ...]:
    sessions.get(reader, session_id)
    return attestations.of_session(reader, session_id)


def _view(signed: SignedStatement) -> StatementView:
    said = signed.statement
    return StatementView(
        statement_id=signed.statement_id,
        witness=said.witness,
        witness_id=said.witness_id,
        child_id=said.child_id,
        took_place=said.took_place,
        adult_present=said.adult_present,
        second_staff_present=said.second_staff_present,
        route=signed.route,
        recorded_by=signed.recorded_by,
        corrects=signed.supersedes,
        made_at=said.made_at,
        jws=signed.jws,
    )


ONE = "/v1/sessions/{session_id}/statements"

ROUTES = (
    Route("POST", ONE, make, summary="State what happened", tag="statements", roles=STAFF,
          body=NewStatement, answers={201: Made}, creates=True, clauses=("POL-02", "POL-03")),
    Route("GET", ONE, listed, summary="Read the statements and findings", tag="statements",
          roles=RECORD_READERS, answers={200: StatementsView}, clauses=("POL-02", "POL-03")),
)  # fmt: skip
