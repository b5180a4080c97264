"""Secrets at rest: sealed with rotating keys, bound to their row; and tokens, stored hashed.

An envelope is: version (1 byte), length of the key id (1 byte), key id, nonce (12 bytes), AES-256-GCM
ciphertext with tag (NIST SP 800-38D). The place it belongs to ("table.column:row id") is
authenticated with it, so that one row's secret does not open in another.
"""

import base64
import binascii
import hashlib
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from service.errors import Misconfigured, NotReady

VERSION = 1
KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
TOKEN_BYTES = 32

_KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,32}")


@dataclass(frozen=True)
class Keyring:
    """Keys by id, newest first: the first seals, every one opens. Never shown in a repr."""

    keys: Mapping[str, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.keys:
            raise Misconfigured("A keyring needs at least one key.")
        for key_id, key in self.keys.items():
            _check_key(key_id, key)
        object.__setattr__(self, "keys", MappingProxyType(dict(self.keys)))

    @classmethod
    def from_text(cls, text: str) -> "Keyring":
        """Read "id:base64,id:base64", newest first, each key 32 bytes."""
        keys: dict[str, bytes] = {}
        for part in text.split(","):
            key_id, separator, encoded = part.strip().partition(":")
            if not separator or key_id in keys:
                raise Misconfigured('A keyring is written "id:base64,id:base64", each id once.')
            keys[key_id] = _decode(encoded)
        return cls(keys)

    @property
    def newest(self) -> str:
        """The id of the key that seals."""
        return next(iter(self.keys))


def seal(keyring: Keyring, text: SecretStr, where: str) -> bytes:
    """Encrypt with the newest key for one place, "table.column:row id"."""
    key_id, nonce = keyring.newest, os.urandom(NONCE_BYTES)
    body = AESGCM(keyring.keys[key_id]).encrypt(
        nonce, text.get_secret_value().encode(), where.encode()
    )
    return bytes((VERSION, len(key_id))) + key_id.encode() + nonce + body


def unseal(keyring: Keyring, envelope: bytes, where: str) -> SecretStr:
    """Decrypt what was sealed for this place.

    Raises `Misconfigured` when its key is not in the keyring, and `NotReady` with code `seal_broken`
    when it was altered or belongs to another place.
    """
    if not looks_sealed(envelope):
        raise _broken()
    key_id = key_id_of(envelope)
    if key_id not in keyring.keys:
        raise Misconfigured(f"A stored secret needs the key {key_id}, which is not configured.")
    start = 2 + len(key_id)
    nonce, body = envelope[start : start + NONCE_BYTES], envelope[start + NONCE_BYTES :]
    try:
        text = AESGCM(keyring.keys[key_id]).decrypt(nonce, body, where.encode())
    except InvalidTag as error:
        raise _broken() from error
    return SecretStr(text.decode())


def key_id_of(envelope: bytes) -> str:
    """The id of the key that sealed this: what a rotation looks for."""
    return envelope[2 : 2 + envelope[1]].decode("ascii")


def looks_sealed(envelope: bytes) -> bool:
    """Whether these bytes have the form of an envelope. Says nothing about whether they open."""
    if len(envelope) < 2 or envelope[0] != VERSION:
        return False
    end = 2 + envelope[1]
    key_id = envelope[2:end].decode("ascii", errors="replace")
    long_enough = len(envelope) >= end + NONCE_BYTES + TAG_BYTES
    return long_enough and _KEY_ID.fullmatch(key_id) is not None


def new_token() -> SecretStr:
    """A fresh url-safe token of 256 random bits. Store only its hash."""
    return SecretStr(secrets.token_urlsafe(TOKEN_BYTES))


def hash_token(token: str) -> str:
    """SHA-256 in hex. Enough for tokens from `new_token`, never for what a person chose."""
    return hashlib.sha256(token.encode()).hexdigest()


def _check_key(key_id: str, key: bytes) -> None:
    if _KEY_ID.fullmatch(key_id) is None:
        raise Misconfigured("A key id has 1 to 32 letters, digits, dots, dashes or underscores.")
    if len(key) != KEY_BYTES:
        raise Misconfigured(f"The key {key_id} must be {KEY_BYTES} bytes.")


def _decode(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Misconfigured("A key in the keyring is not valid base64.") from error


def _broken() -> NotReady:
    return NotReady(
        "A stored secret does not open: it was altered or belongs elsewhere.", code="seal_broken"
    )
