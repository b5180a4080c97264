"""Clearances and the meetings they open, ways in, admissions, and what providers told us."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from pydantic import SecretStr

from service.errors import NotFound, StaleVersion
from service.policy.clearance import Clearance
from service.policy.people import ClearanceId, HostId, MeetingId, SessionId
from service.ports import MeetingHandle
from service.store.meetings import ways_in
from service.store.tables import (
    ClearanceRow,
    ClearedChildRow,
    MeetingRow,
    MeetingStage,
    table_of,
)
from service.store.transactions import Reader, Tx

CLEARANCES = table_of(ClearanceRow)
CLEARED_CHILDREN = table_of(ClearedChildRow)
MEETINGS = table_of(MeetingRow)

LIVE_STAGES = (MeetingStage.INTENDED.value, MeetingStage.OPEN.value)

_BY_ID = sa.select(MEETINGS).where(MEETINGS.c.id == sa.bindparam("wanted"))
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
    shut_at: datetime | None
    holder: str
    link_key: str
    verified_at: datetime | None
    weak_since: datetime | None

    @property
    def is_trusted(self) -> bool:
        """Whether its settings, as last told, are as required: nobody touched them since."""
        return self.verified_at is not None and self.weak_since is None

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
            holder="",
            link_key="",
            intended_at=tx.now,
        )
    )


def get(reader: Tx | Reader, meeting_id: MeetingId) -> Meeting:
    """A meeting. `NotFound` if there is none."""
    row = reader.conn.execute(_BY_ID, {"wanted": meeting_id}).one_or_none()
    if row is None:
        raise NotFound
    return from_row(row)


def live_of_session(reader: Tx | Reader, session_id: SessionId) -> Meeting | None:
    """The session's intended or open meeting, if any; there is never more than one."""
    row = reader.conn.execute(_LIVE_OF_SESSION, {"wanted": session_id}).one_or_none()
    return None if row is None else from_row(row)


def by_provider_id(reader: Tx | Reader, provider: str, provider_id: str) -> Meeting | None:
    """The meeting that a provider speaks of."""
    wanted = {"at": provider, "wanted": provider_id}
    row = reader.conn.execute(_BY_PROVIDER_ID, wanted).one_or_none()
    return None if row is None else from_row(row)


def by_link_key(reader: Tx | Reader, provider: str, link_key: str) -> Meeting | None:
    """The meeting that a provider speaks of by the link that all its people share."""
    return _one(reader, (MEETINGS.c.provider == provider) & (MEETINGS.c.link_key == link_key))


def by_reference(reader: Tx | Reader, provider: str, reference: str) -> Meeting | None:
    """The meeting that a provider speaks of by the search word we gave it."""
    return _one(reader, (MEETINGS.c.provider == provider) & (MEETINGS.c.reference == reference))


def _one(reader: Tx | Reader, condition: sa.ColumnElement[bool]) -> Meeting | None:
    row = reader.conn.execute(sa.select(MEETINGS).where(condition)).one_or_none()
    return None if row is None else from_row(row)


def from_row(row: sa.Row[tuple[object, ...]]) -> Meeting:
    """A meeting whose row was read."""
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
        shut_at=values["shut_at"],
        holder=values["holder"],
        link_key=values["link_key"],
        verified_at=values["verified_at"],
        weak_since=values["weak_since"],
    )


def of_session(reader: Tx | Reader, session_id: SessionId) -> tuple[Meeting, ...]:
    """Every meeting a session ever had, oldest first."""
    rows = reader.conn.execute(
        sa.select(MEETINGS).where(MEETINGS.c.session_id == session_id).order_by(MEETINGS.c.id)
    )
    return tuple(from_row(row) for row in rows)


def record_made(tx: Tx, meeting: Meeting, provider_id: str) -> None:
    """Note which meeting at the provider came of the intent, even if it must go already."""
    _change(tx, meeting, {"provider_id": provider_id})


def record_open(
    tx: Tx, meeting: Meeting, passcode: SecretStr, *, holder: str, link_key: str
) -> None:
    """Note that the meeting was read back, found safe, and is now the session's."""
    where = f"meetings.passcode:{meeting.meeting_id}"
    _change(
        tx,
        meeting,
        {
            "stage": MeetingStage.OPEN.value,
            "opened_at": tx.now,
            "verified_at": tx.now,
            "holder": holder,
            "link_key": link_key,
            "passcode_sealed": tx.house.seal(passcode, where),
        },
    )


def doubt(tx: Tx, meeting: Meeting) -> None:
    """Note that an open meeting's settings may have changed since they were read."""
    _change(tx, meeting, {"verified_at": None})


def record_verified(tx: Tx, meeting: Meeting) -> None:
    """Note that an open meeting was read back once more and found safe."""
    _change(tx, meeting, {"verified_at": tx.now, "weak_since": None})


def record_weak(tx: Tx, meeting: Meeting) -> None:
    """Note that an open meeting was read back once more and found weaker than required."""
    weak_since = meeting.weak_since or tx.now
    _change(tx, meeting, {"verified_at": tx.now, "weak_since": weak_since})


def record_failed(tx: Tx, meeting: Meeting, reason: str) -> None:
    """Note that surely no meeting came of the intent."""
    _change(tx, meeting, {"stage": MeetingStage.FAILED.value, "reason": reason})


def record_closing(tx: Tx, meeting: Meeting, reason: str) -> None:
    """Note that the meeting must go; its ways in are worth nothing from this commit on."""
    values = {"stage": MeetingStage.CLOSING.value, "reason": reason, "shut_at": tx.now}
    _change(tx, meeting, values)
    ways_in.revoke_all(tx, meeting.meeting_id)


def record_closed(tx: Tx, meeting: Meeting) -> None:
    """Note that the provider has confirmed that the meeting is gone."""
    _change(tx, meeting, {"stage": MeetingStage.CLOSED.value, "closed_at": tx.now})


def _change(tx: Tx, meeting: Meeting, values: dict[str, object]) -> None:
    same = (MEETINGS.c.id == meeting.meeting_id) & (MEETINGS.c.stage == meeting.stage.value)
    if tx.conn.execute(MEETINGS.update().where(same).values(values)).rowcount != 1:
        raise StaleVersion
