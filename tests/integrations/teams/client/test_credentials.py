"""What we prove ourselves with: sent in a body, made for one use, for a few minutes."""

import hashlib
from base64 import urlsafe_b64encode
from datetime import timedelta
from urllib.parse import quote

import jwt
import pytest
from pydantic import SecretStr

from integrations.teams.credentials import ClientCertificate, ClientSecret, token_form
from tests.builders import NOW
from tests.integrations.teams.client.keys import der_of, pem_of, rsa_key
from tests.integrations.teams.client.parts import CLIENT

URL = "https://login.microsoftonline.com/tenant/oauth2/v2.0/token"
MINE = ClientCertificate(SecretStr(pem_of(rsa_key("app"))), der_of("app"))


def test_a_secret_goes_as_it_is_with_the_scope_written_once() -> None:
    form = token_form(CLIENT, ClientSecret(SecretStr("a~b&c")), URL, NOW)
    assert form == {
        "grant_type": "client_credentials",
        "client_id": CLIENT,
        "client_secret": "a~b&c",
        "scope": "https://graph.microsoft.com/.default",
    }
    assert quote(form["scope"], safe="").count("%252F") == 0


def test_an_assertion_is_signed_by_the_registered_key_and_names_its_certificate() -> None:
    form = token_form(CLIENT, MINE, URL, NOW)
    assert "client_secret" not in form
    header = jwt.get_unverified_header(form["client_assertion"])
    digest = hashlib.sha256(MINE.certificate_der).digest()
    thumbprint = urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert header == {"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint}
    claims = jwt.decode(
        form["client_assertion"],
        rsa_key("app").public_key(),
        algorithms=["PS256"],
        audience=URL,
        issuer=CLIENT,
        options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
    )
    assert claims["sub"] == CLIENT
    assert claims["nbf"] == claims["iat"] == int(NOW.timestamp())
    assert claims["exp"] - claims["nbf"] == timedelta(minutes=5).total_seconds()


def test_each_assertion_is_for_one_use() -> None:
    numbers = {
        jwt.decode(
            token_form(CLIENT, MINE, URL, NOW)["client_assertion"],
            options={"verify_signature": False},
        )["jti"]
        for _ in range(3)
    }
    assert len(numbers) == 3


@pytest.mark.pitfall(56)
def test_no_credential_shows_in_its_own_description() -> None:
    assert "PRIVATE" not in repr(MINE)
    assert "a~b" not in repr(ClientSecret(SecretStr("a~b")))
