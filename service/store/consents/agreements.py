"""Which children have a consent that does not say what it has to say by now."""

from dataclasses import dataclass

import sqlalchemy as sa

from service.policy.consent import ConsentKind, Purpose
from service.policy.people import ChildId
from service.store.consents.consent import CONSENTS
from service.store.transactions import Reader, Tx


@dataclass(frozen=True)
class Wanted:
    """What a consent has to say: one of these versions of the policy, or that second staff may visit."""

    versions: frozenset[str] = frozenset()
    visits: bool = False


def children_to_ask(
    reader: Tx | Reader, wanted: Wanted, after: str, limit: int
) -> tuple[ChildId, ...]:
    """Children behind the given id of whom somebody once agreed to something else.

    Narrows only: whether that word still stands, the policy says.
    """
    says_else = (
        sa.not_(CONSENTS.c.says_visits)
        if wanted.visits
        else CONSENTS.c.policy_version.not_in(sorted(wanted.versions))
    )
    query = (
        sa.select(CONSENTS.c.child_id)
        .where(
            CONSENTS.c.child_id > after,
            CONSENTS.c.purpose == Purpose.TAKE_PART.value,
            CONSENTS.c.kind == ConsentKind.GIVEN.value,
            says_else,
        )
        .distinct()
        .order_by(CONSENTS.c.child_id)
        .limit(limit)
    )
    return tuple(ChildId(found) for found in reader.conn.execute(query).scalars())
