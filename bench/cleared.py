"""Many sessions that are clear and due at once, each with people and a host of its own.

The rows go straight into the tables, as the workflows would have left them; through the workflows
it would take longer than what is measured.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import SecretStr
from sqlmodel import SQLModel

from bench.busy_zoom import host_name
from bench.organisation import ADMIN, do
from service.audit.events import Entry, Event
from service.policy.staff import EvidenceKind
from service.store import tables
from service.store.consents.policies import PolicyVersion
from service.store.transactions import Store, Tx
from service.workflows.staff import accounts

PER_TRANSACTION = 500
ENDS_AFTER = timedelta(minutes=45)
STARTS_IN = timedelta(minutes=25)
MARGIN = timedelta(minutes=15)

Row = dict[str, Any]
Rows = dict[type[SQLModel], list[Row]]


@dataclass(frozen=True)
class Part:
    """Some of the sessions. All of them start at `starts_at`."""

    first: int
    count: int
    starts_at: datetime


async def fill(
    store: Store, count: int, now: datetime, starts_in: timedelta = STARTS_IN
) -> datetime:
    """Store so many sessions, due already; answers when they start."""
    policy = PolicyVersion("v1", "The board", "Be kind.", now.date() + timedelta(days=300), False)
    await do(store, accounts.publish_policy, policy)
    starts_at = now.replace(microsecond=0) + starts_in
    for first in range(0, count, PER_TRANSACTION):
        part = Part(first, min(PER_TRANSACTION, count - first), starts_at)
        await do(store, _fill, part)
    return starts_at


def _fill(tx: Tx, part: Part) -> None:
    rows: Rows = {}
    for number in range(part.first, part.first + part.count):
        for table, row in _session(tx, number, part.starts_at):
            rows.setdefault(table, []).append(row)
    for table, those in rows.items():
        tx.conn.execute(tables.table_of(table).insert(), those)
    tx.record(Entry(Event.SESSION_BOOKED, "service", facts={"sessions": part.count}))


Made = Iterator[tuple[type[SQLModel], Row]]


def _session(tx: Tx, number: int, starts_at: datetime) -> Made:
    """Everything one session needs, whom it rests on first."""
    tutor, second = f"staff_tutor_{number:05d}", f"staff_second_{number:05d}"
    yield from _member(tx, tutor)
    yield from _member(tx, second)
    yield from _host(tx, number, (tutor, second))
    yield from _family(tx, number)
    yield from _booking(tx, number, starts_at, (tutor, second))


def _member(tx: Tx, key: str) -> Made:
    account = f"{key}@tuition.example"
    yield (
        tables.StaffRow,
        {
            "id": key,
            "name_sealed": tx.house.seal(SecretStr(key), f"staff.name:{key}"),
            "account_sealed": tx.house.seal(SecretStr(account), f"staff.account:{key}"),
            "account_domain": "tuition.example",
            "mail_key": tx.house.contact_digest(SecretStr(account)),
            "created_at": tx.now,
            "version": 1,
        },
    )
    for kind in EvidenceKind:
        yield tables.EvidenceRow, _evidence(tx, key, kind, tx.now.date())


def _evidence(tx: Tx, key: str, kind: EvidenceKind, today: date) -> Row:
    is_agreement = kind is EvidenceKind.POLICY_ACKNOWLEDGEMENT
    return {
        "id": tx.new_id("evidence"),
        "staff_id": key,
        "kind": kind.value,
        "seen_on": today - timedelta(days=20),
        "trusted_until": None if is_agreement else today + timedelta(days=300),
        "policy_version": "v1" if is_agreement else None,
        "scheme": "dbs_enhanced" if kind is EvidenceKind.BACKGROUND_CHECK else None,
        "seen_by": None if is_agreement else ADMIN.subject,
        "at": tx.now,
    }


def _host(tx: Tx, number: int, custodians: tuple[str, str]) -> Made:
    key = f"host_{number:05d}"
    yield (
        tables.HostRow,
        {
            "id": key,
            "provider": "zoom",
            "account": host_name(number),
            "account_domain": "tuition.example",
            "created_at": tx.now,
            "version": 1,
        },
    )
    for staff_id in custodians:
        held = {"host_id": key, "staff_id": staff_id, "since": tx.now}
        yield tables.CustodianRow, {"id": tx.new_id("custodian"), **held}


def _family(tx: Tx, number: int) -> Made:
    child, mother = f"child_{number:05d}", f"parent_{number:05d}"
    name, email = SecretStr(f"Child {number}"), SecretStr(f"{mother}@family.example")
    made = {"created_at": tx.now, "version": 1}
    sealed = {"name_sealed": tx.house.seal(name, f"children.name:{child}")}
    birth = {"born_on": date(2017, 5, 5), "ledger_position": 2}
    yield tables.ChildRow, {"id": child, **sealed, **birth, **made}
    sealed = {
        "name_sealed": tx.house.seal(SecretStr(f"Mother {number}"), f"parents.name:{mother}"),
        "email_sealed": tx.house.seal(email, f"parents.email:{mother}"),
    }
    keys = {"mail_key": tx.house.contact_digest(email), "language": "en"}
    yield tables.ParentRow, {"id": mother, **sealed, **keys, **made}
    tie = {"relation": "mother", "authority": "parental_responsibility", "created_at": tx.now}
    yield tables.TieRow, {"child_id": child, "parent_id": mother, **tie}
    yield from _words(tx, child, mother)


def _words(tx: Tx, child: str, mother: str) -> Made:
    said = {"child_id": child, "giver_id": mother, "route": "link", "at": tx.now}
    yield (
        tables.ConsentRow,
        {
            "id": tx.new_id("consent"),
            "position": 1,
            "purpose": "take_part",
            "kind": "given",
            "policy_version": "v1",
            "wording": "1",
            "language": "en",
            **said,
        },
    )
    named = {"position": 2, "adult_id": mother, "named": True}
    yield tables.NominationRow, {"id": tx.new_id("nomination"), **named, **said}


def _booking(tx: Tx, number: int, starts_at: datetime, staff: tuple[str, str]) -> Made:
    key, child, host = f"session_{number:05d}", f"child_{number:05d}", f"host_{number:05d}"
    tutor, second = staff
    windows = tx.house.organisation
    ends_at, opens_at = starts_at + ENDS_AFTER, windows.opens_at(starts_at)
    yield (
        tables.SessionRow,
        {
            "id": key,
            "state": "booked",
            "starts_at": starts_at,
            "ends_at": ends_at,
            "local_start": starts_at.isoformat(),
            "zone": str(windows.zone),
            "purpose": "Fractions",
            "tutor_id": tutor,
            "provider": "zoom",
            "host_id": host,
            "cover_mode": "throughout",
            "terms": 1,
            "opens_at": opens_at,
            "lapses_at": windows.lapses_at(starts_at),
            "booked_by": ADMIN.subject,
            "created_at": tx.now,
            "version": 1,
        },
    )
    yield tables.SessionChildRow, {"session_id": key, "child_id": child}
    taken = {"session_id": key, "taken_from": starts_at, "taken_until": ends_at}
    yield tables.EngagementRow, {**taken, "subject_id": tutor, "taken_as": "tutor"}
    yield tables.EngagementRow, {**taken, "subject_id": child, "taken_as": "child"}
    kept = {"taken_from": starts_at - MARGIN, "taken_until": ends_at + MARGIN}
    yield tables.EngagementRow, {**taken, **kept, "subject_id": host, "taken_as": "host"}
    yield from _promises(tx, key, number, second)
    work = {"fence": 0, "hurried": 0, "tries": 0}
    yield tables.WorkRow, {"subject_id": key, "kind": "open_meetings", "due_at": opens_at, **work}


def _promises(tx: Tx, key: str, number: int, second: str) -> Made:
    """The second staff's acceptance and the mother's pledge."""
    accepted = {"assigned_at": tx.now, "accepted_at": tx.now, "accepted_terms": 1}
    assigned = {"session_id": key, "staff_id": second, "assigned_by": ADMIN.subject}
    yield tables.AssignmentRow, {"id": tx.new_id("assignment"), **assigned, **accepted}
    by = {"child_id": f"child_{number:05d}", "adult_id": f"parent_{number:05d}"}
    how = {"terms": 1, "mode": "in_the_room", "route": "link", "made_at": tx.now}
    yield tables.PledgeRow, {"id": tx.new_id("pledge"), "session_id": key, **by, **how}
