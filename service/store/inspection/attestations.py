"""Signed statements about sessions."""

from dataclasses import dataclass

import sqlalchemy as sa

from service.policy.attestation import Answer, Statement, Witness
from service.policy.consent import Route
from service.policy.people import ChildId, SessionId, StaffId
from service.store.tables import StatementRow, table_of
from service.store.transactions import Reader, Tx

STATEMENTS = table_of(StatementRow)


@dataclass(frozen=True)
class SignedStatement:
    """A statement with its signature and how it came. `supersedes` names the one it corrects."""

    statement_id: str
    statement: Statement
    jws: str
    route: Route
    recorded_by: StaffId | None
    supersedes: str | None


def append(tx: Tx, signed: SignedStatement) -> str | None:
    """Append a statement; answers the violated constraint if the old one was corrected already."""
    said = signed.statement
    return tx.try_write(
        STATEMENTS.insert().values(
            id=signed.statement_id,
            session_id=said.session_id,
            witness=said.witness.value,
            witness_id=said.witness_id,
            child_id=said.child_id,
            took_place=said.took_place.value,
            adult_present=said.adult_present.value,
            second_staff_present=said.second_staff_present.value,
            route=signed.route.value,
            recorded_by=signed.recorded_by,
            supersedes=signed.supersedes,
            jws=signed.jws,
            made_at=said.made_at,
        )
    )


def of_session(reader: Tx | Reader, session_id: SessionId) -> tuple[SignedStatement, ...]:
    """Every statement about a session, corrected ones too, oldest first."""
    rows = reader.conn.execute(
        sa.select(STATEMENTS).where(STATEMENTS.c.session_id == session_id).order_by(STATEMENTS.c.id)
    )
    return tuple(_signed(row) for row in rows)


def of_sessions(reader: Reader, ids: sa.Select[tuple[str]]) -> tuple[SignedStatement, ...]:
    """Every statement about the sessions that a query names, corrected ones too, oldest first."""
    mine = STATEMENTS.c.session_id.in_(ids)
    rows = reader.conn.execute(sa.select(STATEMENTS).where(mine).order_by(STATEMENTS.c.id))
    return tuple(_signed(row) for row in rows)


def standing(statements: tuple[SignedStatement, ...]) -> tuple[SignedStatement, ...]:
    """Those that no later statement corrects."""
    corrected = {signed.supersedes for signed in statements}
    return tuple(signed for signed in statements if signed.statement_id not in corrected)


def _signed(row: sa.Row[tuple[object, ...]]) -> SignedStatement:
    values = row._mapping
    child_id = values["child_id"]
    recorded_by = values["recorded_by"]
    return SignedStatement(
        statement_id=values["id"],
        statement=Statement(
            session_id=SessionId(values["session_id"]),
            witness=Witness(values["witness"]),
            witness_id=values["witness_id"],
            child_id=None if child_id is None else ChildId(child_id),
            took_place=Answer(values["took_place"]),
            adult_present=Answer(values["adult_present"]),
            second_staff_present=Answer(values["second_staff_present"]),
            made_at=values["made_at"],
        ),
        jws=values["jws"],
        route=Route(values["route"]),
        recorded_by=None if recorded_by is None else StaffId(recorded_by),
        supersedes=values["supersedes"],
    )
