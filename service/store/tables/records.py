"""Messages, statements and the audit log, and the service's own memory of its work."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from service.policy.attestation import Answer, Witness
from service.policy.consent import Route
from service.store.tables.base import (
    INSTANT,
    found_by,
    holds,
    one_of,
    plumbing,
    record,
    unique,
)


class MessageRow(SQLModel, table=True):
    """An outgoing message, kept word for word, with the copy that makes it accountable (POL-22)."""

    __tablename__ = "messages"
    __table_args__ = (
        unique("once_key"),
        holds("to_a_parent_or_a_copy", "(parent_id IS NULL) <> (copy_of IS NULL)"),
        record(),
    )
    id: str = Field(primary_key=True)
    once_key: str
    template: str
    parent_id: str | None = Field(default=None, foreign_key="parents.id")
    child_id: str | None = Field(default=None, foreign_key="children.id", index=True)
    session_id: str | None = Field(default=None, foreign_key="sessions.id")
    copy_of: str | None = Field(default=None, foreign_key="messages.id")
    subject: str
    text_sealed: bytes
    created_at: datetime = Field(sa_type=INSTANT)
    settled_at: datetime | None = Field(default=None, sa_type=INSTANT)
    outcome: str | None = None


class StatementRow(SQLModel, table=True):
    """A signed attendance attestation; a correction is a new row naming the old one."""

    __tablename__ = "statements"
    __table_args__ = (
        one_of("witness", Witness),
        one_of("took_place", Answer),
        one_of("adult_present", Answer),
        one_of("second_staff_present", Answer),
        one_of("route", Route),
        unique("supersedes"),
        record(append_only=True),
    )
    id: str = Field(primary_key=True)
    session_id: str = Field(foreign_key="sessions.id", index=True)
    witness: str
    witness_id: str
    child_id: str | None = Field(default=None, foreign_key="children.id")
    took_place: str
    adult_present: str
    second_staff_present: str
    route: str
    recorded_by: str | None = Field(default=None, foreign_key="staff.id")
    supersedes: str | None = Field(default=None, foreign_key="statements.id")
    jws: str
    made_at: datetime = Field(sa_type=INSTANT)


class EntryRow(SQLModel, table=True):
    """One audit entry: the exact leaf bytes, durable with the change it describes.

    `scope` is the record it is about, by our own id: a session, a child, a member of staff.
    """

    __tablename__ = "entries"
    __table_args__ = (
        unique("uid"),
        found_by("ix_entries_scope", "scope", "id"),
        record(append_only=True) | {"sqlite_autoincrement": True},
    )
    id: int | None = Field(
        default=None,
        sa_column=sa.Column(
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
    )
    uid: str
    kind: str
    scope: str
    leaf: bytes
    at: datetime = Field(sa_type=INSTANT)


class EntryPayloadRow(SQLModel, table=True):
    """What an entry's commitment hides, with its salt: erasable, and old proofs stay valid."""

    __tablename__ = "entry_payloads"
    __table_args__ = (plumbing(),)
    entry_uid: str = Field(primary_key=True, foreign_key="entries.uid")
    payload_sealed: bytes
    salt: bytes


class PseudonymKeyRow(SQLModel, table=True):
    """The key behind the pseudonyms of one scope (a session, or the record of one person)."""

    __tablename__ = "pseudonym_keys"
    __table_args__ = (plumbing(),)
    scope: str = Field(primary_key=True)
    key_sealed: bytes


class UnsequencedRow(SQLModel, table=True):
    """An entry that has no place in the log yet."""

    __tablename__ = "unsequenced"
    __table_args__ = (plumbing(),)
    entry_uid: str = Field(primary_key=True, foreign_key="entries.uid")


class LeafRow(SQLModel, table=True):
    """An entry's place in the log."""

    __tablename__ = "leaves"
    __table_args__ = (unique("entry_id"), plumbing(append_only=True))
    position: int = Field(primary_key=True, sa_type=sa.BigInteger)
    entry_id: int = Field(foreign_key="entries.id", sa_type=sa.BigInteger)


class NodeRow(SQLModel, table=True):
    """The hash of one complete subtree, so that a proof costs a few reads; level 0 is the leaves."""

    __tablename__ = "tree_nodes"
    __table_args__ = (plumbing(append_only=True),)
    level: int = Field(primary_key=True)
    position: int = Field(primary_key=True, sa_type=sa.BigInteger)
    hash: bytes


class CheckpointRow(SQLModel, table=True):
    """A signed checkpoint. `size` is unique: the log can never sign two trees of one size."""

    __tablename__ = "checkpoints"
    __table_args__ = (plumbing(append_only=True),)
    size: int = Field(primary_key=True, sa_type=sa.BigInteger)
    note: str
    at: datetime = Field(sa_type=INSTANT)


class IdempotencyRow(SQLModel, table=True):
    """What an Idempotency-Key made, for a day."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (plumbing(),)
    scope: str = Field(primary_key=True)
    body_hash: str
    resource_id: str
    at: datetime = Field(sa_type=INSTANT, index=True)


class WorkRow(SQLModel, table=True):
    """One thing a reconciler must look at: what, and when.

    `hurried` counts how often a look was asked for at once. `fence` grows with each holder of the
    lease, so that one who was paused too long cannot record over a newer one (see `store.work`).
    """

    __tablename__ = "work"
    __table_args__ = (found_by("ix_work_due", "kind", "due_at"), plumbing())
    subject_id: str = Field(primary_key=True)
    kind: str
    due_at: datetime = Field(sa_type=INSTANT)
    lease_until: datetime | None = Field(default=None, sa_type=INSTANT)
    fence: int = 0
    hurried: int = 0
    tries: int = 0


class WatchRow(SQLModel, table=True):
    """A provider's promise to tell us about a call, to be renewed before it runs out.

    One for a meeting, or one for all calls of an account (`meeting_id` empty). It is kept for as
    long as anyone could still get into the meeting, which is longer than the meeting is ours.
    """

    __tablename__ = "watches"
    __table_args__ = (unique("meeting_id"), unique("provider", "watch_id"), plumbing())
    id: str = Field(primary_key=True)
    provider: str
    meeting_id: str | None = Field(default=None, foreign_key="meetings.id")
    watch_id: str
    expires_at: datetime = Field(sa_type=INSTANT)
    needed_until: datetime | None = Field(default=None, sa_type=INSTANT)


class BudgetRow(SQLModel, table=True):
    """How much of one published limit this window's calls have taken, over all replicas."""

    __tablename__ = "budgets"
    __table_args__ = (holds("spent_something", "spent >= 0"), plumbing())
    name: str = Field(primary_key=True)
    window_index: int = Field(sa_type=sa.BigInteger)
    spent: int


class HookProofRow(SQLModel, table=True):
    """When a provider last had us prove that the address it posts to is ours."""

    __tablename__ = "hook_proofs"
    __table_args__ = (plumbing(),)
    provider: str = Field(primary_key=True)
    proved_at: datetime = Field(sa_type=INSTANT)


class PinTryRow(SQLModel, table=True):
    """Wrong PINs of one parent since `since`."""

    __tablename__ = "pin_tries"
    __table_args__ = (plumbing(),)
    parent_id: str = Field(primary_key=True, foreign_key="parents.id")
    failed: int
    since: datetime = Field(sa_type=INSTANT)


class InstallationRow(SQLModel, table=True):
    """Which deployment this database belongs to: demo and production never mix (pitfall 71)."""

    __tablename__ = "installation"
    __table_args__ = (holds("only_one", "id = 1"), plumbing())
    id: int = Field(primary_key=True)
    mode: str
    origin: str
    created_at: datetime = Field(sa_type=INSTANT)
