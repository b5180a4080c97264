"""Children, the adults on their records, what those said, and their links."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from service.policy.consent import Basis, ConsentKind, Purpose, Route, Wish
from service.policy.people import OF_A_CHILD, Authority, Restriction
from service.store.tables.base import INSTANT, at_most_one, found_by, holds, one_of, record, unique


class ChildRow(SQLModel, table=True):
    """A child. `ledger_position` is the newest position in the child's ledger.

    `looked_after` and `visiting_never` keep the child out of rooms that are only visited (POL-03).
    A record that turned out to be of a child we had already is `merged_into` that one, and stays.
    `restriction`: the child died, or the family is to be left alone; nothing is sent (pitfall 21).
    """

    __tablename__ = "children"
    __table_args__ = (
        unique("external_id"),
        one_of("restriction", OF_A_CHILD),
        found_by("ix_children_merged_into", "merged_into", where="merged_into IS NOT NULL"),
        record(10),
    )
    id: str = Field(primary_key=True)
    external_id: str | None = None
    name_sealed: bytes
    born_on: date = Field(index=True)
    ledger_position: int = 0
    looked_after: bool = False
    visiting_never: bool = False
    restriction: str | None = None
    merged_into: str | None = Field(default=None, foreign_key="children.id")
    has_merged: bool = False
    created_at: datetime = Field(sa_type=INSTANT)
    version: int = 1


class ParentRow(SQLModel, table=True):
    """A parent or carer. `pin_hash` is an Argon2 hash of the PIN, never the PIN.

    `mail_key` and `phone_key` are digests, to find who shares an address or a number (pitfall 3).
    `zone` is set for an adult whose clock is not the organisation's (pitfall 35).
    `restriction` stops every message and link; `details_hidden` keeps address and number to the
    safeguarding lead (pitfalls 2 and 21).
    """

    __tablename__ = "parents"
    __table_args__ = (
        unique("external_id"),
        one_of("restriction", Restriction),
        found_by("ix_parents_merged_into", "merged_into", where="merged_into IS NOT NULL"),
        record(20),
    )
    id: str = Field(primary_key=True)
    external_id: str | None = None
    name_sealed: bytes
    email_sealed: bytes | None = None
    phone_sealed: bytes | None = None
    mail_key: str | None = Field(default=None, index=True)
    phone_key: str | None = Field(default=None, index=True)
    language: str = "en"
    zone: str | None = None
    pin_hash: str | None = None
    restriction: str | None = None
    details_hidden: bool = False
    merged_into: str | None = Field(default=None, foreign_key="parents.id")
    created_at: datetime = Field(sa_type=INSTANT)
    version: int = 1


class KnownByRow(SQLModel, table=True):
    """A digest by which an adult or a member of staff is or ever was known (pitfalls 9 and 28)."""

    __tablename__ = "known_by"
    __table_args__ = (record(append_only=True),)
    owner_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True, index=True)


class TieRow(SQLModel, table=True):
    """One adult on one child's record, with the authority to consent if any (POL-04).

    A tie ends and stays. `document` and `document_on` say which paper the authority rests on, and
    when it was dated; `until` is the last day of a delegation. `taken_off_at` stays when an ended tie
    comes back.
    """

    __tablename__ = "ties"
    __table_args__ = (
        one_of("authority", Authority),
        holds(
            "paper_is_named",
            "authority NOT IN ('delegated', 'local_authority')"
            " OR (document IS NOT NULL AND document_on IS NOT NULL)",
        ),
        record(),
    )
    child_id: str = Field(primary_key=True, foreign_key="children.id")
    parent_id: str = Field(primary_key=True, foreign_key="parents.id", index=True)
    relation: str
    authority: str
    document: str | None = None
    document_on: date | None = None
    until: date | None = None
    created_at: datetime = Field(sa_type=INSTANT)
    ended_at: datetime | None = Field(default=None, sa_type=INSTANT)
    taken_off_at: datetime | None = Field(default=None, sa_type=INSTANT)


class ConsentRow(SQLModel, table=True):
    """One word of one giver: appended, never changed.

    A word that a member of staff took down names who took it and how it can be checked: the number
    on file that was called, or the reference of the paper (POL-04). `child_wording` is what
    the child agreed to at the same time, if it did (POL-31). `answered_by` is the deputy who spoke
    where the giver is a team. `shown` and `child_shown` are the translations that were shown beside
    the words, `says_visits` whether the words say that second staff may visit (POL-03). `taken_by` and
    `checked_by` witnessed a paper of a list. `authority`, `document` and `document_on` are the giver's
    at that time, whatever became of the tie since.
    """

    __tablename__ = "consents"
    __table_args__ = (
        unique("child_id", "position"),
        one_of("purpose", Purpose),
        one_of("kind", ConsentKind),
        one_of("route", Route),
        holds(
            "taken_down_by_a_person",
            "(route = 'link') = (recorded_by IS NULL) AND (route = 'link') = (evidence IS NULL)",
        ),
        holds(
            "two_witnesses",
            "(taken_by IS NULL) = (checked_by IS NULL) AND taken_by <> checked_by",
        ),
        one_of("authority", Authority),
        record(append_only=True),
    )
    id: str = Field(primary_key=True)
    child_id: str = Field(foreign_key="children.id")
    position: int
    purpose: str
    giver_id: str = Field(foreign_key="parents.id")
    kind: str
    route: str
    recorded_by: str | None = Field(default=None, foreign_key="staff.id")
    evidence: str | None = None
    at: datetime = Field(sa_type=INSTANT)
    valid_until: datetime | None = Field(default=None, sa_type=INSTANT)
    policy_version: str = Field(foreign_key="policies.version")
    wording: str
    child_wording: str | None = None
    language: str
    answered_by: str | None = Field(default=None, foreign_key="parents.id")
    says_visits: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    shown: str | None = None
    child_shown: str | None = None
    authority: str | None = None
    document: str | None = None
    document_on: date | None = None
    taken_by: str | None = Field(default=None, foreign_key="staff.id")
    checked_by: str | None = Field(default=None, foreign_key="staff.id")


class ResolutionRow(SQLModel, table=True):
    """How the safeguarding lead settled a conflict: appended, never changed (pitfall 1).

    `settles` lists the positions of the words it is about, in the child's ledger.
    """

    __tablename__ = "consent_resolutions"
    __table_args__ = (
        unique("child_id", "position"),
        one_of("purpose", Purpose),
        one_of("basis", Basis),
        holds("reason_stated", "length(trim(reason)) > 0"),
        holds("order_is_named", "basis <> 'court_order' OR document IS NOT NULL"),
        record(append_only=True),
    )
    id: str = Field(primary_key=True)
    child_id: str = Field(foreign_key="children.id")
    position: int
    purpose: str
    basis: str
    stands: bool
    settles: str
    reason: str
    document: str | None = None
    recorded_by: str = Field(foreign_key="staff.id")
    at: datetime = Field(sa_type=INSTANT)


class WishRow(SQLModel, table=True):
    """What a child said that it wants: appended, never changed; the newest counts (pitfall 8)."""

    __tablename__ = "wishes"
    __table_args__ = (
        unique("child_id", "position"),
        one_of("wish", Wish),
        record(append_only=True),
    )
    id: str = Field(primary_key=True)
    child_id: str = Field(foreign_key="children.id")
    position: int
    wish: str
    recorded_by: str = Field(foreign_key="staff.id")
    at: datetime = Field(sa_type=INSTANT)


class NominationRow(SQLModel, table=True):
    """A giver names an adult who may be the present one, or takes that back; newest word counts."""

    __tablename__ = "nominations"
    __table_args__ = (unique("child_id", "position"), record(append_only=True))
    id: str = Field(primary_key=True)
    child_id: str = Field(foreign_key="children.id")
    position: int
    giver_id: str = Field(foreign_key="parents.id")
    adult_id: str = Field(foreign_key="parents.id")
    named: bool
    route: str
    recorded_by: str | None = Field(default=None, foreign_key="staff.id")
    at: datetime = Field(sa_type=INSTANT)


class LinkRow(SQLModel, table=True):
    """A parent's personal link, known by the hash of its token alone.

    `purpose` says what it opens: a giver's consent page for a child, or a present adult's page for
    one session.
    """

    __tablename__ = "links"
    __table_args__ = (
        unique("token_hash"),
        holds("purpose_known", "purpose IN ('consent', 'session')"),
        holds("session_links_name_one", "(purpose = 'session') = (session_id IS NOT NULL)"),
        found_by("ix_links_session", "session_id", where="revoked_at IS NULL"),
        found_by("ix_links_parent", "parent_id", "child_id"),
        record(),
    )
    id: str = Field(primary_key=True)
    token_hash: str
    purpose: str
    parent_id: str = Field(foreign_key="parents.id")
    child_id: str = Field(foreign_key="children.id")
    session_id: str | None = Field(default=None, foreign_key="sessions.id")
    created_at: datetime = Field(sa_type=INSTANT)
    expires_at: datetime = Field(sa_type=INSTANT)
    revoked_at: datetime | None = Field(default=None, sa_type=INSTANT)


class DeviceRow(SQLModel, table=True):
    """A device that a parent marked as theirs alone; it stands in for the PIN."""

    __tablename__ = "devices"
    __table_args__ = (unique("token_hash"), record())
    id: str = Field(primary_key=True)
    parent_id: str = Field(foreign_key="parents.id", index=True)
    token_hash: str
    marked_at: datetime = Field(sa_type=INSTANT)
    expires_at: datetime = Field(sa_type=INSTANT)
    revoked_at: datetime | None = Field(default=None, sa_type=INSTANT)


class DeputyRow(SQLModel, table=True):
    """A person who answers for a giver that is a team, in their own name, from a day on; until it ends."""

    __tablename__ = "deputies"
    __table_args__ = (
        at_most_one("uq_deputies_current", "team_id", "parent_id", where="ended_at IS NULL"),
        holds("not_for_themselves", "team_id <> parent_id"),
        found_by("ix_deputies_parent", "parent_id", where="ended_at IS NULL"),
        record(),
    )
    id: str = Field(primary_key=True)
    team_id: str = Field(foreign_key="parents.id")
    parent_id: str = Field(foreign_key="parents.id")
    named_by: str
    named_at: datetime = Field(sa_type=INSTANT)
    ended_at: datetime | None = Field(default=None, sa_type=INSTANT)
