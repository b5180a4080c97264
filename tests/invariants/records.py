"""Records and their entries: nothing is there that the log does not tell of."""

from collections import Counter, defaultdict

from service.policy.alerting import KINDS
from service.policy.session import MOVES, WITH_MEETING, SessionState
from tests.recorded import Known, Row

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


def every_alert_is_of_a_known_kind(known: Known) -> None:
    """Whatever was raised has a sentence and an urgency."""
    assert {row["code"] for row in known.rows["alerts"]} <= set(KINDS)
