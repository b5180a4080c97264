"""Keys and certificates, and sealing as Graph describes it: none of our code."""

import hashlib
import hmac
import secrets
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7
from pydantic import SecretStr

from integrations.teams.sealed import EncryptionKey
from tests.builders import NOW

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """One key for each name, made once: making one takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem_of(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@cache
def certificate(name: str, ends_at: datetime = NOW + timedelta(days=365)) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hook")])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(rsa_key(name).public_key())
        .serial_number(1)
        .not_valid_before(LONG_AGO)
        .not_valid_after(ends_at)
        .sign(rsa_key(name), hashes.SHA256())
    )


def der_of(name: str, ends_at: datetime = NOW + timedelta(days=365)) -> bytes:
    return certificate(name, ends_at).public_bytes(serialization.Encoding.DER)


def encryption_key(name: str = "key-1") -> EncryptionKey:
    return EncryptionKey(name, SecretStr(pem_of(rsa_key(name))), der_of(name))


def seal(plain: bytes, name: str = "key-1") -> dict[str, Any]:
    """What Graph does, by its own description, and none of our code."""
    key = secrets.token_bytes(32)
    padder = PKCS7(128).padder()
    encryptor = Cipher(AES(key), CBC(key[:16])).encryptor()
    data = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    oaep = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)  # noqa: S303
    sealed_key = rsa_key(name).public_key().encrypt(key, oaep)
    return {
        "data": b64encode(data).decode(),
        "dataSignature": b64encode(hmac.digest(key, data, hashlib.sha256)).decode(),
        "dataKey": b64encode(sealed_key).decode(),
        "encryptionCertificateId": name,
    }
