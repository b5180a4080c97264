"""Salted commitments: the log holds a digest, the erasable table holds what opens it.

Who has the salt and the payload can show what was recorded. Once both are erased, the digest can
neither be opened nor guessed, and every proof over the leaf that holds it stays valid (pitfall 59).
"""

import hmac
from hashlib import sha256

from service.audit import Unrecordable

SALT_BYTES = 32
_DOMAIN = b"chaperone-commitment-v1"


def commit(label: str, salt: bytes, payload: bytes) -> bytes:
    """SHA-256 over the domain, label, salt and payload, each behind its length as 8 bytes.

    The salt is 32 random bytes, one per record, never used twice.
    """
    if len(salt) != SALT_BYTES:
        raise Unrecordable("A commitment needs a salt of 32 bytes.")
    digest = sha256()
    for part in (_DOMAIN, label.encode(), salt, payload):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


def opens(commitment: bytes, label: str, salt: bytes, payload: bytes) -> bool:
    """Whether this label, salt and payload are what was committed to. Compares in constant time."""
    if len(salt) != SALT_BYTES:
        return False
    return hmac.compare_digest(commitment, commit(label, salt, payload))
