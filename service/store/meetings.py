"""Clearances and the meetings they open, ways in, admissions, and what providers told us."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from pydantic import SecretStr

from service.errors import NotFound, StaleVersion
from service.policy.admission import Knock, Place, Presence
from service.policy.clearance import Clearance
from service.policy.people import ClearanceId, HostId, MeetingId, SessionId
from service.ports import MeetingHandle, Signal, SignalKind, WayIn
from service.store.tables import (
    AdmissionRow,
    ClearanceRow,
    ClearedChildRow,
    MeetingRow,
    MeetingStage,
    SignalRow,
    WayInRow,
    table_of,
)
from service.store.transactions import Reader, Tx

CLEARANCES = table_of(ClearanceRow)
CLEARED_CHILDREN = table_of(ClearedChildRow)
MEETINGS = table_of(MeetingRow)
WAYS_IN = table_of(WayInRow)
ADMISSIONS = table_of(AdmissionRow)
SIGNALS = table_of(SignalRow)

LIVE_STAGES = (MeetingStage.INTENDED.value, MeetingStage.OPEN.value)

_INSERT_SIGNAL = SIGNALS.insert()
_LIVE_OF_SESSION = sa.select(MEETINGS).where(
    MEETINGS.c.session_id == sa.bindparam("wanted"), MEETINGS.c.stage.in_(LIVE_STAGES)
)
_BY_PROVIDER_ID = sa.select(MEETINGS).where(
    MEETINGS.c.provider == sa.bindparam("at"), MEETINGS.c.provider_id == sa.bindparam("wanted")
)


def insert_clearance(tx: Tx, clearance: Clearance) -> ClearanceId:
    """Store the proof, with what each child's part rests on."""
    case = clearance.case
    clearance_id = ClearanceId(tx.new_id("clearance"))
    tx.conn.execute(
        CLEARANCES.insert().values(
            id=clearance_id,
            session_id=case.session.session_id,
            terms=case.session.terms,
            tutor_id=case.tutor.staff_id,
            second_staff_id=case.second_staff.staff_id if case.second_staff else None,
            host_id=case.session.host_id,
            at=clearance.at,
        )
    )
    tx.conn.execute(
        CLEARED_CHILDREN.insert(),
        [
            {
                "clearance_id": clearance_id,
                "child_id": child.child_id,
                "consent_id": child.consent_entry_id,
                "pledge_id": child.pledge_id,
                "adult_id": child.adult_id,
            }
            for child in clearance.children
        ],
    )
    return clearance_id


@dataclass(frozen=True)
class Meeting:
    """Our record of one meeting. `handle` is None until the provider's id is known."""

    meeting_id: MeetingId
    session_id: SessionId
    host_id: HostId
    provider: str
    host_account: str
    reference: str
    stage: MeetingStage
    provider_id: str | None
    intended_at: datetime
    reason: str | None

    @property
    def handle(self) -> MeetingHandle | None:
        """Which meeting at the provider, if known."""
        if self.provider_id is None:
            return None
        return MeetingHandle(self.host_account, self.provider_id)


@dataclass(frozen=True)
class Intent:
    """What is written down before the provider is asked."""

    meeting_id: MeetingId
    session_id: SessionId
    clearance_id: ClearanceId
    host_id: HostId
    provider: str
    host_account: str
    reference: str


def insert_intent(tx: Tx, intent: Intent) -> str | None:
    """Store the intent; answers the violated constraint if the session has a live meeting."""
    return tx.try_write(
        MEETINGS.insert().values(
            id=intent.meeting_id,
            session_id=intent.session_id,
            clearance_id=intent.clearance_id,
            host_id=intent.host_id,
            provider=intent.provider,
            host_account=intent.host_account,
            reference=intent.reference,
            stage=MeetingStage.INTENDED.value,
            intended_at=tx.now,
        )
    )


def get(reader: Tx | Reader, meeting_id: MeetingId) -> Meeting:
    """A meeting. `NotFound` if there is none."""
    found = _one(reader, MEETINGS.c.id == meeting_id)
    if found is None:
        raise NotFound
    return found


def live_of_session(reader: Tx | Reader, session_id: SessionId) -> Meeting | None:
    """The session's intended or open meeting, if any; there is never more than one."""
    row = reader.conn.execute(_LIVE_OF_SESSION, {"wanted": session_id}).one_or_none()
    return None if row is None else _meeting(row)


def by_provider_id(reader: Tx | Reader, provider: str, provider_id: str) -> Meeting | None:
    """The meeting that a provider speaks of."""
    wanted = {"at": provider, "wanted": provider_id}
    row = reader.conn.execute(_BY_PROVIDER_ID, wanted).one_or_none()
    return None if row is None else _meeting(row)


def _one(reader: Tx | Reader, condition: sa.ColumnElement[bool]) -> Meeting | None:
    row = reader.conn.execute(sa.select(MEETINGS).where(condition)).one_or_none()
    return None if row is None else _meeting(row)


def _meeting(row: sa.Row[tuple[object, ...]]) -> Meeting:
    values = row._mapping
    return Meeting(
        meeting_id=MeetingId(values["id"]),
        session_id=SessionId(values["session_id"]),
        host_id=HostId(values["host_id"]),
        provider=values["provider"],
        host_account=values["host_account"],
        reference=values["reference"],
        stage=MeetingStage(values["stage"]),
        provider_id=values["provider_id"],
        intended_at=values["intended_at"],
        reason=values["reason"],
    )


def of_session(reader: Tx | Reader, session_id: SessionId) -> tuple[Meeting, ...]:
    """Every meeting a session ever had, oldest first."""
    rows = reader.conn.execute(
        sa.select(MEETINGS).where(MEETINGS.c.session_id == session_id).order_by(MEETINGS.c.id)
    )
    return tuple(_meeting(row) for row in rows)


def known_provider_ids(reader: Tx | Reader, provider: str, reference: str) -> frozenset[str]:
    """The provider's ids that our records name under a reference."""
    query = sa.select(MEETINGS.c.provider_id).where(
        MEETINGS.c.provider == provider,
        MEETINGS.c.reference == reference,
        MEETINGS.c.provider_id.is_not(None),
    )
    return frozenset(reader.conn.execute(query).scalars())


def record_made(tx: Tx, meeting: Meeting, provider_id: str) -> None:
    """Note which meeting at the provider came of the intent, even if it must go already."""
    _change(tx, meeting, {"provider_id": provider_id})


def record_open(tx: Tx, meeting: Meeting, passcode: SecretStr) -> None:
    """Note that the meeting was read back, found safe, and is now the session's."""
    where = f"meetings.passcode:{meeting.meeting_id}"
    _change(
        tx,
        meeting,
        {
            "stage": MeetingStage.OPEN.value,
            "opened_at": tx.now,
            "passcode_sealed": tx.house.seal(passcode, where),
        },
    )


def record_failed(tx: Tx, meeting: Meeting, reason: str) -> None:
    """Note that surely no meeting came of the intent."""
    _change(tx, meeting, {"stage": MeetingStage.FAILED.value, "reason": reason})


def record_closing(tx: Tx, meeting: Meeting, reason: str) -> None:
    """Note that the meeting must go; its ways in are worth nothing from this commit on."""
    _change(tx, meeting, {"stage": MeetingStage.CLOSING.value, "reason": reason})
    tx.conn.execute(
        WAYS_IN.update()
        .where(WAYS_IN.c.meeting_id == meeting.meeting_id, WAYS_IN.c.revoked_at.is_(None))
        .values(revoked_at=tx.now)
    )


def record_closed(tx: Tx, meeting: Meeting) -> None:
    """Note that the provider has confirmed that the meeting is gone."""
    _change(tx, meeting, {"stage": MeetingStage.CLOSED.value, "closed_at": tx.now})


def _change(tx: Tx, meeting: Meeting, values: dict[str, object]) -> None:
    same = (MEETINGS.c.id == meeting.meeting_id) & (MEETINGS.c.stage == meeting.stage.value)
    if tx.conn.execute(MEETINGS.update().where(same).values(values)).rowcount != 1:
        raise StaleVersion


# --- ways in, in custody --------------------------------------------------------------------------


@dataclass(frozen=True)
class HeldWayIn:
    """A personal way in that we keep until an admission releases it."""

    place: Place
    subject_id: str
    door_code: str
    registrant_id: str
    url_sealed: bytes
    way_in_id: str


def insert_way_in(
    tx: Tx, meeting_id: MeetingId, place: Place, subject_id: str, way_in: WayIn
) -> None:
    """Take a way in into custody; one that is there already stays."""
    way_in_id = tx.new_id("wayin")
    tx.try_write(
        WAYS_IN.insert().values(
            id=way_in_id,
            meeting_id=meeting_id,
            place=place.value,
            subject_id=subject_id,
            door_code=way_in.door_code,
            registrant_id=way_in.registrant_id,
            url_sealed=tx.house.seal(way_in.url, f"ways_in.url:{way_in_id}"),
        )
    )


def replace_way_in(
    tx: Tx, meeting_id: MeetingId, place: Place, subject_id: str, way_in: WayIn
) -> None:
    """Take a fresh way in into custody in place of one that was taken back."""
    mine = (WAYS_IN.c.meeting_id == meeting_id) & (WAYS_IN.c.subject_id == subject_id)
    tx.conn.execute(WAYS_IN.delete().where(mine, WAYS_IN.c.revoked_at.is_not(None)))
    insert_way_in(tx, meeting_id, place, subject_id, way_in)


def ways_in(
    reader: Tx | Reader, meeting_id: MeetingId, *, revoked_too: bool = False
) -> tuple[HeldWayIn, ...]:
    """The ways into a meeting that we hold."""
    query = sa.select(WAYS_IN).where(WAYS_IN.c.meeting_id == meeting_id)
    if not revoked_too:
        query = query.where(WAYS_IN.c.revoked_at.is_(None))
    return tuple(
        HeldWayIn(
            Place(row.place),
            row.subject_id,
            row.door_code,
            row.registrant_id,
            row.url_sealed,
            row.id,
        )
        for row in reader.conn.execute(query.order_by(WAYS_IN.c.id))
    )


def revoke_way_in(tx: Tx, meeting_id: MeetingId, subject_id: str) -> None:
    """Make one way in worth nothing."""
    tx.conn.execute(
        WAYS_IN.update()
        .where(
            WAYS_IN.c.meeting_id == meeting_id,
            WAYS_IN.c.subject_id == subject_id,
            WAYS_IN.c.revoked_at.is_(None),
        )
        .values(revoked_at=tx.now)
    )


def insert_admission(
    tx: Tx, meeting: Meeting, knock: Knock, subject_id: str, presence: Presence
) -> None:
    """Store the proof that a person could go in."""
    tx.conn.execute(
        ADMISSIONS.insert().values(
            id=tx.new_id("admission"),
            session_id=meeting.session_id,
            meeting_id=meeting.meeting_id,
            place=knock.place.value,
            subject_id=subject_id,
            child_id=knock.child_id,
            second_staff_presence=presence.value,
            at=tx.now,
        )
    )


def admitted_subjects(reader: Tx | Reader, meeting_id: MeetingId) -> frozenset[str]:
    """Everyone who was admitted to a meeting."""
    query = sa.select(ADMISSIONS.c.subject_id).where(ADMISSIONS.c.meeting_id == meeting_id)
    return frozenset(reader.conn.execute(query).scalars())


# --- signals ----------------------------------------------------------------------------------------


def insert_signal(tx: Tx, provider: str, signal: Signal, meeting_id: MeetingId | None) -> bool:
    """Store what a provider told us; False if we had been told already (pitfall 47)."""
    row = {
        "id": tx.new_id("signal"),
        "digest": signal.digest,
        "provider": provider,
        "provider_id": signal.provider_id,
        "meeting_id": meeting_id,
        "kind": signal.kind.value,
        "occurrence": signal.occurrence,
        "registrant_id": signal.registrant_id,
        "account_id": signal.account_id,
        "connection": signal.connection,
        "new_role": signal.new_role,
        "as_host": signal.as_host,
        "happened_at": signal.happened_at,
        "received_at": tx.now,
    }
    return tx.try_write(_INSERT_SIGNAL, row) is None


def signals(reader: Tx | Reader, meeting_id: MeetingId) -> tuple[Signal, ...]:
    """What a provider told us about a meeting, in the order in which it happened."""
    rows = reader.conn.execute(
        sa.select(SIGNALS)
        .where(SIGNALS.c.meeting_id == meeting_id)
        .order_by(SIGNALS.c.happened_at, SIGNALS.c.id)
    )
    return tuple(
        Signal(
            row.digest,
            SignalKind(row.kind),
            row.provider_id,
            row.occurrence,
            row.happened_at,
            row.registrant_id,
            row.account_id,
            row.connection,
            row.new_role,
            row.as_host,
        )
        for row in rows
    )
