"""What the baseline asks a family: the link, the message with it, and the copy without it."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from bench.baseline_entries import Entry, Seals, Values, new_id, stamp

LINK_OUTLASTS = timedelta(days=8)

TEXT = (
    "Hello {parent},\n\n"
    "a video session for {child} is planned for {when}.\nPurpose: {purpose}\n"
    "It can only take place if you promise to be present. Please answer on your personal "
    "page, and use the same page on the day to say that you are there:\n\n{link}\n\n"
    "The page is for you alone: please do not pass it on. "
    "You can also telephone us: 020 7946 0000.\n"
)


def put_work(conn: sqlite3.Connection, subject: str, kind: str, due: str) -> None:
    """Work for the reconcilers."""
    conn.execute(
        "INSERT INTO work (subject_id, kind, due_at, fence, hurried, tries) VALUES (?, ?, ?, 0, 0, 0)",
        (subject, kind, due),
    )


@dataclass(frozen=True)
class Letters:
    """Asks a family for its promise, in the transaction of the booking."""

    conn: sqlite3.Connection
    seals: Seals
    base_url: str

    def ask(
        self,
        session: str,
        child: str,
        adult: str,
        told: Values,
        now: datetime,
        starts: datetime,
        ends: datetime,
    ) -> list[Entry]:
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

    def _text(
        self,
        adult: str,
        child: str,
        told: Values,
        starts: datetime,
        link: str,
    ) -> str:
        read = self.conn.execute
        name, mail = read(
            "SELECT name_sealed, email_sealed FROM parents WHERE id = ?", (adult,)
        ).fetchone()
        child_name = read("SELECT name_sealed FROM children WHERE id = ?", (child,)).fetchone()[0]
        self.seals.unseal(mail, f"parents.email:{adult}")
        return TEXT.format(
            parent=self.seals.unseal(name, f"parents.name:{adult}"),
            child=self.seals.unseal(child_name, f"children.name:{child}"),
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
                self.seals.seal(text, f"messages.text:{message}"),
                stamp(now),
            ),
        )
        put_work(self.conn, message, "deliver_messages", stamp(now))
