"""Teams that have a say, and the people who answer for them in their own names."""

import sqlalchemy as sa

from service.policy.people import Child, ParentId
from service.store.families.people import PARENTS
from service.store.tables import DeputyRow, table_of
from service.store.transactions import Reader, Tx

DEPUTIES = table_of(DeputyRow)
_CURRENT = DEPUTIES.c.ended_at.is_(None)
_IDS: sa.BindParameter[list[str]] = sa.bindparam("ids", expanding=True)
_SPEAKING = sa.select(DEPUTIES.c.parent_id).where(DEPUTIES.c.team_id.in_(_IDS), _CURRENT)


def insert(tx: Tx, team_id: ParentId, parent_id: ParentId) -> str | None:
    """Note that somebody answers for a team; answers the violated constraint if they do already."""
    return tx.try_write(
        DEPUTIES.insert().values(
            id=tx.new_id("deputy"),
            team_id=team_id,
            parent_id=parent_id,
            named_by=tx.by.subject,
            named_at=tx.now,
        )
    )


def end(tx: Tx, team_id: ParentId, parent_id: ParentId) -> bool:
    """Note that somebody answers for a team no more; False if they did not."""
    mine = (DEPUTIES.c.team_id == team_id) & (DEPUTIES.c.parent_id == parent_id) & _CURRENT
    ended = tx.conn.execute(DEPUTIES.update().where(mine).values(ended_at=tx.now))
    return ended.rowcount == 1


def is_team(reader: Tx | Reader, parent_id: ParentId) -> bool:
    """Whether this record is a team: one that ever had a deputy, even if it has none now."""
    query = sa.select(DEPUTIES.c.id).where(DEPUTIES.c.team_id == parent_id).limit(1)
    return reader.conn.execute(query).first() is not None


def of_team(reader: Tx | Reader, team_id: ParentId) -> tuple[ParentId, ...]:
    """Who answers for a team now, and may be written to."""
    query = (
        sa.select(DEPUTIES.c.parent_id)
        .join(PARENTS, PARENTS.c.id == DEPUTIES.c.parent_id)
        .where(DEPUTIES.c.team_id == team_id, _CURRENT, PARENTS.c.restriction.is_(None))
        .order_by(DEPUTIES.c.parent_id)
    )
    return tuple(ParentId(found) for found in reader.conn.execute(query).scalars())


def of_teams(reader: Tx | Reader, adults: frozenset[ParentId]) -> frozenset[ParentId]:
    """Everybody who answers now for one of these adults, written to or not."""
    found = reader.conn.execute(_SPEAKING, {"ids": sorted(adults)})
    return frozenset(ParentId(one) for one in found.scalars())


def teams_of(reader: Tx | Reader, parent_id: ParentId) -> frozenset[ParentId]:
    """The teams that somebody answers for now."""
    query = sa.select(DEPUTIES.c.team_id).where(DEPUTIES.c.parent_id == parent_id, _CURRENT)
    return frozenset(ParentId(found) for found in reader.conn.execute(query).scalars())


def speakers(reader: Tx | Reader, giver_id: ParentId) -> tuple[ParentId, ...]:
    """Who is written to, and answers, for a giver: the deputies of a team, or the giver alone."""
    return of_team(reader, giver_id) if is_team(reader, giver_id) else (giver_id,)


def speaks_for(reader: Tx | Reader, parent_id: ParentId, child: Child) -> ParentId:
    """The giver for whom somebody answers about a child: their team, if it has a say; else themselves."""
    if parent_id in child.givers:
        return parent_id
    return min(teams_of(reader, parent_id) & child.givers, default=parent_id)
