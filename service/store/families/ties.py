"""Which adult is on which child's record, with what authority, and until when."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from service.policy.merging import Place
from service.policy.people import Authority, ChildId, ParentId, Tie
from service.store.families.people import CHILDREN, PARENTS, TIES
from service.store.transactions import Reader, Tx


@dataclass(frozen=True)
class Paper:
    """The document that an authority rests on: its reference and its date."""

    reference: str | None = None
    dated_on: date | None = None


NO_PAPER = Paper()


def put_tie(tx: Tx, child_id: ChildId, tie: Tie, paper: Paper = NO_PAPER) -> None:
    """Put an adult on a child's record, or change the relation and authority."""
    values = {
        "relation": tie.relation,
        "authority": tie.authority.value,
        "document": paper.reference,
        "document_on": paper.dated_on,
        "until": tie.until,
        "ended_at": None,
    }
    same = (TIES.c.child_id == child_id) & (TIES.c.parent_id == tie.parent_id)
    if tx.conn.execute(TIES.update().where(same).values(values)).rowcount:
        return
    tx.conn.execute(
        TIES.insert().values(
            child_id=child_id, parent_id=tie.parent_id, created_at=tx.now, **values
        )
    )


@dataclass(frozen=True)
class KeptTie:
    """An adult's place on a child's record, with the paper that it rests on."""

    child_id: ChildId
    place: Place
    paper: Paper

    @property
    def parent_id(self) -> ParentId:
        """Whose it is."""
        return self.place.tie.parent_id


def of_child(reader: Tx | Reader, child_id: ChildId) -> tuple[KeptTie, ...]:
    """Every place on a child's record, those that ended too."""
    return _kept(reader, TIES.c.child_id == child_id)


def of_parent(reader: Tx | Reader, parent_id: ParentId) -> tuple[KeptTie, ...]:
    """Every place of an adult on a child's record, those that ended too."""
    return _kept(reader, TIES.c.parent_id == parent_id)


def between(reader: Tx | Reader, child_id: ChildId, parent_id: ParentId) -> KeptTie | None:
    """An adult's place on a child's record; None if there never was one."""
    both = (TIES.c.child_id == child_id) & (TIES.c.parent_id == parent_id)
    return next(iter(_kept(reader, both)), None)


def _kept(reader: Tx | Reader, which: sa.ColumnElement[bool]) -> tuple[KeptTie, ...]:
    query = sa.select(TIES).where(which).order_by(TIES.c.child_id, TIES.c.parent_id)
    return tuple(
        KeptTie(
            ChildId(row.child_id),
            Place(
                Tie(ParentId(row.parent_id), row.relation, Authority(row.authority), row.until),
                ended=row.ended_at is not None,
            ),
            Paper(row.document, row.document_on),
        )
        for row in reader.conn.execute(query)
    )


def end_tie(tx: Tx, child_id: ChildId, parent_id: ParentId) -> bool:
    """Note that an adult is on a child's record no more; False if they were not."""
    standing = (
        (TIES.c.child_id == child_id) & (TIES.c.parent_id == parent_id) & TIES.c.ended_at.is_(None)
    )
    values = {"ended_at": tx.now, "taken_off_at": tx.now}
    return bool(tx.conn.execute(TIES.update().where(standing).values(values)).rowcount)


def tie_ended_at(reader: Tx | Reader, child_id: ChildId, parent_id: ParentId) -> datetime | None:
    """When an adult's tie to a child ended; None if it stands or never was."""
    query = sa.select(TIES.c.ended_at).where(
        TIES.c.child_id == child_id, TIES.c.parent_id == parent_id
    )
    ended_at: datetime | None = reader.conn.execute(query).scalar_one_or_none()
    return ended_at


def was_taken_off(reader: Tx | Reader, child_id: ChildId, parent_id: ParentId) -> bool:
    """Whether an adult was ever taken off a child's record, be they back on it or not, under any record of
    theirs or of the child's."""
    this_child = (CHILDREN.c.id == child_id) | (CHILDREN.c.merged_into == child_id)
    this_adult = (PARENTS.c.id == parent_id) | (PARENTS.c.merged_into == parent_id)
    query = (
        sa.select(TIES.c.child_id)
        .join(CHILDREN, CHILDREN.c.id == TIES.c.child_id)
        .join(PARENTS, PARENTS.c.id == TIES.c.parent_id)
        .where(this_child, this_adult, TIES.c.taken_off_at.is_not(None))
        .limit(1)
    )
    return reader.conn.execute(query).first() is not None


Terms = tuple[str, Authority, str | None, date | None, date | None]
"""Relation, authority, the paper's reference and date, and the last day."""


def terms_of(reader: Tx | Reader, child_id: ChildId, parent_id: ParentId) -> Terms | None:
    """On which terms an adult is on a child's record; None if they are not."""
    query = sa.select(TIES).where(
        TIES.c.child_id == child_id, TIES.c.parent_id == parent_id, TIES.c.ended_at.is_(None)
    )
    row = reader.conn.execute(query).one_or_none()
    if row is None:
        return None
    return row.relation, Authority(row.authority), row.document, row.document_on, row.until
