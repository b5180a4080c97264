"""Statements: tutor, second staff and a parent for each child say what happened, and it is signed.

A statement is a JWS (EdDSA, RFC 7515 and RFC 8037) over canonical bytes (RFC 8785), so that it can be
checked without us. A correction is a new statement that names the old one (pitfall 63).
"""

from dataclasses import dataclass
from datetime import tzinfo

import jwt
import rfc8785

from service.audit.events import Entry, Event
from service.errors import Conflict, InvalidInput, NotAllowed, NotFound
from service.policy.admission import Place, child_of, place_of
from service.policy.attestation import (
    TOOK_PLACE,
    Agreed,
    Answer,
    Finding,
    Statement,
    Witness,
    agreed,
    contradictions,
    may_state_at,
    not_watched,
    visited,
)
from service.policy.case import CaseFile
from service.policy.consent import Route
from service.policy.people import ChildId, ParentId, Role, SessionId, StaffId
from service.policy.session import CoverMode, Session
from service.store import work
from service.store.inspection import attestations
from service.store.inspection.attestations import SignedStatement
from service.store.sessions import cases, sessions
from service.store.transactions import Reader, Tx
from service.store.watch import blind_times
from service.workflows.consents.taking_down import taken_down_by
from service.workflows.consents.teaching import must_not_be_the_tutor
from service.workflows.second_staff.visiting import visits_of

TYPE = "chaperone-statement+jws"


@dataclass(frozen=True)
class MakeStatement:
    """One witness's answers. A parent speaks about one child; staff about the session."""

    session_id: SessionId
    took_place: Answer
    adult_present: Answer
    second_staff_present: Answer
    route: Route
    child_id: ChildId | None = None
    adult_id: ParentId | None = None
    evidence: str | None = None
    corrects: str | None = None


def make_statement(tx: Tx, command: MakeStatement) -> str:
    """Store and sign a statement, once the session has ended and for some days (pitfall 61)."""
    recorded_by = _recorded_by(tx, command)
    case = cases.lock(tx, command.session_id)
    must_not_be_the_tutor(tx, case, recorded_by)
    record = sessions.record_of(tx, command.session_id)
    if not may_state_at(case.session, record.ended_at, tx.now):
        raise Conflict("Statements are taken once the session has ended.", code="not_now")
    witness, witness_id = _witness(tx, case, command)
    _must_be_first_or_correct(tx, command, witness, witness_id)
    statement = Statement(
        session_id=command.session_id,
        witness=witness,
        witness_id=witness_id,
        child_id=command.child_id,
        took_place=command.took_place,
        adult_present=command.adult_present,
        second_staff_present=command.second_staff_present,
        made_at=tx.now,
    )
    signed = SignedStatement(
        statement_id=tx.new_id("statement"),
        statement=statement,
        jws=_sign(tx, statement, command.corrects, agreed(case, command.child_id)),
        route=command.route,
        recorded_by=recorded_by,
        supersedes=command.corrects,
    )
    if attestations.append(tx, signed) is not None:
        raise Conflict("That statement was corrected already.", code="corrected")
    tx.record(
        Entry(
            Event.STATEMENT_MADE,
            command.session_id,
            {"witness": witness_id, "statement": signed.statement_id},
            {
                "witness_as": witness.value,
                "took_place": command.took_place.value,
                "adult_present": command.adult_present.value,
                "second_staff_present": command.second_staff_present.value,
                "correction": command.corrects is not None,
            },
            {"jws": signed.jws},
        )
    )
    work.hurry(tx, [command.session_id])
    return signed.statement_id


def _recorded_by(tx: Tx, command: MakeStatement) -> StaffId | None:
    """Staff and parents speak for themselves; only a parent's word can be taken down by staff."""
    if command.route is Route.LINK:
        return None
    if command.adult_id is None:
        raise InvalidInput.of("adult_id", "missing", "Say whose word was taken down.")
    return taken_down_by(tx, command.route, command.evidence)


def _witness(tx: Tx, case: CaseFile, command: MakeStatement) -> tuple[Witness, str]:
    if command.adult_id is None:
        place = place_of(case, tx.by.subject)
        witness = Witness.TUTOR if place is Place.TUTOR else Witness.SECOND_STAFF
        return witness, tx.by.subject
    child = child_of(case, command.child_id)
    if child is None or command.adult_id not in child.child.adults:
        raise NotFound
    own = tx.by.has(Role.PARENT) and tx.by.subject == command.adult_id
    if command.route is Route.LINK and not own:
        raise NotAllowed("Only the adult can answer by link.")
    return Witness.PARENT, command.adult_id


def _must_be_first_or_correct(
    tx: Tx, command: MakeStatement, witness: Witness, witness_id: str
) -> None:
    standing = attestations.standing(attestations.of_session(tx, command.session_id))
    mine = [
        signed.statement_id
        for signed in standing
        if signed.statement.witness is witness
        and signed.statement.witness_id == witness_id
        and signed.statement.child_id == command.child_id
    ]
    if command.corrects is None and mine:
        raise Conflict("You have made a statement. Correct it by naming it.", code="already_stated")
    if command.corrects is not None and command.corrects not in mine:
        raise InvalidInput.of("corrects", "not_yours", "You can only correct your own statement.")


def findings(reader: Reader, session_id: SessionId) -> tuple[Finding, ...]:
    """What the record of a session shows: second staff's visits where they visit, times nobody watched,
    and where statements differ."""
    standing = attestations.standing(attestations.of_session(reader, session_id))
    zone = reader.house.organisation.zone
    gaps = blind_times.of_session(reader, session_id)
    return (
        *_visits(reader, sessions.get(reader, session_id), zone),
        *(not_watched(gap.began_at, gap.ended_at, zone) for gap in gaps),
        *contradictions(tuple(signed.statement for signed in standing)),
    )


def _visits(reader: Reader, session: Session, zone: tzinfo) -> tuple[Finding, ...]:
    if session.cover_mode is not CoverMode.VISITING or session.state not in TOOK_PLACE:
        return ()
    return tuple(visited(visits_of(reader, session), zone))


def canonical(
    statement: Statement, corrects: str | None, held_against: tuple[Agreed, ...]
) -> bytes:
    """The bytes that are signed: canonical JSON (RFC 8785). `promised`: in which mode the adult of each
    child that the witness speaks of promised to be present."""
    return rfc8785.dumps(
        {
            "session_id": statement.session_id,
            "witness": statement.witness.value,
            "witness_id": statement.witness_id,
            "child_id": statement.child_id,
            "took_place": statement.took_place.value,
            "adult_present": statement.adult_present.value,
            "second_staff_present": statement.second_staff_present.value,
            "made_at": statement.made_at.isoformat(),
            "corrects": corrects,
            "promised": {one.child_id: one.mode and one.mode.value for one in held_against},
        }
    )


def _sign(
    tx: Tx, statement: Statement, corrects: str | None, held_against: tuple[Agreed, ...]
) -> str:
    return jwt.api_jws.encode(
        canonical(statement, corrects, held_against),
        tx.house.statement_key,
        algorithm="EdDSA",
        headers={"typ": TYPE},
    )
