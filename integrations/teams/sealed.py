"""Opens what Graph sends sealed for our certificate.

https://learn.microsoft.com/graph/change-notifications-with-resource-data
"""

import hashlib
import hmac
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import SecretStr

from integrations.teams.reading import text
from service.errors import Misconfigured

# Graph wraps the content key with the old hash; the integrity rests on the HMAC-SHA256 below.
_OAEP = OAEP(mgf=MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)  # noqa: S303
_BLOCK = 128


class UnknownCertificate(Exception):
    """Sealed for a certificate whose key we do not hold (any more)."""


class NotSealedForUs(Exception):
    """The seal is broken, or this never was one."""


@dataclass(frozen=True)
class EncryptionKey:
    """A private RSA key and its certificate (DER), under the label that notifications will name."""

    certificate_id: str
    private_key_pem: SecretStr
    certificate_der: bytes = field(repr=False)


class Seals:
    """The keys that open notifications: the current one, and earlier ones still named by some."""

    def __init__(self, keys: tuple[EncryptionKey, ...]) -> None:
        self._keys = {key.certificate_id: _private_key(key) for key in keys}

    def open(self, content: Mapping[str, object]) -> bytes:
        """The plain bytes in an `encryptedContent`. `UnknownCertificate` or `NotSealedForUs`."""
        private_key = self._keys.get(text(content, "encryptionCertificateId"))
        if private_key is None:
            raise UnknownCertificate
        try:
            return _open(private_key, content)
        except ValueError:
            raise NotSealedForUs from None


def _private_key(key: EncryptionKey) -> RSAPrivateKey:
    try:
        loaded = load_pem_private_key(key.private_key_pem.get_secret_value().encode(), None)
    except (ValueError, TypeError):
        loaded = None
    if not isinstance(loaded, RSAPrivateKey):
        raise Misconfigured("A key for Teams notifications is not an RSA key in PEM.")
    return loaded


def _open(private_key: RSAPrivateKey, content: Mapping[str, object]) -> bytes:
    key = private_key.decrypt(_raw(content, "dataKey"), _OAEP)
    data = _raw(content, "data")
    signature = hmac.new(key, data, hashlib.sha256).digest()
    # Before anything is decrypted: padding errors must tell a forger nothing.
    if not hmac.compare_digest(signature, _raw(content, "dataSignature")):
        raise ValueError("signature")
    decryptor = Cipher(AES(key), CBC(key[:16])).decryptor()
    padded = decryptor.update(data) + decryptor.finalize()
    unpadder = PKCS7(_BLOCK).unpadder()
    return unpadder.update(padded) + unpadder.finalize()


def _raw(content: Mapping[str, object], name: str) -> bytes:
    return b64decode(text(content, name).encode("ascii", "replace"), validate=True)
