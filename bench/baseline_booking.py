"""The baseline: the booking request written by hand, aiohttp and raw SQL, nothing between them.

It runs on a database of our own schema, triggers included, and leaves the same rows in the same
tables: the session, who is taken for it, the family's link, message and copy, work for the
reconcilers, and every audit entry with its leaf. It makes the same checks in SQL and reads what the
blockers in the answer are worked out from, each thing once. Tokens are verified as ours are, once,
and then known. What it leaves out is what the product is for: rules in one place, fences against
half-done work, retries, documented errors.

One connection, BEGIN IMMEDIATE, WAL, synchronous=FULL, one commit per request. `--thread` runs the
SQL in one writing thread; without it, in the event loop.
"""

import asyncio
import hmac
import json
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

import click
import jwt
import uuid_utils
from aiohttp import web
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.app import tokens_of
from service.ports import SystemClock
from service.settings import load_settings
from service.store.secrets import Keyring

Values = dict[str, Any]

MARGIN = timedelta(minutes=15)
OPENS = timedelta(minutes=30)
LAPSES = timedelta(minutes=15)
LINK_OUTLASTS = timedelta(days=8)
ENGAGED = "('booked', 'opening', 'open', 'live')"

TEXT = (
    "Hello {parent},\n\n"
    "a video session for {child} is planned for {when}.\nPurpose: {purpose}\n"
    "It can only take place if you promise to be present. Please answer on your personal "
    "page, and use the same page on the day to say that you are there:\n\n{link}\n\n"
    "The page is for you alone: please do not pass it on. "
    "You can also telephone us: 020 7946 0000.\n"
)


class Refused(Exception):
    """The request cannot be granted."""


def new_id(prefix: str) -> str:
    """Typed prefix and UUIDv7."""
    return f"{prefix}_{uuid_utils.uuid7().hex}"


def stamp(at: datetime) -> str:
    """An instant as it is stored."""
    return at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


class Bookings:
    """One connection and the keys."""

    def __init__(self, database: str, keyring: Keyring, base_url: str) -> None:
        self.conn = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
        for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self.conn.execute(f"PRAGMA {setting}").fetchall()
        self.conn.execute("PRAGMA recursive_triggers=ON")
        self.key_id = keyring.newest
        self.cipher = AESGCM(keyring.keys[keyring.newest])
        self.base_url = base_url

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
        entries: list[tuple[str, Values, Values, Values | None]] = [
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
            entries += self._ask(session, child, adult, told, now, starts, ends)
        self._write_entries(session, subject, now, entries)
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
        self._put_work(session, "open_meetings", opens)
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

    def _put_work(self, subject: str, kind: str, due: str) -> None:
        self.conn.execute(
            "INSERT INTO work (subject_id, kind, due_at, fence, hurried, tries) VALUES (?, ?, ?, 0, 0, 0)",
            (subject, kind, due),
        )

    def _ask(
        self,
        session: str,
        child: str,
        adult: str,
        told: Values,
        now: datetime,
        starts: datetime,
        ends: datetime,
    ) -> list[tuple[str, Values, Values, Values | None]]:
        """The family's link, the message with it, and the copy without it."""
        token, link = token_urlsafe(32), new_id("link")
        self.conn.execute(
            "INSERT INTO links (id, token_hash, purpose, parent_id, child_id, session_id,"
            " created_at, expires_at) VALUES (?, ?, 'session', ?, ?, ?, ?, ?)",
            (
                link,
                sha256(token.encode()).hexdigest(),
                adult,
                child,
                session,
                stamp(now),
                stamp(ends + LINK_OUTLASTS),
            ),
        )
        text = self._text(adult, child, told, starts, f"{self.base_url}/p/{token}")
        message, copy = new_id("message"), new_id("message")
        self._write_message(message, adult, session, None, f"pledge:{adult}:{session}", text, now)
        hidden = text.replace(token, "[personal link]")
        self._write_message(copy, None, session, message, f"copy:{message}", hidden, now)
        return [
            (
                "link.made",
                {"parent": adult, "child": child, "link": link},
                {"purpose": "session"},
                None,
            ),
            (
                "message.written",
                {"parent": adult, "message": message},
                {"template": "pledge_request"},
                None,
            ),
        ]

    def _text(self, adult: str, child: str, told: Values, starts: datetime, link: str) -> str:
        read = self.conn.execute
        name, mail = read(
            "SELECT name_sealed, email_sealed FROM parents WHERE id = ?", (adult,)
        ).fetchone()
        child_name = read("SELECT name_sealed FROM children WHERE id = ?", (child,)).fetchone()[0]
        self.unseal(mail, f"parents.email:{adult}")
        return TEXT.format(
            parent=self.unseal(name, f"parents.name:{adult}"),
            child=self.unseal(child_name, f"children.name:{child}"),
            when=f"{starts:%A %-d %B %Y, %H:%M} (Europe/London)",
            purpose=told["purpose"],
            link=link,
        )

    def _write_message(
        self,
        message: str,
        parent: str | None,
        session: str,
        copy_of: str | None,
        once: str,
        text: str,
        now: datetime,
    ) -> None:
        self.conn.execute(
            "INSERT INTO messages (id, once_key, template, parent_id, session_id, copy_of, subject,"
            " text_sealed, created_at) VALUES (?, ?, 'pledge_request', ?, ?, ?,"
            " 'A session needs your promise', ?, ?)",
            (
                message,
                once,
                parent,
                session,
                copy_of,
                self.seal(text, f"messages.text:{message}"),
                stamp(now),
            ),
        )
        self._put_work(message, "deliver_messages", stamp(now))

    def _write_entries(
        self,
        session: str,
        subject: str,
        now: datetime,
        entries: list[tuple[str, Values, Values, Values | None]],
    ) -> None:
        key, at = os.urandom(32), stamp(now)
        self.conn.execute(
            "INSERT INTO pseudonym_keys VALUES (?, ?)",
            (session, self.seal(key.hex(), f"pseudonym_keys.key:{session}")),
        )
        rows, payloads = [], []
        for kind, subjects, facts, payload in entries:
            uid, commitment = new_id("entry"), None
            if payload is not None:
                text = json.dumps(payload, sort_keys=True, separators=(",", ":"))
                salt = os.urandom(32)
                sealed = self.seal(text, f"entry_payloads.payload:{uid}")
                payloads.append((uid, sealed, salt))
                commitment = _commitment(kind, salt, text.encode())
            leaf = _leaf(key, kind, at, subject, session, subjects, facts, commitment)
            rows.append((uid, kind, session, leaf, at))
        many = self.conn.executemany
        many("INSERT INTO entries (uid, kind, scope, leaf, at) VALUES (?, ?, ?, ?, ?)", rows)
        many("INSERT INTO unsequenced VALUES (?)", [(row[0],) for row in rows])
        many("INSERT INTO entry_payloads VALUES (?, ?, ?)", payloads)

    def _blockers(self, session: str, found: Values) -> list[str]:
        """Reads what decides, and says the little that can be said without the rules."""

        def rows(query: str, *values: str) -> list[Any]:
            return self.conn.execute(query, values).fetchall()

        tutor, child = found["tutor"], found["child"]
        evidence = rows("SELECT * FROM staff_evidence WHERE staff_id = ?", tutor)
        rows("SELECT * FROM staff_relations WHERE staff_id = ?", tutor)
        rows("SELECT * FROM staff WHERE id = ?", tutor)
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

    def seal(self, text: str, where: str) -> bytes:
        """In the envelope of `service.store.secrets`."""
        nonce = os.urandom(12)
        body = self.cipher.encrypt(nonce, text.encode(), where.encode())
        return bytes((1, len(self.key_id))) + self.key_id.encode() + nonce + body

    def unseal(self, sealed: bytes, where: str) -> str:
        """From the envelope."""
        start = 2 + sealed[1]
        nonce, body = sealed[start : start + 12], sealed[start + 12 :]
        return self.cipher.decrypt(nonce, body, where.encode()).decode()


def _commitment(kind: str, salt: bytes, payload: bytes) -> str:
    digest = sha256()
    for part in (b"chaperone-commitment-v1", kind.encode(), salt, payload):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _leaf(
    key: bytes,
    kind: str,
    at: str,
    subject: str,
    scope: str,
    subjects: Values,
    facts: Values,
    commitment: str | None,
) -> bytes:
    def hidden(who: str) -> str:
        return hmac.new(key, who.encode(), sha256).hexdigest()[:32]

    named = {role: hidden(who) for role, who in subjects.items()}
    leaf = {
        "actor": hidden(subject),
        "at": at,
        "commitment": commitment,
        "facts": facts,
        "kind": kind,
        "subjects": named | {"scope": hidden(scope)},
        "version": 1,
    }
    return json.dumps(leaf, sort_keys=True, separators=(",", ":")).encode()


def application(
    bookings: Bookings, verify: Callable[[str], Any], *, thread: bool
) -> web.Application:
    """The one route."""
    writer = ThreadPoolExecutor(1) if thread else None

    async def book(request: web.Request) -> web.Response:
        try:
            actor = verify(request.headers["Authorization"].removeprefix("Bearer "))
            told = json.loads(await request.read())
            if writer is None:
                answer = bookings.book(told, actor.subject)
            else:
                loop = asyncio.get_running_loop()
                answer = await loop.run_in_executor(writer, bookings.book, told, actor.subject)
        except (Refused, KeyError, ValueError, TypeError, jwt.InvalidTokenError):
            return web.json_response({"code": "invalid"}, status=422)
        except sqlite3.IntegrityError:
            return web.json_response({"code": "taken"}, status=409)
        return web.json_response(answer, status=201)

    async def alive(_request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    app = web.Application()
    app.router.add_post("/v1/sessions", book)
    app.router.add_get("/healthz", alive)
    return app


@click.command()
@click.option("--database", required=True)
@click.option("--port", type=int, required=True)
@click.option("--thread", is_flag=True)
def main(database: str, port: int, thread: bool) -> None:
    """Serve the baseline; keys come from the deployment's environment."""
    settings = load_settings()
    keyring = Keyring.from_text(settings.sealing_keys.get_secret_value())
    bookings = Bookings(database, keyring, settings.base_url)
    verify = tokens_of(settings, SystemClock()).verify
    app = application(bookings, verify, thread=thread)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    main()
