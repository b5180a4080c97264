"""Signed notes, https://c2sp.org/signed-note v1.0.0, with Ed25519 keys (signature type 0x01)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from service.audit import ProofFailed, Unrecordable
from service.audit.strict import from_base64, to_base64
from service.errors import Misconfigured

# Room for the 16 signatures a verifier must accept, even post-quantum ones of 5 kB each.
LARGEST_NOTE_BYTES = 262_144

_ED25519 = b"\x01"
_KEY_BYTES = 32
_KEY_ID_BYTES = 4
# No spaces, no plus (both part the fields of a key or a signature line), nothing UTF-8 cannot hold.
KEY_NAME = re.compile(r"[^\s+\x00-\x1f\ud800-\udfff]+")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SIGNATURE_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)")


@dataclass(frozen=True)
class VerifierKey:
    """A public key by which notes are checked; as text, `name+hexid+base64`."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        if not KEY_NAME.fullmatch(self.name) or len(self.public) != _KEY_BYTES:
            raise ProofFailed("The verifier key is malformed.")

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read a vkey. Raises `ProofFailed` if it is malformed or its id is not its own."""
        name, _, rest = text.partition("+")
        _, _, encoded = rest.partition("+")
        typed = from_base64(encoded)
        if typed[:1] != _ED25519:
            raise ProofFailed("The verifier key is of a type this service does not know.")
        key = cls(name, typed[1:])
        if str(key) != text:
            raise ProofFailed("The verifier key does not carry its own id.")
        return key

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{to_base64(_ED25519 + self.public)}"

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key)."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:_KEY_ID_BYTES]

    def accepts(self, signature: bytes, text: str) -> bool:
        """Whether this key made this signature over the note text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """A private key that signs notes; the seed is 32 random bytes and never shown by `repr`."""

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not KEY_NAME.fullmatch(self.name) or len(self.seed) != _KEY_BYTES:
            raise Misconfigured("The note signing key is malformed.")

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read `PRIVATE+KEY+name+hexid+base64`. Raises `Misconfigured`, never showing the text."""
        parts = text.split("+", 4)
        try:
            typed = from_base64(parts[-1])
        except ProofFailed:
            raise Misconfigured("The note signing key is malformed.") from None
        if len(parts) != 5 or typed[:1] != _ED25519:
            raise Misconfigured("The note signing key is malformed.")
        key = cls(parts[2], typed[1:])
        if key.to_text() != text:
            raise Misconfigured("The note signing key does not carry its own id.")
        return key

    def to_text(self) -> str:
        """The secret text form: it belongs in a keyring, never in a log."""
        key_id = self.verifier.key_id.hex()
        return f"PRIVATE+KEY+{self.name}+{key_id}+{to_base64(_ED25519 + self.seed)}"

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self._private().public_key().public_bytes_raw())

    def sign(self, text: str) -> bytes:
        """The bare Ed25519 signature over the note text (RFC 8032)."""
        return self._private().sign(text.encode())

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


@dataclass(frozen=True)
class OpenedNote:
    """A note whose text may be believed, and the known keys that signed it, in note order."""

    text: str
    signed_by: tuple[VerifierKey, ...]


def sign_note(text: str, keys: Sequence[SigningKey]) -> str:
    """The note: text, blank line, one signature line per key."""
    if not keys:
        raise Unrecordable("A note needs at least one signature.")
    if not text.endswith("\n") or not _is_clean(text):
        raise Unrecordable("A note text is clean UTF-8 that ends with a newline.")
    lines = (f"— {key.name} {to_base64(key.verifier.key_id + key.sign(text))}\n" for key in keys)
    return f"{text}\n{''.join(lines)}"


def open_note(note: str, verifiers: Iterable[VerifierKey]) -> OpenedNote:
    """The text, if a known key signed it and no known key's signature is bad; else `ProofFailed`.

    Signatures by unknown keys are ignored, which allows for key rotation and witnesses.
    """
    text, lines = _split(note)
    known = _by_name_and_id(verifiers)
    signed_by: dict[VerifierKey, None] = {}
    for name, key_id, signature in map(_read_signature, lines):
        key = known.get((name, key_id))
        if key is None:
            continue
        if not key.accepts(signature, text):
            raise ProofFailed("A signature on the note is wrong.")
        signed_by[key] = None
    if not signed_by:
        raise ProofFailed("No known key has signed the note.")
    return OpenedNote(text, tuple(signed_by))


def _split(note: str) -> tuple[str, list[str]]:
    """The text with its newline, and the signature lines: parted by the last empty line."""
    if not _is_clean(note):
        raise ProofFailed("The note is too large or holds characters that a note may not.")
    body, gap, signatures = note.rpartition("\n\n")
    if not gap or not signatures.endswith("\n"):
        raise ProofFailed("The note is not a text, a blank line and signatures.")
    return f"{body}\n", signatures[:-1].split("\n")


def _read_signature(line: str) -> tuple[str, bytes, bytes]:
    parts = _SIGNATURE_LINE.fullmatch(line)
    if parts is None:
        raise ProofFailed("A signature line of the note is malformed.")
    data = from_base64(parts[2])
    if len(data) <= _KEY_ID_BYTES:
        raise ProofFailed("A signature line of the note is malformed.")
    return parts[1], data[:_KEY_ID_BYTES], data[_KEY_ID_BYTES:]


def _by_name_and_id(verifiers: Iterable[VerifierKey]) -> dict[tuple[str, bytes], VerifierKey]:
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for key in verifiers:
        # Ids are 4 bytes, so a clash can be made at will: then neither key can be relied on.
        if known.setdefault((key.name, key.key_id), key) != key:
            raise ProofFailed("Two verifier keys share a name and an id.")
    return known


def _is_clean(text: str) -> bool:
    try:
        encoded = text.encode()
    except UnicodeEncodeError:
        return False
    return len(encoded) <= LARGEST_NOTE_BYTES and not _CONTROL.search(text)
