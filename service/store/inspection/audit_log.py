"""Writes entries with the change they describe, and gives them their place in the log afterwards."""

import hmac
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import SecretStr

from service.audit.commitments import commit
from service.audit.events import Entry, Event
from service.audit.leaves import Leaf
from service.errors import ChaperoneError
from service.store.tables import (
    EntryPayloadRow,
    EntryRow,
    PseudonymKeyRow,
    UnsequencedRow,
    table_of,
)
from service.store.transactions import Reader, Tx

ENTRIES = table_of(EntryRow)
PAYLOADS = table_of(EntryPayloadRow)
PSEUDONYM_KEYS = table_of(PseudonymKeyRow)
UNSEQUENCED = table_of(UnsequencedRow)

_KEY_OF = sa.select(PSEUDONYM_KEYS.c.key_sealed).where(
    PSEUDONYM_KEYS.c.scope == sa.bindparam("wanted")
)
_INSERT = ENTRIES.insert()
_INSERT_UNSEQUENCED = UNSEQUENCED.insert()
_INSERT_PAYLOADS = PAYLOADS.insert()
_INSERT_KEY = PSEUDONYM_KEYS.insert()

FAMILY_KINDS = tuple(
    event.value for event in Event if event.value.startswith(("consent.", "adult."))
)
SERVICE = "service"
"""Scope of entries about no record in particular."""


def write_entries(tx: Tx, entries: Sequence[object]) -> None:
    """Store the entries of a transaction, in order, inside that transaction."""
    rows, payloads = [], []
    keys: dict[str, bytes] = {}
    for entry in entries:
        assert isinstance(entry, Entry)  # noqa: S101 - the engine passes on what `record` was given
        if entry.scope not in keys:
            keys[entry.scope] = _pseudonym_key(tx, entry.scope)
        uid = tx.new_id("entry")
        salt, payload = _payload(tx, entry)
        leaf = _leaf(tx, entry, keys[entry.scope], salt, payload)
        rows.append(
            {
                "uid": uid,
                "kind": entry.event.value,
                "scope": entry.scope,
                "leaf": leaf,
                "at": tx.now,
            }
        )
        if payload is not None and salt is not None:
            sealed = tx.house.seal(SecretStr(payload.decode()), f"entry_payloads.payload:{uid}")
            payloads.append({"entry_uid": uid, "payload_sealed": sealed, "salt": salt})
    tx.conn.execute(_INSERT, rows)
    tx.conn.execute(_INSERT_UNSEQUENCED, [{"entry_uid": row["uid"]} for row in rows])
    if payloads:
        tx.conn.execute(_INSERT_PAYLOADS, payloads)
    # Nobody is woken: the sequencer's own beat takes many entries at once, at a fraction of the price.


def write_refusal(tx: Tx, error: ChaperoneError, command: str) -> None:
    """Record that a request was refused: which, why (the code), by whom; never what it said."""
    facts = {"command": command, "code": error.code}
    blockers = error.details.get("blockers")
    listed = tuple(map(str, blockers)) if isinstance(blockers, list | tuple) else ()
    tx.record(Entry(Event.REQUEST_REFUSED, SERVICE, facts=facts | {"blockers": listed}))


def _payload(tx: Tx, entry: Entry) -> tuple[bytes | None, bytes | None]:
    if entry.payload is None:
        return None, None
    text = json.dumps(dict(entry.payload), sort_keys=True, separators=(",", ":"), default=str)
    return tx.salt(), text.encode()


def _leaf(tx: Tx, entry: Entry, key: bytes, salt: bytes | None, payload: bytes | None) -> bytes:
    commitment = None
    if salt is not None and payload is not None:
        commitment = commit(entry.event.value, salt, payload)
    return Leaf(
        kind=entry.event.value,
        at=tx.now,
        actor=pseudonym(key, tx.by.subject),
        subjects={role: pseudonym(key, subject) for role, subject in entry.subjects.items()}
        | {"scope": pseudonym(key, entry.scope)},
        facts=entry.facts,
        commitment=commitment,
    ).to_bytes()


def pseudonym(key: bytes, subject: str) -> str:
    """What stands for a subject in one scope's leaves; useless once the scope's key is erased."""
    return hmac.digest(key, subject.encode(), "sha256").hex()[:32]


def _pseudonym_key(tx: Tx, scope: str) -> bytes:
    known = pseudonym_key(tx, scope)
    if known is not None:
        return known
    text = SecretStr(os.urandom(32).hex())
    row = {"scope": scope, "key_sealed": tx.house.seal(text, f"pseudonym_keys.key:{scope}")}
    if tx.try_write(_INSERT_KEY, row) is not None:
        again = pseudonym_key(tx, scope)  # another transaction was first
        assert again is not None  # noqa: S101
        return again
    return bytes.fromhex(text.get_secret_value())


def pseudonym_key(reader: Tx | Reader, scope: str) -> bytes | None:
    """The key behind a scope's pseudonyms, or None if there is none (any more)."""
    sealed = reader.conn.execute(_KEY_OF, {"wanted": scope}).scalar_one_or_none()
    if sealed is None:
        return None
    plain = reader.house.unseal(sealed, f"pseudonym_keys.key:{scope}")
    return bytes.fromhex(plain.get_secret_value())


def entries_of_session(
    reader: Reader, session_id: str, children: tuple[str, ...]
) -> list[Mapping[str, object]]:
    """One session's whole story in the order it was recorded, payloads opened where not erased.

    What was said for its children belongs to it: consents, and adults named to be present.
    """
    about_children = ENTRIES.c.scope.in_(children) & ENTRIES.c.kind.in_(FAMILY_KINDS)
    found = reader.conn.execute(
        sa.select(ENTRIES, PAYLOADS.c.payload_sealed)
        .outerjoin(PAYLOADS, PAYLOADS.c.entry_uid == ENTRIES.c.uid)
        .where((ENTRIES.c.scope == session_id) | about_children)
        .order_by(ENTRIES.c.id)
    )
    return [_told(reader, row) for row in found]


def facts_of_session(
    reader: Reader, session_id: str, kinds: Iterable[Event]
) -> list[tuple[Event, datetime, Mapping[str, Any]]]:
    """What was recorded of these kinds about a session, oldest first: facts alone, no payload."""
    query = (
        sa.select(ENTRIES.c.kind, ENTRIES.c.at, ENTRIES.c.leaf)
        .where(ENTRIES.c.scope == session_id, ENTRIES.c.kind.in_([kind.value for kind in kinds]))
        .order_by(ENTRIES.c.id)
    )
    return [
        (Event(row.kind), row.at, json.loads(row.leaf)["facts"])
        for row in reader.conn.execute(query)
    ]


def entries_after(
    reader: Reader,
    position: int,
    limit: int,
    kind: str | None = None,
    *,
    with_concerns: bool = True,
) -> list[Mapping[str, object]]:
    """Entries behind the given id, oldest first; without what is about a concern, if so asked."""
    query = (
        sa.select(ENTRIES, PAYLOADS.c.payload_sealed)
        .outerjoin(PAYLOADS, PAYLOADS.c.entry_uid == ENTRIES.c.uid)
        .where(ENTRIES.c.id > position)
        .order_by(ENTRIES.c.id)
        .limit(limit)
    )
    if kind is not None:
        query = query.where(ENTRIES.c.kind == kind)
    if not with_concerns:
        query = query.where(ENTRIES.c.scope.not_like("concern\\_%", escape="\\"))
    return [_told(reader, row) for row in reader.conn.execute(query)]


def _told(reader: Reader, row: sa.Row[tuple[object, ...]]) -> Mapping[str, object]:
    values = row._mapping
    leaf = json.loads(values["leaf"])
    payload = None
    if values["payload_sealed"] is not None:
        where = f"entry_payloads.payload:{values['uid']}"
        payload = json.loads(
            reader.house.unseal(values["payload_sealed"], where).get_secret_value()
        )
    at: datetime = values["at"]
    return {
        "id": values["id"],
        "at": at,
        "kind": values["kind"],
        "session_id": values["scope"] if values["scope"].startswith("session_") else None,
        "actor": leaf["actor"],
        "subjects": leaf["subjects"],
        "facts": leaf["facts"],
        "payload": payload,
    }
