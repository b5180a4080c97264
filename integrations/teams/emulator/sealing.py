"""Encrypting resource data for a subscriber: AES for the text, RSA for the key, HMAC over both.

https://learn.microsoft.com/graph/change-notifications-with-resource-data#decrypting-resource-data-from-change-notifications
"""

import hashlib
import hmac
import json
import os
from base64 import b64encode
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.x509 import Certificate, load_der_x509_certificate

Json = dict[str, Any]

_KEY_BYTES = 32
_BLOCK_BITS = 128
_RSA_BITS = range(2048, 4097)


def certificate_of(der: bytes) -> Certificate:
    """The subscriber's certificate; ValueError unless it holds an RSA key of 2048 to 4096 bits."""
    certificate = load_der_x509_certificate(der)
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey) or key.key_size not in _RSA_BITS:
        raise ValueError("not an RSA key of 2048 to 4096 bits")
    return certificate


def sealed(
    content: Json, certificate: Certificate, certificate_id: str, *, is_forged: bool = False
) -> Json:
    """`encryptedContent` under a fresh key; a forged one carries the signature of another key."""
    public = certificate.public_key()
    if not isinstance(public, RSAPublicKey):
        raise TypeError("a certificate without an RSA key was let in")
    key = os.urandom(_KEY_BYTES)
    data = _encrypted(json.dumps(content, ensure_ascii=False).encode(), key)
    signing_key = os.urandom(_KEY_BYTES) if is_forged else key
    padding = OAEP(MGF1(SHA1()), SHA1(), None)  # noqa: S303
    thumbprint = certificate.fingerprint(SHA1())  # noqa: S303
    return {
        "data": b64encode(data).decode(),
        "dataSignature": b64encode(hmac.digest(signing_key, data, hashlib.sha256)).decode(),
        "dataKey": b64encode(public.encrypt(key, padding)).decode(),
        "encryptionCertificateId": certificate_id,
        "encryptionCertificateThumbprint": thumbprint.hex().upper(),
    }


def _encrypted(text: bytes, key: bytes) -> bytes:
    padder = PKCS7(_BLOCK_BITS).padder()
    padded = padder.update(text) + padder.finalize()
    cipher = Cipher(AES256(key), CBC(key[:16])).encryptor()
    return cipher.update(padded) + cipher.finalize()
