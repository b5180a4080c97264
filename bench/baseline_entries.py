"""The baseline's part of the log: seals, and audit entries with their leaves, by hand."""

import hmac
import json
import os
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import uuid_utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.store.secrets import Keyring

Values = dict[str, Any]

Entry = tuple[str, Values, Values, Values | None]
"""Kind, subjects, facts, and what is sealed beside the leaf."""


def new_id(prefix: str) -> str:
    """Typed prefix and UUIDv7."""
    return f"{prefix}_{uuid_utils.uuid7().hex}"


def stamp(at: datetime) -> str:
    """An instant as it is stored."""
    return at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


@dataclass(frozen=True)
class Seals:
    """The newest of the sealing keys, in the envelope of `service.store.secrets`."""

    key_id: str
    cipher: AESGCM

    @classmethod
    def of(cls, keyring: Keyring) -> "Seals":
        """The keys that the deployment seals with."""
        return cls(keyring.newest, AESGCM(keyring.keys[keyring.newest]))

    def seal(self, text: str, where: str) -> bytes:
        """A text that is bound to its place."""
        nonce = os.urandom(12)
        body = self.cipher.encrypt(nonce, text.encode(), where.encode())
        return bytes((1, len(self.key_id))) + self.key_id.encode() + nonce + body

    def unseal(self, sealed: bytes, where: str) -> str:
        """The text again."""
        start = 2 + sealed[1]
        nonce, body = sealed[start : start + 12], sealed[start + 12 :]
        return self.cipher.decrypt(nonce, body, where.encode()).decode()


def write_entries(
    conn: sqlite3.Connection,
    seals: Seals,
    session: str,
    subject: str,
    now: datetime,
    entries: list[Entry],
) -> None:
    """Every entry with its leaf, its commitment, and its payload under seal."""
    key, at = os.urandom(32), stamp(now)
    conn.execute(
        "INSERT INTO pseudonym_keys VALUES (?, ?)",
        (session, seals.seal(key.hex(), f"pseudonym_keys.key:{session}")),
    )
    rows, payloads = [], []
    for kind, subjects, facts, payload in entries:
        uid, commitment = new_id("entry"), None
        if payload is not None:
            text = json.dumps(payload, sort_keys=True, separators=(",", ":"))
            salt = os.urandom(32)
            sealed = seals.seal(text, f"entry_payloads.payload:{uid}")
            payloads.append((uid, sealed, salt))
            commitment = _commitment(kind, salt, text.encode())
        leaf = _leaf(key, kind, at, subject, session, subjects, facts, commitment)
        rows.append((uid, kind, session, leaf, at))
    many = conn.executemany
    many("INSERT INTO entries (uid, kind, scope, leaf, at) VALUES (?, ?, ?, ?, ?)", rows)
    many("INSERT INTO unsequenced VALUES (?)", [(row[0],) for row in rows])
    many("INSERT INTO entry_payloads VALUES (?, ?, ?)", payloads)


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
