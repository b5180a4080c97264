"""A certificate instead of a secret: the signed assertion a client shows for its token.

https://learn.microsoft.com/entra/identity-platform/certificate-credentials
"""

from base64 import urlsafe_b64encode
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.x509 import Certificate, load_pem_x509_certificate

from integrations.teams.emulator.state import State

_HEADERS: dict[str, tuple[str, HashAlgorithm]] = {
    "PS256": ("x5t#S256", SHA256()),
    "RS256": ("x5t", SHA1()),  # noqa: S303
}
_NEEDED = ["aud", "iss", "sub", "jti", "nbf", "exp"]


def is_ours(state: State, assertion: str, origin: str) -> bool:
    """Whether a registered certificate signed it, for this tenant, this client and this time."""
    try:
        header = jwt.get_unverified_header(assertion)
        key = _key_named(state, header)
        if key is None:
            return False
        claims = jwt.decode(
            assertion,
            key,
            algorithms=[str(header.get("alg"))],
            audience=_audiences(state, origin),
            options={
                "verify_exp": False,  # by our own clock, below
                "verify_nbf": False,
                "verify_iat": False,
                "require": _NEEDED,
            },
        )
    except jwt.PyJWTError:
        return False
    mine = state.settings.client_id
    return claims["iss"] == claims["sub"] == mine and _is_timely(state, claims)


def _key_named(state: State, header: dict[str, Any]) -> RSAPublicKey | None:
    name, digest = _HEADERS.get(str(header.get("alg")), ("", SHA256()))
    for pem in state.settings.certificates:
        certificate = load_pem_x509_certificate(pem.encode())
        key = certificate.public_key()
        is_named = header.get(name) == _thumbprint(certificate, digest)
        if is_named and isinstance(key, RSAPublicKey):
            return key
    return None


def _thumbprint(certificate: Certificate, digest: HashAlgorithm) -> str:
    return urlsafe_b64encode(certificate.fingerprint(digest)).decode().rstrip("=")


def _audiences(state: State, origin: str) -> list[str]:
    """The token endpoint's address, Microsoft's or the emulator's own."""
    path = f"/{state.settings.tenant_id}/oauth2/v2.0/token"
    return [host + path for host in ("https://login.microsoftonline.com", origin)]


def _is_timely(state: State, claims: dict[str, Any]) -> bool:
    now = state.clock.now().timestamp()
    return float(claims["nbf"]) <= now < float(claims["exp"])
