"""The baseline's transaction: what is checked, read and written for one booking, each thing once."""

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.baseline_entries import Entry, Seals, Values, new_id, stamp, write_entries
from bench.baseline_letters import Letters, put_work
from service.store.secrets import Keyring

MARGIN = timedelta(minutes=15)
OPENS = timedelta(minutes=30)
LAPSES = timedelta(minutes=15)
ENGAGED = "('booked', 'opening', 'open', 'live')"


class Refused(Exception):
    """The request cannot be granted."""


class Bookings:
    """One connection and the keys."""

    def __init__(self, database: str, keyring: Keyring, base_url: str) -> None:
        self.conn = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
        for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self.conn.execute(f"PRAGMA {setting}").fetchall()
        self.conn.execute("PRAGMA recursive_triggers=ON")
        self.seals = Seals.of(keyring)
        self.letters = Letters(self.conn, self.seals, base_url)

    def book(self, told: Values, subject: str) -> Values:
        """One request in one transaction."""
        self.conn.execute("BEGIN IMMEDIATE")
        try:
            answer = self._book(told, subject)
        except BaseException:
            self.conn.execute("ROLLBACK")
            raise
        self.conn.execute("COMMIT")
        return answer

    def _book(self, told: Values, subject: str) -> Values:
        now = datetime.now(UTC)
        starts = datetime.fromisoformat(told["starts_at"])
        ends = starts + timedelta(minutes=told["duration_minutes"])
        tutor, child = told["tutor_id"], told["children"][0]
        if starts <= now or not told["purpose"].strip() or subject != tutor:
            raise Refused
        found = self._look_up(tutor, child, starts, ends)
        session = new_id("session")
        self._write_session(session, told, found, now, starts, ends)
        entries: list[Entry] = [
            (
                "session.booked",
                {"tutor": tutor, "child_1": child},
                {
                    "starts_at": starts.isoformat(),
                    "ends_at": ends.isoformat(),
                    "provider": "zoom",
                    "cover_mode": "throughout",
                    "terms": 1,
                },
                {"purpose": told["purpose"]},
            ),
            ("host.allocated", {"host": found["host"]}, {}, None),
        ]
        for adult in found["adults"]:
            entries += self.letters.ask(session, child, adult, told, now, starts, ends)
        write_entries(self.conn, self.seals, session, subject, now, entries)
        return {"id": session, "state": "booked", "blockers": self._blockers(session, found)}

    def _look_up(self, tutor: str, child: str, starts: datetime, ends: datetime) -> Values:
        one = self.conn.execute
        if one("SELECT 1 FROM staff WHERE id = ?", (tutor,)).fetchone() is None:
            raise Refused
        known = one("SELECT born_on, name_sealed FROM children WHERE id = ?", (child,)).fetchone()
        if known is None:
            raise Refused
        ties = one(
            "SELECT parent_id, relation, authority FROM ties WHERE child_id = ?", (child,)
        ).fetchall()
        self._person(tutor)
        covers = one(
            "SELECT 1 FROM assignments a JOIN sessions s ON s.id = a.session_id WHERE a.staff_id = ?"
            " AND a.released_at IS NULL AND a.accepted_at IS NOT NULL AND s.starts_at < ?"
            f" AND s.ends_at > ? AND s.state IN {ENGAGED} LIMIT 1",
            (tutor, stamp(ends), stamp(starts)),
        ).fetchone()
        host = one(
            "SELECT id FROM hosts h WHERE provider = 'zoom' AND withdrawn_at IS NULL AND NOT EXISTS"
            " (SELECT 1 FROM engagements e WHERE e.subject_id = h.id AND e.taken_from < ?"
            " AND e.taken_until > ?) ORDER BY id LIMIT 1",
            (stamp(ends + MARGIN), stamp(starts - MARGIN)),
        ).fetchone()
        named = one(
            "SELECT giver_id, adult_id, named FROM nominations WHERE child_id = ? ORDER BY position",
            (child,),
        ).fetchall()
        if covers is not None or host is None:
            raise Refused
        newest = {(giver, adult): yes for giver, adult, yes in named}
        givers = {parent for parent, _, authority in ties if authority != "none"}
        adults = sorted({a for (g, a), yes in newest.items() if yes and g in givers})
        return {
            "tutor": tutor,
            "child": child,
            "name": known[1],
            "ties": ties,
            "host": host[0],
            "adults": adults,
        }

    def _person(self, staff: str) -> list[Any]:
        """Reads what is on record of somebody on the staff, and who may be the same person; answers what
        was seen of them."""
        one = self.conn.execute
        one(
            "SELECT DISTINCT k.owner_id, o.owner_id FROM known_by k JOIN known_by o"
            " ON o.key = k.key AND o.owner_id <> k.owner_id WHERE k.owner_id = ?",
            (staff,),
        ).fetchall()
        for query in ("staff_relations WHERE staff_id = ?", "staff WHERE id = ?"):
            one(f"SELECT * FROM {query}", (staff,)).fetchall()
        seen = one("SELECT * FROM staff_evidence WHERE staff_id = ?", (staff,))
        return seen.fetchall()

    def _write_session(
        self,
        session: str,
        told: Values,
        found: Values,
        now: datetime,
        starts: datetime,
        ends: datetime,
    ) -> None:
        write = self.conn.execute
        opens = stamp(starts - OPENS)
        write(
            "INSERT INTO sessions (id, state, starts_at, ends_at, local_start, zone, purpose,"
            " tutor_id, provider, host_id, cover_mode, terms, opens_at, lapses_at, booked_by,"
            " created_at, version) VALUES (?, 'booked', ?, ?, ?, 'Europe/London', ?, ?, 'zoom', ?,"
            " 'throughout', 1, ?, ?, ?, ?, 1)",
            (
                session,
                stamp(starts),
                stamp(ends),
                told["starts_at"],
                told["purpose"],
                found["tutor"],
                found["host"],
                opens,
                stamp(starts + LAPSES),
                found["tutor"],
                stamp(now),
            ),
        )
        write("INSERT INTO session_children VALUES (?, ?)", (session, found["child"]))
        put_work(self.conn, session, "open_meetings", opens)
        early, late = stamp(starts - MARGIN), stamp(ends + MARGIN)
        self.conn.executemany(
            "INSERT INTO engagements (session_id, subject_id, taken_as, taken_from, taken_until)"
            " VALUES (?, ?, ?, ?, ?)",
            [
                (session, found["tutor"], "tutor", stamp(starts), stamp(ends)),
                (session, found["child"], "child", stamp(starts), stamp(ends)),
                (session, found["host"], "host", early, late),
            ],
        )

    def _blockers(self, session: str, found: Values) -> list[str]:
        """Reads what decides, and says the little that can be said without the rules."""

        def rows(query: str, *values: str) -> list[Any]:
            return self.conn.execute(query, values).fetchall()

        tutor, child = found["tutor"], found["child"]
        evidence = self._person(tutor)
        rows("SELECT version, asks_fresh_agreement FROM policies ORDER BY position DESC")
        custodians = rows(
            "SELECT c.staff_id FROM custodians c JOIN staff s ON s.id = c.staff_id"
            " WHERE c.host_id = ? AND c.until IS NULL AND s.suspended_at IS NULL",
            found["host"],
        )
        rows("SELECT * FROM hosts WHERE id = ?", found["host"])
        consents = rows("SELECT * FROM consents WHERE child_id = ? ORDER BY position", child)
        for parent, _, _ in found["ties"]:
            rows("SELECT mail_key, phone_key FROM parents WHERE id = ?", parent)
        of_session = {
            table: rows(f"SELECT * FROM {table} WHERE session_id = ?", session)
            for table in ("assignments", "pledges", "check_ins", "sightings", "overrides")
        }
        facts = {
            "second_staff_missing": not of_session["assignments"],
            "pledge_missing": not of_session["pledges"],
            "consent_missing": not consents,
            "tutor_check_missing": len(evidence) < 3,
            "host_custodians": len(custodians) < 2,
        }
        return [code for code, stands in facts.items() if stands]
