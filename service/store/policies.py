"""The versions of the organisation's policy (POL-34)."""

from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa

from service.policy.organisation import Organisation
from service.store.tables import PolicyRow, table_of
from service.store.transactions import Reader, Tx

POLICIES = table_of(PolicyRow)
_POLICIES = sa.select(POLICIES.c.version, POLICIES.c.asks_fresh_agreement).order_by(
    POLICIES.c.position.desc()
)


@dataclass(frozen=True)
class PolicyVersion:
    """One version of the organisation's policy (POL-34)."""

    version: str
    owner: str
    text: str
    review_on: date
    asks_fresh_agreement: bool


def append_policy(tx: Tx, policy: PolicyVersion) -> str | None:
    """Publish a version; answers the violated constraint if the version is already there."""
    newest = tx.conn.execute(sa.select(sa.func.max(POLICIES.c.position))).scalar_one() or 0
    return tx.try_write(
        POLICIES.insert().values(
            version=policy.version,
            position=newest + 1,
            owner=policy.owner,
            text=policy.text,
            review_on=policy.review_on,
            asks_fresh_agreement=policy.asks_fresh_agreement,
            published_at=tx.now,
        )
    )


def has_policy(reader: Tx | Reader, version: str) -> bool:
    """Whether a version of the policy was ever published."""
    query = sa.select(POLICIES.c.version).where(POLICIES.c.version == version)
    return reader.conn.execute(query).scalar_one_or_none() is not None


def newest_policy(reader: Tx | Reader) -> PolicyVersion | None:
    """The policy now in force, None before the first was published."""
    row = reader.conn.execute(
        sa.select(POLICIES).order_by(POLICIES.c.position.desc()).limit(1)
    ).one_or_none()
    if row is None:
        return None
    return PolicyVersion(row.version, row.owner, row.text, row.review_on, row.asks_fresh_agreement)


def organisation_now(reader: Tx | Reader) -> Organisation:
    """The organisation with the policy versions that an agreement may name to count today."""
    in_force: list[str] = []
    for row in reader.conn.execute(_POLICIES):
        in_force.append(row.version)
        if row.asks_fresh_agreement:
            break
    return replace(reader.house.organisation, policy_versions_in_force=frozenset(in_force))
