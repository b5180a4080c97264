"""Which children have a consent that names a version of the policy no longer in force."""

import sqlalchemy as sa

from service.policy.consent import ConsentKind, Purpose
from service.policy.people import ChildId
from service.store.consent import CONSENTS
from service.store.transactions import Reader, Tx


def children_to_ask(
    reader: Tx | Reader, in_force: frozenset[str], after: str, limit: int
) -> tuple[ChildId, ...]:
    """Children behind the given id of whom somebody once agreed to another version than these.

    Narrows only: whether that word still stands, the policy says.
    """
    query = (
        sa.select(CONSENTS.c.child_id)
        .where(
            CONSENTS.c.child_id > after,
            CONSENTS.c.purpose == Purpose.TAKE_PART.value,
            CONSENTS.c.kind == ConsentKind.GIVEN.value,
            CONSENTS.c.policy_version.not_in(sorted(in_force)),
        )
        .distinct()
        .order_by(CONSENTS.c.child_id)
        .limit(limit)
    )
    return tuple(ChildId(found) for found in reader.conn.execute(query).scalars())
