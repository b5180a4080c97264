"""Meetings and ways in: each was cleared, one lives at a time, and the provider holds what we record."""

from collections import Counter
from datetime import datetime, timedelta

from tests.recorded import Known

CLEARANCE_LASTS = timedelta(seconds=60)
LIVE_STAGES = ("intended", "open")


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
