"""What must hold of the whole house after every story, whatever happened in it."""

import json
import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta

import sqlalchemy as sa

from service.audit.checkpoints import open_checkpoint
from service.audit.export_check import verify_export
from service.audit.exports import ExportHeader, write_export
from service.audit.leaves import Leaf
from service.audit.tree import leaf_hash, verify_consistency, verify_inclusion
from service.policy.alerting import KINDS
from service.policy.session import MOVES, WITH_MEETING, SessionState
from service.store import audit_log, log
from service.store.transactions import Reader
from tests.harness import House
from tests.integrations.teams import graph
from tests.recorded import Known, Row, everything

CLEARANCE_LASTS = timedelta(seconds=60)
LIVE_STAGES = ("intended", "open")
SAMPLE = 25

EVIDENCED = {
    "children": ("child.added",),
    "parents": ("parent.added",),
    "staff": ("staff.added",),
    "staff_evidence": ("staff.evidence_seen",),
    "policies": ("policy.published",),
    "organisation_settings": ("organisation.set", "organisation.changed"),
    "switch_overs": ("child.switched_over", "child.switched_back"),
    "sessions": ("session.booked",),
    "overrides": ("session.overridden",),
    "series": ("series.booked",),
    "assignments": ("second_staff.assigned",),
    "hand_overs": ("hand_over.asked",),
    "absences": ("absence.noted",),
    "duties": ("rota.accepted", "standby.accepted"),
    "consents": (
        "consent.given", "consent.refused", "consent.withdrawn", "consent.invalidated",
        "consent.lapsed",
    ),
    "wishes": ("child.wished",),
    "deputies": ("deputy.named",),
    "consent_resolutions": ("consent.resolved",),
    "nominations": ("adult.named", "adult.unnamed"),
    "pledges": ("pledge.made",),
    "check_ins": ("check_in.made",),
    "staff_check_ins": ("staff.checked_in",),
    "sightings": ("sighting.noted",),
    "slips": ("slip.made",),
    "departures": ("adult.left",),
    "second_devices": ("second_device.registered",),
    "taps": ("tap.given",),
    "link_uses": ("link.used",),
    "clearances": ("case.cleared",),
    "meetings": ("meeting.intended",),
    "admissions": ("person.admitted",),
    "signals": ("signal.received",),
    "attendance_reports": ("attendance.read",),
    "alerts": ("alert.opened",),
    "alert_notices": ("notice.written",),
    "designations": ("person.designated",),
    "duty_turns": ("duty_turn.set",),
    "blind_times": ("blind_time.noted",),
    "blind_rooms": ("session.unwatched",),
    "provider_outages": ("provider.out",),
    "breaches": ("breach.began",),
    "call_downs": ("call_down.noted",),
    "statements": ("statement.made",),
    "concerns": ("concern.raised",),
    "concern_steps": (
        "concern.acknowledged", "concern.taken_on", "concern.added_to", "concern.decided",
        "concern.subject_named", "concern.passed_on", "concern.closed",
    ),
    "links": ("link.made",),
    "devices": ("device.marked",),
}  # fmt: skip
"""Tables of records, and the entries of which there must be one for each row."""


async def check_everything(house: House) -> None:
    """Bring the house to rest, then hold every invariant against what is there."""
    await house.settle()
    known = await everything(house)
    every_create_call_was_intended_under_a_clearance(known)
    every_admission_has_an_entry_and_an_open_session(known)
    no_session_has_two_live_meetings(known)
    the_provider_holds_what_we_record(known)
    every_state_came_by_the_table_of_moves(known)
    every_record_has_its_entry(known)
    no_leaf_holds_personal_data(known)
    no_way_in_outlives_its_meeting(known)
    the_provider_knows_nobody(known)
    every_request_has_the_documented_form(known)
    every_message_has_one_copy_without_a_link(known)
    every_alert_is_of_a_known_kind(known)
    await house.read(_the_log_proves_itself)


# --- meetings ---------------------------------------------------------------------------------------


def every_create_call_was_intended_under_a_clearance(known: Known) -> None:
    """The provider was never asked for a meeting that no fresh clearance stood behind (POL-02 to 04)."""
    meetings = {row["reference"]: row for row in known.rows["meetings"]}
    clearances = known.by_id("clearances")
    for reference, asked_at in known.intended:
        meeting = meetings.get(reference)
        assert meeting is not None, "a meeting was asked for that nobody intended"
        at = datetime.fromisoformat(asked_at)
        assert timedelta(0) <= at - meeting["intended_at"] < CLEARANCE_LASTS
        clearance = clearances[meeting["clearance_id"]]
        assert clearance["session_id"] == meeting["session_id"]
        assert clearance["at"] == meeting["intended_at"]
    references = Counter(reference for reference, _ in known.intended)
    assert all(times == 1 for times in references.values()), "an intent was asked for twice"
    for meeting in known.rows["meetings"]:
        cleared = [
            row
            for row in known.rows["cleared_children"]
            if row["clearance_id"] == meeting["clearance_id"]
        ]
        assert cleared, "a meeting was intended for no cleared child"


def no_session_has_two_live_meetings(known: Known) -> None:
    """At most one meeting of a session is intended or open."""
    live = [row["session_id"] for row in known.rows["meetings"] if row["stage"] in LIVE_STAGES]
    assert len(live) == len(set(live))


def the_provider_holds_what_we_record(known: Known) -> None:
    """What is open with us is there at the provider, and nothing else of ours that is not on its way
    out."""
    mine = [row for row in known.rows["meetings"] if row["provider"] == known.provider]
    rows = {row["reference"]: row for row in mine}
    there = [
        (rows[reference], found)
        for reference, found in known.provider_meetings
        if reference in rows
    ]
    for row, found in there:
        if known.provider == "teams" and row["provider_id"] is None:
            continue  # it cannot be looked for, and nobody ever held its link
        assert row["stage"] in ("intended", "open", "closing"), f"left behind: {row['stage']}"
        if row["stage"] == "open":
            assert found == row["provider_id"], "a double is left"
    ids = {found for _, found in there}
    gone = [
        row["id"]
        for row in rows.values()
        if row["stage"] == "open" and row["provider_id"] not in ids
    ]
    assert gone == [], "an open meeting does not exist at the provider"


def no_way_in_outlives_its_meeting(known: Known) -> None:
    """A shut meeting's ways in are worth nothing, and no two people ever share one."""
    stages = {row["id"]: row["stage"] for row in known.rows["meetings"]}
    alive = [row for row in known.rows["ways_in"] if row["revoked_at"] is None]
    assert {stages[row["meeting_id"]] for row in alive} <= {"open"}
    for mark in ("door_code", "registrant_id"):
        holders = Counter((row["meeting_id"], row[mark]) for row in known.rows["ways_in"])
        assert all(number == 1 for number in holders.values()), "two people share one way in"


# --- entries ------------------------------------------------------------------------------------------


def _moves(known: Known) -> dict[str, list[Row]]:
    found = defaultdict(list)
    for entry in known.entries:
        if entry["kind"] == "session.moved":
            found[entry["session_id"]].append(entry)
    return found


def every_state_came_by_the_table_of_moves(known: Known) -> None:
    """Each session's recorded moves form one chain from booked to its present state."""
    moves = _moves(known)
    for session in known.rows["sessions"]:
        here = SessionState.BOOKED.value
        for entry in moves[session["id"]]:
            assert entry["facts"]["from"] == here
            here = entry["facts"]["to"]
            assert (SessionState(entry["facts"]["from"]), SessionState(here)) in MOVES
        assert here == session["state"], "a state was reached without an entry"


def every_admission_has_an_entry_and_an_open_session(known: Known) -> None:
    """Whoever was let in was let into an open session, and it is in the log."""
    moves = _moves(known)
    entries = [entry for entry in known.entries if entry["kind"] == "person.admitted"]
    for row in known.rows["admissions"]:
        who = known.pseudonyms[row["session_id"], row["subject_id"]]
        mine = [
            entry
            for entry in entries
            if entry["session_id"] == row["session_id"]
            and entry["subjects"]["person"] == who
            and entry["at"] == row["at"]
        ]
        assert mine, "an admission has no entry"
        before = [move for move in moves[row["session_id"]] if move["id"] < mine[0]["id"]]
        assert before, "somebody was admitted to a session that never opened"
        assert SessionState(before[-1]["facts"]["to"]) in WITH_MEETING


def every_record_has_its_entry(known: Known) -> None:
    """As many entries of a kind as rows of its table: nothing was written past the log (POL-25)."""
    kinds = Counter(entry["kind"] for entry in known.entries)
    for table, evidence in EVIDENCED.items():
        entries = sum(kinds[kind] for kind in evidence)
        assert entries == len(known.rows[table]), (
            f"{table}: {len(known.rows[table])} rows, {entries}"
        )
    written = [row for row in known.rows["messages"] if row["copy_of"] is None]
    assert kinds["message.written"] == len(written)


# --- who is told what ---------------------------------------------------------------------------------


def _mentions(text: str, words: list[str]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) for word in words)


def no_leaf_holds_personal_data(known: Known) -> None:
    """Leaves stay for ever, so they hold pseudonyms and enumerations alone (pitfall 59)."""
    purposes = [row["purpose"] for row in known.rows["sessions"] if row["purpose"].strip()]
    ids = [row["id"] for table in ("children", "parents", "staff") for row in known.rows[table]]
    doors = [row["door_code"] for row in known.rows["ways_in"]]
    words = [*known.people, *known.secrets, *purposes, *ids, *doors]
    for row in known.rows["entries"]:
        text = row["leaf"].decode()
        assert not _mentions(text, words), f"personal data in a leaf of {row['kind']}"
        assert Leaf.from_bytes(row["leaf"]).to_bytes() == row["leaf"]


def the_provider_knows_nobody(known: Known) -> None:
    """Nothing that identifies a child or parent leaves for a provider (POL-07), and nothing of
    staff but their own accounts, where those hold the room."""
    purposes = [row["purpose"] for row in known.rows["sessions"] if row["purpose"].strip()]
    ids = [row["id"] for table in ("children", "parents", "staff") for row in known.rows[table]]
    staff_of_the_room = known.accounts if known.provider == "teams" else []
    people = [one for one in known.people if one not in staff_of_the_room]
    for call in known.provider_calls:
        text = f"{call['path']} {call['body']}"
        assert not _mentions(text, [*people, *purposes, *ids]), f"in {call['name']}"


def every_request_has_the_documented_form(known: Known) -> None:
    """Microsoft documents what its calls take; ours hold to it, to the last field."""
    for call in known.provider_calls if known.provider == "teams" else ():
        if call["name"] != "token":
            body = json.loads(call["body"]) if call["body"] else None
            graph.check_request(call["method"], call["path"], body)


def every_message_has_one_copy_without_a_link(known: Known) -> None:
    """Each message to a parent has one copy for the organisation, and it opens nothing (POL-22)."""
    copies = Counter(row["copy_of"] for row in known.letters if row["copy_of"] is not None)
    assert copies == Counter(row["id"] for row in known.letters if row["copy_of"] is None)
    assert not any("/p/" in row["text"] for row in known.letters if row["copy_of"] is not None)


def every_alert_is_of_a_known_kind(known: Known) -> None:
    """Whatever was raised has a sentence and an urgency."""
    assert {row["code"] for row in known.rows["alerts"]} <= set(KINDS)


# --- the log ------------------------------------------------------------------------------------------


def _the_log_proves_itself(reader: Reader) -> None:
    """Every entry has a place, every proof verifies, and every older log is a part of the newest."""
    ids = [row.id for row in reader.conn.execute(sa.select(audit_log.ENTRIES.c.id))]
    waiting = reader.conn.execute(sa.select(audit_log.UNSEQUENCED)).all()
    assert ids, "nothing was recorded"
    assert waiting == [], "an entry has no place"
    verifier = reader.house.log_key.verifier
    newest = open_checkpoint(log.newest_checkpoint(reader).note, [verifier])
    assert newest.size == len(ids)
    for entry_id in ids[:: max(1, len(ids) // SAMPLE)]:
        found = log.inclusion(reader, entry_id)
        verify_inclusion(
            leaf_hash(found.leaf),
            found.index,
            size=newest.size,
            path=found.proof.path,
            root=newest.root,
        )
    for row in reader.conn.execute(sa.select(log.CHECKPOINTS)):
        older = open_checkpoint(row.note, [verifier])
        path = log.consistency(reader, older.size, newest.size)
        verify_consistency(
            older.size, older.root, new_size=newest.size, new_root=newest.root, path=path
        )
    note = log.newest_checkpoint(reader).note
    header = ExportHeader(newest.origin, str(verifier), note)
    report = verify_export(write_export(header, log.exported(reader, 0, newest.size)), verifier)
    assert report.entries == newest.size
