"""A subscriber's own keys, and how it opens what is sealed for it."""

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

Json = dict[str, Any]

_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "events.tuition.example")])
_MADE_AT = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Keys:
    """One RSA key and its self-signed certificate, DER in base64."""

    private: RSAPrivateKey
    certificate: str

    @staticmethod
    @cache
    def made(bits: int = 2048, number: int = 1) -> "Keys":
        """Made once for each size and number: it takes a while."""
        private = generate_private_key(public_exponent=65537, key_size=bits)
        return Keys(private, b64encode(certificate(private).public_bytes(Encoding.DER)).decode())

    @property
    def der(self) -> bytes:
        """The certificate's bytes."""
        return b64decode(self.certificate)

    @staticmethod
    def resource_of(join_url: str) -> str:
        """The resource of a meeting's calls: the whole link encoded once more."""
        return f"communications/onlineMeetings(joinWebUrl='{quote(join_url, safe='')}')/meetingCallEvents"

    def opened(self, item: Json) -> Json:
        """The event inside, its keys in the documented case; refused if the signature is wrong."""
        plain: Json = _documented(self.raw(item))
        return plain

    def raw(self, item: Json) -> Json:
        """The event inside as it came."""
        content = item["encryptedContent"]
        padding = OAEP(MGF1(SHA1()), SHA1(), None)  # noqa: S303
        key = self.private.decrypt(b64decode(content["dataKey"]), padding)
        data = b64decode(content["data"])
        if hmac.digest(key, data, hashlib.sha256) != b64decode(content["dataSignature"]):
            raise ValueError("the signature does not fit")
        cipher = Cipher(AES(key), CBC(key[:16])).decryptor()
        padded = cipher.update(data) + cipher.finalize()
        unpadder = PKCS7(128).unpadder()
        found: Json = json.loads(unpadder.update(padded) + unpadder.finalize())
        return found


def certificate(private: RSAPrivateKey) -> x509.Certificate:
    """Self-signed, for a year."""
    return (
        x509.CertificateBuilder()
        .subject_name(_NAME)
        .issuer_name(_NAME)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(_MADE_AT)
        .not_valid_after(_MADE_AT + timedelta(days=365))
        .sign(private, SHA256())
    )


def _documented(content: Any) -> Any:
    if isinstance(content, dict):
        return {key[:1].lower() + key[1:]: _documented(one) for key, one in content.items()}
    return [_documented(one) for one in content] if isinstance(content, list) else content
