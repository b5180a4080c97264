"""The staff register, host accounts with their custodians, and the policy's versions."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from service.policy.staff import CheckScheme, EvidenceKind, RelationKind
from service.store.tables.base import INSTANT, at_most_one, holds, one_of, record, unique


class StaffRow(SQLModel, table=True):
    """A member of staff. The organisation account's domain is kept open, the address sealed. `works`
    holds the working hours, if any are on record. `mail_key` (of the account) and `phone_key` are digests,
    to find one person with two entries (pitfall 28)."""

    __tablename__ = "staff"
    __table_args__ = (unique("external_id"), record(30))
    id: str = Field(primary_key=True)
    external_id: str | None = None
    name_sealed: bytes
    account_sealed: bytes
    account_domain: str
    phone_sealed: bytes | None = None
    mail_key: str | None = Field(default=None, index=True)
    phone_key: str | None = Field(default=None, index=True)
    suspended_at: datetime | None = Field(default=None, sa_type=INSTANT)
    left_on: date | None = None
    works: str | None = None
    created_at: datetime = Field(sa_type=INSTANT)
    version: int = 1


class EvidenceRow(SQLModel, table=True):
    """One thing seen about a member of staff: what, when, by whom, trusted until (POL-13, POL-30)."""

    __tablename__ = "staff_evidence"
    __table_args__ = (
        one_of("kind", EvidenceKind),
        one_of("scheme", CheckScheme),
        holds("checks_have_schemes", "kind = 'background_check' OR scheme IS NULL"),
        holds(
            "acknowledgements_name_a_version",
            "(kind = 'policy_acknowledgement') = (policy_version IS NOT NULL)",
        ),
        holds(
            "seen_by_another",
            "kind = 'policy_acknowledgement' OR (seen_by IS NOT NULL AND seen_by <> staff_id)",
        ),
        record(append_only=True),
    )
    id: str = Field(primary_key=True)
    staff_id: str = Field(foreign_key="staff.id", index=True)
    kind: str
    seen_on: date
    trusted_until: date | None = None
    policy_version: str | None = Field(default=None, foreign_key="policies.version")
    scheme: str | None = None
    number_key: str | None = Field(default=None, index=True)
    seen_by: str | None = None
    at: datetime = Field(sa_type=INSTANT)


class EvidenceInvalidationRow(SQLModel, table=True):
    """One thing seen that counts no more. The reason is sealed with the entry."""

    __tablename__ = "evidence_invalidations"
    __table_args__ = (record(append_only=True),)
    evidence_id: str = Field(primary_key=True, foreign_key="staff_evidence.id")
    by: str
    at: datetime = Field(sa_type=INSTANT)


class RelationRow(SQLModel, table=True):
    """A declared relation of a member of staff to a child, a parent or a colleague (pitfall 9).

    A connection (employer, friend, neighbour) counts until a lead has accepted it (pitfall 10).
    """

    __tablename__ = "staff_relations"
    __table_args__ = (
        one_of("kind", RelationKind),
        holds("accepted_by_somebody", "(accepted_at IS NULL) = (accepted_by IS NULL)"),
        record(),
    )
    staff_id: str = Field(primary_key=True, foreign_key="staff.id")
    related_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    declared_at: datetime = Field(sa_type=INSTANT)
    accepted_at: datetime | None = Field(default=None, sa_type=INSTANT)
    accepted_by: str | None = None


class HostRow(SQLModel, table=True):
    """An account of the organisation that meetings run on; nobody signs into it."""

    __tablename__ = "hosts"
    __table_args__ = (unique("external_id"), unique("provider", "account"), record(40))
    id: str = Field(primary_key=True)
    external_id: str | None = None
    provider: str
    account: str
    account_domain: str
    withdrawn_at: datetime | None = Field(default=None, sa_type=INSTANT)
    created_at: datetime = Field(sa_type=INSTANT)
    version: int = 1


class CustodianRow(SQLModel, table=True):
    """A member of staff with access to a host account (POL-10)."""

    __tablename__ = "custodians"
    __table_args__ = (
        at_most_one("uq_custodians_current", "host_id", "staff_id", where="until IS NULL"),
        record(),
    )
    id: str = Field(primary_key=True)
    host_id: str = Field(foreign_key="hosts.id", index=True)
    staff_id: str = Field(foreign_key="staff.id", index=True)
    since: datetime = Field(sa_type=INSTANT)
    until: datetime | None = Field(default=None, sa_type=INSTANT)


class PolicyRow(SQLModel, table=True):
    """One version of the organisation's policy, word for word (POL-34). `agree_by`: the day from which
    older agreements count no more, if that is not the day it was published (pitfall 19)."""

    __tablename__ = "policies"
    __table_args__ = (unique("position"), record(append_only=True))
    version: str = Field(primary_key=True)
    position: int
    owner: str
    text: str
    review_on: date
    asks_fresh_agreement: bool
    agree_by: date | None = None
    published_at: datetime = Field(sa_type=INSTANT)
