"""The versions of the organisation's policy (POL-34)."""

from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa

from service.policy.organisation import Organisation
from service.store.tables import PolicyRow, table_of
from service.store.transactions import Reader, Tx

POLICIES = table_of(PolicyRow)
_POLICIES = sa.select(
    POLICIES.c.version, POLICIES.c.asks_fresh_agreement, POLICIES.c.agree_by
).order_by(POLICIES.c.position.desc())

IN_THE_END = date.max
"""The day by which everybody has been asked: only what is agreed to for good counts then."""


@dataclass(frozen=True)
class PolicyVersion:
    """One version of the organisation's policy (POL-34).

    One that asks for fresh agreement does so at once, or from the day `agree_by` on: until then what was
    agreed to before still counts (pitfall 19).
    """

    version: str
    owner: str
    text: str
    review_on: date
    asks_fresh_agreement: bool
    agree_by: date | None = None


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
            agree_by=policy.agree_by,
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
    return policy_of(row)


def policy_of(row: sa.Row[tuple[object, ...]]) -> PolicyVersion:
    """A row of the table as a version."""
    names = ("version", "owner", "text", "review_on", "asks_fresh_agreement", "agree_by")
    return PolicyVersion(**{name: row._mapping[name] for name in names})


def policy_called(reader: Tx | Reader, version: str) -> PolicyVersion:
    """A version that is known to exist."""
    return policy_of(
        reader.conn.execute(sa.select(POLICIES).where(POLICIES.c.version == version)).one()
    )


def organisation_now(reader: Tx | Reader, on: date | None = None) -> Organisation:
    """The organisation with the policy versions that an agreement may name to count on a day, or
    today."""
    on = on or reader.house.organisation.local_day(reader.now)
    in_force: list[str] = []
    for row in reader.conn.execute(_POLICIES):
        in_force.append(row.version)
        if row.asks_fresh_agreement and (row.agree_by is None or row.agree_by <= on):
            break
    return replace(reader.house.organisation, policy_versions_in_force=frozenset(in_force))
