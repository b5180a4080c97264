"""What an app proves itself with to Microsoft Entra: a shared secret or a certificate.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

import jwt
from pydantic import SecretStr

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTED_FOR = timedelta(minutes=5)
_SCOPE = "https://graph.microsoft.com/.default"


@dataclass(frozen=True)
class ClientSecret:
    """A secret's value (not its id, which is often pasted instead)."""

    value: SecretStr


@dataclass(frozen=True)
class ClientCertificate:
    """A private RSA key, and the certificate (DER) that is registered with the app."""

    private_key_pem: SecretStr
    certificate_der: bytes = field(repr=False)


def token_form(
    client_id: str, credential: ClientSecret | ClientCertificate, token_url: str, now: datetime
) -> dict[str, str]:
    """The body of a token request. In the query string it would reach access logs."""
    form = {"grant_type": "client_credentials", "client_id": client_id, "scope": _SCOPE}
    if isinstance(credential, ClientSecret):
        return form | {"client_secret": credential.value.get_secret_value()}
    return form | {
        "client_assertion_type": _ASSERTION,
        "client_assertion": assertion(client_id, credential, token_url, now),
    }


def assertion(client_id: str, mine: ClientCertificate, token_url: str, now: datetime) -> str:
    """A JWT that proves possession of the key, good for five minutes and for one use.

    https://learn.microsoft.com/entra/identity-platform/certificate-credentials
    """
    digest = hashlib.sha256(mine.certificate_der).digest()
    claims = {
        "aud": token_url,
        "iss": client_id,
        "sub": client_id,
        "jti": str(uuid4()),
        "nbf": int(now.timestamp()),
        "iat": int(now.timestamp()),
        "exp": int((now + _ASSERTED_FOR).timestamp()),
    }
    thumbprint = urlsafe_b64encode(digest).rstrip(b"=").decode()
    key = mine.private_key_pem.get_secret_value()
    return jwt.encode(claims, key, algorithm="PS256", headers={"x5t#S256": thumbprint})
