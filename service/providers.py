"""The providers' part of the composition root: their clients, made from the settings.

With `app` and `__main__` the only module that knows the integrations.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from pydantic import SecretStr

from integrations.teams.checkup import TeamsCheckup
from integrations.teams.client import TeamsClient
from integrations.teams.credentials import ClientCertificate, ClientSecret
from integrations.teams.sealed import EncryptionKey
from integrations.teams.signals import TeamsSignals
from integrations.teams.watcher import TeamsWatcher
from integrations.zoom.client import ZoomClient
from integrations.zoom.webhooks import ZoomSignals
from service.errors import Misconfigured
from service.outside_settings import TeamsSettings, ZoomSettings
from service.ports import Budget, CallWatcher, Checkup, Clock, MeetingProvider, SignalSource
from service.settings import Settings


@dataclass(frozen=True)
class Provider:
    """Everything that one provider offers us. `watcher` is None where we are told without asking."""

    meetings: MeetingProvider
    signals: SignalSource
    watcher: CallWatcher | None
    checkup: Checkup
    link_origins: tuple[str, ...]


def providers_of(
    settings: Settings, session: aiohttp.ClientSession, clock: Clock, budget: Budget
) -> Mapping[str, Provider]:
    """Every provider that the settings name, by name. Nothing is asked of any of them yet."""
    found: dict[str, Provider] = {}
    if settings.zoom is not None:
        found["zoom"] = _zoom(settings.zoom, session, clock, budget)
    if settings.teams is not None:
        hook_url = f"{settings.base_url}/hooks/teams"
        found["teams"] = _teams(settings.teams, hook_url, session, clock, budget)
    return found


def _zoom(
    zoom: ZoomSettings, session: aiohttp.ClientSession, clock: Clock, budget: Budget
) -> Provider:
    client = ZoomClient(
        session,
        account_id=zoom.account_id,
        client_id=zoom.client_id,
        client_secret=zoom.client_secret,
        clock=clock,
        base_url=zoom.base_url,
        token_url=zoom.token_url,
        link_origins=zoom.link_origins,
        registrant_domain=zoom.registrant_domain,
        plan=zoom.plan,
        budget=budget,
    )
    return Provider(
        client,
        ZoomSignals(zoom.webhook_secret),
        None,
        client.checkup(),
        zoom.link_origins,
    )


def _teams(
    teams: TeamsSettings,
    hook_url: str,
    session: aiohttp.ClientSession,
    clock: Clock,
    budget: Budget,
) -> Provider:
    credential = _credential(teams)
    client = TeamsClient(
        session,
        tenant_id=teams.tenant_id,
        client_id=teams.client_id,
        credential=credential,
        clock=clock,
        graph_url=teams.graph_url,
        login_url=teams.login_url,
        link_origins=teams.link_origins,
        budget=budget,
        chat=teams.chat,
    )
    keys = tuple(_encryption_keys(teams.notification_files))
    watch_key = _raw(teams.watch_key)
    watcher = TeamsWatcher(
        client.calls,
        hook_url=hook_url,
        client_state_key=watch_key,
        certificates=keys,
        clock=clock,
    )
    signals = TeamsSignals(
        session,
        client.calls,
        tenant_id=teams.tenant_id,
        client_id=teams.client_id,
        client_state_key=watch_key,
        certificates=keys,
        login_url=teams.login_url,
    )
    checkup = TeamsCheckup(client.calls, client.tokens, credential=credential, certificates=keys)
    return Provider(client, signals, watcher, checkup, teams.link_origins)


def _credential(teams: TeamsSettings) -> ClientSecret | ClientCertificate:
    if teams.client_secret is not None:
        return ClientSecret(teams.client_secret)
    assert teams.certificate_file is not None  # noqa: S101 - the settings demand one of the two
    return ClientCertificate(*_key_and_certificate(teams.certificate_file))


def _encryption_keys(files: tuple[Path, ...]) -> Iterator[EncryptionKey]:
    for file in files:
        yield EncryptionKey(file.stem, *_key_and_certificate(file))


def _key_and_certificate(file: Path) -> tuple[SecretStr, bytes]:
    """The private key (PEM) and the certificate (DER) of one PEM file that holds both."""
    try:
        pem = file.read_bytes()
        key = load_pem_private_key(pem, None)
        certificate = x509.load_pem_x509_certificate(pem)
    except (OSError, ValueError, TypeError) as error:
        raise Misconfigured(
            f"{file.name} must hold an unencrypted private key and its certificate, in PEM."
        ) from error
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return SecretStr(private), certificate.public_bytes(Encoding.DER)


def _raw(secret: SecretStr) -> bytes:
    try:
        key = base64.b64decode(secret.get_secret_value(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 32:
        raise Misconfigured("CHAPERONE_TEAMS__WATCH_KEY must be 32 bytes in base64.")
    return key
