"""Whether our certificates are still good, for proving ourselves and for opening notifications."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from integrations.teams.credentials import ClientCertificate, ClientSecret
from integrations.teams.sealed import EncryptionKey
from service.ports import Complaint, Weight

RENEW_BEFORE = timedelta(days=30)
_LONGEST_ID = 128
_SMALLEST_KEY, _LARGEST_KEY = 2048, 4096


def certificate_complaints(
    credential: ClientSecret | ClientCertificate,
    certificates: tuple[EncryptionKey, ...],
    now: datetime,
) -> tuple[Complaint, ...]:
    """What is wrong with the app's certificate and with that for notifications in use now."""
    found: list[Complaint] = []
    if isinstance(credential, ClientCertificate):
        found += _complaints("teams_app_certificate", "app's", credential.certificate_der, now)
    if not certificates:
        sentence = "There is no certificate for notifications. Make one, or no call can be watched."
        return (*found, Complaint("teams_hook_certificate", sentence, Weight.STOPS))
    current = certificates[0]
    found += _complaints("teams_hook_certificate", "notifications'", current.certificate_der, now)
    if not 0 < len(current.certificate_id) <= _LONGEST_ID:
        sentence = "The label of the notifications' certificate must have 1 to 128 characters."
        found.append(Complaint("teams_hook_certificate", sentence, Weight.STOPS))
    return tuple(found)


def _complaints(code: str, whose: str, der: bytes, now: datetime) -> Iterator[Complaint]:
    try:
        certificate = x509.load_der_x509_certificate(der)
        key = certificate.public_key()
    except ValueError:
        yield Complaint(code, f"The {whose} certificate is none. Make a new one.", Weight.STOPS)
        return
    if not isinstance(key, RSAPublicKey) or not _SMALLEST_KEY <= key.key_size <= _LARGEST_KEY:
        sentence = f"The {whose} certificate must hold an RSA key of 2048 to 4096 bits."
        yield Complaint(code, sentence, Weight.STOPS)
    if certificate.not_valid_after_utc <= now:
        sentence = f"The {whose} certificate has run out. Make a new one and register it."
        yield Complaint(code, sentence, Weight.STOPS)
    elif certificate.not_valid_after_utc - now < RENEW_BEFORE:
        sentence = f"The {whose} certificate runs out within 30 days. Make a new one in time."
        yield Complaint(code, sentence, Weight.WRONG)
